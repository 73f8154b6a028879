"""Scratch space of a reduction, and locks between reductions; both vanish with the process that holds them."""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
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
    """One reduction at a time works on a job: locks on bytes of one file, by job key.

    The system lets go of a lock when its process ends, however it ends. It counts locks by process, and drops them all when
    the process closes the file once; so the reductions of one process share the open file and a list of what each holds.
    """

    def __init__(self, root: Path) -> None:
        (root / "work").mkdir(parents=True, exist_ok=True)
        self._shared = _SharedFile.of((root / "work" / "jobs.lock").resolve())
        self._mine: set[str] = set()

    def take(self, key: str) -> bool:
        """Take the lock of job `key`; False when another reduction has it, here or in another process."""
        with _guard:
            if key in self._shared.held:
                return False
            try:
                fcntl.lockf(self._shared.file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(key))
            except (BlockingIOError, PermissionError):
                return False
            self._shared.held.add(key)
            self._mine.add(key)
        return True

    def release(self, key: str) -> None:
        """Let go of the lock of job `key`, if it is held."""
        with _guard:
            if key in self._mine:
                fcntl.lockf(self._shared.file, fcntl.LOCK_UN, 1, _place(key), os.SEEK_SET)
                self._mine.discard(key)
                self._shared.held.discard(key)

    def close(self) -> None:
        """Let go of every lock held by this reduction."""
        for key in tuple(self._mine):
            self.release(key)
        self._shared.leave()


@dataclass
class _SharedFile:
    """The lock file of an observatory, open once in a process, and the keys locked through it."""

    path: Path
    file: IO[bytes]
    held: set[str] = field(default_factory=set)
    users: int = 0

    @classmethod
    def of(cls, path: Path) -> _SharedFile:
        """Return the shared file at `path`, opened when nobody here has it open."""
        with _guard:
            shared = _open_files.get(path)
            if shared is None:
                shared = _open_files[path] = cls(path, path.open("ab"))
            shared.users += 1
        return shared

    def leave(self) -> None:
        """Close the file when the last user leaves."""
        with _guard:
            self.users -= 1
            if self.users == 0:
                _open_files.pop(self.path, None)
                self.file.close()


_guard = threading.Lock()
_open_files: dict[Path, _SharedFile] = {}


def _place(key: str) -> int:
    """Return the byte that stands for a key: its first 60 bits."""
    return int(key[:15], 16)
