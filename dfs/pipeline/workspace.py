"""Scratch space of a reduction, and locks between reductions; both vanish with the process that holds them."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

from dfs.errors import ServiceError

__all__ = ["JobLocks", "workspace"]

_LOCK = ".lock"


@contextmanager
def workspace(root: Path) -> Iterator[Path]:
    """Give a new folder in ``<root>/work`` and remove it at the end; what killed processes left there goes first.

    Raises
    ------
    ServiceError
        The folder cannot be made.
    """
    work = root / "work"
    try:
        work.mkdir(parents=True, exist_ok=True)
        _sweep(work)
        folder, lock = _claim(work)
    except OSError as error:
        raise ServiceError(
            f"no room to work: {error.strerror}", where=str(work), hint="free space or change permissions"
        ) from error
    with lock:
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _claim(work: Path) -> tuple[Path, IO[str]]:
    """Return a new folder and the file whose lock says that its owner lives."""
    while True:
        folder = Path(mkdtemp(prefix="run-", dir=work))
        try:
            lock = (folder / _LOCK).open("w")
        except FileNotFoundError:  # another process swept it before it had a lock
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock.fileno()).st_nlink:  # nobody swept it between the making and the locking
            return folder, lock
        lock.close()


def _sweep(work: Path) -> None:
    """Remove the folders whose owners are gone: nobody holds their lock."""
    for folder in work.glob("run-*"):
        with suppress(OSError), (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


class JobLocks:
    """One process at a time works on a job: locks on bytes of one file, by job key.

    The system lets go of a lock when its process ends, however it ends.
    """

    def __init__(self, root: Path) -> None:
        (root / "work").mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = (root / "work" / "jobs.lock").open("ab")

    def take(self, key: str) -> bool:
        """Take the lock of job `key`; False when another process has it."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(key))
        except (BlockingIOError, PermissionError):
            return False
        return True

    def release(self, key: str) -> None:
        """Let go of the lock of job `key`."""
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _place(key), os.SEEK_SET)

    def close(self) -> None:
        """Let go of every lock."""
        self._file.close()


def _place(key: str) -> int:
    """Return the byte that stands for a key: its first 60 bits."""
    return int(key[:15], 16)
