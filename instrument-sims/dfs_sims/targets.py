"""Spectra of the long-slit targets outside the atmosphere, with their lines at known places."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from dfs.sky import vacuum_to_air_nm
from dfs_sims.figures import DATA
from dfs_sims.photons import flux_of_ab

__all__ = ["SpectralLine", "Target", "field_figures", "galaxy", "standard", "star"]

Array = NDArray[np.float64]

_LIGHT_KM_S = 299792.458
_SECOND_RADIATION_CONSTANT_NM_K = 1.438776877e7  # h c / k, CODATA 2018


@dataclass(frozen=True, slots=True)
class SpectralLine:
    """A line: observed wavelength (nm in air) and flux (erg s^-1 cm^-2; negative: absorbed, None: blend of the table)."""

    name: str
    wavelength_nm: float
    flux: float | None


@dataclass(frozen=True, slots=True)
class Target:
    """A point source.

    Attributes
    ----------
    name, ra_deg, dec_deg
        J2000.
    column_px
        Raw x at which its spectrum crosses the middle row.
    flux
        f_lambda (erg s^-1 cm^-2 angstrom^-1) outside the atmosphere at wavelengths in nm, air.
    lines
        Its lines.
    """

    name: str
    ra_deg: float
    dec_deg: float
    column_px: float
    flux: Callable[[Array], Array]
    lines: tuple[SpectralLine, ...]


def field_figures() -> Mapping[str, Any]:
    """Return the figures of the imaged field."""
    field: Mapping[str, Any] = _targets()["field"]
    return field


@cache
def standard() -> Target:
    """Return the spectrophotometric standard: means of f_nu over its table's bins are the table's magnitudes."""
    figures = _targets()["standard"]
    centre_nm, ab_mag, bin_nm = np.loadtxt(DATA / figures["table"]).T
    balmer, power = np.array(figures["balmer"]), float(figures["balmer_power"])

    def shape(wavelength_nm: Array) -> Array:
        distance = np.abs(wavelength_nm[..., np.newaxis] - balmer[:, 0]) / balmer[:, 2]
        return np.asarray(np.prod(1.0 - balmer[:, 1] / (1.0 + distance**power), axis=-1))

    nodes, smooth = _smooth_factor(centre_nm, ab_mag, bin_nm, shape)

    def flux(wavelength_nm: Array) -> Array:
        inside = np.clip(wavelength_nm, nodes[0], nodes[-1])
        magnitude = -2.5 * smooth(inside) + float(figures["zero_point"]) - 48.60  # the table's zero point is not AB's
        return flux_of_ab(magnitude, wavelength_nm) * shape(wavelength_nm)

    lines = tuple(SpectralLine("Balmer", float(one[0]), None) for one in balmer)
    return Target(figures["name"], figures["ra_deg"], figures["dec_deg"], figures["column_px"], flux, lines)


@cache
def galaxy() -> Target:
    """Return the emission-line galaxy."""
    figures = _targets()["galaxy"]
    stretch = 1.0 + figures["redshift"]
    lines = tuple(
        SpectralLine(name, float(vacuum_to_air_nm(rest * stretch)), amount * 1e-16)
        for name, rest, amount in figures["lines"]
    )

    def flux(wavelength_nm: Array) -> Array:
        total = flux_of_ab(np.array(figures["g_ab"]), np.array(500.0)) * (wavelength_nm / 500.0) ** figures["slope"]
        for line in lines:
            sigma = line.wavelength_nm * figures["sigma_km_s"] / _LIGHT_KM_S
            profile = np.exp(-0.5 * ((wavelength_nm - line.wavelength_nm) / sigma) ** 2)
            total = total + (line.flux or 0.0) * profile / (np.sqrt(2.0 * np.pi) * sigma * 10.0)  # 10: angstrom in a nm
        return np.asarray(total)

    return Target(figures["name"], figures["ra_deg"], figures["dec_deg"], figures["column_px"], flux, lines)


@cache
def star() -> Target:
    """Return the faint star: a black body with absorption lines."""
    figures = _targets()["star"]
    temperature, level = figures["temperature_k"], flux_of_ab(np.array(figures["g_ab"]), np.array(500.0))

    def black_body(wavelength_nm: Array) -> Array:
        return np.asarray(wavelength_nm**-5 / np.expm1(_SECOND_RADIATION_CONSTANT_NM_K / (wavelength_nm * temperature)))

    def continuum(wavelength_nm: Array) -> Array:
        return np.asarray(level * black_body(wavelength_nm) / black_body(np.array(500.0)))

    def flux(wavelength_nm: Array) -> Array:
        total = continuum(wavelength_nm)
        for _, centre, depth, sigma in figures["lines"]:
            total = total * (1.0 - depth * np.exp(-0.5 * ((wavelength_nm - centre) / sigma) ** 2))
        return np.asarray(total)

    lines = tuple(
        SpectralLine(
            name, centre, -float(continuum(np.array(centre))) * depth * sigma * 10.0 * float(np.sqrt(2.0 * np.pi))
        )
        for name, centre, depth, sigma in figures["lines"]
    )
    return Target(figures["name"], figures["ra_deg"], figures["dec_deg"], figures["column_px"], flux, lines)


def _smooth_factor(
    centre_nm: Array, ab_mag: Array, bin_nm: Array, shape: Callable[[Array], Array]
) -> tuple[Array, CubicSpline]:
    """Return nodes and the spline of log10 f_nu that, times `shape`, has the table's magnitudes as means over its bins."""
    wanted = 10.0 ** (-0.4 * ab_mag)
    inside = (np.arange(40) / 40.0 - 0.4875) * bin_nm[:, np.newaxis] + centre_nm[:, np.newaxis]
    clipped = np.clip(inside, centre_nm[0], centre_nm[-1])
    values = np.log10(wanted / shape(inside).mean(axis=1))
    for _ in range(30):
        spline = CubicSpline(centre_nm, values)
        found = np.mean(10.0 ** spline(clipped) * shape(inside), axis=1)
        values = values + 0.7 * np.log10(wanted / found)
    return centre_nm, CubicSpline(centre_nm, values)


@cache
def _targets() -> Mapping[str, Any]:
    return tomllib.loads((DATA / "targets.toml").read_text(encoding="utf-8"))
