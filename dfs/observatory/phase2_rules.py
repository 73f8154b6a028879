"""The rules of phase 2 as the desk asks for them: verification, and execution times."""

from __future__ import annotations

from dfs.model.phase2 import ObservationBlock
from dfs.phase2.execution import ExecutionTime, execution_time, following_time
from dfs.phase2.verification import Verifier

__all__ = ["Phase2Rules"]


class Phase2Rules(Verifier):
    """The verifier, which also knows how long a block takes."""

    def execution(self, block: ObservationBlock, previous: ObservationBlock | None = None) -> ExecutionTime:
        """Return how long a block takes; `previous`: the one before it in its concatenation."""
        if previous is None:
            return execution_time(block)
        return following_time(block, previous)
