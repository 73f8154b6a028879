"""Shapes of spectra as functions that can be integrated: over bins exactly, whatever the bins are.

Flux densities are per wavelength (erg s-1 cm-2 A-1, or relative). A shape answers two integrals over a bin, of the energy (f dx) and
of the photons (f x dx, to be divided by h c), x in nm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from dfs.etc.spectra.samples import Samples

__all__ = ["LineShape", "Shape", "SmoothShape", "TableShape"]

Array = NDArray[np.float64]

_EVERYWHERE = (0.0, np.inf)
_GAUSS_AT, _GAUSS_WEIGHT = np.polynomial.legendre.leggauss(5)
_SIGMA = 1.0 / np.sqrt(8.0 * np.log(2.0))  # standard deviation of a Gaussian of FWHM 1
_NARROWEST = 1e-5  # nm; the line that is not resolved, where its density is asked


class Shape(Protocol):
    """What every shape can do."""

    @property
    def covers_nm(self) -> tuple[float, float]:
        """The range in which the spectrum is known."""
        ...

    def integrals(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Return the integrals of f and of f x over bins from `low` to `high` (nm)."""
        ...

    def density(self, wavelength_nm: Array) -> Array:
        """Return f itself."""
        ...

    def nodes(self) -> Array:
        """Return wavelengths between which f can be drawn as a parabola; what is smooth has none."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SmoothShape:
    """A formula without features, integrated by Gauss's rule of five points in every bin.

    The error for a black body of 3000 K in bins of 20 nm at 300 nm is below 1e-12.
    """

    formula: Callable[[Array], Array]
    covers_nm: tuple[float, float] = _EVERYWHERE

    def integrals(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Return the integrals of f and of f x over bins."""
        half, middle = 0.5 * (high - low), 0.5 * (high + low)
        energy, photons = np.zeros_like(middle), np.zeros_like(middle)
        for at, weight in zip(_GAUSS_AT, _GAUSS_WEIGHT, strict=True):
            x = middle + half * at
            part = weight * half * self.formula(x)
            energy += part
            photons += part * x
        return energy, photons

    def density(self, wavelength_nm: Array) -> Array:
        """Return f."""
        return self.formula(wavelength_nm)

    def nodes(self) -> Array:
        """Return nothing: the formula is smooth."""
        return np.empty(0)


@dataclass(frozen=True, slots=True)
class LineShape:
    """A Gaussian line, or one too narrow to be resolved, all of whose light falls into the bin that holds it (`low` <= x < `high`)."""

    centre_nm: float
    fwhm_nm: float
    flux: float  # erg s-1 cm-2; f is per Angstrom
    covers_nm: tuple[float, float] = _EVERYWHERE

    def integrals(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Return the integrals of f and of f x over bins."""
        per_nm = 0.1 * self.flux  # of the integral in nm, as f is per Angstrom
        if self.fwhm_nm == 0.0:
            part = per_nm * ((low <= self.centre_nm) & (self.centre_nm < high)).astype(np.float64)
            return part, part * self.centre_nm
        sigma = self.fwhm_nm * _SIGMA
        below, above = (low - self.centre_nm) / sigma, (high - self.centre_nm) / sigma
        energy = 0.5 * per_nm * (erf(above / np.sqrt(2.0)) - erf(below / np.sqrt(2.0)))
        slope = sigma * per_nm / np.sqrt(2.0 * np.pi) * (np.exp(-0.5 * below**2) - np.exp(-0.5 * above**2))
        return energy, self.centre_nm * energy + slope

    def density(self, wavelength_nm: Array) -> Array:
        """Return f; a line that is not resolved is taken 1e-5 nm wide."""
        sigma = max(self.fwhm_nm, _NARROWEST) * _SIGMA
        offset = (wavelength_nm - self.centre_nm) / sigma
        peak = 0.1 * self.flux / (sigma * np.sqrt(2.0 * np.pi))
        return np.asarray(peak * np.exp(-0.5 * offset**2), dtype=np.float64)

    def nodes(self) -> Array:
        """Return a fine mesh over the line."""
        sigma = max(self.fwhm_nm, _NARROWEST) * _SIGMA
        return np.asarray(self.centre_nm + sigma * np.linspace(-7.0, 7.0, 141), dtype=np.float64)


class TableShape:
    """Samples joined by straight lines, integrated exactly by their cumulative integrals; zero outside.

    Parameters
    ----------
    samples
        The spectrum at rest.
    redshift
        Wavelengths grow by 1 + z, the flux density shrinks by as much: the energy of a line stays.
    goes_on
        Whether the first and the last value hold beyond the ends.
    """

    def __init__(self, samples: Samples, redshift: float = 0.0, *, goes_on: bool = False) -> None:
        stretch = 1.0 + redshift
        x, f = samples.wavelength_nm * stretch, samples.flux / stretch
        self._known = _EVERYWHERE if goes_on else (float(x[0]), float(x[-1]))
        if goes_on:
            x = np.concatenate([[min(1e-3, 0.5 * x[0])], x, [max(1e6, 2.0 * x[-1])]])
            f = np.concatenate([f[:1], f, f[-1:]])
        self._x, self._f = x, f
        self._slope = np.diff(f) / np.diff(x)
        step = np.diff(x)
        energy = step * (f[:-1] + 0.5 * self._slope * step)
        photons = step * (x[:-1] * f[:-1] + step * (0.5 * (f[:-1] + x[:-1] * self._slope) + self._slope * step / 3.0))
        self._energy = np.concatenate([[0.0], np.cumsum(energy)])
        self._photons = np.concatenate([[0.0], np.cumsum(photons)])

    @property
    def covers_nm(self) -> tuple[float, float]:
        """The range of the table."""
        return self._known

    def integrals(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Return the integrals of f and of f x over bins."""
        energy_low, photons_low = self._up_to(low)
        energy_high, photons_high = self._up_to(high)
        return energy_high - energy_low, photons_high - photons_low

    def density(self, wavelength_nm: Array) -> Array:
        """Return f, zero outside."""
        return np.asarray(np.interp(wavelength_nm, self._x, self._f, left=0.0, right=0.0), dtype=np.float64)

    def nodes(self) -> Array:
        """Return the wavelengths of the table."""
        return self._x

    def _up_to(self, wavelength_nm: Array) -> tuple[Array, Array]:
        at = np.clip(wavelength_nm, self._x[0], self._x[-1])
        i = np.clip(np.searchsorted(self._x, at, side="right") - 1, 0, self._slope.size - 1)
        t, x, f, slope = at - self._x[i], self._x[i], self._f[i], self._slope[i]
        energy = self._energy[i] + t * (f + 0.5 * slope * t)
        photons = self._photons[i] + t * (x * f + t * (0.5 * (f + x * slope) + slope * t / 3.0))
        return energy, photons
