"""How much one may ask of the query service."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TapLimits"]

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class TapLimits:
    """Limits of queries and jobs; the defaults are those ESO's archive has where it says so (sync 60 s, jobs kept a day).

    Attributes
    ----------
    rows_default, rows_hard
        Rows of a result when nothing is asked, and at most; a larger MAXREC counts as `rows_hard`.
    sync_s
        Seconds a synchronous query may run.
    job_default_s, job_hard_s
        Seconds a job may run: when nothing is asked, and at most.
    kept_default_s, kept_hard_s
        Seconds after its making at which a job is destroyed: when nothing is asked, and at most.
    query_characters
        Length of a query.
    upload_bytes, uploads
        Size of all uploaded tables of a query, and how many it may have.
    running_each, waiting_each
        Queries of one user that run at once, and that wait for their turn.
    jobs_each
        Jobs that one user may keep; without an account all share `jobs_anonymous`.
    """

    rows_default: int = 1_000_000
    rows_hard: int = 20_000_000
    sync_s: float = 60.0
    job_default_s: int = 3_600
    job_hard_s: int = 12 * 3_600
    kept_default_s: int = _DAY_S
    kept_hard_s: int = 180 * _DAY_S
    query_characters: int = 1_000_000
    upload_bytes: int = 50_000_000
    uploads: int = 16
    running_each: int = 2
    waiting_each: int = 100
    jobs_each: int = 1_000
    jobs_anonymous: int = 10_000
