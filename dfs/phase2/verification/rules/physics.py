"""Rules that the sky makes: a block must be observable in some night of its run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dfs.errors import UsageError
from dfs.model.phase2 import Fix, ObservationBlock, Severity, TimeWindow
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.views import BlockView
from dfs.phase2.visibility import never_observable, windows
from dfs.sky.ephemerides import Night, night, pointing_of, site_of

__all__: list[str] = []

_SOURCE = "the sky over the site through the run (dfs.phase2.visibility)"
_LOOSER = {"moonDistance": (30, 25, 20, 15, 10, 5, 0), "fli": (0.2, 0.4, 0.5, 0.7, 0.8, 0.9, 1.0)}
_MOST_NIGHTS = 20  # of one window that are looked at


@rule("airmass-never", "block", _SOURCE)
def airmass_never(view: BlockView) -> Iterator[Problem]:
    """The target comes below the airmass limit in some dark hour of the run."""
    if view.never is None or view.never.code not in {"airmass", "telescope"}:
        return
    best, fix = view.never.lowest_airmass, None
    spec = None if view.package is None else view.package.constraints.get("airmass")
    highest = max((high for _, high in spec.ranges), default=5.0) if spec is not None else 5.0
    reached = 1 / math.sin(math.radians(pointing_of(view.run.telescope).lowest_deg))  # where the telescope stops
    proposed = math.ceil((best + 0.02) * 20) / 20 if math.isfinite(best) else math.inf
    if proposed <= min(highest, reached):
        fix = Fix(f"airmass {proposed:g}", proposed)
    accepted = f"{proposed:g} or more" if fix else "a target that rises in the nights of the run"
    yield Problem("constraints.airmass", view.never.reason, accepted, fix)


@rule("moon-distance-never", "block", _SOURCE)
def moon_distance_never(view: BlockView) -> Iterator[Problem]:
    """The Moon is far enough, or down, in some dark hour of the run."""
    yield from _of_constraint(view, "moonDistance")


@rule("fli-never", "block", _SOURCE)
def fli_never(view: BlockView) -> Iterator[Problem]:
    """The Moon is faint enough, or down, in some dark hour of the run."""
    yield from _of_constraint(view, "fli")


@rule("sidereal-never", "block", _SOURCE)
def sidereal_never(view: BlockView) -> Iterator[Problem]:
    """The sidereal windows hold a dark hour of the run."""
    if view.never is not None and view.never.code == "sidereal":
        fix = Fix("remove the windows", [])
        yield Problem("sidereal", view.never.reason, "windows in the dark hours of the run", fix)


@rule("windows-never", "block", _SOURCE)
def windows_never(view: BlockView) -> Iterator[Problem]:
    """The block can begin in one of its time windows."""
    if view.never is not None and view.block.absolute and view.never.code in {"absolute", "together", "length"}:
        reason = _reason_of_windows(view) or view.never.reason
        yield Problem("absolute", f"the block can begin in none of its windows: {reason}", "a window in a dark hour")


@rule("window-useless", "block", _SOURCE, Severity.WARNING)
def window_useless(view: BlockView) -> Iterator[Problem]:
    """The block can begin in each of its time windows."""
    if view.never is not None or len(view.block.absolute) < 2:
        return
    for at, one in enumerate(view.block.absolute):
        reason = _why_not(view, one)
        if reason:
            message = f"{one.start:%Y-%m-%dT%H:%M} to {one.end:%Y-%m-%dT%H:%M}: {reason}"
            yield Problem(f"absolute[{at}]", message, "a window in a dark hour", Fix("remove it", None))


@rule("never-observable", "block", _SOURCE)
def never_together(view: BlockView) -> Iterator[Problem]:
    """All conditions on a block hold together in some dark hour of the run, for as long as it takes."""
    never = view.never
    if never is None or never.code in {"airmass", "telescope", "moonDistance", "fli", "sidereal", "target"}:
        return
    if view.block.absolute and never.code in {"absolute", "together", "length"}:
        return
    path = {"length": "executionTime", "ephemeris": "ephemeris"}.get(never.code, "constraints")
    yield Problem(path, never.reason, "looser constraints, a shorter block, or other dates")


def _of_constraint(view: BlockView, name: str) -> Iterator[Problem]:
    if view.never is None or view.never.code != name:
        return
    present = view.block.constraints.number(name) or 0.0
    looser = [one for one in _LOOSER[name] if (one < present if name == "moonDistance" else one > present)]
    value = next((one for one in looser if _can(view, name, one)), None)
    fix = None if value is None else Fix(f"{value:g}", value)
    accepted = f"{value:g}" if fix else "a looser constraint"
    yield Problem(f"constraints.{name}", view.never.reason, accepted, fix)


def _can(view: BlockView, name: str, value: float) -> bool:
    """Tell whether another value of the constraint would do away with what is wrong with it."""
    values = {**view.block.constraints.values, name: value}
    changed = replace(view.block, constraints=replace(view.block.constraints, values=values))
    never = _never(changed, view)
    return never is None or never not in {name, "telescope"}


def _never(block: ObservationBlock, view: BlockView) -> str | None:
    found = never_observable([block], view.run).get(block.ob_id)
    return None if found is None else found.code


def _reason_of_windows(view: BlockView) -> str:
    reasons = [_why_not(view, one) for one in view.block.absolute]
    return next((one for one in reasons if one), "")


def _why_not(view: BlockView, window: TimeWindow) -> str:
    """Return why the block cannot begin in a window; empty: it can, or the window is too long to tell."""
    if window.start >= window.end:
        return ""
    block = replace(view.block, absolute=(window,))
    reason = "no night lies in it"
    for evening in _nights(view, window):
        found = windows(block, view.run, evening, duration_s=view.execution_s)
        if found.windows:
            return ""
        if found.code != "absolute":  # a night that the window does not touch says nothing of it
            reason = found.reason
    return reason


def _nights(view: BlockView, window: TimeWindow) -> Iterator[Night]:
    """Yield the nights that a window touches, some of them when it is long."""
    site = site_of(view.run.telescope)
    first, last = window.start - timedelta(hours=18), window.end
    count = (last.date() - first.date()).days + 1
    step = max(1, count // _MOST_NIGHTS)
    for day in range(0, count, step):
        try:
            yield night(site, _date(first, day))
        except UsageError:
            continue


def _date(first: datetime, days: int) -> str:
    return f"{first + timedelta(days=days):%Y-%m-%d}"
