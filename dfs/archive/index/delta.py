"""Rows made since the generation in force: of files that changed, and of small tables whose columns changed."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from dfs.archive.index.block import Block
from dfs.archive.index.changes import Changes
from dfs.archive.index.columns import arrow_schema, conform, structure
from dfs.archive.index.generation import Generation
from dfs.archive.index.snapshot import TableState
from dfs.model.schema import TableSchema
from dfs.store.sources import FILE

__all__ = ["Delta", "adoptable"]

_MOST_ADOPTED = 50_000  # a larger table whose columns change asks for a new generation


class Delta:
    """What came since a generation.

    Attributes
    ----------
    generation
        Since which.
    files
        DP IDs of the files whose rows were made anew.
    """

    def __init__(self, generation: Generation) -> None:
        self.files: set[str] = set()
        self.generation = generation
        self._rows: dict[str, pa.Table] = {}
        self._adopted: dict[str, str] = {}  # tables that stand on their own, and their structure

    def adopt(self, tables: Iterable[TableSchema]) -> set[str]:
        """Take over the rows of tables whose columns are others than in the generation (or were, when last taken); return which."""
        found = set()
        for table in tables:
            name, shape = table.name.lower(), structure(table)
            known = self.generation.manifest.tables.get(name)
            if known is None:
                self._adopted.setdefault(name, shape)
            if self._adopted.get(name, known.structure if known is not None else shape) == shape:
                continue
            rows = self._rows.get(name)
            pieces = [adapted(table, rows)] if rows is not None else []
            block = self.generation.block(name)
            if name not in self._adopted and block is not None:
                gone = pa.array(sorted(self.files), pa.large_string())
                old = adapted(table, pa.Table.from_batches(list(block.batches()), block.schema))
                pieces.append(old.filter(pc.invert(pc.is_in(old.column(FILE), gone))))
            if pieces:
                self._rows[name] = pa.concat_tables(pieces)
            self._adopted[name] = shape
            found.add(name)
        return found

    def change(
        self, tables: dict[str, TableSchema], changes: Changes, rows: Iterable[tuple[str, pa.RecordBatch]]
    ) -> set[str]:
        """Put `rows` in the place of all rows of the files `changes`; return the tables that are others now.

        All of `rows` are made before anything changes: when their source fails, everything is as before.
        """
        touched, concerned = set(), pa.array(sorted(changes), pa.large_string())
        come: dict[str, list[pa.Table]] = {}
        for name, batch in rows:
            if batch.num_rows:
                come.setdefault(name.lower(), []).append(conform(tables[name.lower()], batch))
        for name, held in self._rows.items():
            kept = held.filter(pc.invert(pc.is_in(held.column(FILE), concerned)))
            if kept.num_rows != held.num_rows:
                self._rows[name] = kept
                touched.add(name)
        for name, pieces in come.items():
            before = [self._rows[name]] if name in self._rows else []
            self._rows[name] = pa.concat_tables([*before, *pieces])
        self.files |= changes
        for name in tables:
            block = self.generation.block(name) if name not in self._adopted else None
            if block is not None and block.rows_of_files(sorted(changes)).size:
                touched.add(name)
        return touched | set(come)

    def follows(self, table: TableSchema) -> bool:
        """Tell whether the rows made so far can go on with the columns that `table` has now: none has another type."""
        rows = self._rows.get(table.name.lower())
        return rows is None or _keeps_types(table, rows.schema)

    def state(self, table: TableSchema) -> TableState:
        """Return a table as it is now."""
        name = table.name.lower()
        base = self.generation.block(name) if name not in self._adopted else None
        cube = self.generation.cube(table) if base is not None else None
        state = TableState(table, base, cube=cube)
        rows = self._rows.get(name)
        gone = base.rows_of_files(sorted(self.files)) if base is not None and self.files else state.hidden
        if gone.size or (rows is not None and rows.num_rows):
            return state.changed(gone, rows, cube)
        return state


def adoptable(table: TableSchema, rows: int, block: Block) -> bool:
    """Tell whether a table whose columns changed can go on with its old rows: it is small, and no column has another type."""
    return rows <= _MOST_ADOPTED and _keeps_types(table, block.schema)


def _keeps_types(table: TableSchema, schema: pa.Schema) -> bool:
    types = {field.name.lower(): field.type for field in schema}
    wanted = arrow_schema(table, placed=False)
    return all(types.get(one.name.lower(), one.type) == one.type for one in wanted)


def adapted(table: TableSchema, rows: pa.Table) -> pa.Table:
    """Return rows with the columns that `table` has now; new ones are null until their files' rows are made anew."""
    known = {name.lower(): name for name in rows.column_names}
    wanted = arrow_schema(table, placed=False)
    columns = [
        rows.column(known[one.name.lower()]) if one.name.lower() in known else pa.nulls(rows.num_rows, one.type)
        for one in wanted
    ]
    return pa.Table.from_arrays(
        [pa.chunked_array(one) if isinstance(one, pa.Array) else one for one in columns], schema=wanted
    )
