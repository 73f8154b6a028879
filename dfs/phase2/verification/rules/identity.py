"""Rules on what a block is: its name, its instrument, its priority."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dfs.model.phase2 import Fix, Severity
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.views import BlockView

__all__: list[str] = []

_ODD = re.compile(r"[^A-Za-z0-9_+.-]+")
_NAME = "letters, digits and _ + - ."


@rule("name-missing", "block", "assumed: names go into file names and headers")
def name_missing(view: BlockView) -> Iterator[Problem]:
    """A block has a name."""
    if not view.block.name.strip():
        yield Problem("name", "the block has no name", _NAME, Fix("name it by its number", f"OB_{view.block.ob_id}"))


@rule("name-characters", "block", "assumed: names go into file names and headers", Severity.WARNING)
def name_characters(view: BlockView) -> Iterator[Problem]:
    """Names of blocks and targets have neither blanks nor special characters."""
    target = view.block.target.name if view.block.kind == "OB" else ""
    for path, name in (("name", view.block.name), ("target.name", target)):
        if name.strip() and name != "No name" and _ODD.search(name):
            mended = _ODD.sub("_", name).strip("_") or "name"
            yield Problem(path, f"{name!r} has blanks or special characters", _NAME, Fix(f"name it {mended}", mended))


@rule("instrument-other", "block", "a run has one instrument (ESO's P2 API)")
def instrument_other(view: BlockView) -> Iterator[Problem]:
    """A block is of its run's instrument."""
    if view.block.instrument != view.run.instrument:
        yield Problem("instrument", f"the block is of {view.block.instrument}", f"{view.run.instrument}, as the run")


@rule("priority-range", "block", "ESO, service mode: ranking of OBs")
def priority_range(view: BlockView) -> Iterator[Problem]:
    """The user priority is 1 (highest) to 10."""
    priority = view.block.user_priority
    if not 1 <= priority <= 10:
        nearest = min(max(priority, 1), 10)
        yield Problem("userPriority", f"user priority {priority} is impossible", "1 to 10", Fix(f"{nearest}", nearest))
