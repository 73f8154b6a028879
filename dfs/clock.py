"""Time as an injected part, so that a test or a replay may set it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

__all__ = ["Clock", "FixedClock", "SystemClock", "isoformat"]


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


def isoformat(time: datetime) -> str:
    """Return `time` as UTC ISO 8601 to the millisecond, as in ``2022-01-27T04:46:29.093``."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
