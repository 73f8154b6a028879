"""One state of every table, as a query sees it from its beginning to its end: a generation, and what came since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa

from dfs.archive.index.block import Block, Rows
from dfs.archive.index.columns import HIDDEN, arrow_schema
from dfs.archive.index.cube import count_rows, merged
from dfs.archive.index.generation import Generation
from dfs.archive.index.staging import quoted
from dfs.model.schema import SchemaDescription, TableSchema

__all__ = ["Snapshot", "TableState"]

_NO_ROWS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class TableState:
    """One table.

    Attributes
    ----------
    schema
        Its declaration.
    base
        Its rows in the generation; None: it is younger.
    delta
        Rows made since; None: there are none.
    hidden
        Numbers of base rows of files that changed since: they are not seen any more.
    cube
        Its counts kept ready, these changes among them; None: it has none.
    """

    schema: TableSchema
    base: Block | None
    delta: Block | None = None
    hidden: Rows = field(default_factory=lambda: _NO_ROWS)
    cube: pa.Table | None = None

    @property
    def count(self) -> int:
        """How many rows it has."""
        return sum(block.count for block in self.blocks) - self.hidden.size

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Where its rows are."""
        return tuple(one for one in (self.base, self.delta) if one is not None)

    @cached_property
    def protected(self) -> frozenset[str]:
        """The keys of protected rows; see `dfs.store.sources.PROTECTED_BY`."""
        return frozenset(key for block in self.blocks for key in block.protected)

    def protected_after(self, now: str) -> bool:
        """Tell whether protected rows remain whose protection has not ended by `now` (UTC ISO 8601)."""
        ends = (block.arrays.get("until") for block in self.blocks)
        return any(end is not None and end.size and str(end[-1]) > now for end in ends)

    def last_release(self, now: str) -> str:
        """Return the last end of a protection up to `now`, or ""; between two such ends nothing changes for anybody."""
        found = [""]
        for block in self.blocks:
            ends = block.arrays.get("until")
            at = int(np.searchsorted(ends, now, side="right")) if ends is not None else 0
            if ends is not None and at:
                found.append(str(ends[at - 1]))
        return max(found)

    def rows(self) -> Iterator[pa.RecordBatch]:
        """Give every row that is seen, with the hidden columns."""
        if self.base is not None:
            keep = np.setdiff1d(np.arange(self.base.count), self.hidden) if self.hidden.size else None
            yield from self.base.batches() if keep is None else self.base.take(keep)
        if self.delta is not None:
            yield from self.delta.batches()

    def changed(self, gone: Rows, rows: pa.Table | None, cube: pa.Table | None) -> TableState:
        """Return this table without the base rows `gone` and with `rows` (all made since the generation).

        Parameters
        ----------
        gone
            Numbers of base rows.
        rows
            As `dfs.archive.index.columns.conform` gives them.
        cube
            The generation's counts.
        """
        delta = Block.held(self.schema, rows) if rows is not None and rows.num_rows else None
        if cube is not None:
            taken = self.base.take(gone) if self.base is not None else []
            schema = arrow_schema(self.schema)
            before = count_rows(self.schema, pa.Table.from_batches(taken, schema))
            after = count_rows(self.schema, rows if rows is not None else schema.empty_table())
            cube = merged(cube, before, after)
        return TableState(self.schema, self.base, delta, gone, cube)


@dataclass(frozen=True)
class Snapshot:
    """Every table at one moment.

    Attributes
    ----------
    generation
        Files that most rows are in.
    watermark
        Number of the last row of the audit trail that it reflects.
    descriptions
        The schemas.
    tables
        By name in lower case.
    version
        Equal for snapshots in which the same queries are valid.
    """

    generation: Generation
    watermark: int
    descriptions: tuple[SchemaDescription, ...]
    tables: Mapping[str, TableState]
    version: str

    @cached_property
    def schemas(self) -> dict[str, TableSchema]:
        """The declarations of the tables, by name in lower case."""
        return {name: state.schema for name, state in self.tables.items()}

    def fingerprint(self) -> dict[str, str]:
        """Return of each table how many rows it has and a sum over all their values, whatever their order."""
        return {name: _fingerprint(state) for name, state in sorted(self.tables.items())}


def _fingerprint(state: TableState) -> str:
    import duckdb

    schema = arrow_schema(state.schema)
    kept = [name for name in schema.names if name not in HIDDEN or name in HIDDEN[:3]]
    reader = (
        pa.RecordBatchReader.from_batches(schema, (one.cast(schema) for one in state.rows())) if state.count else None
    )
    named = ", ".join(quoted(name) for name in kept)
    query = f"SELECT count(*), coalesce(sum(md5_number_lower(r::VARCHAR)::HUGEINT), 0) FROM (SELECT {named} FROM rows_of) AS r"  # noqa: S608
    with duckdb.connect() as connection:
        connection.register("rows_of", reader if reader is not None else schema.empty_table())
        count, total = connection.sql(query).fetchall()[0]
    return f"{count} {total}"
