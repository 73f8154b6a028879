"""The bytes of a spectrum's file, never more than a spectrum needs, unpacked where they are gzipped."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from dfs.errors import DataError, NotFoundError

__all__ = ["SAMPLES_MOST", "contents", "unpacked"]

SAMPLES_MOST = 200_000
_BYTES_MOST = 64 * 1024 * 1024  # a spectrum is not longer, packed or unpacked
_GZIP = b"\x1f\x8b"


def contents(file: Path) -> bytes:
    """Return what a regular file holds, as it is; `NotFoundError` where there is none, `DataError` where it is too large."""
    if not file.is_file():
        raise NotFoundError("no such file", where=str(file))
    with file.open("rb") as opened:
        content = opened.read(_BYTES_MOST + 1)
    if len(content) > _BYTES_MOST:
        raise _too_large(str(file))
    return content


def unpacked(content: bytes, where: str) -> bytes:
    """Return the content unpacked if it is gzipped, whatever its file is called; reading stops at the limit.

    Raises
    ------
    DataError
        Unpacked it is too large, or cut short.
    """
    if not content.startswith(_GZIP):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            found = packed.read(_BYTES_MOST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"it cannot be unpacked: {error}", where=where) from None
    if len(found) > _BYTES_MOST:
        raise _too_large(where)
    return found


def _too_large(where: str) -> DataError:
    return DataError("too large for a spectrum", where=where, accepted=f"up to {_BYTES_MOST // 2**20} MiB, unpacked")
