"""How many rows of noise a weighted extraction counts, as polynomials in the brightness of the source.

The variance of an optimal extraction is 1 / sum(P^2 / V), V = floor + light P. For a profile of one shape it is light + floor N, and
N depends on light / (floor sigma) alone, with sigma the width of the profile; the fit of the sky adds to N what its weights ask. N is found by
exact sums over the rows and fitted with a polynomial of degree 10 in t = 2 q / (1 + q) - 1, q the fourth root of light / (floor sigma); it grows
with the width over the little that this changes between nodes of wavelength. The signal-to-noise is then right to 3e-5 where sigma is two pixels,
8e-5 where it is one, 3e-4 where it is 0.55.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.etc.extraction import sky_covariance
from dfs.etc.geometry.aperture import Aperture
from dfs.etc.kernels import optimal_sums

__all__ = ["DEGREE", "rows_of_noise"]

Array = NDArray[np.float64]

DEGREE = 10
_POINTS = 64
_BRIGHTEST = 1.0 - 5e-4  # of q / (1 + q): there noise is all the source's own


@lru_cache(maxsize=1)
def _measures() -> tuple[Array, Array]:
    """Return light / (floor sigma) and t at the points of the fit, dense at both ends."""
    share = np.minimum(0.5 + 0.5 * np.cos(np.pi * (np.arange(_POINTS) + 0.5) / _POINTS), _BRIGHTEST)
    return (share / (1.0 - share)) ** 4, 2.0 * share - 1.0


def rows_of_noise(aperture: Aperture, sigmas: Array) -> Array:
    """Return the coefficients for one beam, lowest first, shape (k, 11), for profiles of `sigmas` rows in an aperture."""
    measure, t = _measures()
    width = np.repeat(sigmas, measure.size)
    light = np.tile(measure, sigmas.size) * width
    covariance = sky_covariance(aperture.rows, aperture.slit_rows)
    scale = 0.5 * max(aperture.slit_rows, aperture.rows)
    half, floor = 0.5 * aperture.rows, np.ones_like(light)
    source, squares, fitted = optimal_sums(light, floor, width, half, covariance, scale, aperture.is_weighted)
    rows = (squares + fitted + (source - 1.0) * light).reshape(sigmas.size, measure.size)
    weight = 1.0 / (rows + light.reshape(rows.shape))  # what counts is the error of the whole variance
    powers = np.vander(t, DEGREE + 1, increasing=True)
    weighted = powers * weight[:, :, np.newaxis]
    normal = weighted.transpose(0, 2, 1) @ weighted
    right = np.einsum("ijk,ij->ik", weighted, rows * weight)
    return np.asarray(np.linalg.solve(normal, right[:, :, np.newaxis])[:, :, 0], dtype=np.float64)
