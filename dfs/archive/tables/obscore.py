"""ivoa.ObsCore: the science products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from dfs.archive.tables import common, products
from dfs.archive.tables.declaration import declaration
from dfs.archive.tables.hidden import hidden_columns
from dfs.archive.tables.making import Maker, batch_of
from dfs.archive.tables.products import is_science_product
from dfs.archive.tables.truth import Truth
from dfs.model.schema import SchemaDescription, TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SCHEMAS", "rows", "tables"]

SCHEMAS = (SchemaDescription("ivoa", "Tables that the International Virtual Observatory Alliance standardises"),)
_MAKERS: dict[str, Maker] = {**common.MAKERS, **products.MAKERS}


def tables() -> list[TableSchema]:
    """Return the table of science products."""
    return [declaration("obscore").schema]


def rows(connection: Connection, truth: Truth) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Derive the rows of the science products among the files of `truth`."""
    pairs = zip(truth.rows, truth.headers, strict=True)
    found = truth.only([at for at, pair in enumerate(pairs) if is_science_product(*pair)])
    if len(found):
        yield "ivoa.ObsCore", batch_of(declaration("obscore"), found, _MAKERS, hidden_columns(connection, found))
