"""An observatory whose tables are simple: a row of the sky per file, its values told in the file's target."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Connection, delete, insert, select, update

from dfs.access import AuditTrail, EmbeddedUser
from dfs.archive.index import Index
from dfs.archive.index.columns import arrow_schema
from dfs.clock import SystemClock
from dfs.model.schema import ColumnSchema, SchemaDescription, SkyColumns, TableSchema
from dfs.observatory import Observatory
from dfs.store.tables import files

PLACES = TableSchema(
    "sky.Places",
    "Places on the sky",
    (
        ColumnSchema("name", "char", "Name", arraysize="*", indexed=True, ucd="meta.id;meta.main"),
        ColumnSchema("ra", "double", "Right ascension", unit="deg", ucd="pos.eq.ra;meta.main"),
        ColumnSchema("dec", "double", "Declination", unit="deg", ucd="pos.eq.dec;meta.main"),
        ColumnSchema("s_region", "char", "Outline", xtype="adql:REGION", arraysize="*"),
        ColumnSchema("mjd", "double", "Time", unit="d"),
        ColumnSchema("instrument", "char", "Instrument", arraysize="*"),
        ColumnSchema("grade", "int", "Grade"),
        ColumnSchema("flux", "float", "Flux", unit="Jy"),
    ),
    sky=SkyColumns("ra", "dec", "s_region"),
    time="mjd",
    cube=("instrument", "grade"),
)
NOTES = TableSchema(
    "sky.notes",
    "Notes on places",
    (ColumnSchema("name", "char", "Name", arraysize="*"), ColumnSchema("note", "unicodeChar", "Note", arraysize="*")),
)


@dataclass
class Places:
    """Makes rows of `files`; a test may change the declarations."""

    declared: list[TableSchema] = field(default_factory=lambda: [PLACES, NOTES])
    asked: list[list[str] | None] = field(default_factory=list)

    @property
    def schemas(self) -> Sequence[SchemaDescription]:
        return [SchemaDescription("sky", "The sky")]

    def tables(self, connection: Connection) -> Sequence[TableSchema]:
        return self.declared

    def rows(self, connection: Connection, dp_ids: Sequence[str] | None = None) -> Iterator[tuple[str, pa.RecordBatch]]:
        self.asked.append(None if dp_ids is None else list(dp_ids))
        query = select(files).order_by(files.c.dp_id)
        found = connection.execute(query if dp_ids is None else query.where(files.c.dp_id.in_(dp_ids))).mappings().all()
        for table in self.declared:
            rows = [{**json.loads(one["target"]), **_hidden(one)} for one in found]
            if table.name == NOTES.name:
                rows = [{**one, "note": f"of {one['name']}"} for one in rows if one.get("grade") == 1]
            for at in range(0, len(rows), 7):
                yield table.name, batch_of(table, rows[at : at + 7])


def _hidden(row: Any) -> dict[str, Any]:
    closed = row["metadata_protected"]
    return {
        "_file": row["dp_id"],
        "_protected_by": row["programme"] if closed else None,
        "_protected_until": row["release_date"] if closed else None,
    }


def batch_of(table: TableSchema, rows: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    """Return rows in the layout of `table`."""
    return pa.RecordBatch.from_pylist(list(rows), schema=arrow_schema(table, placed=False))


@dataclass
class Truth:
    """A small truth that tests change."""

    observatory: Observatory
    source: Places
    folder: Path

    def index(self, **options: Any) -> Index:
        """Return an index of it; the observatory closes none of these."""
        return Index(self.observatory.database, self.folder, [self.source], **options)

    def put(self, *rows: dict[str, Any]) -> None:
        """Archive files with these values, or change them; `programme` and `until` protect one."""
        trail = AuditTrail(self.observatory.database, SystemClock(), EmbeddedUser("tester"))
        with self.observatory.database.write() as connection:
            for row in rows:
                values = {**_FILE, "dp_id": row["name"], "path": row["name"]}
                values["target"] = json.dumps(
                    {key: value for key, value in row.items() if key not in {"programme", "until"}}
                )
                values["programme"] = row.get("programme")
                values["metadata_protected"] = "until" in row
                values["release_date"] = row.get("until", "2000-01-01T00:00:00.000")
                connection.execute(delete(files).where(files.c.dp_id == row["name"]))
                connection.execute(insert(files).values(**values))
                trail.append(connection, "ingest", row["name"])

    def remove(self, name: str) -> None:
        """Take a file out."""
        trail = AuditTrail(self.observatory.database, SystemClock(), EmbeddedUser("tester"))
        with self.observatory.database.write() as connection:
            connection.execute(delete(files).where(files.c.dp_id == name))
            trail.append(connection, "remove", name)

    def rename_programme(self, programme: str, until: str) -> None:
        """Change a programme: all its files are released at `until`."""
        trail = AuditTrail(self.observatory.database, SystemClock(), EmbeddedUser("tester"))
        with self.observatory.database.write() as connection:
            connection.execute(update(files).where(files.c.programme == programme).values(release_date=until))
            trail.append(connection, "programme", f"programme:{programme}")


_FILE = {
    "version": 1,
    "bytes": 1,
    "sha256": "0" * 64,
    "content_sha256": "0" * 64,
    "datasum": [],
    "kind": "raw",
    "archived": "2022-01-01T00:00:00.000",
    "state": "online",
}


@pytest.fixture
def truth(tmp_path: Path) -> Iterator[Truth]:
    """A truth without files."""
    with Observatory.open(tmp_path / "observatory", user=EmbeddedUser("tester")) as observatory:
        yield Truth(observatory, Places(), tmp_path / "index")
