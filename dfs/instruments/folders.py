"""Finds instruments: folders of this package, and folders of others by the entry point group ``dfs.instruments``.

An entry point names a module or package whose folder holds ``instrument.toml`` and its companions, or an attribute that
is such a path::

    [project.entry-points."dfs.instruments"]
    SOFI = "my_instruments.sofi"
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from dfs.errors import DataError, NotFoundError

__all__ = ["GROUP", "files", "folder_of", "names"]

GROUP = "dfs.instruments"


def names() -> tuple[str, ...]:
    """Return the names of all instruments, sorted."""
    return tuple(sorted(_folders()))


def folder_of(name: str) -> Path:
    """Return the folder that describes the instrument called `name`; `NotFoundError` lists those there are."""
    folder = _folders().get(name.upper())
    if folder is None:
        raise NotFoundError(f"no instrument {name!r}", accepted=", ".join(names()))
    return folder


def files(name: str) -> dict[str, Path]:
    """Return instrument -> its file called `name`: of the folders here, some of which hold little else, and of those of others."""
    found = {path.parent.name.upper(): path for path in sorted(Path(__file__).parent.glob(f"*/{name}"))}
    return found | {one: folder / name for one, folder in _folders().items() if (folder / name).is_file()}


@cache
def _folders() -> dict[str, Path]:
    here = Path(__file__).parent
    own = {path.parent.name.upper(): path.parent for path in sorted(here.glob("*/instrument.toml"))}
    others = {point.name.upper(): _folder_of(point) for point in entry_points(group=GROUP)}
    return {**own, **others}


def _folder_of(point: EntryPoint) -> Path:
    where = f"entry point {point.name} = {point.value}"
    try:
        target = point.load()
    except Exception as error:
        raise DataError(f"cannot be loaded: {error}", where=where) from error
    folder = target if isinstance(target, str | Path) else (getattr(target, "__path__", None) or [None])[0]
    if folder is None and getattr(target, "__file__", None):
        folder = Path(target.__file__).parent
    if folder is None or not (Path(folder) / "instrument.toml").is_file():
        raise DataError("its folder has no instrument.toml", where=where, accepted="a package folder or a path")
    return Path(folder)
