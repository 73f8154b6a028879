"""ist.apex_quicklooks: quick-look packages of APEX, archived as reports of category QUICKLOOK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from dfs.access.hidden import hidden_columns
from dfs.archive.tables import common
from dfs.archive.tables.declaration import declaration
from dfs.archive.tables.making import batch_of
from dfs.archive.tables.truth import Truth
from dfs.model.schema import SchemaDescription, TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SCHEMAS", "rows", "tables"]

SCHEMAS: tuple[SchemaDescription, ...] = ()  # ist is described with the raw frames


def tables() -> list[TableSchema]:
    """Return the table of quick-look packages."""
    return [declaration("apex_quicklooks").schema]


def rows(connection: Connection, truth: Truth) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Derive the rows of the quick-look packages among the files of `truth`."""
    found = truth.only([at for at, row in enumerate(truth.rows) if _is_quicklook(row)])
    if len(found):
        batch = batch_of(declaration("apex_quicklooks"), found, common.MAKERS, hidden_columns(connection, found.rows))
        yield "ist.apex_quicklooks", batch


def _is_quicklook(row: Mapping[str, Any]) -> bool:
    return bool(row["kind"] == "report" and row["category"] == "QUICKLOOK")
