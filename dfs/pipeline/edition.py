"""What a recipe knows beside its inputs: its own code, and the figures of instrument, sky and standards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from dfs import instruments, recipes, sky
from dfs.version import __version__

__all__ = ["edition"]

_COMPILED = {".pyc", ".nbc", ".nbi"}


@cache
def edition(instrument: str) -> str:
    """Return a fingerprint of everything but inputs and parameters that results for `instrument` rest on.

    It covers this package's version, the files of the instrument's folder, of `dfs.recipes` (code and tables of standards) and
    of `dfs.sky`. A result made by another edition is not taken for one of this: it is made again.
    """
    digest = hashlib.sha256(__version__.encode())
    folders = (instruments.folder_of(instrument), *(Path(str(room.__file__)).parent for room in (recipes, sky)))
    for folder in folders:
        for path in _files(folder):
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    found = (path for path in folder.rglob("*") if path.suffix not in _COMPILED and "__pycache__" not in path.parts)
    return (path for path in sorted(found) if path.is_file())
