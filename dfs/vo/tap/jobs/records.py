"""Jobs in the database: made, found, and moved from phase to phase by exactly one hand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from dfs.store import Database
from dfs.store.tables import uws_jobs
from dfs.vo.tap.jobs.job import FINAL, Job, Phase

__all__ = ["JobRecords"]

_LISTED_MOST = 10_000


class JobRecords:
    """The table ``uws_jobs``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, job: Job, most: int) -> bool:
        """Write a new job, unless its owner has `most` already; tell whether it was written."""
        row = asdict(job) | {"parameters": [list(one) for one in job.parameters]}
        with self._database.write() as connection:
            kept = select(func.count()).select_from(uws_jobs).where(uws_jobs.c.owner.is_(job.owner))
            if job.owner is not None:
                kept = select(func.count()).select_from(uws_jobs).where(uws_jobs.c.owner == job.owner)
            if connection.execute(kept).scalar_one() >= most:
                return False
            connection.execute(insert(uws_jobs).values(**row))
        return True

    def get(self, job_id: str) -> Job | None:
        """Return a job; None when there is none."""
        with self._database.read() as connection:
            row = connection.execute(select(uws_jobs).where(uws_jobs.c.id == job_id)).first()
        return Job.from_row(row) if row else None

    def of_owner(
        self, owner: str, now: str, phases: Collection[Phase] = (), after: str | None = None, last: int | None = None
    ) -> list[Job]:
        """Return the jobs of `owner` that are not due for destruction, the newest last.

        Parameters
        ----------
        phases
            Only jobs in these; empty: in any.
        after
            Only those made after this time (UTC ISO 8601).
        last
            Only so many, the newest.
        """
        query = select(uws_jobs).where(uws_jobs.c.owner == owner, uws_jobs.c.destruction > now)
        if phases:
            query = query.where(uws_jobs.c.phase.in_([str(one) for one in phases]))
        if after is not None:
            query = query.where(uws_jobs.c.created > after)
        query = query.order_by(uws_jobs.c.created.desc(), uws_jobs.c.id).limit(
            min(_LISTED_MOST if last is None else last, _LISTED_MOST)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        jobs = [Job.from_row(row) for row in rows]
        return jobs if last is not None else jobs[::-1]

    def unfinished(self) -> list[Job]:
        """Return the jobs that are queued or run, the oldest first."""
        waiting = uws_jobs.c.phase.in_([str(Phase.QUEUED), str(Phase.EXECUTING)])
        with self._database.read() as connection:
            rows = connection.execute(select(uws_jobs).where(waiting).order_by(uws_jobs.c.created)).all()
        return [Job.from_row(row) for row in rows]

    def due(self, now: str) -> list[str]:
        """Return the ids of the jobs whose destruction is due."""
        with self._database.read() as connection:
            rows = connection.execute(select(uws_jobs.c.id).where(uws_jobs.c.destruction <= now)).all()
        return [row.id for row in rows]

    def change(
        self, job_id: str, phases: Collection[Phase], *, of_runner: str | None = None, **values: Any
    ) -> Job | None:
        """Change a job if it is in one of `phases` (and, when given, `of_runner`'s); return it as it is then, else None.

        Whoever gets the job back did the change: nobody else can have done the same.
        """
        condition = [uws_jobs.c.id == job_id, uws_jobs.c.phase.in_([str(one) for one in phases])]
        if of_runner is not None:
            condition.append(uws_jobs.c.runner == of_runner)
        values = {name: str(value) if isinstance(value, Phase) else value for name, value in values.items()}
        with self._database.write() as connection:
            if connection.execute(update(uws_jobs).where(*condition).values(**values)).rowcount != 1:
                return None
            row = connection.execute(select(uws_jobs).where(uws_jobs.c.id == job_id)).one()
        return Job.from_row(row)

    def remove(self, job_id: str) -> bool:
        """Delete a job's row; tell whether there was one."""
        with self._database.write() as connection:
            return connection.execute(delete(uws_jobs).where(uws_jobs.c.id == job_id)).rowcount == 1

    def settle(self, job_id: str, runner: str, phase: Phase, **values: Any) -> Job | None:
        """End a job that `runner` runs; None when it was ended or deleted meanwhile."""
        if phase not in FINAL:
            raise ValueError(f"{phase} ends nothing")
        return self.change(job_id, {Phase.EXECUTING}, of_runner=runner, phase=phase, **values)
