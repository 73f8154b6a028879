"""What the night plot draws of a block: curves in hours after sunset, twilight, windows, and the reason when there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dfs.errors import UsageError
from dfs.model.phase2 import ObservationBlock, ObservingRun

if TYPE_CHECKING:
    from dfs.sky.ephemerides import Night

__all__ = ["best_night", "night_or_error", "night_sight", "period_sight", "stretches"]


def night_sight(block: ObservationBlock, run: ObservingRun, evening: date) -> dict[str, Any]:
    """Return what is drawn of one block in the night that begins on `evening`."""
    from dfs.phase2.visibility import curves, windows

    night = _night(run.telescope, evening)
    drawn, found = curves([block], night), windows(block, run, night)
    zero = night.sunset
    has_target = drawn.wrong[0] is None
    altitude = [round(float(one), 2) for one in drawn.altitude_deg[0]] if has_target else []
    spans = [(_hours(one.start, zero), _hours(one.end, zero)) for one in found.windows]
    return {
        **_sky(run.telescope, evening),
        "date": evening.isoformat(),
        "altitude": altitude,
        "airmass": [round(float(one), 3) if math.isfinite(one) else None for one in drawn.airmass[0]]
        if has_target
        else [],
        "moon_distance": [round(float(one), 1) for one in drawn.moon_distance_deg[0]] if has_target else None,
        "windows": spans,
        "limit": _limit(block),
        "reason": _told(found),
        "summary": "Point at the plot to read time, altitude, airmass and distance of the Moon" if has_target else "",
    }


def period_sight(blocks: Sequence[ObservationBlock], run: ObservingRun) -> dict[str, Any]:
    """Return the hours in which blocks can be observed in each night of the run: the most of any block; and why never."""
    from dfs.phase2.visibility import period

    found = period(blocks, run)
    hours = [round(float(one), 2) for one in found.hours.max(axis=0)]
    never = next((one.reason for one in found.never if one is not None), "") if not any(hours) else ""
    return {"first": found.nights[0].isoformat(), "hours": hours, "most": max([1.0, *hours]), "never": never}


def stretches(blocks: Sequence[ObservationBlock], run: ObservingRun) -> dict[int, tuple[tuple[float, float], ...]]:
    """Return, by OB number, when each block can be observed: nights that follow each other as one stretch, in s since 1970."""
    from dfs.phase2.visibility import period

    found = period([replace(one, absolute=()) for one in blocks], run)  # time windows are looked at by themselves
    noons = [datetime(one.year, one.month, one.day, 17, tzinfo=UTC).timestamp() for one in found.nights]
    seen: dict[int, tuple[tuple[float, float], ...]] = {}
    for block, hours in zip(blocks, found.hours, strict=True):
        spans: list[tuple[float, float]] = []
        for noon, value in zip(noons, hours, strict=True):
            if value <= 0:
                continue
            if spans and spans[-1][1] == noon:
                spans[-1] = (spans[-1][0], noon + 86400.0)
            else:
                spans.append((noon, noon + 86400.0))
        seen[block.ob_id] = tuple(spans)
    return seen


def best_night(period: dict[str, Any], now: datetime) -> date:
    """Return the night to show first: of those to come the one with most hours; when the run is over, of all."""
    first = date.fromisoformat(period["first"])
    ahead = max(0, (_evening(now) - first).days)
    hours = period["hours"]
    candidates = range(ahead, len(hours)) if ahead < len(hours) else range(len(hours))
    best = max(candidates, key=lambda i: (hours[i], -i))
    return first + timedelta(days=best)


def _observable(found: Any) -> float:
    return float(sum((one.end - one.start) / timedelta(hours=1) for one in found.windows))


def _evening(at: datetime) -> date:
    """Return the local date (Chile, about UT - 5 h) whose night an instant belongs to, noon to noon."""
    return (at.astimezone(UTC) - timedelta(hours=17)).date()


@lru_cache(maxsize=800)
def _night(telescope: str, evening: date) -> Night:
    from dfs.sky.ephemerides import night, site_of

    return night(site_of(telescope), evening)


@lru_cache(maxsize=32)
def _sky(telescope: str, evening: date) -> dict[str, Any]:
    """Return what the night plot draws of the sky itself, the same for every block."""
    night = _night(telescope, evening)
    sky, zero = night.sky, night.sunset
    start = zero.hour + zero.minute / 60 + zero.second / 3600
    events = ", ".join(f"{what}s {at:%H:%M}" for at, what in night.moon_events)
    return {
        "start": start,
        "hours": [round((float(one) - float(sky.mjd[0])) * 24 + _offset(night), 4) for one in sky.mjd],
        "lst": [round(float(one) / 15.0, 4) for one in sky.sidereal_deg],
        "moon": [round(float(one), 1) for one in sky.moon_altitude],
        "sun": [0.0, _hours(night.sunrise, zero)],
        "nautical": [_hours(night.nautical_dusk, zero), _hours(night.nautical_dawn, zero)],
        "dark": [_hours(night.dusk, zero), _hours(night.dawn, zero)],
        "moon_words": f"Moon {night.moon_lit:.0%} lit" + (f", {events}" if events else ""),
    }


def _offset(night: Night) -> float:
    from dfs.sky.ephemerides import mjd_of

    return (float(night.sky.mjd[0]) - mjd_of(night.sunset)) * 24


def _limit(block: ObservationBlock) -> float | None:
    airmass = block.constraints.number("airmass")
    return math.degrees(math.asin(1.0 / airmass)) if airmass and airmass > 1.0 else None


def _told(found: Any) -> str:
    if not found.windows:
        return f"Not observable this night: {found.reason}"
    hours = _observable(found)
    spans = ", ".join(f"{one.start:%H:%M} to {one.end:%H:%M} UT" for one in found.windows)
    return f"Observable {hours:.1f} h: {spans}"


def _hours(at: datetime, zero: datetime) -> float:
    return round((at - zero) / timedelta(hours=1), 4)


def night_or_error(text: str) -> date:
    """Read a night's date; `UsageError` for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no date", where="night", accepted="YYYY-MM-DD") from None
