"""The sky of the first exposure time calculators: a table by days from new moon, and the spectrum scaled to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.sky.emission.brightness import CLASSIC_BANDS, VEGA_FLUX, classic_brightness, radiance_of_magnitude
from dfs.sky.emission.conditions import SkyConditions, moon_of_days
from dfs.sky.emission.spectrum import SkyEmission, native_grid, sky_emission

__all__ = ["classic_sky"]

Array = NDArray[np.float64]

_HALF_WIDTH = 0.08  # of a band, as a fraction of its centre: some 90 nm at V
_ROUNDS = 8


def classic_sky(wavelength_nm: ArrayLike, days_from_new: float, conditions: SkyConditions | None = None) -> SkyEmission:
    """Return the sky whose brightness through U, B, V, R, I at the zenith is the classic table's (`classic_brightness`).

    The components keep their shape and their growth with air mass; all are scaled alike by a factor whose logarithm is linear in
    wavelength between the bands and constant beyond them. The Moon of `conditions` is not asked: only its age counts here.
    """
    given = conditions or SkyConditions()
    aged = _with(given, given.airmass, days_from_new)
    emission = sky_emission(wavelength_nm, aged)
    nodes, factors = _factors(days_from_new, _with(given, 1.0, days_from_new))
    scale = np.exp(np.interp(emission.wavelength_nm, nodes, np.log(factors)))
    return SkyEmission(emission.wavelength_nm, {name: value * scale for name, value in emission.components.items()})


def _with(given: SkyConditions, airmass: float, days_from_new: float) -> SkyConditions:
    from dataclasses import replace

    return replace(given, airmass=airmass, moon=moon_of_days(days_from_new))


def _factors(days_from_new: float, zenith: SkyConditions) -> tuple[Array, Array]:
    """Return the bands' centres and by how much the model's zenith must be scaled there."""
    wanted = classic_brightness(days_from_new)
    grid = native_grid(300.0, 900.0, 2000.0)
    total = sky_emission(grid, zenith).total
    centres, factors = np.array(list(CLASSIC_BANDS.values())), np.ones(len(CLASSIC_BANDS))
    for _ in range(_ROUNDS):  # bands are wide: the slope of the factors shifts their means
        scaled = total * np.exp(np.interp(grid, centres, np.log(factors)))
        for place, (band, centre) in enumerate(CLASSIC_BANDS.items()):
            inside = np.abs(grid / centre - 1.0) < _HALF_WIDTH
            mean = float(np.trapezoid(scaled[inside], grid[inside]) / np.ptp(grid[inside]))
            factors[place] *= float(radiance_of_magnitude(wanted[band], VEGA_FLUX[band], centre)) / mean
    return centres, factors
