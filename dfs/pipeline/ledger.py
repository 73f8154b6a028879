"""The record of jobs: what was done under which key, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from dfs.clock import Clock, isoformat
from dfs.store import Database
from dfs.store.tables import jobs

__all__ = ["JobRecord", "Ledger"]


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A finished job: DP IDs of what it left behind, and how long it took."""

    key: str
    recipe: str
    products: tuple[str, ...]
    reports: tuple[str, ...]
    seconds: float


class Ledger:
    """Reads and writes the table of jobs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def done(self, keys: Sequence[str]) -> dict[str, JobRecord]:
        """Return the finished jobs among `keys`, by key."""
        with self._database.read() as connection:
            rows = connection.execute(select(jobs).where(jobs.c.key.in_(keys), jobs.c.state == "done")).all()
        return {
            row.key: JobRecord(row.key, row.recipe, tuple(row.products), tuple(row.reports), float(row.seconds or 0.0))
            for row in rows
        }

    def begin(self, key: str, recipe: str, version: str, parameters: dict[str, Any], inputs: Sequence[Any]) -> None:
        """Record that a job runs; whatever was on record under its key is replaced."""
        with self._database.write() as connection:
            connection.execute(delete(jobs).where(jobs.c.key == key))
            connection.execute(
                insert(jobs).values(
                    key=key,
                    recipe=recipe,
                    version=version,
                    parameters=parameters,
                    inputs=list(inputs),
                    state="running",
                    products=[],
                    reports=[],
                    started=isoformat(self._clock.now()),
                )
            )

    def finish(
        self, key: str, products: Sequence[str], reports: Sequence[str], seconds: float, connection: Connection
    ) -> None:
        """Record that a job is done and what it left behind (DP IDs), in the transaction that archives it."""
        self._close(connection, key, state="done", products=list(products), reports=list(reports), seconds=seconds)

    def fail(self, key: str, message: str, seconds: float) -> None:
        """Record that a job failed, with one line that says why."""
        with self._database.write() as connection:
            self._close(connection, key, state="failed", message=message, seconds=seconds)

    def forget(self, keys: Sequence[str]) -> None:
        """Take back what `begin` recorded for jobs that were stopped."""
        with self._database.write() as connection:
            connection.execute(delete(jobs).where(jobs.c.key.in_(keys), jobs.c.state == "running"))

    def _close(self, connection: Connection, key: str, **values: Any) -> None:
        finished = isoformat(self._clock.now())
        connection.execute(update(jobs).where(jobs.c.key == key).values(finished=finished, **values))
