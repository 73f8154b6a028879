"""The verifier: all rules over a block, a container or a run; the same for the page, the API, and offline."""

from __future__ import annotations

from typing import Any

from dfs.model.phase2 import Container, Finding, ObservationBlock, ObservingRun, RunTree
from dfs.phase2.verification.registry import Level, rules
from dfs.phase2.verification.views import BlockView, ContainerView, RunView

__all__ = ["Verifier"]


class Verifier:
    """Applies every rule of the register.

    Examples
    --------
    >>> Verifier().verify_block(run, block)      # doctest: +SKIP
    """

    def verify_block(
        self, run: ObservingRun, block: ObservationBlock, container: Container | None = None
    ) -> list[Finding]:
        """Return what is wrong with a block, in the order of the rules."""
        return _applied("block", BlockView(block, run, container, block.execution_s), block.ob_id, run)

    def verify_container(self, run: ObservingRun, container: Container) -> list[Finding]:
        """Return what is wrong with a container, the containers in it and all their blocks."""
        found: list[Finding] = []
        for one in container.containers():
            found += _applied("container", ContainerView(one, run), one.container_id, run)
            for item in one.items:
                if isinstance(item, ObservationBlock):
                    found += self.verify_block(run, item, one)
        return found

    def verify_run(self, tree: RunTree) -> list[Finding]:
        """Return what is wrong with a run and everything in it."""
        own = _applied("run", RunView(tree), tree.run.run_id, tree.run)
        return [*own, *self.verify_container(tree.run, tree.root)]


def _applied(level: Level, view: Any, subject_id: int, run: ObservingRun) -> list[Finding]:
    return [
        one
        for rule in rules(level)
        for one in rule.findings(view, subject_id, waived=rule.waivable and rule.code in run.waivers)
    ]
