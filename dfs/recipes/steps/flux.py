"""From electrons per pixel to flux outside the atmosphere, and how a response is kept as a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError
from dfs.model import Table
from dfs.recipes.steps.wavelength import WavelengthSolution

__all__ = [
    "ELECTRON_UNIT",
    "PHYSICAL_UNIT",
    "RESPONSE_UNIT",
    "FluxDensity",
    "ResponseCurve",
    "flux_density",
    "intervals",
    "pixel_edges_nm",
]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PHYSICAL_UNIT = "erg cm**(-2) s**(-1) angstrom**(-1)"
ELECTRON_UNIT = "electron s**(-1)"
RESPONSE_UNIT = "electron cm**2 erg**(-1)"


@dataclass(frozen=True, slots=True, eq=False)
class ResponseCurve:
    """A response as its table has it.

    Attributes
    ----------
    wavelength_nm
        Air, increasing.
    response
        Electrons per second and angstrom, outside the atmosphere, for one erg/s/cm2/angstrom.
    relative_error
        Standard error over value.
    extrapolated
        Where no band of the standard's table supports it.
    """

    wavelength_nm: Array
    response: Array
    relative_error: Array
    extrapolated: Mask

    @classmethod
    def from_table(cls, table: Table, where: str = "") -> ResponseCurve:
        """Return the response kept in `table`; `DataError` names the column that is missing or wrong."""
        try:
            wavelength, response, error, extrapolated = (
                np.asarray(table[name]) for name in ("wavelength_nm", "response", "response_error", "extrapolated")
            )
        except KeyError as wrong:
            raise DataError(
                f"not a response: {wrong.args[0]}", where=where, accepted="a RESPONSE made by the recipe standard"
            ) from wrong
        if len(wavelength) < 2 or np.any(np.diff(wavelength) <= 0) or not np.all(response > 0):
            raise DataError(
                "its wavelengths do not increase or its values are not positive",
                where=where,
                keyword="wavelength_nm, response",
                accepted="a RESPONSE made by the recipe standard",
                hint="make it again from the standard star",
            )
        return cls(
            wavelength.astype(np.float64),
            response.astype(np.float64),
            error.astype(np.float64) / response.astype(np.float64),
            extrapolated.astype(bool),
        )

    def at(self, wavelength_nm: Array) -> tuple[Array, Array, Mask]:
        """Return response, relative error, and where it is extrapolated; interpolated in the logarithm, NaN off the table."""
        inside = (wavelength_nm >= self.wavelength_nm[0]) & (wavelength_nm <= self.wavelength_nm[-1])
        log = np.interp(wavelength_nm, self.wavelength_nm, np.log(self.response))
        error = np.interp(wavelength_nm, self.wavelength_nm, self.relative_error)
        flagged = np.interp(wavelength_nm, self.wavelength_nm, self.extrapolated.astype(np.float64)) > 0
        return np.where(inside, np.exp(log), np.nan), np.where(inside, error, np.nan), flagged | ~inside


@dataclass(frozen=True, slots=True, eq=False)
class FluxDensity:
    """Flux, error and sky per pixel, and where the response is extrapolated."""

    flux: Array
    error: Array
    background: Array
    extrapolated: Mask
    response_error: Array  # relative, common to neighbouring pixels: not part of `error`


def flux_density(
    electrons: Array,
    variance: Array,
    background: Array,
    wavelength_nm: Array,
    width_nm: Array,
    exposure_s: float,
    transmission: Array,
    curve: ResponseCurve,
) -> FluxDensity:
    """Return flux outside the atmosphere, erg/s/cm2/angstrom: N / (t dlambda T R).

    Parameters
    ----------
    electrons, variance, background
        Shape (nx,): in the aperture.
    wavelength_nm, width_nm
        Of each pixel, air.
    exposure_s
        Seconds.
    transmission
        Of the atmosphere for each pixel.
    curve
        The response.
    """
    response, response_error, extrapolated = curve.at(wavelength_nm)
    scale = 1.0 / (exposure_s * 10.0 * width_nm * transmission * response)
    return FluxDensity(electrons * scale, np.sqrt(variance) * scale, background * scale, extrapolated, response_error)


def pixel_edges_nm(solution: WavelengthSolution, row: Array) -> Array:
    """Return the wavelengths of the edges of the pixels along a trace, shape (nx + 1,)."""
    x = np.arange(len(row) + 1) - 0.5
    rows = np.interp(x, np.arange(len(row)), row)
    return np.asarray(solution.wavelength_nm(x, rows), dtype=np.float64)


def intervals(edges_nm: Array, flagged: Mask) -> tuple[tuple[float, float], ...]:
    """Return the wavelength intervals of the pixels flagged, given the edges of all pixels (nx + 1)."""
    padded = np.concatenate(([False], flagged, [False])).astype(np.int8)
    starts, ends = np.flatnonzero(np.diff(padded) == 1), np.flatnonzero(np.diff(padded) == -1)
    return tuple((float(edges_nm[a]), float(edges_nm[b])) for a, b in zip(starts, ends, strict=True))
