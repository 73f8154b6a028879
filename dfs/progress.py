"""One progress protocol: count, rate, remaining time and cancel, wherever it is shown.

Long work takes a `Progress`, tells it what it does, and asks it whether to go on. A terminal draws a bar, a pipe gets plain
lines, a notebook a widget; `Silent` shows nothing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Protocol

from dfs.errors import Cancelled

__all__ = ["Progress", "Recorder", "Silent"]


class Progress(Protocol):
    """What heavy work reports to, and asks whether to go on."""

    def begin(self, label: str, total: int | None = None) -> None:
        """Begin a stretch of work of `total` steps (None: unknown)."""
        ...

    def step(self, note: str = "", count: int = 1) -> None:
        """Report `count` steps done; raise `Cancelled` when the user wants to stop."""
        ...

    def end(self) -> None:
        """End the stretch begun last."""
        ...

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        ...


class Silent:
    """A progress nobody looks at; it can still be cancelled."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def begin(self, label: str, total: int | None = None) -> None:
        """Begin a stretch of work."""

    def step(self, note: str = "", count: int = 1) -> None:  # noqa: ARG002
        """Go on, or raise `Cancelled`."""
        if self._stop.is_set():
            raise Cancelled

    def end(self) -> None:
        """End the stretch."""

    def cancel(self) -> None:
        """Stop the work at its next step."""
        self._stop.set()


@dataclass
class Recorder(Silent):
    """Keeps every report: for tests, and for whoever draws them later."""

    events: list[tuple[str, str, int | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def begin(self, label: str, total: int | None = None) -> None:
        """Record the beginning of a stretch."""
        self.events.append(("begin", label, total))

    def step(self, note: str = "", count: int = 1) -> None:
        """Record a step, or raise `Cancelled`."""
        self.events.append(("step", note, count))
        super().step(note, count)

    def end(self) -> None:
        """Record the end of a stretch."""
        self.events.append(("end", "", None))
