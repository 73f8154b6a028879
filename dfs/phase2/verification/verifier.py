"""The verifier: all rules over a block, a container or a run; the same for the page, the API, and offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dfs.errors import NotFoundError, UsageError
from dfs.instruments.packages import InstrumentPackage
from dfs.model.phase2 import Container, Finding, ObservationBlock, ObservingRun, RunTree, Severity
from dfs.phase2.execution import ExecutionTime, following_time, package_of
from dfs.phase2.verification.registry import Level, rules
from dfs.phase2.verification.views import BlockView, ContainerView, RunView

if TYPE_CHECKING:
    from dfs.phase2.visibility import Never

__all__ = ["Verifier"]


class Verifier:
    """Applies every rule of the register.

    Parameters
    ----------
    sky
        Whether to ask if blocks are observable in their run: half of the time it takes.

    Examples
    --------
    >>> Verifier().verify_block(run, block)      # doctest: +SKIP
    """

    def __init__(self, *, sky: bool = True) -> None:
        self._sky = sky

    def verify_block(
        self, run: ObservingRun, block: ObservationBlock, container: Container | None = None
    ) -> list[Finding]:
        """Return what is wrong with a block, in the order of the rules; `container`: the one it lies in."""
        times = _times(container) if _is_concatenation(container) else {}
        execution_s = times.get(block.ob_id) or _seconds(block)
        never = self._never([block], run, {block.ob_id: execution_s})
        view = BlockView(block, run, container, _package(block), execution_s, never.get(block.ob_id))
        return _applied("block", view, block.ob_id, run)

    def verify_container(self, run: ObservingRun, container: Container) -> list[Finding]:
        """Return what is wrong with a container, the containers in it and all their blocks."""
        return self._below(run, container, _times(container))

    def verify_run(self, tree: RunTree, *, below: bool = True) -> list[Finding]:
        """Return what is wrong with a run and, with `below`, with everything in it."""
        times = _times(tree.root)
        own = _applied("run", RunView(tree, times), tree.run.run_id, tree.run)
        return [*own, *self._below(tree.run, tree.root, times)] if below else own

    def execution(self, block: ObservationBlock, previous: ObservationBlock | None = None) -> ExecutionTime:
        """Return how long a block takes; `previous`: the last OB before it in its concatenation.

        Raises
        ------
        NotFoundError
            There is no package of its instrument.
        """
        return following_time(block, previous)

    def _below(self, run: ObservingRun, root: Container, times: Mapping[int, float]) -> list[Finding]:
        never = self._never(list(root.blocks()), run, times)
        found: list[Finding] = []
        for one in root.containers():
            found += _applied("container", ContainerView(one, run, None, times), one.container_id, run)
            for item in one.items:
                if isinstance(item, ObservationBlock):
                    seconds = times.get(item.ob_id, 0.0)
                    view = BlockView(item, run, one, _package(item), seconds, never.get(item.ob_id))
                    found += _applied("block", view, item.ob_id, run)
        return found

    def _never(
        self, blocks: Sequence[ObservationBlock], run: ObservingRun, times: Mapping[int, float]
    ) -> Mapping[int, Never]:
        """Return why, for the blocks that cannot be observed in any night of their run."""
        if not self._sky or run.valid_from >= run.valid_to:
            return {}
        from dfs.phase2.visibility import never_observable

        timed = [replace(one, execution_s=times.get(one.ob_id, 0.0)) for one in blocks if one.kind == "OB"]
        try:
            return never_observable(timed, run) if timed else {}
        except UsageError:  # a telescope that is at neither site
            return {}


def _applied(level: Level, view: Any, subject_id: int, run: ObservingRun) -> list[Finding]:
    """Apply the rules of a level; what is waived for the run is for information."""
    found: list[Finding] = []
    for rule in rules(level):
        is_waived = rule.waivable and rule.code in run.waivers
        found += rule.findings(view, subject_id, Severity.INFO if is_waived else None)
    return found


def _package(block: ObservationBlock) -> InstrumentPackage | None:
    try:
        return package_of(block)
    except NotFoundError:
        return None


def _seconds(block: ObservationBlock, previous: ObservationBlock | None = None) -> float:
    package = _package(block)
    return block.execution_s if package is None else following_time(block, previous, package).execution_s


def _is_concatenation(container: Container | None) -> bool:
    return container is not None and container.kind == "Concatenation"


def _times(container: Container | None) -> dict[int, float]:
    """Return the execution time (s) of every block in or below a container, by number, each in its place."""
    times: dict[int, float] = {}
    for one in () if container is None else container.containers():
        before: ObservationBlock | None = None
        for item in one.items:
            if isinstance(item, ObservationBlock):
                times[item.ob_id] = _seconds(item, before if _is_concatenation(one) else None)
                before = item if item.kind == "OB" else before
    return times
