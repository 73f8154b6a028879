"""Times of blocks, containers and runs, in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ContainerTime", "ExecutionTime", "Part", "RunTime"]


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a break-down.

    Attributes
    ----------
    path
        Where it comes from: ``templates[1]``.
    source
        Where the figure was read, ``assumed``, or empty for what the block itself asks for.
    is_exposure
        Light is collected meanwhile.
    """

    label: str
    seconds: float
    source: str = ""
    path: str = ""
    is_exposure: bool = False


@dataclass(frozen=True, slots=True)
class ExecutionTime:
    """Time of a block: with open shutter (without acquisition images), in all, and part by part."""

    exposure_s: float
    execution_s: float
    parts: tuple[Part, ...] = ()

    @property
    def overhead_s(self) -> float:
        """What is not exposure."""
        return self.execution_s - self.exposure_s


@dataclass(frozen=True, slots=True)
class ContainerTime:
    """Time of a container: all blocks below, those of concatenations as they follow each other."""

    container_id: int
    exposure_s: float
    execution_s: float
    blocks: Mapping[int, ExecutionTime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunTime:
    """Time of a run against what was granted.

    Attributes
    ----------
    planned_s
        Of all blocks that count: not those cancelled, terminated or expired; a block that must be repeated counts once.
    executed_s
        Of these, what is completed.
    by_status
        Status letter -> seconds, of all blocks.
    """

    allocated_s: float
    planned_s: float
    executed_s: float
    exposure_s: float
    by_status: Mapping[str, float] = field(default_factory=dict)
    blocks: Mapping[int, ExecutionTime] = field(default_factory=dict)

    @property
    def free_s(self) -> float:
        """What is left of the allocation; negative: too much is planned."""
        return self.allocated_s - self.planned_s

    @property
    def is_over(self) -> bool:
        """More is planned than was granted (a run without allocation has no such limit)."""
        return self.allocated_s > 0 and self.planned_s > self.allocated_s
