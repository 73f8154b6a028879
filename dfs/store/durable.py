"""Steps on disk that survive a crash: copy and fsync, link without overwriting, fsync of folders; errors in one line."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dfs.errors import AccessError, DataError, NotFoundError, ServiceError

__all__ = [
    "Fingerprint",
    "copy_durably",
    "disk_errors",
    "fingerprint",
    "link_new",
    "make_folder",
    "set_aside",
    "sync_folder",
]

_CHUNK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells one content from another.

    Attributes
    ----------
    bytes, sha256
        Of the file as it lies there.
    content_sha256
        Of the file without its gzip, so that ``.fits`` and ``.fits.gz`` of one frame compare; else the same as `sha256`.
    """

    bytes: int
    sha256: str
    content_sha256: str


@contextmanager
def disk_errors(path: Path, doing: str) -> Iterator[None]:
    """Turn an error of the operating system into one line that names `path` and what to do."""
    try:
        yield
    except OSError as error:
        place = str(error.filename or path)
        reason = error.strerror or str(error)
        raise ServiceError(f"cannot {doing}: {reason}", where=place, hint=_cure(error.errno)) from error


def _cure(number: int | None) -> str:
    cures = {
        errno.ENOSPC: "free space on this disk, then run the command again",
        errno.EDQUOT: "your quota is used up: free space, then run the command again",
        errno.EROFS: "the disk is read-only: name another folder",
        errno.EACCES: "make the folder writable, or name another",
        errno.EPERM: "make the folder writable, or name another",
        errno.EIO: "the disk reports a fault: check it before you go on",
        errno.EMFILE: "too many open files: raise the limit (ulimit -n)",
        errno.EFBIG: "the file is larger than this disk or your limits allow",
    }
    return cures.get(number or 0, "")


def make_folder(folder: Path) -> None:
    """Make `folder` and those above it, durably; it may be there already."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy_durably(source: Path, targets: Iterable[Path]) -> Fingerprint:
    """Copy `source` to new files `targets`, each on disk (fsync) when this returns, and return its fingerprint.

    Raises
    ------
    NotFoundError, AccessError, DataError
        The source is not there, not readable, not a file, or changed while it was read.
    OSError
        A target cannot be written; the caller removes what was begun.
    """
    reader = _open_source(source)
    handles: list[int] = []
    try:
        before = os.fstat(reader)
        for target in targets:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
            handles.append(handle)
        result = _copy(reader, source, handles)
        after = os.fstat(reader)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or result.bytes != after.st_size:
            raise DataError("the file changed while it was read", where=str(source), hint="wait until it is complete")
        for handle in handles:
            os.fsync(handle)
        return result
    finally:
        for handle in (reader, *handles):
            os.close(handle)


def fingerprint(path: Path) -> Fingerprint:
    """Return the fingerprint of a file; errors as for the source of `copy_durably`."""
    reader = _open_source(path)
    try:
        return _copy(reader, path, ())
    finally:
        os.close(reader)


def _open_source(source: Path) -> int:
    try:
        handle = os.open(source, os.O_RDONLY)
    except FileNotFoundError as error:
        raise NotFoundError("no such file", where=str(source)) from error
    except PermissionError as error:
        raise AccessError(
            "you may not read this file", where=str(source), hint="ask its owner for read access"
        ) from error
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise DataError("not a file", where=str(source), accepted="a regular file")


def _copy(reader: int, source: Path, handles: Iterable[int]) -> Fingerprint:
    plain, content, size = hashlib.sha256(), _Unzipped(), 0
    handles = tuple(handles)
    while chunk := _read(reader, source):
        plain.update(chunk)
        content.update(chunk)
        size += len(chunk)
        for handle in handles:
            _write_all(handle, chunk)
    digest = plain.hexdigest()
    return Fingerprint(size, digest, content.hexdigest() or digest)


def _read(reader: int, source: Path) -> bytes:
    try:
        return os.read(reader, _CHUNK)
    except OSError as error:
        raise DataError(
            f"cannot be read: {error.strerror}", where=str(source), hint="restore it from another copy"
        ) from error


def _write_all(handle: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(handle, view) :]


class _Unzipped:
    """SHA-256 of what gzip members hold; "" when the bytes are not whole gzip members.  Memory stays bounded."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._zip = zlib.decompressobj(wbits=31)
        self._head = b""
        self._valid: bool | None = None  # None: not enough bytes yet to tell

    def update(self, chunk: bytes) -> None:
        if self._valid is None:
            self._head += chunk
            if len(self._head) < len(_GZIP_MAGIC):
                return
            self._valid, chunk = self._head.startswith(_GZIP_MAGIC), self._head
        if self._valid:
            self._feed(chunk)

    def _feed(self, chunk: bytes) -> None:
        try:
            while chunk:
                if self._zip.eof:  # a further member
                    self._zip = zlib.decompressobj(wbits=31)
                self._hash.update(self._zip.decompress(chunk, _CHUNK))
                chunk = self._zip.unconsumed_tail or self._zip.unused_data
        except zlib.error:
            self._valid = False

    def hexdigest(self) -> str:
        return self._hash.hexdigest() if self._valid and self._zip.eof else ""


def link_new(source: Path, target: Path) -> None:
    """Give `source` the further name `target`; FileExistsError when the name is taken (never overwrites).

    A file system without hard links gets a rename under the same promise: callers hold the writer's lock, so nobody else makes
    the name between the look and the rename.  (A crash right after it leaves a file without row: unseen by readers, named by
    ``dfs archive verify``, moved aside when the name is wanted.)
    """
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EMLINK}:
            raise
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
        os.rename(source, target)  # noqa: PTH104 - beside os.link


def set_aside(path: Path, volume: Path) -> Path:
    """Move a file that must not be served to the quarantine folder of its volume; return where it went."""
    folder = volume / "quarantine"
    with disk_errors(path, "move the file to quarantine"):
        make_folder(folder)
        target = folder / f"{path.name}.{secrets.token_hex(4)}"
        path.rename(target)
        sync_folder(folder)
        sync_folder(path.parent)
    return target
