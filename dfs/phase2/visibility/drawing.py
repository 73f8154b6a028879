"""Blocks in a night or through a run as the plain data that `dfs.figures.visibility` draws."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dfs.model.phase2 import ObservationBlock, ObservingRun
from dfs.phase2.visibility.conditions import lowest_altitude
from dfs.phase2.visibility.curves import curves
from dfs.phase2.visibility.period import PeriodVisibility
from dfs.phase2.visibility.windows import all_windows
from dfs.sky.ephemerides import Night, moment_of

if TYPE_CHECKING:
    from dfs.figures.visibility import NightData, PeriodData

__all__ = ["night_data", "period_data"]


def night_data(blocks: Sequence[ObservationBlock], run: ObservingRun, night: Night) -> NightData:
    """Return what the figure of a night shows of `blocks`; those without a readable position are left out."""
    from dfs.figures.visibility import NightData, TargetCurve

    drawn = curves(blocks, night)
    found = all_windows(blocks, run, night)
    targets = tuple(
        TargetCurve(
            name=block.name,
            altitude_deg=drawn.altitude_deg[i],
            airmass=drawn.airmass[i],
            moon_distance_deg=drawn.moon_distance_deg[i],
            windows=tuple((one.start, one.end) for one in found[i].windows),
            limit_deg=_limit(block),
        )
        for i, block in enumerate(drawn.blocks)
        if drawn.wrong[i] is None
    )
    return NightData(
        title=f"{night.site.name}, night of {night.date:%Y-%m-%d}",
        mjd=night.sky.mjd,
        shades=_shades(night),
        moon_altitude_deg=night.sky.moon_altitude,
        moon_label=f"Moon, {night.moon_lit:.0%} lit",
        sidereal=_sidereal_hours(night),
        targets=targets,
    )


def period_data(found: PeriodVisibility, title: str) -> PeriodData:
    """Return what the figure of a run shows."""
    from dfs.figures.visibility import PeriodData

    names = tuple(block.name for block in found.blocks)
    return PeriodData(title, names, found.nights, found.hours, found.moon_lit, found.dark_hours)


def _limit(block: ObservationBlock) -> float | None:
    airmass = block.constraints.number("airmass")
    return lowest_altitude(airmass) if airmass is not None and airmass >= 1.0 else None


def _shades(night: Night) -> tuple[tuple[datetime, datetime, str], ...]:
    first, last = moment_of(night.sky.mjd[0]), moment_of(night.sky.mjd[-1])
    evening = (first, night.sunset, night.civil_dusk, night.nautical_dusk, night.dusk)
    morning = (night.dawn, night.nautical_dawn, night.civil_dawn, night.sunrise, last)
    names = ("day", "civil", "nautical", "astronomical")
    return (
        *zip(evening, evening[1:], names, strict=False),
        *zip(morning, morning[1:], reversed(names), strict=False),
    )


def _sidereal_hours(night: Night) -> tuple[tuple[datetime, str], ...]:
    """Return when each full hour of local sidereal time strikes."""
    begin = float(night.sky.sidereal_deg[0]) / 15.0
    start = moment_of(night.sky.mjd[0])
    length = (float(night.sky.mjd[-1]) - float(night.sky.mjd[0])) * 24.0657098
    hours = range(int(begin) + 1, int(begin + length) + 1)
    return tuple((start + timedelta(hours=(one - begin) / 1.00273791), f"{one % 24} h") for one in hours)
