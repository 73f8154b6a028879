"""Time as an injected part, so that a test or a replay may set it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from dfs.errors import DataError

__all__ = ["Clock", "FixedClock", "SettableClock", "SystemClock", "isoformat"]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present as an aware UTC time."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the present as an aware UTC time."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still at `at` (aware UTC)."""

    at: datetime

    def now(self) -> datetime:
        """Return the time this clock was set to."""
        return self.at


@dataclass(frozen=True)
class SettableClock:
    """The clock of a test instance: it stands at the time that `file` holds, for every process; without the file it runs."""

    file: Path

    def now(self) -> datetime:
        """Return the time set, or the present (aware UTC)."""
        try:
            set_to = datetime.fromisoformat(self.file.read_text(encoding="ascii").strip())
        except (FileNotFoundError, NotADirectoryError):
            return datetime.now(UTC)
        except ValueError as error:
            raise DataError("the clock was set to no time", where=str(self.file), hint="dfs clock --run") from error
        return set_to.replace(tzinfo=set_to.tzinfo or UTC).astimezone(UTC)

    def set(self, at: datetime | None) -> None:
        """Let the clock stand at `at` (aware); None lets it run again."""
        if at is None:
            self.file.unlink(missing_ok=True)
            return
        part = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        part.write_text(f"{isoformat(at)}+00:00\n", encoding="ascii")
        part.replace(self.file)


def isoformat(time: datetime) -> str:
    """Return `time` as UTC ISO 8601 to the millisecond, as in ``2022-01-27T04:46:29.093``."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
