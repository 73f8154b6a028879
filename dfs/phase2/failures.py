"""How a call of phase 2 fails where HTTP has a status of its own for it (p2api 1.2.1 shows its users the message)."""

from __future__ import annotations

from dfs.errors import ConflictError, UsageError

__all__ = ["FileKindError", "FileTooLargeError", "StaleError", "StateError", "VersionMissingError"]


class StaleError(ConflictError):
    """Somebody saved since the version given was read; `who` and `at` (UTC ISO 8601) tell who and when."""

    status = 412

    def __init__(self, message: str, *, who: str = "", at: str = "", **details: str) -> None:
        super().__init__(message, **details)
        self.who = who
        self.at = at


class StateError(ConflictError):
    """The thing is in a state (of its status, its run, its container) in which this cannot be done."""

    status = 409


class VersionMissingError(UsageError):
    """The call needs the version that was read."""

    status = 428


class FileTooLargeError(UsageError):
    """A file has more bytes than are taken."""

    status = 413


class FileKindError(UsageError):
    """A file is not of the kind it should be, whatever its name says."""

    status = 415
