"""The sky of an image: a smooth map from a mesh of cells in which sources are masked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy.stats import SigmaClip
from numpy.typing import NDArray
from photutils.background import Background2D, BackgroundBase, MeanBackground, SExtractorBackground
from scipy.ndimage import binary_dilation, uniform_filter

from dfs.errors import DataError
from dfs.model import Image

__all__ = ["Sky", "fit_sky", "source_mask", "subtract_sky"]


@dataclass(frozen=True, slots=True, eq=False)
class Sky:
    """The sky under an image.

    Attributes
    ----------
    map
        float32, the unit of the image, its shape.
    level
        Median of the map.
    rms
        Robust standard deviation of one good, source-free pixel about the map.
    sources
        Where sources were masked.
    """

    map: NDArray[np.float32]
    level: float
    rms: float
    sources: NDArray[np.bool_]


def fit_sky(image: Image, *, mesh_px: int, where: str = "") -> Sky:
    """Return the sky of `image`.

    Two passes over the cells of a mesh, each pixel within 3 sigma of its cell's others. The first, with sources in it, takes the
    mode (2.5 median - 1.5 mean, or the median in crowded cells; Bertin & Arnouts 1996, A&AS 117, 393). The second leaves out sources
    found above the first and takes the mean: counts are skew, and the mode of faint sky lies below the sky under a star. Cubic splines
    carry the mesh to the pixels; a 3x3 median filter smooths that of the first pass (not of the second, as it flattens
    gradients at the edges).

    Parameters
    ----------
    image
        Data and mask are read.
    mesh_px
        Side of a cell, in pixels; much larger than any object.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        No good pixel.
    """
    bad = ~image.good() | ~np.isfinite(image.data)
    if bad.all():
        raise DataError("no good pixel to measure the sky on", where=where, hint="look at the frame and its flat")
    none = np.zeros(image.shape, dtype=bool)
    first = _mesh(image.data, bad, mesh_px, SExtractorBackground(), 3)
    sources = source_mask(image.data - first, bad)
    if (bad | sources).all():
        sources = none
    second = _mesh(image.data, bad | sources, mesh_px, MeanBackground(), 1)
    free = ~(bad | sources)
    residual = image.data[free] - second[free]
    rms = 1.4826 * float(np.median(np.abs(residual - np.median(residual))))
    return Sky(map=second, level=float(np.median(second[~bad])), rms=rms, sources=sources)


def subtract_sky(image: Image, sky: Sky) -> Image:
    """Return `image` less its sky; the map's own error is small beside a pixel's and is not added to the variance."""
    return Image(image.data - sky.map, image.variance, image.mask, image.unit)


def _mesh(
    data: NDArray[np.float32], bad: NDArray[np.bool_], mesh_px: int, estimator: BackgroundBase, smoothing: int
) -> NDArray[np.float32]:
    side = max(8, min(mesh_px, *data.shape))
    background = Background2D(
        np.where(bad, 0.0, data),
        side,
        mask=bad,
        filter_size=smoothing,
        exclude_percentile=80,  # a cell needs a fifth of its pixels
        sigma_clip=SigmaClip(sigma=3.0, maxiters=10),
        bkg_estimator=estimator,
    )
    return np.asarray(background.background, dtype=np.float32)


def source_mask(residual: NDArray[np.float32], bad: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where a 5x5 mean of sky-subtracted data stands 3 sigma above the sky, grown by 6 pixels to take the wings along.

    A lower limit would take the sky's own crests away and leave a sky too dark.
    """
    smooth = uniform_filter(np.where(bad, 0.0, residual), 5)
    good = smooth[~bad]
    sigma = 1.4826 * np.median(np.abs(good - np.median(good)))
    if sigma <= 0:
        return np.zeros(residual.shape, dtype=bool)
    found: NDArray[np.bool_] = binary_dilation((smooth > 3.0 * sigma) & ~bad, iterations=6)
    return found
