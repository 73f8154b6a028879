"""The life of a block: status letters, the events that change them, and what may be edited in which status.

Everything here is a table.  Letters and arrows: ESO's phase-2 status page and P2PP manual; what may be edited: docstrings of p2api 1.2.1 and
0.3.  What neither says is marked `assumed`.  Scheduling containers (groups, concatenations, time links) have the same letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dfs.errors import UsageError
from dfs.phase2.failures import StateError

__all__ = [
    "EXECUTABLE",
    "FINAL",
    "GRADES",
    "MEANINGS",
    "Event",
    "What",
    "after",
    "after_end",
    "editable",
    "events",
    "is_service",
    "transitions",
]

MEANINGS: Mapping[str, str] = {
    "P": "partially defined",
    "D": "defined, waits for review",
    "R": "under review",
    "-": "rejected, needs its user",
    "+": "accepted",
    "S": "started",
    "C": "completed",
    "X": "executed",
    "M": "must be repeated",
    "A": "aborted",
    "F": "failed: its time window is over",
    "K": "cancelled",
    "T": "terminated with its run",
}
FINAL = frozenset("CFKT")
EXECUTABLE = frozenset("+AXS")  # what a visitor's execution sequence may hold (p2api 1.2.1, saveExecutionSequence)
GRADES: Mapping[str, str] = {
    "A": "all constraints met",
    "B": "a constraint violated by up to 10 per cent",
    "C": "out of constraints: to be repeated",
    "D": "out of constraints, not to be repeated",
    "X": "not graded: not finished",
    "?": "not graded",
}


class Event(StrEnum):
    """What happens to a block."""

    SUBMIT = "submit"
    REVISE = "revise"
    TAKE = "take"
    ACCEPT = "accept"
    REJECT = "reject"
    EDIT = "edit"
    START = "start"
    END = "end"
    ABORT = "abort"
    REPEAT = "repeat"
    EXPIRE = "expire"
    CANCEL = "cancel"
    TERMINATE = "terminate"


# event -> letter before -> letter after; END of service mode goes by the grade
_SERVICE: Mapping[Event, Mapping[str, str]] = {
    Event.SUBMIT: {"P": "D", "-": "D"},
    Event.REVISE: {"D": "P"},
    Event.TAKE: {"D": "R"},
    Event.ACCEPT: {"R": "+"},
    Event.REJECT: {"R": "-"},
    Event.EDIT: {"-": "P"},
    Event.START: {"+": "S", "M": "S", "A": "S"},  # A: assumed, an aborted block is tried again
    Event.END: {"S": "C"},
    Event.ABORT: {"S": "A"},
    Event.REPEAT: {"C": "M"},  # another block of its concatenation failed: all are repeated
    Event.EXPIRE: {"+": "F", "M": "F", "A": "F"},  # A: assumed
    Event.CANCEL: dict.fromkeys("PDR-+MA", "K"),  # R, A: assumed
    Event.TERMINATE: dict.fromkeys("PDR-+MA", "T"),  # R, A: assumed
}
_VISITOR: Mapping[Event, Mapping[str, str]] = {
    Event.SUBMIT: dict.fromkeys("PDR-MC", "+"),  # any but S, A, X, + (p2api 1.2.1), and not what is over for good
    Event.REVISE: dict.fromkeys("PDR-+XAMC", "P"),  # any (p2api 1.2.1), but not while it runs (assumed) or what is over
    Event.START: dict.fromkeys("+AX", "S"),
    Event.END: {"S": "X"},
    Event.ABORT: {"S": "A"},
    Event.EDIT: {"-": "P"},
    Event.CANCEL: dict.fromkeys("P+AX", "K"),  # A, X: assumed
    Event.TERMINATE: dict.fromkeys("P+A", "T"),  # A: assumed; what was executed stays so
}
_SERVICE_GRADES = {"A": "C", "B": "C", "D": "C", "C": "M", "X": "M"}  # X -> M: a public record of ESO's API


class What(StrEnum):
    """What of a block or scheduling container is changed."""

    BLOCK = "block"
    TEMPLATES = "templates"
    ABSOLUTE = "absolute time windows"
    SIDEREAL = "sidereal time windows"
    EPHEMERIS = "ephemeris"
    CHARTS = "finding charts"
    SCHEDULE = "scheduling information"
    CONTAINER = "container"
    MEMBERS = "members of the container"
    DELETION = "existence"


_ANY = frozenset(MEANINGS)
_OPEN = frozenset("P-")
_SERVICE_EDITABLE: Mapping[What, frozenset[str]] = {
    **dict.fromkeys(What, _OPEN),
    What.ABSOLUTE: frozenset("P-D+AM"),
    What.DELETION: frozenset("P-D"),
}
_VISITOR_EDITABLE: Mapping[What, frozenset[str]] = {
    **dict.fromkeys(What, _ANY),
    What.CHARTS: frozenset("P-+AX"),
}


def is_service(mode: str) -> bool:
    """Tell whether runs of `mode` are executed in service: a designated visitor (``dVM``) has a visitor's rules."""
    return mode == "SM"


def transitions(mode: str) -> Mapping[Event, Mapping[str, str]]:
    """Return the whole table of a mode: event -> letter before -> letter after."""
    return _SERVICE if is_service(mode) else _VISITOR


def events(mode: str, status: str) -> tuple[Event, ...]:
    """Return what may happen to a block of this status."""
    return tuple(event for event, row in transitions(mode).items() if status in row)


def after(mode: str, status: str, event: Event, subject: str = "the block") -> str:
    """Return the status after `event`; `StateError` says from which it may happen."""
    row = transitions(mode).get(event, {})
    if status not in row:
        raise StateError(
            f"{event.value}: {subject} is in status {status} ({MEANINGS.get(status, 'unknown')})",
            accepted=f"in status {' '.join(row)}" if row else f"not in mode {mode}",
        )
    return row[status]


def after_end(mode: str, status: str, grade: str, subject: str = "the block") -> str:
    """Return the status after the end of an execution with the quality `grade`."""
    usual = after(mode, status, Event.END, subject)
    accepted = _SERVICE_GRADES if is_service(mode) else GRADES
    if grade not in accepted:
        raise UsageError(f"{grade!r} is no grade", where=subject, accepted=", ".join(accepted))
    return _SERVICE_GRADES[grade] if is_service(mode) else usual


def editable(mode: str, what: What) -> frozenset[str]:
    """Return the letters in which `what` may be changed by its user."""
    return (_SERVICE_EDITABLE if is_service(mode) else _VISITOR_EDITABLE)[what]
