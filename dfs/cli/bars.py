"""Progress in a terminal: a bar with count, rate and remaining time; plain lines where nobody watches."""

from __future__ import annotations

import time
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Live

from dfs.progress import Silent

__all__ = ["Bars", "Lines"]

_FEW, _QUIET_FEW_S, _QUIET_S = (
    50,
    0.1,
    2.0,
)  # plain lines come at most this often, in stretches of few and of many steps


class Bars(Silent):
    """Bars drawn by rich; one for each stretch that is under way."""

    def __init__(self, stream: IO[str]) -> None:
        super().__init__()
        self._live = Live(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", style="dim", markup=False),
            console=Console(file=stream),
            transient=True,
        )
        self._tasks: list[TaskID] = []

    def begin(self, label: str, total: int | None = None) -> None:
        """Draw a bar."""
        if not self._tasks:
            self._live.start()
        self._tasks.append(self._live.add_task(label, total=total, note=""))

    def step(self, note: str = "", count: int = 1) -> None:
        """Advance the innermost bar, or raise `Cancelled`."""
        if self._tasks:
            self._live.update(self._tasks[-1], advance=count, note=note)
        super().step(note, count)

    def end(self) -> None:
        """Take the innermost bar away."""
        if self._tasks:
            self._live.remove_task(self._tasks.pop())
        if not self._tasks:
            self._live.stop()

    def close(self) -> None:
        """Give the terminal back, whatever happened."""
        self._tasks.clear()
        self._live.stop()


class Lines(Silent):
    """Plain lines: the first and the last of each stretch, and now and then one between."""

    def __init__(self, stream: IO[str]) -> None:
        super().__init__()
        self._stream = stream
        self._stretches: list[_Stretch] = []

    def begin(self, label: str, total: int | None = None) -> None:
        """Say what begins."""
        self._stretches.append(_Stretch(label, total))
        self._say(f"{label}: {total} to do" if total is not None else label)

    def step(self, note: str = "", count: int = 1) -> None:
        """Say how far it is, unless the last line is fresh; or raise `Cancelled`."""
        if self._stretches:
            stretch = self._stretches[-1]
            stretch.done += count
            quiet = _QUIET_FEW_S if stretch.total is not None and stretch.total <= _FEW else _QUIET_S
            if count and time.monotonic() - stretch.spoke >= quiet:
                stretch.spoke = time.monotonic()
                self._say(" ".join(part for part in (f"{stretch.label}: {stretch.count()}", note) if part))
        super().step(note, count)

    def end(self) -> None:
        """Say that it is done, how many, and how long it took."""
        if not self._stretches:
            return
        stretch = self._stretches.pop()
        self._say(f"{stretch.label}: {stretch.count()} in {time.monotonic() - stretch.begun:.1f} s")

    def close(self) -> None:
        """Nothing is left behind by lines."""

    def _say(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class _Stretch:
    """One stretch of work: its label, how much, how far, since when."""

    def __init__(self, label: str, total: int | None) -> None:
        self.label = label
        self.total = total
        self.done = 0
        self.begun = time.monotonic()
        self.spoke = self.begun

    def count(self) -> str:
        """Return ``3/7``, or ``3`` when the total is unknown."""
        return str(self.done) if self.total is None else f"{self.done}/{self.total}"
