"""Rows on their way into a generation: gathered in any order, sorted by place, written as rows and as columns, in bounded memory.

Rows wait in a file for each table.  When all are there, the file is mapped, the order of the rows found from their pixels alone, and the
rows taken in that order, piece by piece: what is not at work at the moment is the system's page cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
import pyarrow as pa

from dfs.archive.index.columns import HPX, arrow_schema, conform
from dfs.archive.index.place import placed
from dfs.archive.index.rows_file import write_rows
from dfs.errors import DataError
from dfs.model.schema import TableSchema
from dfs.store.sources import PROTECTED_BY, PROTECTED_UNTIL

__all__ = ["Staging", "quoted"]

_GATHER_ROWS = 50_000  # small batches are joined before they are written
_PIECE_ROWS = 65_536
_ROW_GROUP = 16_384  # rows DuckDB skips or reads at once: fine enough to skip most of the sky
_MEMORY = "512MB"


def quoted(name: str) -> str:
    """Return a name as SQL identifier; names come from schemas, never from a query."""
    return '"' + name.replace('"', '""') + '"'


class Staging:
    """A generation's tables being made of their rows.

    Parameters
    ----------
    folder
        Of the new generation.
    database
        Name of the final DuckDB file in it.
    tables
        What may come.
    """

    def __init__(self, folder: Path, database: str, tables: Sequence[TableSchema]) -> None:
        self._folder = folder
        self._tables = {one.name.lower(): one for one in tables}
        self._places = {name: folder / f"staging{number}.arrows" for number, name in enumerate(self._tables)}
        self._waiting: dict[str, list[pa.Table]] = {}
        self._writers: dict[str, Any] = {}
        config = {
            "memory_limit": _MEMORY,
            "temp_directory": str(folder / "spill"),
            "autoload_known_extensions": False,
            "arrow_large_buffer_size": True,
        }
        self._connection = duckdb.connect(config=config)
        place = str(folder / database).replace("'", "''")
        self._connection.execute(f"ATTACH '{place}' AS final (ROW_GROUP_SIZE {_ROW_GROUP})")

    def add(self, name: str, batch: pa.RecordBatch) -> None:
        """Take rows of table `name`; `DataError` when it is not declared or the rows are not as declared."""
        table = self._tables.get(name.lower())
        if table is None:
            raise DataError(f"rows of a table that nobody declared: {name}", accepted=", ".join(sorted(self._tables)))
        waiting = self._waiting.setdefault(name.lower(), [])
        waiting.append(conform(table, batch))
        if sum(one.num_rows for one in waiting) >= _GATHER_ROWS:
            rows = self._gathered(name.lower())
            if name.lower() not in self._writers:
                self._writers[name.lower()] = pa.ipc.new_stream(str(self._places[name.lower()]), rows.schema)
            self._writers[name.lower()].write_table(rows)

    def holds(self, table: TableSchema) -> bool:
        """Tell whether any row of `table` came."""
        name = table.name.lower()
        return name in self._writers or any(one.num_rows for one in self._waiting.get(name, ()))

    def write(self, name: str, path: Path) -> pa.RecordBatch:
        """Write table `name` in the order of its places, its rows to `path`, its columns to the database; return the rows, mapped."""
        schema = arrow_schema(self._tables[name])
        write_rows(path, self._sorted(name), schema)
        rows = _mapped(path)
        pieces = (rows.slice(at, _PIECE_ROWS) for at in range(0, rows.num_rows, _PIECE_ROWS))
        self._connection.register("_rows", pa.RecordBatchReader.from_batches(schema, pieces))
        self._connection.execute(f"CREATE TABLE final.{quoted(name)} AS SELECT * FROM _rows")  # noqa: S608 - a schema's name
        self._connection.unregister("_rows")
        return rows

    def hashes(self, name: str, column: str) -> np.ndarray[Any, Any]:
        """Return the number by which each row's text in a column is looked up; 0 for null."""
        query = f"SELECT md5_number_lower({quoted(column)}) AS v FROM final.{quoted(name)}"  # noqa: S608
        return np.asarray(self._connection.sql(query).to_arrow_table().column("v").fill_null(0).to_numpy())

    def distinct(self, name: str, column: str) -> list[Any]:
        """Return the distinct values of a column, ascending, without null."""
        of, what = quoted(name), quoted(column)
        query = f"SELECT DISTINCT {what} FROM final.{of} WHERE {what} IS NOT NULL ORDER BY 1"  # noqa: S608
        return [one for (one,) in self._connection.sql(query).fetchall()]

    def counts(self, name: str, columns: Sequence[str], count: str) -> pa.Table:
        """Return how many rows there are of each combination of values, the policy's columns among them."""
        named = ", ".join(quoted(one) for one in (*columns, PROTECTED_BY, PROTECTED_UNTIL))
        query = f"SELECT {named}, count(*) AS {count} FROM final.{quoted(name)} GROUP BY ALL ORDER BY ALL"  # noqa: S608
        return self._connection.sql(query).to_arrow_table()

    def finish(self) -> None:
        """Bring the database to disk."""
        self._connection.execute("CHECKPOINT final")
        self._connection.execute("DETACH final")

    def _gathered(self, name: str) -> pa.Table:
        rows = self._waiting.pop(name, [])
        table = self._tables[name]
        joined = pa.concat_tables(rows) if rows else arrow_schema(table, placed=False).empty_table()
        return placed(table, joined.combine_chunks())

    def _sorted(self, name: str) -> Iterator[pa.RecordBatch]:
        rest = self._gathered(name)
        writer = self._writers.pop(name, None)
        if writer is None:
            yield from rest.sort_by(HPX).combine_chunks().to_batches()
            return
        writer.write_table(rest)
        writer.close()
        whole = self._folder / "unsorted.arrow"
        with pa.ipc.open_stream(pa.memory_map(str(self._places[name]))) as reader:
            write_rows(whole, reader, rest.schema)
        self._places[name].unlink()
        rows = _mapped(whole)
        whole.unlink()  # it lives as long as it is mapped
        order = np.argsort(rows.column(HPX).to_numpy(), kind="stable")
        for at in range(0, order.size, _PIECE_ROWS):
            yield rows.take(pa.array(order[at : at + _PIECE_ROWS]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()
        self._connection.close()
        for one in (*self._places.values(), self._folder / "unsorted.arrow"):
            one.unlink(missing_ok=True)


def _mapped(path: Path) -> pa.RecordBatch:
    reader = pa.ipc.open_file(pa.memory_map(str(path)))
    batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
    if len(batches) == 1:
        return batches[0]
    joined = pa.Table.from_batches(batches, reader.schema).combine_chunks().to_batches()
    return (
        joined[0]
        if joined
        else pa.RecordBatch.from_arrays([pa.array([], field.type) for field in reader.schema], schema=reader.schema)
    )
