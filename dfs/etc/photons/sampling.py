"""From a fine grid of wavelengths to the pixels of a detector: the line-spread function, and no photon lost.

A spectrum outside the instrument is held as means over fine bins. A slit's image is a rectangle as wide as the slit, blurred by what
the optics add: together as wide (FWHM) as the instrument's resolution. A pixel sees of a fine bin the part of the blurred
rectangle that falls on it, exact for a rectangle and a Gaussian folded with it; rows add up to 1.
Bins are an eighth of the resolution or finer and at most 0.1 nm, the step of the tables of bands: a line misplaced by half of
one moves by a sixteenth of the resolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.etc.kernels import blurred_box_weights, weighted_means
from dfs.instruments.optics import LightPath

__all__ = ["Sampling", "sampling_of"]

Array = NDArray[np.float64]

COVERED_NM = (300.0, 2500.0)  # of the sky's tables
FINEST_NM, PER_RESOLUTION = 0.1, 8.0
_SIGMA = 1.0 / np.sqrt(8.0 * np.log(2.0))
_REACH = 4.0  # standard deviations of the Gaussian that are kept: 6e-5 lies beyond
_SHARPEST = 0.05  # pixels: the least blur, so that a rectangle's edges have a width


@dataclass(frozen=True, slots=True, eq=False)
class Sampling:
    """Fine bins, and what each pixel sees of them.

    Attributes
    ----------
    edges_nm, centres_nm
        Of the fine bins, vacuum; shapes (m + 1,), (m,).
    first, weights
        Shape (n,), (n, w): pixel i is the sum of ``weights[i, k] * fine[first[i] + k]``; each row adds up to 1.
    """

    edges_nm: Array
    centres_nm: Array
    first: NDArray[np.int64]
    weights: Array

    def on_pixels(self, fine: Array) -> Array:
        """Return the mean in each pixel, shape (n,), of what is given as means over the fine bins, shape (m,)."""
        return np.asarray(weighted_means(np.ascontiguousarray(fine), self.first, self.weights), dtype=np.float64)


@lru_cache(maxsize=16)
def sampling_of(light: LightPath) -> Sampling:
    """Return the fine bins of an instrument set up; kept for the last sixteen."""
    centres, widths = light.vacuum_nm, light.width_nm
    box, sigma = _spread(light)
    edges = _fine_edges(centres, widths, light.resolution_fwhm_nm, 0.5 * box + _REACH * sigma)
    weights = blurred_box_weights(centres, widths, box, sigma, edges, _REACH)
    return Sampling(edges, 0.5 * (edges[1:] + edges[:-1]), *weights)


def _spread(light: LightPath) -> tuple[Array, Array]:
    """Return the width of the slit's image and the standard deviation of the blur (nm) at each sample."""
    least = _SHARPEST * light.width_nm * _SIGMA
    if light.resolution_fwhm_nm is None:
        return np.zeros_like(least), least
    whole = light.resolution_fwhm_nm
    if light.slit_arcsec is None or light.kind == "cube":
        return np.zeros_like(whole), np.maximum(whole * _SIGMA, least)
    image = np.minimum(light.slit_arcsec / light.pixel_arcsec[0] * light.width_nm, whole)
    return image, np.maximum(np.sqrt(np.maximum(whole**2 - image**2, 0.0)) * _SIGMA, least)


def _fine_edges(centres: Array, widths: Array, resolution: Array | None, reach: Array) -> Array:
    """Return the edges of bins that follow the pixels, a whole number of them to a pixel or nearly so."""
    step = widths / np.ceil(widths / FINEST_NM)
    if resolution is not None:
        step = np.minimum(step, widths / np.ceil(PER_RESOLUTION * widths / resolution))
    low = max(float(np.min(centres - widths - reach)), COVERED_NM[0])
    high = min(float(np.max(centres + widths + reach)), COVERED_NM[1])
    finest = float(np.min(step))
    dense = np.linspace(low, high, max(int(2 * (high - low) / max(float(np.median(step)), finest)), 64))
    order = np.argsort(centres, kind="stable")
    density = 1.0 / np.interp(dense, centres[order], step[order])
    counted = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(dense))])
    bins = int(np.ceil(counted[-1]))
    return np.asarray(np.interp(np.linspace(0.0, counted[-1], bins + 1), counted, dense), dtype=np.float64)
