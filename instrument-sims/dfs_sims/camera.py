"""Imaging: from a field of stars and galaxies to the electrons expected per second on each pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline

from dfs_sims.atmosphere import seeing_arcsec
from dfs_sims.figures import figures
from dfs_sims.geometry import SHAPE
from dfs_sims.night_sky import sky_continuum, sky_lines
from dfs_sims.psf import moffat_radius
from dfs_sims.throughput import area_m2, filter_efficiency, zero_point

__all__ = ["Source", "TangentPlane", "field_illumination", "image_electrons", "sky_rate"]

Array = NDArray[np.float64]

_EXTENDED_BETA = 2.5


@dataclass(frozen=True, slots=True)
class Source:
    """A star (size 0) or a galaxy of the field.

    Attributes
    ----------
    name, ra_deg, dec_deg
        J2000.
    g_ab
        Magnitude outside the atmosphere.
    size_arcsec
        FWHM before seeing; a galaxy is drawn as an elliptical Moffat profile of beta 2.5, seeing added in quadrature.
    axis_ratio, angle_deg
        Of a galaxy's image, angle from +x to +y of the raw frame.
    """

    name: str
    ra_deg: float
    dec_deg: float
    g_ab: float
    size_arcsec: float = 0.0
    axis_ratio: float = 1.0
    angle_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class TangentPlane:
    """The true world coordinates of an image, as EFOSC2's headers write them.

    The CD matrix is ``s [[cos p, sin p], [-sin p, cos p]]`` with p = ADA POSANG: with p = 0, +x is East and +y North
    (measured: the stars of two dithered frames of run 108.22F6.001 moved by (-41.5, -20.7) pixels when the telescope moved by
    (+41.5, +20.9) pixels to the East and North).
    """

    ra_deg: float
    dec_deg: float
    position_angle_deg: float = 0.0
    reference_px: tuple[float, float] = (516.0, 487.25)  # CRPIX 517, 488.25 count from 1

    def cd(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the CD matrix, degrees per pixel."""
        scale = figures()["geometry"]["scale_arcsec"] / 3600.0
        angle = math.radians(self.position_angle_deg)
        c, s = scale * math.cos(angle), scale * math.sin(angle)
        return (c, s), (-s, c)

    def pixel(self, ra_deg: Array, dec_deg: Array) -> tuple[Array, Array]:
        """Return the pixel (x, y), 0-based, of positions; gnomonic projection, Calabretta & Greisen 2002, A&A 395, 1077."""
        ra, dec = np.radians(ra_deg - self.ra_deg), np.radians(dec_deg)
        dec0 = math.radians(self.dec_deg)
        towards = np.sin(dec) * math.sin(dec0) + np.cos(dec) * math.cos(dec0) * np.cos(ra)
        xi = np.degrees(np.cos(dec) * np.sin(ra) / towards)
        eta = np.degrees((np.sin(dec) * math.cos(dec0) - np.cos(dec) * math.sin(dec0) * np.cos(ra)) / towards)
        dx, dy = np.linalg.inv(np.array(self.cd())) @ np.array([xi, eta])
        return dx + self.reference_px[0], dy + self.reference_px[1]


def image_electrons(sources: Sequence[Source], plane: TangentPlane, seeing: float, airmass: float, name: str) -> Array:
    """Return electrons per second on every pixel: sky and `sources` through filter `name`.

    Parameters
    ----------
    sources
        The field.
    plane
        Where the telescope really points.
    seeing
        FWHM (arcsec) at 500 nm in the zenith.
    airmass
        Of mid-exposure.
    name
        Filter, e.g. ``g#782``.
    """
    image = np.full(SHAPE, sky_rate(airmass, name))
    scale: float = figures()["geometry"]["scale_arcsec"]
    beta: float = figures()["seeing"]["beta"]
    star = float(seeing_arcsec(seeing, np.array([_centre_nm(name)]), airmass)[0])
    x, y = plane.pixel(np.array([one.ra_deg for one in sources]), np.array([one.dec_deg for one in sources]))
    zero = zero_point(airmass, name)
    for one, at_x, at_y in zip(sources, x, y, strict=True):
        width = math.hypot(star, one.size_arcsec) / scale
        shape = _EXTENDED_BETA if one.size_arcsec else beta
        rate = 10.0 ** (-0.4 * (one.g_ab - zero))
        angle = math.radians(one.angle_deg)
        _add_moffat(image, at_x, at_y, rate, moffat_radius(width, shape), shape, one.axis_ratio, angle)
    return image * field_illumination()


def sky_rate(airmass: float, name: str) -> float:
    """Return electrons per second and pixel from the night sky through filter `name`."""
    wavelength = np.arange(300.0, 700.0, 0.5)
    continuum = float(np.sum(sky_continuum(wavelength, airmass) * filter_efficiency(wavelength, name)) * 0.5)
    lines_nm, lines = sky_lines(airmass)
    rate = continuum + float(np.sum(lines * filter_efficiency(lines_nm, name)))
    scale: float = figures()["geometry"]["scale_arcsec"]
    return rate * area_m2() * scale**2


def field_illumination() -> Array:
    """Return how evenly the camera lights the detector, 1 in the middle, with the shaded edges."""
    table: dict[str, Any] = figures()["field_illumination"]
    nodes = table["nodes_px"]
    smooth = RectBivariateSpline(nodes, nodes, np.array(table["values"]), kx=2, ky=2)
    lowest, highest = nodes[0], nodes[-1]
    y = np.clip(np.arange(SHAPE[0], dtype=float), lowest, highest)
    x = np.clip(np.arange(SHAPE[1], dtype=float), lowest, highest)
    return np.asarray(smooth(y, x))


def _centre_nm(name: str) -> float:
    wavelength = np.arange(300.0, 1000.0, 1.0)
    weight = filter_efficiency(wavelength, name)
    return float(np.sum(wavelength * weight) / np.sum(weight))


@njit(cache=True)  # type: ignore[untyped-decorator]
def _add_moffat(  # pragma: no cover - compiled
    image: Array, x0: float, y0: float, flux: float, alpha: float, beta: float, ratio: float, angle: float
) -> None:
    """Add a Moffat profile of total `flux`, integrated over pixels by 5 x 5 points near the centre and 2 x 2 outside."""
    half = int(min(120.0, 10.0 * alpha))
    peak = flux * (beta - 1.0) / (math.pi * alpha * alpha * ratio)
    cosine, sine = math.cos(angle), math.sin(angle)
    for y in range(max(0, int(y0) - half), min(image.shape[0], int(y0) + half + 1)):
        for x in range(max(0, int(x0) - half), min(image.shape[1], int(x0) + half + 1)):
            near = abs(x - x0) < 2.0 * alpha and abs(y - y0) < 2.0 * alpha
            count = 5 if near else 2
            total = 0.0
            for j in range(count):
                for i in range(count):
                    dx = x - x0 + (i + 0.5) / count - 0.5
                    dy = y - y0 + (j + 0.5) / count - 0.5
                    u = dx * cosine + dy * sine
                    v = (dy * cosine - dx * sine) / ratio
                    total += (1.0 + (u * u + v * v) / (alpha * alpha)) ** -beta
            image[y, x] += peak * total / (count * count)
