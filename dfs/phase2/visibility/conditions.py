"""The conditions that a block sets on a night, each with the stretches of time in which it holds.

Air mass, Moon, sidereal windows and the validity of the run hold for the *whole* block; absolute windows and the evening's twilight
for its *start* (ESO, Observing Constraints and Classification Rules).  Darkness ends with the begin of the morning's astronomical
twilight, and a Moon below the horizon disturbs neither by its light nor by its distance: both assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from dfs.model.phase2 import ObservationBlock, ObservingRun
from dfs.phase2.visibility.curves import Curves
from dfs.phase2.visibility.spans import Span, common, where_positive
from dfs.sky.ephemerides import Night, Pointing, mjd_of, read_track

__all__ = ["MOON_DOWN_DEG", "Condition", "conditions", "lowest_altitude", "sidereal_spans"]

Array = NDArray[np.float64]

MOON_DOWN_DEG = -0.8333  # altitude of the Moon's centre when its upper limb is on a level horizon
_SIDEREAL_DAY = 0.99726956633  # days of universal time


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition through one night.

    Attributes
    ----------
    code
        ``darkness``, ``twilight``, ``airmass``, ``telescope``, ``zenith``, ``moonDistance``, ``fli``, ``sidereal``, ``absolute``,
        ``run``, ``ephemeris``.
    failing
        One clause that says what is wrong where it does not hold.
    spans
        Where it holds (MJD).
    starts
        It is about the start of the block alone.
    """

    code: str
    failing: str
    spans: tuple[Span, ...]
    starts: bool = False


def lowest_altitude(airmass: float | None) -> float:
    """Return the altitude (deg) at which the air mass reaches a limit; 0 without one; above 90 where no altitude will do."""
    if airmass is None:
        return 0.0
    return float(np.degrees(np.arcsin(1.0 / airmass))) if airmass >= 1.0 else 91.0


def conditions(curves: Curves, index: int, run: ObservingRun, pointing: Pointing) -> list[Condition]:
    """Return every condition of block number `index` of `curves`, in the order in which they are told."""
    block, night = curves.blocks[index], curves.night
    found = [*_dark(block, night), *_run(run, night)]
    if block.kind == "OB":
        found += _ephemeris(block, night)
        found += _height(block, curves.altitude_deg[index], night, pointing)
        found += _moon(block, curves.moon_distance_deg[index], night)
    return found + _windows(block, night)


def sidereal_spans(block: ObservationBlock, night: Night) -> list[Span]:
    """Return the stretches of a night that lie in the block's sidereal windows."""
    sky = night.sky
    begin, end = float(sky.mjd[0]), float(sky.mjd[-1])
    zero = begin - sky.sidereal_deg[0] / 360.0 * _SIDEREAL_DAY  # the last 0 h before the evening
    spans = [
        (zero + (turn + one.start_min / 1440.0) * _SIDEREAL_DAY, zero + (turn + one.end_min / 1440.0) * _SIDEREAL_DAY)
        for turn in (0, 1)
        for one in _unwrapped(block)
    ]
    return _joined(common(spans, [(begin, end)]))


def _unwrapped(block: ObservationBlock) -> list[_Window]:
    """Return the windows with ends after their begins: 22:00 to 02:00 goes over midnight."""
    return [
        _Window(one.start_min, one.end_min + (1440 if one.end_min < one.start_min else 0)) for one in block.sidereal
    ]


@dataclass(frozen=True, slots=True)
class _Window:
    start_min: int
    end_min: int


def _joined(spans: list[Span]) -> list[Span]:
    """Return sorted spans with those that touch made one."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1] + 1e-6:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _dark(block: ObservationBlock, night: Night) -> list[Condition]:
    minutes = block.constraints.number("twilight") or 0.0
    first = max(night.sunset, night.dusk + timedelta(minutes=minutes))
    dawn = mjd_of(night.dawn)
    told = f"before {abs(minutes):g} min {'before' if minutes < 0 else 'after'} the end of evening twilight ({first:%H:%M} UT)"
    if not minutes:
        told = f"before the end of evening twilight ({first:%H:%M} UT)"
    begin = mjd_of(first)
    return [
        Condition("twilight", told, ((begin, dawn),) if begin <= dawn else (), starts=True),
        Condition("darkness", f"morning twilight has begun ({night.dawn:%H:%M} UT)", ((mjd_of(night.sunset), dawn),)),
    ]


def _run(run: ObservingRun, night: Night) -> list[Condition]:
    begin, end = mjd_of(run.valid_from), mjd_of(run.valid_to)
    told = f"outside the run's validity ({run.valid_from:%Y-%m-%d} to {run.valid_to:%Y-%m-%d})"
    whole = (mjd_of(night.sunset), mjd_of(night.sunrise))
    return [Condition("run", told, tuple(common([(begin, end)], [whole])))]


def _ephemeris(block: ObservationBlock, night: Night) -> list[Condition]:
    if not block.ephemeris.strip():
        return []
    whole = (mjd_of(night.sunset), mjd_of(night.sunrise))
    spans = common(read_track(block.ephemeris).spans, [whole])
    return [Condition("ephemeris", "the ephemeris says nothing of this time", tuple(spans))]


def _height(block: ObservationBlock, altitude: Array, night: Night, pointing: Pointing) -> list[Condition]:
    limit = block.constraints.number("airmass")
    lowest = lowest_altitude(limit)
    times = night.sky.mjd
    up = where_positive(times, altitude - pointing.lowest_deg)
    found = [
        Condition("telescope", f"lower than {pointing.lowest_deg:g} deg, where the telescope cannot point", tuple(up))
    ]
    if limit is not None:
        higher = where_positive(times, altitude - lowest)
        found.insert(0, Condition("airmass", f"airmass above {limit:g}", tuple(higher)))
    if pointing.zenith_gap_deg:
        clear = where_positive(times, 90.0 - pointing.zenith_gap_deg - altitude)
        found.append(Condition("zenith", f"closer than {pointing.zenith_gap_deg:g} deg to the zenith", tuple(clear)))
    return found


def _moon(block: ObservationBlock, distance: Array, night: Night) -> list[Condition]:
    sky = night.sky
    down = MOON_DOWN_DEG - sky.moon_altitude
    found = []
    closest, lit = block.constraints.number("moonDistance"), block.constraints.number("fli")
    if closest:
        spans = where_positive(sky.mjd, np.maximum(distance - closest, down))
        found.append(Condition("moonDistance", f"closer than {closest:g} deg to the Moon", tuple(spans)))
    if lit is not None and lit < 1.0:
        spans = where_positive(sky.mjd, np.maximum(100.0 * (lit - sky.moon_lit), down))
        found.append(
            Condition("fli", f"the Moon is up and lit by {night.moon_lit:.0%} (limit {lit:.0%})", tuple(spans))
        )
    return found


def _windows(block: ObservationBlock, night: Night) -> list[Condition]:
    found = []
    if block.sidereal:
        spans = sidereal_spans(block, night)
        found.append(Condition("sidereal", "outside the sidereal windows", tuple(spans)))
    if block.absolute:
        whole = [(mjd_of(night.sunset), mjd_of(night.sunrise))]
        asked = sorted((mjd_of(one.start), mjd_of(one.end)) for one in block.absolute)
        found.append(Condition("absolute", "outside the time windows", tuple(common(asked, whole)), starts=True))
    return found
