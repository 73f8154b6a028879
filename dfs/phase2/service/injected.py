"""What the desk needs from elsewhere, as small protocols: instrument packages, rules, visibility, exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from dfs.instruments.packages import InstrumentPackage
from dfs.model.phase2 import Container, Finding, ObservationBlock, ObservingRun, RunTree
from dfs.phase2.api import Document, Upload

__all__ = ["Duration", "Export", "NightCurves", "Packages", "Part", "Rules"]


class Packages(Protocol):
    """Instrument packages; the module `dfs.instruments.packages` is one."""

    def names(self) -> Sequence[str]:
        """Return the instruments that have a package."""
        ...

    def package(self, name: str, version: str | None = None) -> InstrumentPackage:
        """Return a package, the newest when `version` is None; `NotFoundError` when there is none."""
        ...


class Part(Protocol):
    """A part of a block's execution time."""

    @property
    def label(self) -> str:
        """What the time is spent on."""
        ...

    @property
    def seconds(self) -> float:
        """How much of it."""
        ...

    @property
    def source(self) -> str:
        """Where the figure comes from."""
        ...


class Duration(Protocol):
    """How long a block takes; `dfs.phase2.execution.ExecutionTime` is one."""

    @property
    def exposure_s(self) -> float:
        """Open shutter."""
        ...

    @property
    def execution_s(self) -> float:
        """With all overheads."""
        ...

    @property
    def parts(self) -> Sequence[Part]:
        """What it is made of."""
        ...


class Rules(Protocol):
    """What is wrong with a block or a container, and how long a block takes."""

    def verify_block(
        self, run: ObservingRun, block: ObservationBlock, container: Container | None = None
    ) -> list[Finding]:
        """Return the findings on a block; `container`: the one it lies in."""
        ...

    def verify_container(self, run: ObservingRun, container: Container) -> list[Finding]:
        """Return the findings on a container and all in it."""
        ...

    def verify_run(self, tree: RunTree, *, below: bool = True) -> list[Finding]:
        """Return the findings on a run as a whole and, with `below`, on everything in it."""
        ...

    def execution(self, block: ObservationBlock, previous: ObservationBlock | None = None) -> Duration:
        """Return how long a block takes; `previous`: the last OB before it in its concatenation."""
        ...


NightCurves = Callable[[str, Sequence[tuple[ObservingRun, ObservationBlock]]], Document]
"""night (``YYYY-MM-DD``), blocks with their runs -> the body of ``POST /visibility``."""

Export = Callable[[Document, Document, Mapping[str, bytes]], Upload]
"""run, whole item, its files (``OBID/charts/N`` and ``OBID/templates/N/PARAMETER``, all N from 0 -> bytes) -> a ZIP file."""


def unset(*_: Any) -> Any:
    """Stand in for a part that this observatory was not given."""
    from dfs.errors import ServiceError

    raise ServiceError("this observatory was opened without that part", hint="open it with dfs.open")
