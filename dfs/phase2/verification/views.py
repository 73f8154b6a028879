"""What a rule sees: a block, container or run with all it may have to look up, gathered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from dfs.errors import UsageError
from dfs.instruments.packages import InstrumentPackage
from dfs.model.phase2 import Container, ObservationBlock, ObservingRun, RunTree

if TYPE_CHECKING:
    from dfs.phase2.exposure_times import Peak, Question
    from dfs.phase2.visibility import Never
    from dfs.sky.ephemerides import Track

__all__ = ["BlockView", "ContainerView", "RunView"]


@dataclass(frozen=True)
class BlockView:
    """A block in its run.

    Attributes
    ----------
    container
        The container it lies in, where known.
    package
        Its instrument's package, in the block's version where that is known; None: the instrument has none.
    execution_s
        Its execution time with overheads; 0 where it cannot be worked out.
    never
        Why it cannot be observed in any night of its run; None: it can.
    """

    block: ObservationBlock
    run: ObservingRun
    container: Container | None = None
    package: InstrumentPackage | None = None
    execution_s: float = 0.0
    never: Never | None = None

    @cached_property
    def position(self) -> tuple[float, float] | None:
        """Right ascension and declination in degrees, as written; None where they cannot be read."""
        try:
            return self.block.target.ra_deg, self.block.target.dec_deg
        except ValueError:
            return None

    @cached_property
    def track(self) -> Track | UsageError | None:
        """The ephemeris; an error where it cannot be read; None where there is none."""
        if not self.block.ephemeris.strip():
            return None
        from dfs.sky.ephemerides import read_track

        try:
            return read_track(self.block.ephemeris)
        except UsageError as error:
            return error

    @cached_property
    def exposures(self) -> list[tuple[Question, Peak]] | UsageError:
        """What the calculator knows of its templates that may fill the detector, with the fullest pixel; an error where the brightness cannot be read."""
        from dfs.phase2.exposure_times import peak_of, questions

        try:
            asked = [(one, peak_of(one, only_full=True)) for one in questions(self.block)]
        except UsageError as error:
            return error
        return [(one, peak) for one, peak in asked if peak is not None]

    @property
    def is_service(self) -> bool:
        """Whether the rules of service mode hold."""
        return self.run.mode == "SM"


@dataclass(frozen=True)
class ContainerView:
    """A container in its run.

    Attributes
    ----------
    execution_s
        Of all blocks in it, by number, each in its place.
    """

    container: Container
    run: ObservingRun
    parent: Container | None = None
    execution_s: Mapping[int, float] = field(default_factory=dict)

    @cached_property
    def total_s(self) -> float:
        """Its execution time."""
        return sum(self.execution_s.get(one.ob_id, 0.0) for one in self.container.blocks())


@dataclass(frozen=True)
class RunView:
    """A run with everything in it.

    Attributes
    ----------
    execution_s
        Of all its blocks, by number, each in its place.
    """

    tree: RunTree
    execution_s: Mapping[int, float] = field(default_factory=dict)

    @property
    def run(self) -> ObservingRun:
        """The run."""
        return self.tree.run
