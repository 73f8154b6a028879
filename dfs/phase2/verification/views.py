"""What a rule sees: a block, container or run with all it may have to look up, gathered once."""

from __future__ import annotations

from dataclasses import dataclass

from dfs.model.phase2 import Container, ObservationBlock, ObservingRun, RunTree

__all__ = ["BlockView", "ContainerView", "RunView"]


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block in its run.

    Attributes
    ----------
    container
        The container it lies in, where known.
    execution_s
        Its execution time with overheads; 0 where it cannot be worked out.
    """

    block: ObservationBlock
    run: ObservingRun
    container: Container | None = None
    execution_s: float = 0.0

    @property
    def position(self) -> tuple[float, float] | None:
        """Right ascension and declination in degrees, as written; None where they cannot be read."""
        try:
            return self.block.target.ra_deg, self.block.target.dec_deg
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class ContainerView:
    """A container in its run."""

    container: Container
    run: ObservingRun


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with everything in it."""

    tree: RunTree

    @property
    def run(self) -> ObservingRun:
        """The run."""
        return self.tree.run
