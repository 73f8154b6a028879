"""Footprints of products on the sky: from their WCS, their catalogue's outline, or their aperture.

The gnomonic projection (TAN with a CD matrix, nearly every image) is written out for speed; every other WCS is astropy's work.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.archive.tables.values import as_number, as_text

__all__ = ["Footprint", "footprint_of", "sky_images"]

Array = NDArray[np.float64]
_ASIDE = {"ERROR", "QUALITY"}  # HDUCLAS2 of what accompanies an image
_MOST_CHIPS = 64
_MOST_CORNERS = 100
_WCS = ("NAXIS1", "NAXIS2", "CRVAL1", "CRVAL2", "CRPIX1", "CRPIX2", "CD1_1", "CD1_2", "CD2_1", "CD2_2")


@dataclass(frozen=True)
class Footprint:
    """Polygons on the sky, deg, each of shape (corners, 2); or a position alone (spectra, as ESO has it); or nothing.

    Attributes
    ----------
    polygons
        One for each detector of a mosaic.
    centre
        (ra, dec) in deg; None when unknown.
    diameter
        In deg, of the whole; None when unknown.
    """

    polygons: tuple[Array, ...] = ()
    centre: tuple[float, float] | None = None
    diameter: float | None = None

    def text(self) -> str | None:
        """Return the footprint in STC-S, as ESO writes it."""
        rings = [f"POLYGON J2000 {_numbers(ring)}" for ring in self.polygons]
        if len(rings) > 1:
            return f"UNION J2000 ( {' '.join(ring.replace(' J2000', '') for ring in rings)} )"
        if rings:
            return rings[0]
        if self.centre is None:
            return None
        return f"POSITION J2000 {_numbers(np.array([self.centre]))}"


def footprint_of(header: Mapping[str, Any], extensions: Sequence[Mapping[str, Any]]) -> Footprint:
    """Return the footprint of a product from its headers; what they do not tell is missing, nothing raises."""
    centre = _centre(header)
    rings = [ring for one in sky_images(header, extensions)[:_MOST_CHIPS] if (ring := _corners(one)) is not None]
    outline = None if rings else _outline(header)
    if outline is not None:
        rings = [outline]
    if rings:
        return Footprint(tuple(rings), centre or _middle(rings), _extent(rings))
    apertures = [as_number(one.get("APERTURE")) for one in (header, *extensions)]
    aperture = next((one for one in apertures if one is not None and 0 < one < 10), None)
    return Footprint((), centre, aperture)


def sky_images(header: Mapping[str, Any], extensions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the headers of the images among a product's HDUs whose first two axes lie on the sky."""
    return [one for one in (header, *extensions) if _is_sky_image(one)]


def _is_sky_image(header: Mapping[str, Any]) -> bool:
    axes = header.get("NAXIS")
    first, second = (as_text(header.get(f"CTYPE{axis}")) or "" for axis in (1, 2))
    is_on_sky = (first[:4] == "RA--" and second[:4] == "DEC-") or (first[:4] == "DEC-" and second[:4] == "RA--")
    return type(axes) is int and axes >= 2 and is_on_sky and as_text(header.get("HDUCLAS2")) not in _ASIDE


def _centre(header: Mapping[str, Any]) -> tuple[float, float] | None:
    ra, dec = as_number(header.get("RA")), as_number(header.get("DEC"))
    if ra is None or dec is None or not (0 <= ra <= 360 and abs(dec) <= 90):
        return None
    return ra, dec


def _corners(header: Mapping[str, Any]) -> Array | None:
    """Return the sky positions of the outer corners of an image's corner pixels."""
    numbers = [as_number(header.get(keyword)) for keyword in _WCS]
    nx, ny = numbers[0], numbers[1]
    if nx is None or ny is None or nx < 1 or ny < 1:
        return None
    pixels = np.array([[0.5, 0.5], [nx + 0.5, 0.5], [nx + 0.5, ny + 0.5], [0.5, ny + 0.5]])
    is_plain = header.get("CTYPE1") == "RA---TAN" and header.get("CTYPE2") == "DEC--TAN" and "PV1_1" not in header
    complete = [number for number in numbers if number is not None]
    ring = _gnomonic(pixels, complete) if is_plain and len(complete) == len(_WCS) else _by_astropy(pixels, header)
    if ring is None or not np.isfinite(ring).all() or np.abs(ring[:, 1]).max() > 90:
        return None
    ring[:, 0] %= 360.0
    return ring


def _gnomonic(pixels: Array, numbers: Sequence[float]) -> Array:
    """Return sky positions of pixels (1-based); formulae of Calabretta & Greisen (2002), section 5.1.3."""
    ra0, dec0 = np.radians(numbers[2]), np.radians(numbers[3])
    matrix = np.array(numbers[6:]).reshape(2, 2)
    xi, eta = np.radians((pixels - numbers[4:6]) @ matrix.T).T
    depth = np.cos(dec0) - eta * np.sin(dec0)
    ra = ra0 + np.arctan2(xi, depth)
    dec = np.arctan2(np.sin(dec0) + eta * np.cos(dec0), np.hypot(xi, depth))
    return np.asarray(np.degrees(np.column_stack([ra, dec])), dtype=np.float64)


def _by_astropy(pixels: Array, header: Mapping[str, Any]) -> Array | None:
    from astropy.io import fits
    from astropy.wcs import WCS

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cards = [(key, value) for key, value in header.items() if len(key) <= 8 and value is not None]
            sky = WCS(fits.Header(cards)).celestial
            return np.asarray(sky.all_pix2world(pixels, 1), dtype=np.float64)
    except Exception:  # noqa: BLE001 - astropy raises many kinds of errors at broken headers; then there is no footprint
        return None


def _outline(header: Mapping[str, Any]) -> Array | None:
    """Return a catalogue's footprint, FPRA1, FPDE1, FPRA2 ... (ESO's standard for science data products)."""
    corners = []
    for number in range(1, _MOST_CORNERS):
        ra, dec = as_number(header.get(f"FPRA{number}")), as_number(header.get(f"FPDE{number}"))
        if ra is None or dec is None or abs(dec) > 90:
            break
        corners.append((ra % 360.0, dec))
    return np.array(corners) if len(corners) >= 3 else None


def _vectors(ring: Array) -> Array:
    ra, dec = np.radians(ring).T
    return np.column_stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


def _middle(rings: Sequence[Array]) -> tuple[float, float]:
    x, y, z = np.vstack([_vectors(ring) for ring in rings]).mean(axis=0)
    return float(np.degrees(np.arctan2(y, x)) % 360.0), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def _extent(rings: Sequence[Array]) -> float:
    """Return the largest distance between two corners, deg; by the chord, which is exact for small angles too."""
    vectors = np.vstack([_vectors(ring) for ring in rings])
    chord = np.linalg.norm(vectors[:, np.newaxis] - vectors[np.newaxis], axis=2).max()
    return float(np.degrees(2 * np.arcsin(min(chord / 2, 1.0))))


def _numbers(ring: Array) -> str:
    return " ".join(repr(round(float(number), 6)) for number in ring.ravel())
