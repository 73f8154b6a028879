"""Finds the instruments that have an ``optics.toml`` and reads each once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dfs.errors import NotFoundError
from dfs.instruments.folders import files
from dfs.instruments.optics.nouns import Optics
from dfs.instruments.optics.read import read_optics

__all__ = ["names", "optics"]

_FILE = "optics.toml"


def names() -> tuple[str, ...]:
    """Return the instruments whose way of the light is described, sorted."""
    return tuple(sorted(_found()))


@cache
def optics(name: str) -> Optics:
    """Return what can be chosen of the instrument called `name` (case does not matter).

    Raises
    ------
    NotFoundError
        No such instrument; lists those there are.
    DataError
        Its file is wrong; names file and entry.
    """
    path = _found().get(name.strip().upper())
    if path is None:
        raise NotFoundError(f"no exposure times for an instrument {name!r}", accepted=", ".join(names()))
    return _read(path)


@cache
def _found() -> dict[str, Path]:
    return files(_FILE)


@cache
def _read(path: Path) -> Optics:
    return read_optics(path)
