"""Blocks through all nights of their run: for how many hours each can be observed, and why some never can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.model.phase2 import ObservationBlock, ObservingRun
from dfs.phase2.visibility.masks import Masks, masks
from dfs.phase2.visibility.places import places_of
from dfs.phase2.visibility.season import STEP_MINUTES, Season, nights_of, season
from dfs.phase2.visibility.windows import windows
from dfs.sky.ephemerides import airmass_of, altitude_of, mjd_of, night, pointing_of, site_of

__all__ = ["Never", "PeriodVisibility", "never_observable", "period"]

Array = NDArray[np.float64]

_CHUNK = 64  # blocks at a time: some ten megabytes
_SPARSE = (60, 12)  # nights between those that are asked first: most blocks are seen in one of them
_FEW = 40  # time windows


@dataclass(frozen=True, slots=True)
class Never:
    """Why a block cannot be observed in any night of its run.

    Attributes
    ----------
    code
        The condition that alone rules it out (codes of `Condition`), ``target``, ``together`` or ``length``.
    reason
        One sentence with the figures.
    lowest_airmass
        Least air mass in the run's dark hours.
    """

    code: str
    reason: str
    lowest_airmass: float = float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class PeriodVisibility:
    """Blocks through a run.

    Attributes
    ----------
    hours
        (blocks, nights): hours in which the block can be under way, all its conditions met.
    alone
        By condition (``airmass``, ``moonDistance``, ``fli``, ``sidereal``, ``absolute``, ``ephemeris``): hours of darkness in which it holds.
    dark_hours, moon_lit
        Of each night: hours from dusk to dawn; the Moon's lit fraction.
    never
        For each block without an hour, why; else None.
    """

    blocks: tuple[ObservationBlock, ...]
    nights: tuple[date, ...]
    hours: Array
    alone: Mapping[str, Array]
    dark_hours: Array
    moon_lit: Array
    never: tuple[Never | None, ...]


def period(
    blocks: Sequence[ObservationBlock], run: ObservingRun, *, every: int = 1, step_minutes: float = STEP_MINUTES
) -> PeriodVisibility:
    """Return for how many hours each of `blocks` can be observed in each `every`-th night of `run`.

    Hours are counted in steps of `step_minutes`; those of blocks with time windows of a day at most are exact.
    """
    sky = season(site_of(run.telescope), nights_of(run, every), step_minutes)
    dark_hours = _dark_hours(sky)
    shape = (len(blocks), len(sky.nights))
    hours, alone = np.zeros(shape), dict[str, Array]()
    never: list[Never | None] = [None] * len(blocks)
    for one in _answers(blocks, run, sky):
        hours[one.index] = one.hours()
        for code, value in one.alone().items():
            alone.setdefault(code, np.broadcast_to(dark_hours, shape).copy())[one.index] = value
        if not hours[one.index].any() and one.block.kind == "OB":
            never[one.index] = one.never()
    return PeriodVisibility(
        blocks=tuple(blocks),
        nights=sky.nights,
        hours=hours,
        alone=alone,
        dark_hours=dark_hours,
        moon_lit=sky.moon_lit,
        never=tuple(never),
    )


def never_observable(blocks: Sequence[ObservationBlock], run: ObservingRun) -> dict[int, Never]:
    """Return why, by OB number, for those of `blocks` that cannot be observed in any night of `run`.

    Some nights are asked first, and all nights for what was not seen in these.
    """
    site = site_of(run.telescope)
    timed = [one for one in blocks if one.kind == "OB" and _are_short(one)]
    doubtful = [one for one in blocks if one.kind == "OB" and not _are_short(one)]
    for every in _SPARSE:
        some = season(site, nights_of(run, every))
        doubtful = [one.block for one in _answers(doubtful, run, some) if not one.hours().any()]
    fine = season(site, nights_of(run))
    hopeless = [one for one in timed if not _exact_hours(one, run, fine).any()]
    found = {one.block.ob_id: one.never() for one in _answers(doubtful, run, fine) if not one.hours().any()}
    return found | {one.block.ob_id: one.never() for one in _answers(hopeless, run, fine)}


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What a season says of one block: worked out when asked."""

    index: int
    block: ObservationBlock
    run: ObservingRun
    season: Season
    masks: Masks
    row: int
    height: Array
    wrong: UsageError | None

    def hours(self) -> Array:
        if self.block.kind == "CB":
            return _dark_hours(self.season)
        if self.wrong is not None:
            return np.zeros(len(self.season.nights))
        if _are_short(self.block):
            return _exact_hours(self.block, self.run, self.season)
        return self.masks.hours(self.row)

    def alone(self) -> dict[str, Array]:
        if self.wrong is not None:
            return {}
        step, dark = self.season.step_minutes / 60.0, self.season.dark
        found = ((code, one[self.row]) for code, one in self.masks.conditions.items())
        return {code: np.count_nonzero(one & dark, axis=-1) * step for code, one in found if one is not None}

    def never(self) -> Never:
        if self.wrong is not None:
            return Never("target", self.wrong.line())
        best = np.nanmax(np.where(self.season.dark.ravel(), self.height, -90.0), initial=-90.0)
        lowest = float(airmass_of(np.array([best]))[0])
        alone = self.alone()
        for code, hours in alone.items():
            if not hours.any():
                return Never(code, _sentence(code, self.block, lowest), lowest)
        longest, takes = self.masks.longest_minutes(self.row), self.block.execution_s / 60
        if 0 < longest < takes:
            told = f"the longest stretch of the run is {longest:.0f} min, the block takes {takes:.0f} min"
            return Never("length", told, lowest)
        told = f"in no night of the run do all conditions hold at one time: {', '.join(alone)}"
        return Never("together", told, lowest)


