"""One file on its way to a client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO, Self

from dfs.archive.downloads.proven import Identity, identity
from dfs.errors import DataError

__all__ = ["Download", "media_type"]

_CHUNK = 1 << 18
_TYPES = {
    ".fits": "application/fits",
    ".fz": "application/fits",
    ".gz": "application/gzip",
    ".Z": "application/x-compress",
    ".ipynb": "application/x-ipynb+json",
    ".html": "text/html",
    ".json": "application/json",
    ".log": "text/plain",
    ".txt": "text/plain",
    ".png": "image/png",
}


@dataclass
class Download:
    """An archived file, open and proved.

    Attributes
    ----------
    name
        File name without folder: letters, digits and ``. _ : + -``.
    size, sha256
        Of the whole file; bytes.
    modified
        When it was archived, UTC ISO 8601.
    """

    dp_id: str
    name: str
    size: int
    sha256: str
    modified: str
    media_type: str
    file: BinaryIO
    _identity: Identity = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._identity = identity(self.file)

    def chunks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Give the bytes from `start` up to `end` (not included; None: all).

        Raises
        ------
        DataError
            Somebody changes the file at this moment: what has been given is right, and nothing more comes.
        """
        self.file.seek(start)
        left = (self.size if end is None else end) - start
        while left > 0:
            chunk = self.file.read(min(_CHUNK, left))
            if not chunk or identity(self.file) != self._identity:
                raise DataError("the archived file was changed while it was sent", where=self.dp_id)
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def media_type(name: str) -> str:
    """Return the media type of a file by its name."""
    return next((kind for suffix, kind in _TYPES.items() if name.endswith(suffix)), "application/octet-stream")
