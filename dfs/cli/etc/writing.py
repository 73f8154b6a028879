"""Files that are written over: it is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dfs.cli.output import Terminal

__all__ = ["replacing"]


@contextmanager
def replacing(terminal: Terminal, path: Path) -> Iterator[None]:
    """Say on standard error, once the file is written, that there was one before."""
    was_there = path.exists()
    yield
    if was_there:
        terminal.note(f"dfs: replaced {path}")
