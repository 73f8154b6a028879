"""The bytes of a FITS file's first headers, and nothing more of it: plain, ``.gz`` and ``.Z``.

What the file is, its first bytes say; its name may be wrong.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dfs.errors import DataError

__all__ = ["BLOCK", "LONGEST", "Blocks", "read_blocks"]

BLOCK = 2880
LONGEST = 16 * 1024 * 1024  # a header longer than this is none
_CARD = 80
_CHUNK = 16 * 1024
_DEFLATE_LIMIT = 1032


@dataclass(frozen=True, slots=True)
class Blocks:
    """The headers at the beginning of a FITS file.

    Attributes
    ----------
    primary
        Cards of the primary header, without END.
    extension
        Cards of the first extension's header when the primary holds no data and the extension is a binary table: it may be
        a compressed image (``.fz``). Else empty.
    data_start
        Byte of the uncompressed file after the last header given here.
    size
        Bytes of the whole file uncompressed; None when that cannot be told without reading it.
    """

    primary: bytes
    extension: bytes
    data_start: int
    size: int | None


def read_blocks(path: str | Path, guess: int = 16 * BLOCK) -> Blocks:
    """Return the headers at the beginning of the FITS file at `path`.

    Parameters
    ----------
    path
        The file.
    guess
        How many bytes to read first; the right length saves a second read.

    Raises
    ------
    OSError
        The file cannot be opened or read.
    DataError
        It is no regular file, empty, not FITS, its compression is damaged, or its header does not end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe would wait for its writer for ever
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):  # of folders the system speaks
            raise DataError("not a file (a pipe or a device)", where=str(path), hint="leave it out")
        packed, size = os.read(descriptor, guess), status.st_size
        if packed.startswith(b"SIMPLE  ="):
            return _headers(packed, _plain(descriptor), size, path)
        if packed.startswith(b"\x1f\x8b"):
            more = _gunzip(descriptor, packed, path)
            blocks = _headers(next(more, b""), more, None, path)
            return replace(blocks, size=_gzip_size(descriptor, size))
        if packed.startswith(b"\x1f\x9d"):
            more = _uncompress(descriptor, path)
            return _headers(next(more, b""), more, None, path)
        return _headers(packed, iter(()), size, path)
    finally:
        os.close(descriptor)


def _headers(data: bytes, more: Iterator[bytes], size: int | None, path: str | Path) -> Blocks:
    if not data.startswith(b"SIMPLE  ="):
        reason = f"not a FITS file: it begins with {data[:12]!r}" if data else "the file is empty"
        raise DataError(reason, where=str(path), keyword="SIMPLE", hint="fetch the file again, or leave it out")
    data, end = _through_end(data, 0, more, path)
    primary, start = data[:end], _next_block(end)
    if not _has_no_data(primary):
        return Blocks(primary, b"", start, size)
    while len(data) < start + BLOCK and (chunk := next(more, b"")):
        data += chunk
    if not data.startswith(b"XTENSION= 'BINTABLE'", start):
        return Blocks(primary, b"", start, size)
    data, end = _through_end(data, start, more, path)
    return Blocks(primary, data[start:end], _next_block(end), size)


def _next_block(end: int) -> int:
    return (end // BLOCK + 1) * BLOCK


def _has_no_data(cards: bytes) -> bool:
    at = cards.find(b"NAXIS   =")
    return at > 0 and cards[at + 9 : at + _CARD].partition(b"/")[0].strip() == b"0"


def _through_end(data: bytes, start: int, more: Iterator[bytes], path: str | Path) -> tuple[bytes, int]:
    """Return `data`, lengthened until it holds the header that begins at `start`, and where its END card stands."""
    known = start
    while True:
        end = _find_end(data, known)
        if end is not None:
            return data, end
        known = start + (len(data) - start) // BLOCK * BLOCK
        chunk = next(more, b"") if len(data) < LONGEST else b""
        if not chunk:
            raise DataError(
                "the header does not end: the file is truncated or damaged",
                where=str(path),
                keyword="END",
                hint="fetch the file again, or leave it out",
            )
        data += chunk


def _find_end(data: bytes, start: int) -> int | None:
    """Return where the END card stands in the blocks from `start`: nothing but blanks follows it in its block."""
    for at in range(start, len(data), BLOCK):
        block = data[at : at + BLOCK].rstrip(b" ")
        if block.endswith(b"END") and (len(block) - 3) % _CARD == 0:
            return at + len(block) - 3
    return None


def _plain(descriptor: int) -> Iterator[bytes]:
    while chunk := os.read(descriptor, _CHUNK):
        yield chunk


def _gunzip(descriptor: int, packed: bytes, path: str | Path) -> Iterator[bytes]:
    unpack = zlib.decompressobj(wbits=31)
    try:
        while packed and not unpack.eof:
            yield unpack.decompress(packed, _CHUNK)
            packed = unpack.unconsumed_tail or os.read(descriptor, _CHUNK)
    except zlib.error as error:
        raise _damaged(path, error) from error


def _gzip_size(descriptor: int, packed_size: int) -> int:
    """Return how many bytes a gzip file holds uncompressed.

    Its last four bytes claim it (RFC 1952). Those of a file cut short are anything: when the claim is no number of FITS
    blocks, or more than deflate can pack (1032 to 1), the file is unpacked to see.
    """
    claim = int.from_bytes(os.pread(descriptor, 4, max(packed_size - 4, 0)), "little")
    if claim > 0 and claim % BLOCK == 0 and claim <= _DEFLATE_LIMIT * packed_size:
        return claim
    size, unpack = 0, zlib.decompressobj(wbits=31)
    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        while packed := unpack.unconsumed_tail or unpack.unused_data or os.read(descriptor, _CHUNK):
            if unpack.eof:
                unpack = zlib.decompressobj(wbits=31)  # files may be several gzip streams, one after the other
            size += len(unpack.decompress(packed, LONGEST))
    except zlib.error:
        pass  # what has been unpacked so far is all there is
    return size


def _uncompress(descriptor: int, path: str | Path) -> Iterator[bytes]:
    import uncompresspy

    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        with (
            os.fdopen(descriptor, "rb", closefd=False) as packed,
            uncompresspy.LZWFile(packed, warn_truncation=False, save_checkpoints=False) as unpacked,
        ):
            while chunk := unpacked.read(_CHUNK):
                yield chunk
    except (ValueError, EOFError) as error:
        raise _damaged(path, error) from error


def _damaged(path: str | Path, error: Exception) -> DataError:
    return DataError(
        f"the compressed file is damaged ({error})", where=str(path), hint="fetch the file again, or leave it out"
    )
