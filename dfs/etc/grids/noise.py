"""How many rows of noise a weighted extraction counts, as tables over the brightness of the source.

The variance of an optimal extraction is 1 / sum(P^2 / V), V = floor + light P. For a profile of one shape it is light + floor N, and
N depends on light / (floor sigma) alone, with sigma the width of the profile; the fit of the sky adds to N what its weights ask. N is
tabulated by exact sums over the rows for the width in the middle between any two nodes of wavelength, and grows with the width from there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfs.etc.extraction import sky_covariance
from dfs.etc.geometry.aperture import Aperture
from dfs.etc.kernels import optimal_sums

__all__ = ["STEPS", "rows_of_noise", "steps_of_light"]

Array = NDArray[np.float64]

STEPS = 128


def steps_of_light(steps: int = STEPS) -> Array:
    """Return light / (floor sigma) at even steps of s = q / (1 + q), q its fourth root: from 0 to so bright that noise is all its own."""
    s = np.arange(steps + 1) / steps
    s[-1] = 1.0 - 0.25 / steps
    return np.asarray((s / (1.0 - s)) ** 4, dtype=np.float64)


def rows_of_noise(aperture: Aperture, sigmas: Array) -> Array:
    """Return the rows of noise of one beam at `steps_of_light`, shape (k, m), for profiles of `sigmas` rows in an aperture."""
    measure = steps_of_light()
    width = np.repeat(sigmas, measure.size)
    light = np.tile(measure, sigmas.size) * width
    covariance = sky_covariance(aperture.rows, aperture.slit_rows)
    scale = 0.5 * max(aperture.slit_rows, aperture.rows)
    half, floor = 0.5 * aperture.rows, np.ones_like(light)
    source, squares, fitted = optimal_sums(light, floor, width, half, covariance, scale, aperture.is_weighted)
    found = squares + fitted + (source - 1.0) * light
    return np.asarray(found.reshape(sigmas.size, measure.size), dtype=np.float64)
