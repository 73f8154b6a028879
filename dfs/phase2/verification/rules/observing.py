"""Rules on what a block asks of the observatory: its length, its target's standing in phase 1, its finding charts."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dfs.errors import NotFoundError
from dfs.instruments.field_of_view import field_of_view
from dfs.model.phase2 import Fix, Severity, Target
from dfs.phase2.api import MOST_CHARTS
from dfs.phase2.documents import write_target
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.views import BlockView

__all__: list[str] = []

LONGEST_S = 3600.0
_NEAR_ARCMIN = 1.0  # of a target of phase 1 (assumed)


@rule("block-too-long", "block", "ESO, OB execution overheads: below 1 hour, else a waiver", waivable=True)
def block_too_long(view: BlockView) -> Iterator[Problem]:
    """A service-mode block takes an hour at most, overheads included."""
    if view.is_service and view.execution_s > LONGEST_S:
        message = f"the block takes {view.execution_s / 60:.0f} min with overheads"
        yield Problem("executionTime", message, "60 min, or a waiver; split it, or shorten its exposures")


@rule("target-not-granted", "block", "ESO, service mode policies: targets are those of phase 1", waivable=True)
def target_not_granted(view: BlockView) -> Iterator[Problem]:
    """A target is one of those that the proposal was granted for."""
    block, granted = view.block, view.run.targets
    if block.kind == "CB" or not granted or view.run.is_too or view.position is None:
        return
    named = next((one for one in granted if _same_name(one, block.target)), None)
    if block.ephemeris.strip():
        if named is None:
            yield Problem("target.name", f"{block.target.name} is no target of phase 1", _names(granted))
        return
    if view.position == (0.0, 0.0) or any(_away_arcmin(one, view.position) <= _NEAR_ARCMIN for one in granted):
        return
    fix = None if named is None else Fix("take its position in phase 1", write_target(named))
    message = f"{block.target.name} at {block.target.ra} {block.target.dec} is no target of phase 1"
    yield Problem("target", message, _names(granted), fix)


@rule("chart-missing", "block", "ESO, finding charts; p2 tutorial: none for surveys with VISTA and VST", waivable=True)
def chart_missing(view: BlockView) -> Iterator[Problem]:
    """A service-mode OB has a finding chart, unless its target moves or its instrument needs none."""
    block = view.block
    if block.kind == "CB" or not view.is_service or block.charts or block.ephemeris.strip():
        return
    if _wants_charts(block.instrument):
        severity = Severity.WARNING if view.run.is_too else None  # the position may not be known yet
        yield Problem("charts", "there is no finding chart", "1 to 5 JPEG images of at most 1 MiB", severity=severity)


@rule("chart-count", "block", "ESO's P2 API: at most five")
def chart_count(view: BlockView) -> Iterator[Problem]:
    """A block has five finding charts at most."""
    count = len(view.block.charts)
    if count > MOST_CHARTS:
        yield Problem("charts", f"there are {count} finding charts", f"at most {MOST_CHARTS}")


@rule("chart-name", "block", "ESO, finding charts: JPEG", Severity.WARNING)
def chart_name(view: BlockView) -> Iterator[Problem]:
    """The name of a finding chart says that it is JPEG."""
    for at, name in enumerate(view.block.charts):
        if not name.casefold().endswith((".jpg", ".jpeg")):
            yield Problem(f"charts[{at}]", f"{name!r} does not look like a JPEG image", "a name ending in .jpg")


def _wants_charts(instrument: str) -> bool:
    try:
        return field_of_view(instrument).charts
    except NotFoundError:
        return True


def _same_name(one: Target, other: Target) -> bool:
    return _letters(one.name) == _letters(other.name) != ""


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _away_arcmin(target: Target, position: tuple[float, float]) -> float:
    try:
        ra, dec = target.ra_deg, target.dec_deg
    except ValueError:
        return math.inf
    east = ((position[0] - ra + 180) % 360 - 180) * math.cos(math.radians(dec))
    return math.hypot(east, position[1] - dec) * 60


def _names(granted: tuple[Target, ...]) -> str:
    names = [one.name for one in granted]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
