"""Finds instrument packages: every ``templates.toml`` in the folders of this package, and in those of others by entry point."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dfs.errors import NotFoundError
from dfs.instruments.folders import files
from dfs.instruments.packages.package import InstrumentPackage
from dfs.instruments.packages.read import read_package

__all__ = ["FILE", "names", "package", "versions"]

FILE = "templates.toml"


def names() -> tuple[str, ...]:
    """Return the names of all instruments that have a package (``FORS2``, ``HAWKI``), sorted."""
    return tuple(sorted(_files()))


def versions(name: str) -> tuple[str, ...]:
    """Return the versions of the package of `name`, oldest first; `NotFoundError` lists the instruments there are."""
    return package(name).versions


def package(name: str, version: str | float | None = None) -> InstrumentPackage:
    """Return the package of the instrument called `name` (case does not matter), in its newest version or in `version`.

    Raises
    ------
    NotFoundError
        No such instrument or version; lists those there are.
    DataError
        Its file is wrong; names file and entry.
    """
    return _package(name.upper(), None if version is None else float(version))


@cache
def _package(name: str, version: float | None) -> InstrumentPackage:
    path = _files().get(name)
    if path is None:
        raise NotFoundError(f"no instrument package for {name!r}", accepted=", ".join(names()))
    return read_package(path, version)


@cache
def _files() -> dict[str, Path]:
    return files(FILE)
