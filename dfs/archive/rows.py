"""Rows of the archive's tables: read as objects, looked up by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from dfs.archive.entries import ArchivedFile
from dfs.errors import NotFoundError
from dfs.store import FileStore
from dfs.store.tables import files, provenance

__all__ = ["find", "find_all", "first_raw_of", "is_known", "of_row", "versions_of"]

_AT_ONCE = 500  # names in one query: every database takes that many


def of_row(row: Mapping[str, Any], store: FileStore) -> ArchivedFile:
    """Return a row of `files` as an object."""
    values = dict(row)
    values.pop("content_sha256")
    values["path"] = store.path(values["path"])
    values["datasum"] = tuple(values["datasum"])
    return ArchivedFile(**values)


def find(connection: Connection, dp_id: str) -> Mapping[str, Any]:
    """Return the row of `dp_id`, or raise `NotFoundError`."""
    row = connection.execute(select(files).where(files.c.dp_id == dp_id)).mappings().first()
    if row is None:
        raise NotFoundError(f"no file {dp_id!r} in the archive", hint="see: dfs archive list")
    return dict(row)


def find_all(connection: Connection, dp_ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the rows of those of `dp_ids` that are there, in the order asked for."""
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(dp_ids), _AT_ONCE):
        query = select(files).where(files.c.dp_id.in_(dp_ids[start : start + _AT_ONCE]))
        found |= {row["dp_id"]: dict(row) for row in connection.execute(query).mappings()}
    return [found[dp_id] for dp_id in dict.fromkeys(dp_ids) if dp_id in found]


def is_known(connection: Connection, place: str) -> bool:
    """Tell whether a row bears the place `place` inside a volume."""
    return connection.execute(select(files.c.dp_id).where(files.c.path == place)).first() is not None


def versions_of(connection: Connection, stem: str) -> list[Mapping[str, Any]]:
    """Return the rows of all versions of the product named `stem`, oldest first."""
    query = select(files).where(files.c.dp_id.startswith(f"{stem}_v", autoescape=True)).order_by(files.c.version)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [row for row in rows if row["dp_id"] == f"{stem}_v{row['version']}"]


def first_raw_of(connection: Connection, parents: list[str]) -> str | None:
    """Return the first raw frame among `parents`, or else among theirs, and so on."""
    while parents:
        rows = connection.execute(select(files.c.dp_id, files.c.kind).where(files.c.dp_id.in_(parents)))
        kinds = dict(rows.all())
        for parent in parents:
            if kinds.get(parent) == "raw":
                return parent
        query = select(provenance.c.parent).where(provenance.c.child.in_(parents)).order_by(provenance.c.position)
        parents = list(dict.fromkeys(connection.execute(query).scalars()))
    return None
