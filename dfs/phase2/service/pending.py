"""What a transaction will write: gathered while a call works, written with few statements at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, func, insert, select, update

from dfs.phase2.service.records import Item, Stored, TemplateRow
from dfs.store.tables import p2_blobs, p2_documents, p2_history, p2_items, p2_templates

__all__ = ["Pending"]

# Numbers are given here and not by the database: a bulk edit needs them before it writes.  The writer's lock is held.
_FIRST: Mapping[str, int] = {"p2_items": 1_000_001, "p2_runs": 1_001}


class Pending:
    """Rows to be inserted or updated."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: dict[str, int] = {}
        self._new: set[int] = set()  # ids of the Python objects that are not in the database yet
        self.items: dict[int, Item] = {}
        self.templates: dict[int, TemplateRow] = {}
        self.documents: dict[tuple[str, str], tuple[Stored, int | None]] = {}
        self.history: list[dict[str, Any]] = []
        self.blobs: dict[str, bytes] = {}

    def number(self, column: Column[Any]) -> int:
        """Return the next free number of a table."""
        name = column.table.name
        if name not in self._last:
            self._last[name] = self._connection.execute(select(func.max(column))).scalar() or _FIRST.get(name, 1) - 1
        self._last[name] += 1
        return self._last[name]

    def add(self, row: Item | TemplateRow) -> None:
        """Insert a row."""
        self._new.add(id(row))
        self.change(row)

    def change(self, row: Item | TemplateRow) -> None:
        """Write a row as it is at the end."""
        if isinstance(row, Item):
            self.items[row.id] = row
        else:
            self.templates[row.id] = row

    def document(self, stored: Stored, run_id: int | None) -> None:
        """Write a document as it is at the end; call it before its version is raised."""
        key = (stored.subject, stored.aspect)
        if key not in self.documents:
            self.documents[key] = (stored, run_id)
            if stored.version == 0:
                self._new.add(id(stored))

    def write(self) -> None:
        """Write everything: rows that others point at come first."""
        self._write_rows(p2_items, list(self.items.values()))
        self._write_rows(p2_templates, list(self.templates.values()))
        self._write_blobs()
        self._write_documents()
        if self.history:
            self._connection.execute(insert(p2_history), self.history)

    def _write_rows(self, table: Table, rows: Sequence[Item | TemplateRow]) -> None:
        values = [{name: getattr(row, name) for name in table.c.keys()} for row in rows]  # noqa: SIM118 - of columns
        made = [one for one, row in zip(values, rows, strict=True) if id(row) in self._new]
        kept = [one for one, row in zip(values, rows, strict=True) if id(row) not in self._new]
        if made:
            self._connection.execute(insert(table), made)
        if kept:
            changed: dict[str, Any] = {name: bindparam(f"new_{name}") for name in table.c.keys() if name != "id"}  # noqa: SIM118
            given = [{f"new_{name}": value for name, value in one.items()} for one in kept]
            self._connection.execute(update(table).where(table.c.id == bindparam("new_id")).values(changed), given)

    def _write_documents(self) -> None:
        made: list[dict[str, Any]] = []
        kept: list[dict[str, Any]] = []
        for stored, run_id in self.documents.values():
            row = {
                "subject": stored.subject,
                "aspect": stored.aspect,
                "run_id": run_id,
                "version": stored.version,
                "body": stored.body,
                "changed": stored.changed,
                "changed_by": stored.changed_by,
            }
            (made if id(stored) in self._new else kept).append(row)
        if made:
            self._connection.execute(insert(p2_documents), made)
        if kept:
            given = [{f"new_{name}": value for name, value in row.items()} for row in kept]
            self._connection.execute(_CHANGED_DOCUMENT, given)

    def _write_blobs(self) -> None:
        for digest, content in self.blobs.items():
            known = select(p2_blobs.c.sha256).where(p2_blobs.c.sha256 == digest)
            if self._connection.execute(known).first() is None:
                self._connection.execute(insert(p2_blobs).values(sha256=digest, content=content))


_CHANGED_DOCUMENT = (
    update(p2_documents)
    .where(p2_documents.c.subject == bindparam("new_subject"), p2_documents.c.aspect == bindparam("new_aspect"))
    .values(
        {
            name: bindparam(f"new_{name}", type_=p2_documents.c[name].type)
            for name in ("version", "body", "changed", "changed_by")
        }
    )
)
