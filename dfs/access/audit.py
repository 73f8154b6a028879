"""The audit trail: every change of state leaves a row, each chained to the one before by SHA-256.

The digest of a row covers the digest of its predecessor, so a row that is changed, removed or inserted breaks the chain from
there on.  Rows cut off at the end leave a shorter, whole chain: compare with the head noted in a backup's manifest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, desc, insert, select

from dfs.access.user import CurrentUser
from dfs.clock import Clock, isoformat
from dfs.errors import DataError
from dfs.store import Database, tables

__all__ = ["AuditEntry", "AuditTrail"]

_BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the trail: who did what to which subject, and when (UTC)."""

    sequence: int
    at: str
    who: str
    action: str
    subject: str
    details: Mapping[str, Any]


class AuditTrail:
    """Writes and proves the audit trail."""

    def __init__(self, database: Database, clock: Clock, user: CurrentUser) -> None:
        self._database = database
        self._clock = clock
        self._user = user

    def append(self, connection: Connection, action: str, subject: str, **details: Any) -> None:
        """Add a row on the writer's connection: it becomes true together with the change it tells of.

        Parameters
        ----------
        connection
            From `Database.write`; holding the writer's lock keeps the chain in one piece.
        action
            A verb: ``ingest``, ``quarantine``, ``heal``, ``upgrade`` ...
        subject
            What was changed, e.g. a DP ID.
        **details
            JSON values.
        """
        sequence, previous = self.head(connection)
        row = {
            "sequence": sequence + 1,
            "at": isoformat(self._clock.now()),
            "who": self._user.name,
            "action": action,
            "subject": subject,
            "details": json.dumps(details, sort_keys=True, allow_nan=False),
            "previous": previous,
        }
        connection.execute(insert(tables.audit).values(**row, digest=_digest(row)))

    @staticmethod
    def head(connection: Connection) -> tuple[int, str]:
        """Return number and digest of the last row."""
        newest = select(tables.audit.c.sequence, tables.audit.c.digest).order_by(desc(tables.audit.c.sequence)).limit(1)
        found = connection.execute(newest).first()
        return (found.sequence, found.digest) if found else (0, _BEGINNING)

    def entries(self, subject: str | None = None) -> list[AuditEntry]:
        """Return the rows in order, all or those of one subject."""
        query = select(tables.audit).order_by(tables.audit.c.sequence)
        if subject is not None:
            query = query.where(tables.audit.c.subject == subject)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [
            AuditEntry(
                row["sequence"], row["at"], row["who"], row["action"], row["subject"], json.loads(row["details"])
            )
            for row in rows
        ]

    def verify(self) -> int:
        """Walk the chain and return its length; `DataError` names the first row that does not fit."""
        previous, length = _BEGINNING, 0
        with self._database.read() as connection:
            rows = connection.execution_options(yield_per=1000).execute(
                select(tables.audit).order_by(tables.audit.c.sequence)
            )
            for row in rows.mappings():
                expected = (length + 1, previous, _digest(dict(row)))
                if (row["sequence"], row["previous"], row["digest"]) != expected:
                    raise DataError(
                        f"the audit trail does not fit at row {length + 1}: a row was changed, removed or put in",
                        where=self._database.name,
                        hint="compare with the audit trail in your last backup",
                    )
                previous, length = row["digest"], length + 1
        return length


def _digest(row: Mapping[str, Any]) -> str:
    covered = [row[name] for name in ("sequence", "at", "who", "action", "subject", "details", "previous")]
    return hashlib.sha256(json.dumps(covered, ensure_ascii=True).encode()).hexdigest()
