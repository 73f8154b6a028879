"""Where the telescope pointed: J2000, galactic, ecliptic, and as a region."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.archive.tables.making import Maker
from dfs.archive.tables.truth import Truth
from dfs.archive.tables.values import finite

__all__ = ["MAKERS", "pointing_text", "positions"]

Array = NDArray[np.float64]
_MEAN_EQUINOX = (1800.0, 2100.0)  # others are no equinox


def positions(truth: Truth) -> tuple[Array, Array]:
    """Return right ascension and declination (deg, J2000) of each header; NaN where it gives no position."""
    return truth.once("positions", lambda: _positions(truth))


def _positions(truth: Truth) -> tuple[Array, Array]:
    ra, dec = (np.array(truth.numbers(keyword), dtype=np.float64) for keyword in ("RA", "DEC"))
    wrong = ~((ra >= 0) & (ra <= 360) & (np.abs(dec) <= 90))
    ra[wrong], dec[wrong] = np.nan, np.nan
    equinox = np.array(truth.numbers("EQUINOX"), dtype=np.float64)
    low, high = _MEAN_EQUINOX
    other = ~wrong & (equinox > low) & (equinox < high) & (equinox != 2000.0)
    if other.any():
        ra[other], dec[other] = _precessed(ra[other], dec[other], equinox[other])
    return ra, dec


def _precessed(ra: Array, dec: Array, equinox: Array) -> tuple[Array, Array]:
    """Return positions of other equinoxes as of J2000 (FK5; the step from FK4, below an arcsecond and a half, is left out)."""
    from astropy.coordinates import FK5, SkyCoord
    from astropy.time import Time

    ra, dec = ra.copy(), dec.copy()
    for year in np.unique(equinox):
        there = equinox == year
        old = SkyCoord(ra[there], dec[there], unit="deg", frame=FK5(equinox=Time(year, format="jyear")))
        new = old.transform_to(FK5(equinox=Time(2000.0, format="jyear")))
        ra[there], dec[there] = new.ra.deg, new.dec.deg
    return ra, dec


def pointing_text(ra: float, dec: float) -> str | None:
    """Return a position in STC-S as ESO writes it; None for none."""
    return f"POSITION J2000 {round(float(ra), 6)!r} {round(float(dec), 6)!r}" if np.isfinite(ra + dec) else None


def _rounded(values: Array) -> list[float | None]:
    return finite(np.round(values, 6).tolist())


def _galactic(truth: Truth) -> tuple[Array, Array]:
    from dfs.sky.systems import galactic

    return truth.once("galactic", lambda: galactic(*positions(truth)))


def _ecliptic(truth: Truth) -> tuple[Array, Array]:
    from dfs.sky.systems import ecliptic

    return truth.once("ecliptic", lambda: ecliptic(*positions(truth)))


def _pointings(truth: Truth) -> list[Any]:
    ra, dec = positions(truth)
    return [pointing_text(*one) for one in zip(ra.tolist(), dec.tolist(), strict=True)]


MAKERS: dict[str, Maker] = {
    "ra": lambda truth: finite(positions(truth)[0].tolist()),
    "dec": lambda truth: finite(positions(truth)[1].tolist()),
    "ra_pnt": lambda truth: _rounded(positions(truth)[0]),
    "dec_pnt": lambda truth: _rounded(positions(truth)[1]),
    "gal_lon": lambda truth: _rounded(_galactic(truth)[0]),
    "gal_lat": lambda truth: _rounded(_galactic(truth)[1]),
    "ecl_lon": lambda truth: _rounded(_ecliptic(truth)[0]),
    "ecl_lat": lambda truth: _rounded(_ecliptic(truth)[1]),
    "pointing": _pointings,
}
