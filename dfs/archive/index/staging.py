"""Rows on their way into a generation: gathered in any order, sorted by place, written as columns and as rows, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
import pyarrow as pa

from dfs.archive.index.columns import HPX, arrow_schema, conform
from dfs.archive.index.place import placed
from dfs.errors import DataError
from dfs.model.schema import TableSchema
from dfs.store.sources import FILE, PROTECTED_BY, PROTECTED_UNTIL

__all__ = ["BATCH_ROWS", "Staging", "quoted"]

BATCH_ROWS = 16_384  # rows of one Arrow batch: what a lookup of a single row touches
_GATHER_ROWS = 50_000  # small batches are joined before they are written
_ROW_GROUP = 16_384  # rows DuckDB skips or reads at once: fine enough to skip most of the sky
_MEMORY = "512MB"


def quoted(name: str) -> str:
    """Return a name as SQL identifier; names come from schemas, never from a query."""
    return '"' + name.replace('"', '""') + '"'


class Staging:
    """A DuckDB file being made of the rows of many tables.

    Parameters
    ----------
    folder
        Of the new generation.
    database
        Name of the final file in it.
    tables
        What may come.
    """

    def __init__(self, folder: Path, database: str, tables: Sequence[TableSchema]) -> None:
        self._scratch = folder / "staging.duckdb"
        self._waiting: dict[str, list[pa.Table]] = {}
        self._tables = {one.name.lower(): one for one in tables}
        config = {
            "memory_limit": _MEMORY,
            "temp_directory": str(folder / "spill"),
            "autoload_known_extensions": False,
            "arrow_large_buffer_size": True,
        }
        self.connection = duckdb.connect(str(self._scratch), config=config)
        place = str(folder / database).replace("'", "''")
        self.connection.execute(f"ATTACH '{place}' AS final (ROW_GROUP_SIZE {_ROW_GROUP})")
        for name, table in self._tables.items():
            self.connection.register("_layout", arrow_schema(table).empty_table())
            self.connection.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM _layout")  # noqa: S608 - a schema's name
        self.connection.unregister("_layout")

    def add(self, name: str, batch: pa.RecordBatch) -> None:
        """Take rows of table `name`; `DataError` when it is not declared or the rows are not as declared."""
        table = self._tables.get(name.lower())
        if table is None:
            raise DataError(f"rows of a table that nobody declared: {name}", accepted=", ".join(sorted(self._tables)))
        waiting = self._waiting.setdefault(name.lower(), [])
        waiting.append(conform(table, batch))
        if sum(one.num_rows for one in waiting) >= _GATHER_ROWS:
            self._flush(name.lower())

    def sort(self, name: str) -> int:
        """Write table `name` in the order of its places to the final file; return the number of its rows."""
        self._flush(name)
        of = quoted(name)
        order = f"{HPX}, {FILE}"
        self.connection.execute(f"CREATE TABLE final.{of} AS SELECT * FROM {of} ORDER BY {order}")  # noqa: S608
        self.connection.execute(f"DROP TABLE {of}")
        return int(self._one(f"SELECT count(*) FROM final.{of}"))  # noqa: S608

    def reader(self, name: str) -> pa.RecordBatchReader:
        """Give the rows of a sorted table, batch by batch, in their order."""
        return self.reader_of(name, "*")

    def reader_of(self, name: str, expressions: str) -> pa.RecordBatchReader:
        """Give some columns of a sorted table, as `reader` does."""
        return self.connection.sql(f"SELECT {expressions} FROM final.{quoted(name)}").to_arrow_reader(BATCH_ROWS)  # noqa: S608

    def column(self, name: str, expression: str) -> np.ndarray[Any, Any]:
        """Return one column (quoted name, or function of it) of a sorted table; NaN or 0 for null."""
        found = self.connection.sql(f"SELECT {expression} AS v FROM final.{quoted(name)}").to_arrow_table()  # noqa: S608
        column = found.column("v")
        if pa.types.is_floating(column.type):
            return np.asarray(column.to_numpy(), dtype=np.float64)
        return np.asarray(column.fill_null(0).to_numpy())

    def distinct(self, name: str, column: str) -> list[Any]:
        """Return the distinct values of a column, ascending, without null."""
        of, what = quoted(name), quoted(column)
        rows = self.connection.sql(f"SELECT DISTINCT {what} FROM final.{of} WHERE {what} IS NOT NULL ORDER BY 1")  # noqa: S608
        return [one for (one,) in rows.fetchall()]

    def counts(self, name: str, columns: Sequence[str], count: str) -> pa.Table:
        """Return how many rows there are of each combination of values, the policy's columns among them."""
        named = ", ".join(quoted(one) for one in (*columns, PROTECTED_BY, PROTECTED_UNTIL))
        query = f"SELECT {named}, count(*) AS {count} FROM final.{quoted(name)} GROUP BY ALL ORDER BY ALL"  # noqa: S608
        return self.connection.sql(query).to_arrow_table()

    def _one(self, query: str) -> Any:
        return self.connection.sql(query).fetchall()[0][0]

    def _flush(self, name: str) -> None:
        waiting = self._waiting.pop(name, [])
        if not waiting:
            return
        self.connection.register("_batch", placed(self._tables[name], pa.concat_tables(waiting).combine_chunks()))
        self.connection.execute(f"INSERT INTO {quoted(name)} SELECT * FROM _batch")  # noqa: S608
        self.connection.unregister("_batch")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.connection.close()
        for one in self._scratch.parent.glob(f"{self._scratch.name}*"):
            one.unlink()
