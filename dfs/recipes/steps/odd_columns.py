"""Columns that add or swallow charge: found on the sky of an exposure, as a flat field divides what it should subtract."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from dfs.model import Image

__all__ = ["odd_columns"]

_ROWS = 64  # of a block
_STEP = 16  # rows from block to block
_SIGMA = 5.0
_WIDE = 2.0  # errors at which 9 columns together hold a source; their median's own scatter is 0.4


def odd_columns(image: Image) -> NDArray[np.bool_]:
    """Return where single columns of a sky-subtracted image differ from their neighbours over at least 32 rows.

    Each pixel, in units of its error, less the median of the 9 columns about it; the median of 64 rows of that is 0 with error
    1.25 / 8 in a sound column, and no star is long enough to move it (nor are the rows counted where all 9 columns are bright). What differs by 5 of these errors, and does so within one column -
    a diffraction spike is as wide as a star - is odd. The rows of a block are marked as one.

    Parameters
    ----------
    image
        Sky-subtracted, with variance and mask.
    """
    good = image.good() & np.isfinite(image.data) & (image.variance > 0)
    signal = np.where(good, image.data, 0.0) / np.sqrt(np.where(good, image.variance, 1.0))
    around = median_filter(signal, (1, 9))
    wide = np.abs(around) > _WIDE
    signal = np.where(wide, 0.0, signal - around)
    odd = np.zeros(image.shape, dtype=bool)
    for top in range(0, max(1, image.shape[0] - _ROWS + 1), _STEP):
        rows = slice(top, top + _ROWS)
        odd[rows] |= _stands_out(np.median(signal[rows], axis=0), min(_ROWS, image.shape[0]))
    return odd & good & ~wide


def _stands_out(height: NDArray[np.floating], rows: int) -> NDArray[np.bool_]:
    limit = _SIGMA * 1.2533 / np.sqrt(rows)
    padded = np.pad(height, 1, mode="edge")
    step = np.maximum(np.abs(height - padded[:-2]), np.abs(height - padded[2:]))
    found: NDArray[np.bool_] = (np.abs(height) > limit) & (step > 0.6 * np.abs(height))
    return found
