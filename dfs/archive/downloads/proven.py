"""Files opened for reading once their bytes are proved to be those that were archived.

Proving reads the whole file. It counts for an hour as long as the file is the same one to the system: device, inode, size, time of
change of content and of inode. Whoever changes a byte changes the last of these, and cannot set it back.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from dfs.archive.verify import Verifier
from dfs.errors import DataError, ServiceError
from dfs.store import FileStore

__all__ = ["DamagedFileError", "ProvenFiles", "identity"]

Identity = tuple[int, int, int, int, int]

_CHUNK = 1 << 20
_GOOD_FOR_S = 3600.0
_REMEMBERED = 20_000
_LOCKS = 64


class DamagedFileError(DataError):
    """An archived file is damaged, and is not served until somebody has restored it."""

    status = 503
    retry_after_s = 3600


class ProvenFiles:
    """Opens archived files; one for all users of a process.

    Parameters
    ----------
    store
        Where the files are.
    verifier
        Heals a changed copy from another, or moves it to quarantine.
    """

    def __init__(self, store: FileStore, verifier: Verifier) -> None:
        self._store = store
        self._verifier = verifier
        self._proved: OrderedDict[tuple[Identity, str], float] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = [threading.Lock() for _ in range(_LOCKS)]  # many clients of one file: it is read once

    def open(self, row: Mapping[str, Any]) -> BinaryIO:
        """Return the file of a row of `files`, open and proved.

        Raises
        ------
        DamagedFileError
            No copy has the bytes that were archived; what was found is in quarantine now.
        ServiceError
            The system does not let us read it.
        """
        if row["state"] != "online":
            raise _damaged(row["dp_id"])
        for _ in range(2):
            opened = self._opened(self._store.path(row["path"]), row["sha256"])
            if opened is not None:
                return opened
            findings = self._verifier.prove(row)
            if any(one.problem == "unreadable" for one in findings):
                raise ServiceError("the archive may not read this file", where=row["dp_id"], hint="tell its operators")
        raise _damaged(row["dp_id"])

    def path(self, row: Mapping[str, Any]) -> Path:
        """Return where the file lies, proved a moment ago; errors as for `open`."""
        self.open(row).close()
        return self._store.path(row["path"])

    def _opened(self, path: Path, sha256: str) -> BinaryIO | None:
        """Return the file at `path` if it is there and has this checksum."""
        try:
            file = open(path, "rb", opener=_at_once)  # noqa: SIM115 - it goes out open
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                file.close()
                return None
        except OSError:
            return None
        with self._turns[hash(path) % _LOCKS]:
            try:
                good = self._is_proved(file, sha256) or self._prove(file, sha256)
            except OSError:
                good = False
        if good:
            return file
        file.close()
        return None

    def _is_proved(self, file: BinaryIO, sha256: str) -> bool:
        key = identity(file), sha256
        with self._lock:
            return time.monotonic() - self._proved.get(key, float("-inf")) < _GOOD_FOR_S

    def _prove(self, file: BinaryIO, sha256: str) -> bool:
        before, digest = identity(file), hashlib.sha256()
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        file.seek(0)
        if digest.hexdigest() != sha256 or identity(file) != before:
            return False
        with self._lock:
            self._proved[before, sha256] = time.monotonic()
            with suppress(KeyError):
                while len(self._proved) > _REMEMBERED:
                    self._proved.popitem(last=False)
        return True


def _at_once(path: str, flags: int) -> int:
    """Open without waiting: somebody may have put a pipe in the place of a file, and nobody may ever write to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def identity(file: BinaryIO) -> Identity:
    """Return what tells the system's file from any other, and from itself after a change."""
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _damaged(dp_id: str) -> DamagedFileError:
    return DamagedFileError(
        f"the archived file {dp_id} is damaged and in quarantine: it is not served",
        hint="its operators can restore it from a backup, then: dfs archive verify",
    )
