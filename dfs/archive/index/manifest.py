"""The manifest of the index: which generation is in force, and what its files are.

``<folder>/manifest.json`` is replaced in one step; a generation's files never change after that.  Readers hold a shared lock on the
generation they read; whoever publishes a newer one removes those that nobody holds.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dfs.errors import DataError, ServiceError
from dfs.store.durable import disk_errors, make_folder, sync_folder

__all__ = [
    "DATABASE",
    "FORMAT",
    "STREAM",
    "Manifest",
    "TableFiles",
    "checksum",
    "current",
    "damaged",
    "hold",
    "locked",
    "new_folder",
    "publish",
    "sweep",
]

FORMAT = 1  # of the index's files; an index of another format is built anew
DATABASE = "tables.duckdb"
STREAM = "stream.duckdb"  # a second name of the same file
_MANIFEST = "manifest.json"
_LOCK = "lock"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class TableFiles:
    """One table in a generation.

    Attributes
    ----------
    folder
        Of its rows and arrays, inside the generation.
    rows
        How many it has.
    structure
        Digest of its layout; see `dfs.archive.index.columns.structure`.
    codes
        Of each column of few values: the values, in the order of their codes.
    protected
        The distinct values of `_protected_by`.
    """

    folder: str
    rows: int
    structure: str
    codes: Mapping[str, list[Any]]
    protected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A generation of the index.

    Attributes
    ----------
    generation
        Name of its folder.
    watermark
        Number of the last row of the audit trail whose change it holds.
    engine
        Version of DuckDB that wrote it.
    tables
        By name in lower case.
    files
        Bytes and CRC-32 of each file, by place inside the generation.
    """

    generation: str
    watermark: int
    engine: str
    tables: Mapping[str, TableFiles]
    files: Mapping[str, tuple[int, int]]
    format: int = FORMAT


def current(folder: Path) -> Manifest | None:
    """Return the manifest in force; None: there is none, or it is of another format."""
    try:
        text = (folder / _MANIFEST).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ServiceError(f"the index cannot be read: {error.strerror}", where=str(folder)) from error
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            return None
        is_whole = document.pop("crc") == _digest(document)
        tables = {
            name: TableFiles(**{**one, "protected": tuple(one["protected"])})
            for name, one in document["tables"].items()
        }
        files = {name: (size, crc) for name, (size, crc) in document["files"].items()}
        manifest = Manifest(**{**document, "tables": tables, "files": files})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged_manifest(folder) from error
    if not is_whole:
        raise _damaged_manifest(folder)
    return manifest


def _damaged_manifest(folder: Path) -> DataError:
    return DataError(
        "the index's manifest is damaged",
        where=str(folder / _MANIFEST),
        hint="build it anew: dfs archive rebuild-index",
    )


def new_folder(folder: Path, watermark: int) -> Path:
    """Make the folder of a new generation."""
    with disk_errors(folder, "write the index"):
        make_folder(folder)
        target = folder / f"g{watermark:09d}-{secrets.token_hex(4)}"
        target.mkdir()
        (target / _LOCK).touch()
    return target


def checksum(path: Path) -> tuple[int, int]:
    """Return size and CRC-32 of a file, and make it durable."""
    size, crc = 0, 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            size, crc = size + len(chunk), zlib.crc32(chunk, crc)
        os.fsync(file.fileno())
    return size, crc


def damaged(folder: Path, manifest: Manifest, *, most_bytes: int | None = None) -> list[str]:
    """Return which files of a generation are not as they were written, by their place in it.

    Parameters
    ----------
    most_bytes
        Only sizes are compared when the files are larger together; None: all are read.
    """
    is_read = most_bytes is None or sum(size for size, _ in manifest.files.values()) <= most_bytes
    generation = folder / manifest.generation
    found = []
    for name, (size, crc) in manifest.files.items():
        try:
            is_whole = (generation / name).stat().st_size == size and (not is_read or _crc(generation / name) == crc)
        except OSError:
            is_whole = False
        if not is_whole:
            found.append(name)
    return found


def _digest(document: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(document, sort_keys=True).encode())


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
    return crc


def publish(folder: Path, manifest: Manifest) -> None:
    """Put `manifest` in force; its files are on disk already."""
    target = folder / _MANIFEST
    scratch = folder / f"{_MANIFEST}.{secrets.token_hex(4)}"
    with disk_errors(folder, "publish the index"):
        generation = folder / manifest.generation
        for one in {generation, *((generation / name).parent for name in manifest.files)}:
            sync_folder(one)
        sync_folder(folder)
        with scratch.open("w") as file:
            document = json.loads(json.dumps(asdict(manifest), allow_nan=False))
            json.dump({**document, "crc": _digest(document)}, file)
            file.flush()
            os.fsync(file.fileno())
        scratch.rename(target)
        sync_folder(folder)


@contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the builder's lock of an index; give whether it was had (without `wait`, another may have it)."""
    with disk_errors(folder, "lock the index"):
        make_folder(folder)
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield _flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    finally:
        os.close(handle)


def hold(generation: Path) -> int | None:
    """Take a reader's lock on a generation and return its handle; None: it has gone, read the manifest again."""
    try:
        handle = os.open(generation / _LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return None
    if _flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB) and (generation / _LOCK).exists():
        return handle
    os.close(handle)
    return None


def sweep(folder: Path, keep: str) -> None:
    """Remove generations that nobody reads; `keep` is in force."""
    for one in folder.glob("g*-*"):
        if one.name == keep or not one.is_dir():
            continue
        with suppress(OSError):
            if not (one / _LOCK).exists():  # whoever removed it died in the middle: nobody can hold it any more
                shutil.rmtree(one)
                continue
            handle = os.open(one / _LOCK, os.O_RDONLY)
            try:
                if _flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB):
                    shutil.rmtree(one)
            finally:
                os.close(handle)


def _flock(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        return False
    return True
