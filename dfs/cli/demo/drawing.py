"""What the simulators draw for the demonstration: whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from dfs.errors import NotFoundError, ServiceError
from dfs.progress import Progress

__all__ = ["draw_gallery", "draw_night"]

_SIMULATORS = "dfs.simulators"
_GALLERIES = "dfs.galleries"


def draw_night(instrument: str, folder: Path, seed: int, progress: Progress) -> Path:
    """Draw a night of `instrument` into `folder`, unless it is there, and return it.

    Raises
    ------
    NotFoundError
        No simulator of this instrument is installed.
    ServiceError
        The folder cannot be made.
    """
    if not folder.is_dir():
        draw = _found(_SIMULATORS, instrument, f"simulator of {instrument}")
        with _staged(folder) as staged:
            draw(staged, seed=seed, progress=progress)
    return folder


def draw_gallery(folder: Path) -> Path:
    """Draw small frames of every instrument into `folder`, unless they are there, and return it."""
    if not folder.is_dir():
        draw = _found(_GALLERIES, "ESO", "simulator of small frames")
        with _staged(folder) as staged:
            draw(staged)
    return folder


def _found(group: str, name: str, what: str) -> Callable[..., Any]:
    found = entry_points(group=group, name=name)
    if not found:
        raise NotFoundError(
            f"no {what} is installed",
            accepted=", ".join(sorted(entry_points(group=group).names)) or "none",
            hint="install vlt-dfs again: the simulators come with it",
        )
    loaded: Callable[..., Any] = next(iter(found)).load()
    return loaded


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Give a folder beside `folder` that takes its name when all went well."""
    staged = folder.with_name(f".{folder.name}-{os.getpid()}")
    try:
        yield staged
        staged.rename(folder)
    except OSError as error:
        raise ServiceError(f"it could not be drawn ({error.strerror})", where=str(folder)) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
