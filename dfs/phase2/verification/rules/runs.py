"""Rules on a run as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dfs.model.phase2 import Severity
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.views import RunView

__all__: list[str] = []

_GONE = frozenset("KTF")  # cancelled, terminated, expired: they take no time any more


@rule("run-empty", "run", "assumed: there is something to observe")
def run_empty(view: RunView) -> Iterator[Problem]:
    """A run has blocks."""
    if next(view.tree.blocks(), None) is None:
        yield Problem("items", "the run has no blocks", "blocks")


@rule("allocation", "run", "ESO, OB execution overheads: the sum of OBs, except targets of opportunity", waivable=True)
def allocation(view: RunView) -> Iterator[Problem]:
    """The blocks of a service-mode run take no more than the time that was granted."""
    run = view.run
    if run.mode != "SM" or run.is_too or run.allocated_s <= 0:
        return
    planned = sum(view.execution_s.get(one.ob_id, 0.0) for one in view.tree.blocks() if one.status not in _GONE)
    if planned > run.allocated_s + 0.5:
        message = f"the blocks take {planned / 3600:.2f} h, {(planned - run.allocated_s) / 3600:.2f} h too much"
        yield Problem("executionTime", message, f"{run.allocated_s / 3600:.2f} h, as granted")


@rule("readme-missing", "run", "ESO, p2 tutorial on notification: the README comes first")
def readme_missing(view: RunView) -> Iterator[Problem]:
    """The README of a service-mode run says what the run is for."""
    readme = view.tree.readme
    said = readme.get("summary") if "summary" in readme else " ".join(str(one) for one in readme.values() if one)
    if view.run.mode == "SM" and not str(said or "").strip():
        yield Problem("readme.summary", "the README is not filled in", "what the run is for, and what matters most")


@rule("name-twice", "run", "assumed: night logs and headers tell blocks by their names", Severity.WARNING)
def name_twice(view: RunView) -> Iterator[Problem]:
    """No two blocks of a run have the same name."""
    names = Counter(one.name for one in view.tree.blocks())
    for name, count in names.items():
        if count > 1:
            numbers = [str(one.ob_id) for one in view.tree.blocks() if one.name == name]
            yield Problem("items", f"{count} blocks are called {name!r}: {', '.join(numbers[:5])}", "different names")


@rule("validity", "run", "ESO's P2 API")
def validity(view: RunView) -> Iterator[Problem]:
    """A run ends after it begins."""
    if view.run.valid_from >= view.run.valid_to:
        yield Problem("validTo", f"the run ends {view.run.valid_to:%Y-%m-%d}, when it has not begun", "after validFrom")
