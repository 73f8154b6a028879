"""Where light of a wavelength falls: dispersion, bent slit image, trace of a star. Raw binned pixels, 0-based."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from dfs_sims.figures import figures

__all__ = ["SHAPE", "bent_rows", "dispersion", "row_of", "wavelength_nm"]

Array = NDArray[np.float64]

SHAPE = (1030, 1030)  # (ny, nx) of a raw frame


@cache
def dispersion() -> Polynomial:
    """Return wavelength (nm in air) against row at the reference column, flexure zero."""
    table = figures()["dispersion"]
    fitted: Polynomial = Polynomial.fit(
        table["y_px"], table["wavelength_nm"], table["degree"], domain=[0, SHAPE[0] - 1]
    )
    return fitted


def bent_rows(x: Array, y: Array, flexure_px: float) -> Array:
    """Return the row at the reference column where light seen at (`x`, `y`) belongs: straightened, flexure taken off."""
    geometry: dict[str, Any] = figures()["geometry"]
    constant, slope = geometry["smile_px"]
    off = x - geometry["reference_column"]
    rows = y - flexure_px
    return np.asarray(rows + (constant + slope * rows) * off**2 - geometry["tilt"] * off)


def wavelength_nm(x: Array, y: Array, flexure_px: float = 0.0) -> Array:
    """Return the true wavelength (nm in air) at the centre of pixels (`x`, `y`) of a frame with `flexure_px`."""
    return np.asarray(dispersion()(bent_rows(np.asarray(x, float), np.asarray(y, float), flexure_px)))


def row_of(wavelength: Array) -> Array:
    """Return the row at the reference column, flexure zero, where `wavelength` (nm in air) falls."""
    rows = np.linspace(-60.0, SHAPE[0] + 60.0, 4 * SHAPE[0])
    found = np.interp(wavelength, dispersion()(rows), rows)
    slope = dispersion().deriv()
    for _ in range(3):
        found = found - (dispersion()(found) - wavelength) / slope(found)
    return np.asarray(found)
