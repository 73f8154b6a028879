"""What the recipes of this package do with a frame, and the noise that this leaves.

An image: light within one FWHM of the star's centre, pixels cut by the rim counted by the area inside, so that the noise of a pixel
counts with that area squared; corrected to the whole light, which leaves the signal-to-noise as it is.

A spectrum: rows within two FWHM of the trace, weighted by profile over variance (Horne 1986, PASP 98, 609), the variance being that of the
expected light; of the sky, a polynomial of degree 2 along the slit fitted in each column to the lit rows but for four at each end and
those within five of the aperture; its error adds up with the weights. An even surface has no profile: a plain sum. A disk has that of a Gaussian
that soon becomes flat (`dfs.etc.geometry.disk.profile_sigma`), in an aperture as wide as the disk and a point's in quadrature.
The recipes reduce images and long slits of EFOSC2 and FORS2. Elsewhere the same is taken to be done, but a slit with fewer than 100 rows of
sky cannot bear a curve: its sky is the mean of the rows outside the aperture (assumed).

The width is that on the pixels (the pixel in quadrature). Counts are rounded to whole ADU: a variance of gain^2/12 at each reading.
Exposures are reduced one by one and their sums added.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.etc.geometry.aperture import Aperture, Noise
from dfs.etc.geometry.place import place_of
from dfs.etc.kernels import optimal_sums
from dfs.instruments.optics import LightPath

__all__ = ["aperture", "sky_covariance", "variance"]

Array = NDArray[np.float64]

IMAGE_RADIUS, TRACE_HALF_WIDTH = 1.0, 2.0  # FWHM, as the recipes science_image and science_spectrum have them
SKY_DEGREE, SKY_MARGIN_PX, SLIT_EDGE_PX = 2, 5.0, 4.0
LEAST_SKY_ROWS = 100
_NODES = 17
_FWHM = np.sqrt(8.0 * np.log(2.0))
_PIXEL = 1.0 / 12.0  # variance of a pixel's extent
_FINE = 16  # parts of a pixel's side, to know the area that a circle cuts


def aperture(
    light: LightPath, seeing_arcsec: float, airmass: float, *, extended: bool, diameter_arcsec: float | None
) -> Aperture:
    """Return the aperture for a source in a seeing (FWHM at the zenith and 500 nm, arcsec)."""
    place = place_of(light, seeing_arcsec, airmass)
    half = TRACE_HALF_WIDTH if place.has_slit else IMAGE_RADIUS
    size = 2.0 * half * float(np.hypot(place.reference_fwhm / place.scale_arcsec, _FWHM * np.sqrt(_PIXEL)))
    if extended and diameter_arcsec is not None:
        size = float(np.hypot(size, diameter_arcsec / place.scale_arcsec))
    lay = place.strip if place.has_slit else place.circle
    return lay(size, extended, diameter_arcsec)


def variance(aperture: Aperture, noise: Noise) -> Mapping[str, Array]:
    """Return term -> variance in the aperture (electrons squared) of the light in it."""
    sums = _spectrum_sums(aperture, noise) if aperture.in_slit else _image_sums(aperture)
    target, pixels, fitted = sums
    beams = aperture.beams
    floor = noise.sky_e + noise.dark_e + noise.read_e2 + noise.digit_e2
    return {
        "target": target * noise.target_e,
        "sky": beams * pixels * noise.sky_e,
        "dark": beams * pixels * noise.dark_e,
        "read-out": beams * pixels * noise.read_e2,
        "sky fit": beams * fitted * floor,
        "digitisation": beams * pixels * noise.digit_e2,
    }


def _spectrum_sums(aperture: Aperture, noise: Noise) -> tuple[Array, Array, Array]:
    """Return of the weights w of each column: sum of w^2 times profile, sum of w^2, variance of the sky under them per variance of a pixel."""
    floor = noise.sky_e + noise.dark_e + noise.read_e2 + noise.digit_e2
    covariance = sky_covariance(aperture.rows, aperture.slit_rows)
    light = noise.target_e / aperture.beams
    target, pixels, fitted = optimal_sums(
        np.ascontiguousarray(light),
        np.ascontiguousarray(floor),
        aperture.profile_sigma,
        0.5 * aperture.rows,
        covariance,
        max(aperture.slit_rows, aperture.rows) * 0.5,
        aperture.is_weighted,
    )
    return target, pixels, fitted


@lru_cache(maxsize=64)
def sky_covariance(rows: float, slit_rows: float) -> Array:
    """Return the covariance of the sky's polynomial (powers of the distance from the middle, in half slits) per variance of a pixel."""
    half = 0.5 * slit_rows
    places = np.arange(-np.floor(half), np.floor(half) + 1.0)
    used = places[(np.abs(places) <= half - SLIT_EDGE_PX) & (np.abs(places) > 0.5 * rows + SKY_MARGIN_PX)]
    found = np.zeros((SKY_DEGREE + 1, SKY_DEGREE + 1))
    if used.size >= LEAST_SKY_ROWS:
        powers = np.vander(used / half, SKY_DEGREE + 1, increasing=True)
        found[:] = np.linalg.inv(powers.T @ powers)
    elif slit_rows > rows:
        found[0, 0] = 1.0 / max(used.size, slit_rows - rows, 1.0)
    return found


def _image_sums(aperture: Aperture) -> tuple[Array, Array, Array]:
    """Return sum of a^2 times profile over sum of a times profile, and sum of a^2, of the areas a of pixels in the circle."""
    sigma = aperture.sigma_rows
    nodes = np.unique(np.linspace(float(np.min(sigma)), float(np.max(sigma)), _NODES))
    target, pixels = np.array([_circle_sums(aperture.rows, float(node)) for node in nodes]).T
    return np.interp(sigma, nodes, target), np.interp(sigma, nodes, pixels), np.zeros_like(sigma)


@lru_cache(maxsize=256)
def _circle_sums(diameter: float, sigma: float) -> tuple[float, float]:
    reach = int(np.ceil(0.5 * diameter)) + 1
    fine = (np.arange((2 * reach + 1) * _FINE) + 0.5) / _FINE - reach - 0.5
    inside = (fine[:, np.newaxis] ** 2 + fine**2 <= (0.5 * diameter) ** 2).astype(np.float64)
    profile = np.exp(-0.5 * (fine / sigma) ** 2)
    side = 2 * reach + 1
    area = inside.reshape(side, _FINE, side, _FINE).mean(axis=(1, 3))
    mass = profile.reshape(side, _FINE).mean(axis=1)
    light = mass[:, np.newaxis] * mass
    return float(np.sum(area**2 * light) / np.sum(area * light)), float(np.sum(area**2))
