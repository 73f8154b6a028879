"""Where the rows of queryable tables come from: every service that keeps something derives its tables' rows from the truth.

Every row of every table derives from exactly one archived file.  That makes the index simple: what a change concerns is a set
of files, and their rows are made anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection

from dfs.model.schema import SchemaDescription, TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FILE", "PROTECTED_BY", "PROTECTED_UNTIL", "TableSource"]

# Columns that every row carries beside those its schema publishes; queries cannot name them.
FILE = "_file"  # DP ID of the file the row derives from
PROTECTED_BY = "_protected_by"  # key of whose row it is while its metadata are protected; null: metadata are public
PROTECTED_UNTIL = "_protected_until"  # UTC ISO 8601; null: metadata are public


class TableSource(Protocol):
    """Declares queryable tables and derives their rows."""

    @property
    def schemas(self) -> Sequence[SchemaDescription]:
        """The schemas its tables are in."""
        ...

    def tables(self, connection: Connection) -> Sequence[TableSchema]:
        """Return its tables as they are now (catalogues come and go; most are fixed)."""
        ...

    def rows(self, connection: Connection, dp_ids: Sequence[str] | None = None) -> Iterator[tuple[str, pa.RecordBatch]]:
        """Derive rows, batch by batch, as (name of the table, rows).

        Parameters
        ----------
        connection
            One state of the truth.
        dp_ids
            The files concerned; None: all.

        Returns
        -------
        iterator of (str, pyarrow.RecordBatch)
            A batch has the columns of the table's schema in their order, then `FILE`, `PROTECTED_BY`, `PROTECTED_UNTIL`.
        """
        ...
