"""Where the targets of blocks stand: position, equinox, proper motion; or the ephemeris of a moving target.

Differential tracking (``differentialRa``, ``differentialDec``) starts with the block at the position given, wherever in the night that
is: within an hour it moves the fastest targets by some arcminutes, and is left out of altitudes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.model.phase2 import ObservationBlock, Target
from dfs.model.sexagesimal import DEC_FORMAT, RA_FORMAT
from dfs.sky.ephemerides import direction, from_b1950, moved, read_track

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
    if block.kind == "CB":
        raise UsageError("a calibration block has no target", where="target")
    if block.ephemeris.strip():
        return read_track(block.ephemeris).at(mjd)
    if not block.target.ra.strip() or not block.target.dec.strip() or not _is_set(block.target):
        raise UsageError("no position was given", where="target.ra", accepted=RA_FORMAT)
    return _star(block.target, float(mjd[len(mjd) // 2]))


def places_of(blocks: Sequence[ObservationBlock], mjd: Array) -> tuple[Array, list[UsageError | None]]:
    """Return directions of all targets, (M, 3) or (M, N, 3) when one moves, and for each what was wrong with it.

    A target that cannot be read has NaN.
    """
    found: list[Array] = []
    wrong: list[UsageError | None] = []
    for block in blocks:
        try:
            found.append(place_of(block, mjd))
            wrong.append(None)
        except UsageError as error:
            found.append(np.full(3, np.nan))
            wrong.append(error)
    if any(one.ndim == 2 for one in found):
        found = [np.broadcast_to(one, (len(mjd), 3)) for one in found]
    return np.array(found).reshape(-1, *(found[0].shape if found else (3,))), wrong


def _is_set(target: Target) -> bool:
    _coordinates(target)
    return target.is_set


def _coordinates(target: Target) -> tuple[float, float]:
    values = []
    for where, accepted, read in (
        ("ra", RA_FORMAT, lambda: target.ra_deg),
        ("dec", DEC_FORMAT, lambda: target.dec_deg),
    ):
        values.append(_read(read, f"{getattr(target, where)!r} is not readable", f"target.{where}", accepted))
    return values[0], values[1]


def _read(read: Callable[[], float], message: str, where: str, accepted: str) -> float:
    try:
        return read()
    except ValueError:
        raise UsageError(message, where=where, accepted=accepted) from None


def _star(target: Target, mjd: float) -> Array:
    """Return the direction of a star at `mjd`, J2000."""
    there = direction(*_coordinates(target))
    try:
        is_old = _EQUINOXES[target.equinox.strip().upper() or "J2000"]
    except KeyError:
        message = f"the equinox {target.equinox!r} is not known"
        raise UsageError(message, where="target.equinox", accepted="J2000, B1950") from None
    if is_old:
        there = from_b1950(there)
    if target.proper_motion_ra or target.proper_motion_dec:
        years = 2000.0 + (mjd - _MJD_J2000) / _YEAR_D - target.epoch
        there = moved(there, target.proper_motion_ra, target.proper_motion_dec, years)
    return there
