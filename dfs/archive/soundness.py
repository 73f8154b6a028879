"""Files that were cut short on their way are not archived: under their name the whole file could never come in."""

from __future__ import annotations

from pathlib import Path

from dfs.archive.describe import file_suffix
from dfs.errors import DataError
from dfs.store.durable import Fingerprint

__all__ = ["refuse_damaged"]

_HINT = "; fetch the file again"
_GZIP = b"\x1f\x8b"


def refuse_damaged(path: Path, content: Fingerprint) -> None:
    """Raise `DataError` when a FITS file is shorter than its header promises, or its compression breaks off.

    Parameters
    ----------
    content
        Of the file, as it was copied.
    """
    if ".fits" not in file_suffix(path):
        return
    from dfs.frames.whole import is_whole_gzip, shortage

    problem = shortage(path)
    if problem is None and content.content_sha256 == content.sha256 and _begins(path) == _GZIP:
        problem = None if is_whole_gzip(path) else "the compressed file breaks off or is damaged"
    if problem is not None:
        raise DataError(problem.removesuffix(_HINT), where=str(path), hint="fetch the file again, or leave it out")


def _begins(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(2)
