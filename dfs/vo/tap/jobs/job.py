"""What a job is: its phase, what was asked, when, and what came of it (UWS 1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

__all__ = ["FINAL", "WAITED_FOR", "Job", "JobResult", "Phase"]


class Phase(StrEnum):
    """Where a job stands."""

    PENDING = "PENDING"
    QUEUED = "QUEUED"
    EXECUTING = "EXECUTING"
    COMPLETED = "COMPLETED"
    ERROR = "ERROR"
    ABORTED = "ABORTED"
    HELD = "HELD"
    SUSPENDED = "SUSPENDED"
    ARCHIVED = "ARCHIVED"
    UNKNOWN = "UNKNOWN"


FINAL = frozenset({Phase.COMPLETED, Phase.ERROR, Phase.ABORTED})
WAITED_FOR = frozenset({Phase.PENDING, Phase.QUEUED, Phase.EXECUTING})


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job brought: MIME type, size and rows of its file, and whether rows were left out at MAXREC."""

    mime: str
    bytes: int
    rows: int | None = None
    overflow: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is in the database; times are UTC ISO 8601 to the millisecond, without zone.

    Attributes
    ----------
    owner
        Account; None: made without one, and known by its id alone.
    parameters
        (name, value) as given.
    error
        ``{type, message, hint ...}`` of what failed.
    runner
        The process that runs it.
    """

    id: str
    owner: str | None
    run_id: str | None
    phase: Phase
    parameters: tuple[tuple[str, str], ...]
    created: str
    started: str | None
    ended: str | None
    changed: str
    destruction: str
    execution_duration_s: int
    error: dict[str, Any] | None
    result: JobResult | None
    runner: str | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Job:
        """Return the job of a row of the table ``uws_jobs``."""
        values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
        values["phase"] = Phase(values["phase"])
        values["parameters"] = tuple((name, value) for name, value in values["parameters"])
        values["result"] = JobResult(**values["result"]) if values["result"] else None
        return cls(**values)

    def parameter(self, name: str) -> str | None:
        """Return the value of the last parameter called `name`, in whatever letter case; None when there is none."""
        found = [value for given, value in self.parameters if given.upper() == name.upper()]
        return found[-1] if found else None
