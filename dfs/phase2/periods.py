"""ESO's observing periods: half-open intervals of time, each beginning at 16:00 UT of its first day.

Six months from April and October; P116 has seven (October 2025 to the end of April 2026), and from P117 on a period is a year from 1 May
(p2api 1.2.1, ``utils/eso_period.py``; 16:00 UT: ``validFrom`` and ``validTo`` of runs in public records of ESO's API).  Before P48
(October 1991 by the same count) nothing is said: no run of this system is that old.
"""

from __future__ import annotations

from datetime import UTC, datetime

from dfs.errors import UsageError

__all__ = ["FIRST", "next_period", "period_of", "validity"]

FIRST = 48  # ESO's April periods are odd from here on, and two a year
_LAST_OF_SIX_MONTHS = 115
_YEARLY = 117  # first yearly period, from 1 May 2026
_HOUR = 16


def validity(period: int) -> tuple[datetime, datetime]:
    """Return when `period` begins and when it ends: valid from the first to before the second (UTC)."""
    if period < FIRST:
        raise UsageError(f"{period} is no period", accepted=f"{FIRST} or later")
    return _begin(period), _begin(period + 1)


def period_of(instant: datetime) -> int:
    """Return the period in which `instant` (aware) lies."""
    if instant.tzinfo is None:
        raise UsageError("a time without its zone lies in no period", accepted="an aware time")
    at = instant.astimezone(UTC)
    guess = max(FIRST, _guess(at))
    while at < _begin(guess):
        guess -= 1
    while at >= _begin(guess + 1):
        guess += 1
    if guess < FIRST:
        raise UsageError(f"{at:%Y-%m-%d} lies before the first period known", accepted=f"{_begin(FIRST):%Y-%m-%d} on")
    return guess


def next_period(instant: datetime) -> int:
    """Return the first period that begins after `instant` (aware)."""
    return period_of(instant) + 1


def _begin(period: int) -> datetime:
    if period >= _YEARLY:
        return datetime(2026 + period - _YEARLY, 5, 1, _HOUR, tzinfo=UTC)
    halves = period - 113  # P113 began in April 2024
    return datetime(2024 + halves // 2, 10 if halves % 2 else 4, 1, _HOUR, tzinfo=UTC)


def _guess(at: datetime) -> int:
    yearly = _YEARLY + at.year - 2026
    return yearly if at >= _begin(_YEARLY) else min(_LAST_OF_SIX_MONTHS, 113 + 2 * (at.year - 2024))
