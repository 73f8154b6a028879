"""Runs, and the containers in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from dfs.model.phase2.block import ObservationBlock
from dfs.model.phase2.target import Target

__all__ = ["Container", "ContainerType", "ObservingRun", "RunMode", "RunTree"]

RunMode = Literal["SM", "VM", "dVM"]
ContainerType = Literal["Folder", "Group", "Concatenation", "TimeLink"]


@dataclass(frozen=True, slots=True)
class ObservingRun:
    """A run: time on one instrument, in one mode, in one period.

    Attributes
    ----------
    prog_id
        The run identifier, e.g. ``110.23XY.001`` (as in ``OBS PROG ID``).
    valid_from, valid_to
        Half-open interval in which the run may be observed (UTC, aware).
    allocated_s
        Time granted, with overheads.
    limits
        Phase-1 constraints that no block may be stricter than: ``fli`` (0-1), ``seeing``, ``skyTransparency`` ...
    targets
        Phase-1 targets; empty: not restricted.
    container_id
        Its root folder.
    waivers
        Codes of rules that were waived for it (`dfs.phase2.verification`), ``waivers`` among the run's observing constraints:
        ``block-too-long`` ...
    state
        ``open`` for its PI; ``notified`` after "Notify ESO", until support opens it again; ``ended``.
    """

    run_id: int
    prog_id: str
    title: str
    instrument: str
    telescope: str
    ip_version: str
    period: int
    mode: RunMode
    container_id: int
    valid_from: datetime
    valid_to: datetime
    priority_class: Literal["A", "B", "C"] = "B"
    is_too: bool = False
    allocated_s: float = 0.0
    limits: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    pi_name: str = ""
    waivers: tuple[str, ...] = ()
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Container:
    """A folder or a scheduling container, with what is in it, in order.

    Attributes
    ----------
    status
        A letter as a block has; folders have none.
    schedule
        As of a block: of a concatenation inside a group or time link.
    group_score
        Of a group, 0-100.
    """

    container_id: int
    run_id: int
    parent_id: int | None
    kind: ContainerType
    name: str
    status: str = ""
    user_priority: int = 1
    group_score: float = 0.0
    schedule: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[Container | ObservationBlock, ...] = ()

    def blocks(self) -> Iterator[ObservationBlock]:
        """Give every block below, depth first."""
        for item in self.items:
            if isinstance(item, Container):
                yield from item.blocks()
            else:
                yield item

    def containers(self) -> Iterator[Container]:
        """Give every container below, depth first, this one before them."""
        yield self
        for item in self.items:
            if isinstance(item, Container):
                yield from item.containers()


@dataclass(frozen=True, slots=True)
class RunTree:
    """A run with everything in it, and its README."""

    run: ObservingRun
    root: Container
    readme: Mapping[str, Any] = field(default_factory=dict)

    def blocks(self) -> Iterator[ObservationBlock]:
        """Give every block of the run, depth first."""
        return self.root.blocks()
