"""What was changed in a run, and taking it back.

Undo compares contents, not versions: what was undone before, or undone and done again, does not stand in its way.  A body that others changed since
is merged field by field; only what both changed is a conflict, and then nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from dfs.access.observing import Deed
from dfs.errors import NotFoundError
from dfs.phase2.api import Document
from dfs.phase2.differences import difference
from dfs.phase2.service.desk import Desk
from dfs.phase2.service.undoing import take_back
from dfs.store.tables import p2_history

__all__ = ["Journal"]

_MOST = 10_000  # entries of one answer


class Journal(Desk):
    """History and undo."""

    def changes_since(self, run_id: int, revision: int) -> list[Document]:
        """Return the entries after `revision`, oldest first: what somebody else saved."""
        query = select(*_HEAD).where(p2_history.c.run_id == run_id, p2_history.c.sequence > revision)
        with self._look() as look:
            look.run(run_id)
            rows = look.connection.execute(query.order_by(p2_history.c.sequence).limit(_MOST)).mappings()
            return [dict(row) for row in rows]

    def history(self, run_id: int, subject: str | None = None, limit: int = 100) -> list[Document]:
        """Return what was changed, newest first: bodies before and after, and ``differences`` field by field.

        Parameters
        ----------
        subject
            ``run:7``, ``item:1000012`` (with its templates) or ``template:5``; None: everything in the run.
        """
        query = select(p2_history).where(p2_history.c.run_id == run_id)
        with self._look() as look:
            look.run(run_id)
            if subject is not None:
                query = query.where(p2_history.c.subject.in_(_subjects(look, run_id, subject)))
            newest = query.order_by(p2_history.c.sequence.desc()).limit(max(1, min(limit, _MOST)))
            rows = look.connection.execute(newest).mappings()
            return [{**row, "differences": difference(row["before"], row["after"])} for row in rows]

    def undo(self, run_id: int, operation: str) -> list[Document]:
        """Take back what `operation` changed: contents, places, deletions; return the entries that this makes.

        Undoing an undo does the operation again.

        Raises
        ------
        ConflictError
            Somebody changed the same since, or it changed a status; nothing was written.
        """
        query = select(p2_history).where(p2_history.c.run_id == run_id, p2_history.c.operation == operation)
        with self._change("undo") as work:
            run = work.run(run_id, Deed.EDIT)
            rows = work.connection.execute(query.order_by(p2_history.c.sequence.desc())).mappings().all()
            if not rows:
                raise NotFoundError(f"there is no operation {operation!r} in run {run.prog_id}", hint="see its history")
            take_back(work, run, [dict(row) for row in rows])
            return [_line(entry) for entry in work.pending.history]


_HEAD = [column for column in p2_history.c if column.name not in {"before", "after"}]


def _line(entry: Mapping[str, Any]) -> Document:
    return {column.name: entry[column.name] for column in _HEAD}


def _subjects(look: Any, run_id: int, subject: str) -> list[str]:
    """Return a subject; for an item its templates, too, also those deleted."""
    kind, _, number = subject.partition(":")
    if kind != "item" or not number.isdecimal():
        return [subject]
    query = select(p2_history.c.subject).where(
        p2_history.c.run_id == run_id,
        p2_history.c.subject.startswith("template:"),
        p2_history.c.aspect == "tree",
    )
    made = look.connection.execute(query.add_columns(p2_history.c.before, p2_history.c.after)).all()
    own = {row.subject for row in made if (row.after or row.before or {}).get("block") == int(number)}
    return [subject, *sorted(own)]
