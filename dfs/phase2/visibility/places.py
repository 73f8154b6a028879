"""Where the targets of blocks stand: position, equinox, proper motion; or the ephemeris of a moving target.

Differential tracking (``differentialRa``, ``differentialDec``) starts with the block at the position given, wherever in the night that
is: within an hour it moves the fastest targets by some arcminutes, and is left out of altitudes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.model.phase2 import ObservationBlock
from dfs.model.sexagesimal import DEC_FORMAT, RA_FORMAT, dec_deg, ra_deg
from dfs.sky.ephemerides import Track, direction, from_b1950, moved, read_track

__all__ = ["place_of", "places_of"]

Array = NDArray[np.float64]

_MJD_J2000, _YEAR_D = 51544.5, 365.25
_EQUINOXES = {
    "J2000": False,
    "2000": False,
    "2000.0": False,
    "ICRS": False,
    "B1950": True,
    "1950": True,
    "1950.0": True,
}


def place_of(block: ObservationBlock, mjd: Array) -> Array:
    """Return the target's direction at instants `mjd`: (3,) for a star, (N, 3) for a moving target, NaN outside its ephemeris.

    Raises
    ------
    UsageError
        Calibration blocks have no target; a coordinate, equinox, proper motion or ephemeris that cannot be read; `where` names it.
    """
    places, (wrong,) = places_of([block], mjd)
    if wrong is not None:
        raise wrong
    return np.asarray(places[0], dtype=np.float64)


def places_of(blocks: Sequence[ObservationBlock], mjd: Array) -> tuple[Array, list[UsageError | None]]:
    """Return directions of all targets, (M, 3) or (M, N, 3) when one moves, and for each what was wrong with it.

    A target that cannot be read has NaN.
    """
    stars = np.full((len(blocks), 6), np.nan)
    wrong: list[UsageError | None] = [None] * len(blocks)
    tracks: dict[int, Track] = {}
    for index, block in enumerate(blocks):
        try:
            if block.ephemeris.strip() and block.kind == "OB":
                tracks[index] = read_track(block.ephemeris)
            else:
                stars[index] = _star(block)
        except UsageError as error:
            wrong[index] = error
    places = _directions(stars, float(mjd[len(mjd) // 2]))
    if tracks:
        places = np.repeat(places[:, None, :], len(mjd), axis=1)
        for index, track in tracks.items():
            places[index] = track.at(mjd)
    return places, wrong


def _star(block: ObservationBlock) -> tuple[float, float, bool, float, float, float]:
    """Return right ascension and declination (deg), whether of B1950, proper motions (arcsec/yr) and their epoch."""
    target = block.target
    if block.kind == "CB":
        raise UsageError("a calibration block has no target", where="target")
    ra = _read(ra_deg, target.ra, "target.ra", RA_FORMAT)
    dec = _read(dec_deg, target.dec, "target.dec", DEC_FORMAT)
    if (ra, dec) == (0.0, 0.0):  # as a new block has
        raise UsageError("no position was given", where="target.ra", accepted=RA_FORMAT)
    try:
        is_old = _EQUINOXES[target.equinox.strip().upper() or "J2000"]
    except KeyError:
        message = f"the equinox {target.equinox!r} is not known"
        raise UsageError(message, where="target.equinox", accepted="J2000, B1950") from None
    return ra, dec, is_old, target.proper_motion_ra, target.proper_motion_dec, target.epoch


def _read(read: Callable[[str], float], text: str, where: str, accepted: str) -> float:
    try:
        return read(text)
    except ValueError:
        raise UsageError(f"{text!r} is not readable", where=where, accepted=accepted) from None


def _directions(stars: Array, mjd: float) -> Array:
    """Return the directions (M, 3) of stars at `mjd`, J2000."""
    ra, dec, is_old, rate_ra, rate_dec, epoch = stars.T
    there = direction(ra, dec)
    if (is_old == 1).any():
        there = np.where((is_old == 1)[:, None], from_b1950(there), there)
    if (rate_ra != 0).any() or (rate_dec != 0).any():
        there = moved(there, rate_ra, rate_dec, 2000.0 + (mjd - _MJD_J2000) / _YEAR_D - epoch)
    return there
