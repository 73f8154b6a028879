"""What changed in the truth since the index was made: files by their entries in the audit trail, and how to notice it at once."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from dfs.access.runs import covers
from dfs.store import Database
from dfs.store.tables import audit, files

__all__ = ["PROGRAMME", "Changes", "Pulse", "changes_since", "head", "present"]

PROGRAMME = "programme:"  # beginning of the subject of an entry that concerns every file of a programme
_AT_ONCE = 500  # names in one query


class Changes(frozenset[str]):
    """DP IDs of files whose rows may have changed; some may have gone."""


def head(connection: Connection) -> int:
    """Return the number of the last row of the audit trail; 0: it is empty."""
    return int(connection.execute(select(func.max(audit.c.sequence))).scalar() or 0)


def changes_since(connection: Connection, watermark: int) -> Changes:
    """Return the files that entries after `watermark` concern."""
    subjects = (
        connection.execute(select(audit.c.subject).where(audit.c.sequence > watermark).distinct()).scalars().all()
    )
    programmes = [one.removeprefix(PROGRAMME) for one in subjects if one.startswith(PROGRAMME)]
    named = {one for one in subjects if not one.startswith(PROGRAMME)}
    for one in programmes:  # what is set for a programme holds for its runs
        inside = files.c.programme.startswith(one, autoescape=True)
        rows = connection.execute(select(files.c.dp_id, files.c.programme).where(inside))
        named |= {dp_id for dp_id, run in rows if covers(one, run)}
    return Changes(named)


def present(connection: Connection, dp_ids: Iterable[str]) -> list[str]:
    """Return those of `dp_ids` that are archived files, sorted."""
    found: list[str] = []
    for some in _pieces(sorted(dp_ids)):
        found += connection.execute(select(files.c.dp_id).where(files.c.dp_id.in_(some))).scalars()
    return sorted(found)


def _pieces(names: list[str]) -> Iterable[list[str]]:
    return (names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE))


class Pulse:
    """Tells whether anything was committed since it was last felt; costs microseconds on SQLite, a short query on PostgreSQL.

    A beat is any value that differs from the one before when something was committed in between.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def feel(self) -> int:
        """Return the present beat."""
        file = self._database.file
        if file is None:
            with self._database.read() as connection:
                return head(connection)
        with self._lock, self._database.errors():
            if self._connection is None:
                self._connection = sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, check_same_thread=False)
                self._connection.isolation_level = None
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
