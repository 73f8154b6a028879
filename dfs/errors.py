"""The error tree: whose fault it is, what is wrong, where, and what to do.

.. code-block:: text

    DfsError
    ├── UsageError      the caller's: a wrong name, value, option (exit 2)
    ├── NotFoundError   the thing named does not exist
    ├── AccessError     it exists, the caller may not
    ├── DataError       a file or a row is wrong
    ├── ServiceError    something outside failed: disk, database, network
    ├── ConflictError   somebody else saved first
    └── Cancelled       the user stopped the work (exit 130)

Doors (command line, server, widgets) turn these into one line, a status, a red panel; a traceback never reaches a user.
"""

from __future__ import annotations

import copy

__all__ = [
    "AccessError",
    "Cancelled",
    "ConflictError",
    "DataError",
    "DfsError",
    "NotFoundError",
    "ServiceError",
    "UsageError",
]

_PLACES = ("/", "sqlite:", "postgresql")
_MESSAGE_MOST, _WHERE_MOST = 600, 400  # characters; whoever sent a megabyte does not read it again here


class DfsError(Exception):
    """Base of every error this package raises on purpose.

    Parameters
    ----------
    message
        What is wrong, in one sentence that names the thing and its value.
    where
        The place: a file, a file with its keyword, a field, an option.
    accepted
        What would have been accepted.
    hint
        What to do now.
    """

    exit_code = 1

    def __init__(self, message: str, *, where: str = "", accepted: str = "", hint: str = "") -> None:
        message = _short(message, _MESSAGE_MOST)
        super().__init__(message)
        self.message = message
        self.where = _short(where, _WHERE_MOST)
        self.accepted = accepted
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way between worker processes."""
        return (_rebuild, (type(self), self.args, self.__dict__))

    @property
    def __notes__(self) -> list[str]:  # type: ignore[override]  # Python reads it, nobody writes
        """What Python and Jupyter print below the message of an error that nobody caught."""
        return [f"{word}: {text}" for word, text in (("accepted", self.accepted), ("hint", self.hint)) if text]

    def line(self) -> str:
        """Return the error as the one line a terminal shows."""
        parts = [f"{self.where}: {self.message}" if self.where else self.message]
        if self.accepted:
            parts.append(f"accepted: {self.accepted}")
        if self.hint:
            parts.append(self.hint)
        return "; ".join(" ".join(part.split()) for part in parts)

    def without_place(self) -> DfsError:
        """Return the error without the file or the database of this machine that it is about: what a client elsewhere is told."""
        if not isinstance(self, ServiceError | DataError) or not self.where.startswith(_PLACES):
            return self
        told = copy.copy(self)
        told.where = ""
        return told

    def document(self) -> dict[str, str | None]:
        """Return the error as the object that ``--json`` and the server print."""
        return {
            "type": type(self).__name__,
            "message": self.message,
            "where": self.where or None,
            "accepted": self.accepted or None,
            "hint": self.hint or None,
        }


def _short(text: str, most: int) -> str:
    """Return a text of at most `most` characters: its beginning and its end."""
    return text if len(text) <= most else f"{text[: most - most // 4 - 5]} ... {text[-(most // 4) :]}"


def _rebuild(cls: type[DfsError], args: tuple[str, ...], state: dict[str, object]) -> DfsError:
    error = cls(*args)
    error.__dict__.update(state)
    return error


class UsageError(DfsError):
    """The caller asked for something that cannot be: wrong name, value or option."""

    exit_code = 2


class NotFoundError(DfsError):
    """The named thing does not exist."""


class AccessError(DfsError):
    """The thing exists and the caller may not do this to it."""


class DataError(DfsError):
    """A file or a row is wrong: truncated, a keyword missing, a value impossible.

    Parameters
    ----------
    message, where, accepted, hint
        As for `DfsError`; `where` names the file.
    keyword
        The header keyword or column at fault.
    """

    def __init__(self, message: str, *, where: str = "", keyword: str = "", accepted: str = "", hint: str = "") -> None:
        super().__init__(message, where=where, accepted=accepted, hint=hint)
        self.keyword = keyword


class ServiceError(DfsError):
    """Something outside this package failed: the disk, the database, the network."""


class ConflictError(DfsError):
    """Somebody else saved first, or the name is taken by other content."""


class Cancelled(DfsError):  # noqa: N818 - a decision, not a fault
    """The user stopped the work."""

    exit_code = 130

    def __init__(self, message: str = "stopped on request", **details: str) -> None:
        super().__init__(message, **details)
