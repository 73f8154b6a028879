"""The values that requests about jobs bring, read once: times, counts, phases; `UsageError` for what is none."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from dfs.errors import UsageError
from dfs.server.bodies import Sent
from dfs.vo.tap.jobs import Phase

__all__ = ["count_of", "phase_named", "time_of", "value_of", "wait_of"]

_WAIT_MOST_S = 300.0  # clients ask again; proxies cut what is silent for longer


def wait_of(text: str | None) -> float:
    """Return how many seconds WAIT asks for, at most as many as the server waits; 0: it is not there."""
    if text is None:
        return 0.0
    if not re.fullmatch(r"\s*(-1|\d{1,9})\s*", text, re.ASCII):
        raise UsageError(f"WAIT = {text[:40]!r}", accepted="seconds; -1: as long as the server lets you")
    asked = int(text)
    return _WAIT_MOST_S if asked < 0 else min(float(asked), _WAIT_MOST_S)


def phase_named(text: str) -> Phase:
    """Return a phase by its name, in any letter case."""
    try:
        return Phase(text.strip().upper())
    except ValueError:
        raise UsageError(f"PHASE = {text[:40]!r}", accepted=", ".join(Phase)) from None


def time_of(text: str) -> datetime:
    """Return a time of DALI (ISO 8601, UTC unless it says otherwise)."""
    try:
        time = datetime.fromisoformat(text.strip())
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text[:40]!r} is no time", accepted="ISO 8601, as in 2026-01-27T04:46:29Z") from None


def count_of(text: str) -> int:
    """Return a whole number."""
    if not re.fullmatch(r"\s*\d{1,9}\s*", text, re.ASCII):
        raise UsageError(f"{text[:40]!r} is no whole number", accepted="0 to 999999999")
    return int(text)


def value_of(sent: Sent, name: str) -> str | None:
    """Return the last value of a parameter, whose name counts in any letter case; None: there is none."""
    found = [value for given, value in sent.parameters if given.upper() == name]
    return found[-1] if found else None
