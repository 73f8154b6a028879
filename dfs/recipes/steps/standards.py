"""Spectrophotometric standard stars: their tables, found by position or name.

The numbers are those of Hamuy et al. (1992, PASP 104, 533; 1994, PASP 106, 566): mean magnitudes in bands, with f_nu in erg/s/cm2/Hz::

    m = -2.5 log10(f_nu) - 48.59

(0.01 mag from the AB zero point of 48.60). Wavelengths are in air.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError, NotFoundError
from dfs.model import Header

__all__ = ["Standard", "find_standard", "standard_of", "standards"]

Array = NDArray[np.float64]

_ZERO_POINT = 48.59
_LIGHT_ANGSTROM_S = 2.99792458e18
RADIUS_ARCSEC = 120.0  # standards are alone in the sky, and the nearest ones move 2.7 arcsec a year


@dataclass(frozen=True, slots=True, eq=False)
class Standard:
    """A standard star.

    Attributes
    ----------
    name, aliases
        Names; spaces, case and punctuation do not matter.
    ra_deg, dec_deg
        Position (J2000), good to the proper motion since.
    wavelength_nm, width_nm
        Middle (air) and width of each band, shape (bands,).
    magnitude
        Mean magnitude of each band.
    source
        Where the numbers come from.
    """

    name: str
    aliases: tuple[str, ...]
    ra_deg: float
    dec_deg: float
    wavelength_nm: Array
    magnitude: Array
    width_nm: Array
    source: str

    @property
    def flux(self) -> Array:
        """Return the mean flux of each band, erg/s/cm2/angstrom: f_nu c / (a b) between the edges a and b."""
        low = 10.0 * (self.wavelength_nm - 0.5 * self.width_nm)
        high = 10.0 * (self.wavelength_nm + 0.5 * self.width_nm)
        f_nu = 10.0 ** (-0.4 * (self.magnitude + _ZERO_POINT))
        return np.asarray(f_nu * _LIGHT_ANGSTROM_S / (low * high), dtype=np.float64)

    def within(self, first_nm: float, last_nm: float) -> Standard:
        """Return the star with only those bands that lie wholly between two wavelengths."""
        half = 0.5 * self.width_nm
        return self._only((self.wavelength_nm - half >= first_nm) & (self.wavelength_nm + half <= last_nm))

    def outside(self, first_nm: Array, last_nm: Array) -> Standard:
        """Return the star with only those bands that touch none of the intervals from `first_nm` to `last_nm`, shape (n,)."""
        half = 0.5 * self.width_nm[:, np.newaxis]
        middle = self.wavelength_nm[:, np.newaxis]
        return self._only(~np.any((middle + half > first_nm) & (middle - half < last_nm), axis=1))

    def _only(self, bands: NDArray[np.bool_]) -> Standard:
        return replace(
            self,
            wavelength_nm=self.wavelength_nm[bands],
            magnitude=self.magnitude[bands],
            width_nm=self.width_nm[bands],
        )

    def distance_arcsec(self, ra_deg: float, dec_deg: float) -> float:
        """Return the angle between the star and a position."""
        ra, dec = np.radians([ra_deg, self.ra_deg]), np.radians([dec_deg, self.dec_deg])
        haversine = np.sin(0.5 * (dec[1] - dec[0])) ** 2
        haversine += np.cos(dec[0]) * np.cos(dec[1]) * np.sin(0.5 * (ra[1] - ra[0])) ** 2
        return float(np.degrees(2.0 * np.arcsin(np.sqrt(min(haversine, 1.0)))) * 3600.0)


@cache
def standards() -> tuple[Standard, ...]:
    """Return all standards, in the order of right ascension."""
    folder = resources.files("dfs.recipes").joinpath("standards")
    texts = [one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(".ecsv")]
    return tuple(sorted((_parse(text) for text in texts), key=lambda star: star.ra_deg))


def find_standard(name: str) -> Standard:
    """Return the standard called `name`; `NotFoundError` lists those there are."""
    wanted = _plain(name)
    for star in standards():
        if wanted in {_plain(one) for one in (star.name, *star.aliases)}:
            return star
    raise NotFoundError(
        f"no spectrophotometric standard {name!r}", accepted=", ".join(star.name for star in standards())
    )


def standard_of(header: Header, where: str = "", name: str = "", radius_arcsec: float = RADIUS_ARCSEC) -> Standard:
    """Return the standard that a frame shows: the one called `name`, else the one at its position, else by OBJECT.

    Raises
    ------
    NotFoundError
        There is no standard `name`.
    DataError
        No standard lies at the position, and OBJECT names none; says which is nearest.
    """
    if name:
        return find_standard(name)
    ra, dec = header.get("RA"), header.get("DEC")
    placed = isinstance(ra, int | float) and isinstance(dec, int | float)
    if placed:
        distance, star = min(
            ((one.distance_arcsec(float(ra), float(dec)), one) for one in standards()),  # type: ignore[arg-type]
            key=lambda pair: pair[0],
        )
        if distance <= radius_arcsec:
            return star
    try:
        return find_standard(str(header.get("OBJECT", "")))
    except NotFoundError:
        nearest = f", the nearest is {star.name} at {distance / 3600:.2f} deg" if placed else ""
        raise DataError(
            f"no spectrophotometric standard within {radius_arcsec:g} arcsec of the position, "
            f"and OBJECT = {header.get('OBJECT')!r} names none{nearest}",
            where=where,
            keyword="RA, DEC",
            accepted=", ".join(one.name for one in standards()),
            hint="name the star with the parameter star",
        ) from None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _parse(text: str) -> Standard:
    lines = text.splitlines()
    meta = dict(re.findall(r"^#   (\w+): (.*)$", text, flags=re.MULTILINE))
    rows = np.array([line.split() for line in lines if line and not line.startswith("#")][1:], dtype=np.float64)
    aliases = tuple(filter(None, (one.strip() for one in meta["aliases"].strip("[]").split(","))))
    return Standard(
        name=meta["name"],
        aliases=aliases,
        ra_deg=float(meta["ra_deg"]),
        dec_deg=float(meta["dec_deg"]),
        wavelength_nm=rows[:, 0],
        magnitude=rows[:, 1],
        width_nm=rows[:, 2],
        source=meta["source"].strip("'"),
    )
