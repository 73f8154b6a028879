"""Which processes run jobs, and which of them have died: each holds a lock on a file of its own for as long as it lives.

The kernel gives the lock back when a process ends, however it ends; a process number may come again, a lock does not.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from dfs.store.durable import disk_errors

__all__ = ["Presence"]


class Presence:
    """The own process as a runner of jobs, and the question whether another still lives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = secrets.token_hex(8)
        self._handle: int | None = None

    def arrive(self) -> None:
        """Begin to be there."""
        with disk_errors(self._folder, "note that this server runs"):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self._folder / self.name, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_EX)

    def leave(self) -> None:
        """Be there no more."""
        if self._handle is not None:
            (self._folder / self.name).unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = None

    def lives(self, runner: str | None) -> bool:
        """Tell whether the process called `runner` is there; clear the file of one that is not."""
        if runner is None or not re.fullmatch(r"[0-9a-f]{16}", runner):
            return False
        if runner == self.name:
            return self._handle is not None
        file = self._folder / runner
        try:
            handle = os.open(file, os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(handle)
        with suppress(OSError):
            file.unlink()
        return False
