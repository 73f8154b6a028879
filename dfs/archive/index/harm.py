"""What is wrong with the index that is in force, as it lies on the disk."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from dfs.archive.index.manifest import current, damaged, hold
from dfs.errors import DataError

__all__ = ["harm_of"]

_log = logging.getLogger(__name__)


def harm_of(folder: Path, most_bytes: int | None = None) -> list[str]:
    """Return which files of the generation in force are not as they were written; the log names one.

    Parameters
    ----------
    folder
        Of the index.
    most_bytes
        Of a larger one only the sizes of files are compared; None: all are read.
    """
    try:
        manifest = current(folder)
    except DataError as error:
        _log.warning("%s", error.line())
        return ["manifest.json"]
    if manifest is None:
        return []
    handle = hold(folder / manifest.generation)
    if handle is None:  # gone: because there is a newer one, or somebody removed it
        return [manifest.generation] if current(folder) == manifest else []
    try:
        found = damaged(folder, manifest, most_bytes=most_bytes)
    finally:
        os.close(handle)
    if found:
        _log.warning("the index is damaged (%s ...): it is built anew", found[0])
    return found
