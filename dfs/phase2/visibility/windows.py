"""When a block can be observed in a night, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from dfs.model.phase2 import ObservationBlock, ObservingRun
from dfs.phase2.visibility.conditions import Condition, conditions
from dfs.phase2.visibility.curves import Curves, curves
from dfs.phase2.visibility.spans import Span, common, outside
from dfs.sky.ephemerides import Night, mjd_of, moment_of, pointing_of

__all__ = ["Blocked", "NightVisibility", "Window", "all_windows", "windows"]

_DAY_S = 86400.0
_INSTANT = 1e-9
_TOLD_AIRMASS = 10.0  # a higher one says nothing


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The block fits in from `start` to `end` and may begin until `latest_start`."""

    start: datetime
    end: datetime
    latest_start: datetime


@dataclass(frozen=True, slots=True)
class Blocked:
    """From `start` to `end` a condition does not hold: `code` names it, `reason` is one clause."""

    start: datetime
    end: datetime
    code: str
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class NightVisibility:
    """A block in a night.

    Attributes
    ----------
    windows
        When it can be observed; empty: not at all.
    blocked
        Each condition where it does not hold between sunset and sunrise, for plots.
    reason
        Why there is no window; empty when there is one.
    code
        The condition that alone rules the night out, if one does: see `Condition`; ``target``: no readable position; ``together``:
        no moment at which all hold; ``length``: no stretch is long enough.
    lowest_airmass
        Least air mass between dusk and dawn; infinite: never above the horizon.
    """

    ob_id: int
    night: date
    windows: tuple[Window, ...]
    blocked: tuple[Blocked, ...] = ()
    reason: str = ""
    code: str = ""
    lowest_airmass: float = float("inf")

    def __repr__(self) -> str:
        spans = ", ".join(f"{one.start:%H:%M}-{one.end:%H:%M}" for one in self.windows)
        told = f"observable {spans} UT" if spans else f"not observable: {self.reason}"
        best = f"; least airmass {self.lowest_airmass:.2f}" if self.lowest_airmass < _TOLD_AIRMASS else ""
        return f"night of {self.night}: {told}{best}"


def windows(
    block: ObservationBlock, run: ObservingRun, night: Night, *, duration_s: float | None = None
) -> NightVisibility:
    """Return when `block` can be observed in `night`.

    Parameters
    ----------
    duration_s
        How long it takes; default: its execution time as last worked out (0: a moment is enough).
    """
    return _of_one(curves([block], night), 0, run, duration_s)


def all_windows(blocks: Sequence[ObservationBlock], run: ObservingRun, night: Night) -> list[NightVisibility]:
    """Return `windows` of many blocks, the sky worked out once."""
    drawn = curves(blocks, night)
    return [_of_one(drawn, index, run, None) for index in range(len(drawn.blocks))]


def _of_one(drawn: Curves, index: int, run: ObservingRun, duration_s: float | None) -> NightVisibility:
    block, night = drawn.blocks[index], drawn.night
    wrong = drawn.wrong[index]
    if wrong is not None and block.kind == "OB":
        return NightVisibility(block.ob_id, night.date, (), reason=wrong.line(), code="target")
    held = conditions(drawn, index, run, pointing_of(run.telescope))
    length = (block.execution_s if duration_s is None else duration_s) / _DAY_S
    stretches = _together(held, night, starts=False)
    starts = common([(a, b - length) for a, b in stretches], _together(held, night, starts=True))
    found = tuple(Window(moment_of(a), moment_of(b + length), moment_of(b)) for a, b in starts)
    code, reason = ("", "") if found else _why(held, stretches, length, night, drawn, index)
    return NightVisibility(
        block.ob_id, night.date, found, _blocked(held, night), reason, code, _lowest_airmass(drawn, index)
    )


def _together(held: Sequence[Condition], night: Night, *, starts: bool) -> list[Span]:
    spans = [(mjd_of(night.sunset), mjd_of(night.sunrise))]
    for one in held:
        if one.starts == starts:
            spans = common(spans, one.spans)
    return spans


def _blocked(held: Sequence[Condition], night: Night) -> tuple[Blocked, ...]:
    begin, end = mjd_of(night.sunset), mjd_of(night.sunrise)
    found = []
    for one in held:
        gaps = outside(one.spans, begin, end)
        if one.code == "twilight":  # of the morning, darkness tells
            gaps = [gap for gap in gaps if gap[0] <= begin + _INSTANT]
        found += [Blocked(moment_of(a), moment_of(b), one.code, one.failing) for a, b in gaps]
    return tuple(found)


def _why(
    held: Sequence[Condition], stretches: list[Span], length: float, night: Night, drawn: Curves, index: int
) -> tuple[str, str]:
    """Return the code and the sentence that tell why a night has no window."""
    dark = [(mjd_of(night.dusk), mjd_of(night.dawn))]
    never = [one for one in held if not common(one.spans, dark)]
    if never:
        return never[0].code, _never(never[0], drawn, index)
    begins = _together(held, night, starts=True)
    longest = max((b - max(a, c) for a, b in stretches for c, d in begins if max(a, c) <= min(b, d)), default=0.0)
    if 0.0 < longest < length:
        return "length", (f"the longest stretch is {longest * 1440:.0f} min, the block takes {length * 1440:.0f} min")
    telling = [one for one in held if outside(one.spans, *dark[0])] or list(held)
    return "together", "at no time do all hold: " + "; ".join(_when(one, dark[0]) for one in telling)


def _never(one: Condition, drawn: Curves, index: int) -> str:
    if one.code in {"airmass", "telescope"}:
        best = _lowest_airmass(drawn, index)
        return f"{one.failing} all night: " + (f"at best {best:.2f}" if np.isfinite(best) else "below the horizon")
    return f"{one.failing}, all night"


def _when(one: Condition, dark: Span) -> str:
    gaps = outside(one.spans, *dark)
    times = ", ".join(f"{moment_of(a):%H:%M}-{moment_of(b):%H:%M}" for a, b in gaps)
    return f"{one.failing} {times}".rstrip()


def _lowest_airmass(drawn: Curves, index: int) -> float:
    mjd = drawn.night.sky.mjd
    dark = (mjd >= mjd_of(drawn.night.dusk)) & (mjd <= mjd_of(drawn.night.dawn))
    values = drawn.airmass[index][dark]
    return float(np.nanmin(values)) if np.isfinite(values).any() else float("inf")
