"""Rules on time links: delays that make sense, and a time for every member."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from dfs.model.phase2 import Container, Fix, ObservationBlock, Severity
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.views import ContainerView
from dfs.phase2.visibility.starts import STEP_DAYS, possible_starts

__all__: list[str] = []

_DAY_S = 86400.0
_EARLIEST, _LATEST = "earliestAfterPrevious", "latestAfterPrevious"


@rule("delay-order", "container", "assumed: delays can be kept")
def delay_order(view: ContainerView) -> Iterator[Problem]:
    """The latest time after the previous member is not before the earliest."""
    for at, item in _members(view):
        earliest, latest = _delays(item)
        if latest is not None and latest < earliest:
            message = f"{item.name}: latest {_span(latest)} is before earliest {_span(earliest)}"
            fix = Fix("leave it open", None)
            yield Problem(f"items[{at}].schedule.{_LATEST}", message, f"{_span(earliest)} or more", fix)


@rule(
    "delay-of-first",
    "container",
    "ESO, scheduling containers: delays are relative to the member before",
    Severity.WARNING,
)
def delay_of_first(view: ContainerView) -> Iterator[Problem]:
    """The first member of a time link has no delay: there is nothing before it."""
    if view.container.kind == "TimeLink" and view.container.items:
        first = view.container.items[0]
        for key in (_EARLIEST, _LATEST):
            if first.schedule.get(key):
                message = f"{first.name} is the first member: its delay means nothing"
                yield Problem(f"items[0].schedule.{key}", message, "none", Fix("remove it", None))


@rule("delay-missing", "container", "ESO, scheduling containers", Severity.WARNING)
def delay_missing(view: ContainerView) -> Iterator[Problem]:
    """Every later member of a time link says when it follows."""
    for at, item in _members(view):
        if not item.schedule.get(_EARLIEST) and item.schedule.get(_LATEST) is None:
            message = f"{item.name} may follow at any time: nothing links it to the member before"
            yield Problem(f"items[{at}].schedule.{_EARLIEST}", message, "seconds, for example 86400 for a day")


@rule("delays-beyond-run", "container", "assumed: delays can be kept")
def delays_beyond_run(view: ContainerView) -> Iterator[Problem]:
    """The delays of a time link add up to less than the run's validity."""
    total = sum(_delays(item)[0] for _, item in _members(view))
    room = (view.run.valid_to - view.run.valid_from).total_seconds()
    if total > room:
        message = f"the earliest delays add up to {_span(total)}"
        yield Problem("items", message, f"less than the run: {_span(room)}")


@rule("link-impossible", "container", "ESO, scheduling containers; the sky over the site through the run")
def link_impossible(view: ContainerView) -> Iterator[Problem]:
    """Every member of a time link has a dark hour that its constraints, windows and delays allow."""
    if view.container.kind != "TimeLink" or len(view.container.items) < 2:
        return
    if any(latest is not None and latest < earliest for earliest, latest in map(_delays, view.container.items)):
        return  # told by delay-order
    blocks = [_first_block(item) for item in view.container.items]
    timed = [replace(one, execution_s=view.execution_s.get(one.ob_id, 0.0)) for one in blocks if one is not None]
    starts = possible_starts(timed, view.run)
    before: Any = None  # when the member before may end: delays count from there, as the service counts them
    for at, (item, block) in enumerate(zip(view.container.items, blocks, strict=True)):
        if block is None or not len(starts[block.ob_id]):
            return  # told by the rules on the block itself
        own = starts[block.ob_id]
        if before is not None:
            earliest, latest = _delays(item)
            follows = _following(own, before, earliest / _DAY_S, None if latest is None else latest / _DAY_S)
            if not len(follows):
                message = f"{item.name} has no dark hour at which it could follow: {_range(earliest, latest)} after"
                fix = None if latest is None or not len(_following(own, before, earliest / _DAY_S, None)) else _OPEN
                yield Problem(f"items[{at}].schedule.{_LATEST}", message, "delays that end in a dark hour", fix)
                return
            own = follows
        before = own + _length_s(view, item) / _DAY_S


_OPEN = Fix("leave the link open", None)


def _following(own: Any, before: Any, earliest: float, latest: float | None) -> Any:
    """Return those of `own` starts (MJD) that follow one of the ends `before` by `earliest` to `latest` days, to a step of the times."""
    nearest = np.searchsorted(before, own - earliest + STEP_DAYS / 2, side="right") - 1
    reached = nearest >= 0
    if latest is not None:
        reached &= own - before[np.maximum(nearest, 0)] <= latest + STEP_DAYS / 2
    return own[reached]


def _members(view: ContainerView) -> Iterator[tuple[int, Container | ObservationBlock]]:
    """Yield the second and later members of a time link."""
    if view.container.kind == "TimeLink":
        yield from list(enumerate(view.container.items))[1:]


def _length_s(view: ContainerView, item: Container | ObservationBlock) -> float:
    blocks = [item] if isinstance(item, ObservationBlock) else item.blocks()
    return sum(view.execution_s.get(one.ob_id, 0.0) for one in blocks)


def _first_block(item: Container | ObservationBlock) -> ObservationBlock | None:
    return item if isinstance(item, ObservationBlock) else next(iter(item.blocks()), None)


def _delays(item: Container | ObservationBlock) -> tuple[float, float | None]:
    earliest, latest = (item.schedule.get(key) for key in (_EARLIEST, _LATEST))
    return float(earliest or 0.0), None if latest is None else float(latest)


def _range(earliest: float, latest: float | None) -> str:
    return f"{_span(earliest)} or more" if latest is None else f"{_span(earliest)} to {_span(latest)}"


def _span(seconds: float) -> str:
    """Return a length of time for people."""
    if seconds >= 2 * _DAY_S:
        return f"{seconds / _DAY_S:.3g} d"
    return f"{seconds / 3600:.3g} h" if seconds >= 3600 else f"{seconds:g} s"