def _answers(blocks: Sequence[ObservationBlock], run: ObservingRun, sky: Season) -> Iterator[_Answer]:
    """Give an answer for each block: stars some at a time, moving targets and what has no target one by one."""
    alone = [index for index, block in enumerate(blocks) if block.kind == "CB" or block.ephemeris.strip()]
    still = sorted(set(range(len(blocks))) - set(alone))
    for group in [still[i : i + _CHUNK] for i in range(0, len(still), _CHUNK)] + [[one] for one in alone]:
        chosen = [blocks[index] for index in group]
        places, wrong = places_of(chosen, sky.sky.mjd)
        height = altitude_of(places, sky.sky)
        told = masks(chosen, places, height, sky, pointing_of(run.telescope))
        for row, index in enumerate(group):
            yield _Answer(index, blocks[index], run, sky, told, row, height[row], wrong[row])


def _are_short(block: ObservationBlock) -> bool:
    """Tell whether a block has time windows, so short and few that they are looked at one by one, to the second."""
    return 0 < len(block.absolute) <= _FEW and all(one.end - one.start <= timedelta(days=1) for one in block.absolute)


def _exact_hours(block: ObservationBlock, run: ObservingRun, sky: Season) -> Array:
    """Return the hours of a block with time windows: only nights with a window are asked, to the second."""
    hours = np.zeros(len(sky.nights))
    for one in block.absolute:
        begin, end = mjd_of(one.start), mjd_of(one.end)
        for index in np.flatnonzero((sky.mjd[:, -1] >= begin) & (sky.mjd[:, 0] <= end)).tolist():
            seen = windows(block, run, night(sky.site, sky.nights[index])).windows
            hours[index] = sum((window.end - window.start).total_seconds() for window in seen) / 3600.0
    return hours


def _sentence(code: str, block: ObservationBlock, lowest: float) -> str:
    limit = block.constraints.number(code)
    if code in {"airmass", "telescope"}:
        best = f"at best {lowest:.2f}" if np.isfinite(lowest) else "below the horizon"
        asked = f"limit {limit:g}" if limit else "the telescope's own limit"
        return f"the airmass is never low enough in the dark hours of the run: {best}, {asked}"
    return {
        "moonDistance": f"the Moon is closer than {limit or 0:g} deg whenever it is up, and never down in darkness",
        "fli": f"the Moon is never down in darkness nor lit by less than {limit or 0:.0%}",
        "sidereal": "the sidereal windows lie outside the dark hours of the run",
        "absolute": "no time window lies in a dark hour of the run",
        "ephemeris": "the ephemeris covers no dark hour of the run",
        "zenith": "the target is too close to the zenith in all dark hours of the run",
    }[code]


def _dark_hours(sky: Season) -> Array:
    return np.asarray((sky.dawn - sky.dusk) * 24.0, dtype=np.float64)
