"""What a query reads for each table it names: rows found by the index, counts kept ready, an upload, or the whole table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dfs.archive.index.block import Block, Rows
from dfs.archive.index.columns import HPX, RADIUS, UNIT, arrow_schema
from dfs.archive.index.snapshot import TableState
from dfs.store.sources import PROTECTED_BY, PROTECTED_UNTIL
from dfs.vo.engine.paths import Few, Path

__all__ = ["MOST_TAKEN", "Source", "at", "held", "scanned", "shown", "taken", "thinned"]

MOST_TAKEN = 200_000  # more rows than this are read from the columns
_THIN = 50  # fewer rows are not worth thinning out
_ALWAYS_WORTH = 5_000  # rows that are always taken
_WORTH = 0.2  # a larger share of a table is read from the columns
_WORTH_SCATTERED = 0.001  # the same for rows that do not lie side by side

_POLICY = (PROTECTED_BY, PROTECTED_UNTIL)


@dataclass(frozen=True)
class Source:
    """What stands for a table in one run of a query.

    Attributes
    ----------
    rows
        Rows in memory (or mapped); None: the whole table is read from the generation.
    hidden
        Numbers of rows of the generation that are not seen.
    further
        Rows beside those of the generation.
    """

    rows: pa.Table | None
    hidden: Rows | None = None
    further: pa.Table | None = None

    @property
    def kind(self) -> str:
        """What decides the text of the query: equal kinds of one query have one text."""
        if self.rows is not None:
            return "rows"
        return f"table{'-' if self.hidden is not None else ''}{'+' if self.further is not None else ''}"


def shown(state: TableState, columns: Sequence[str], *, regions: bool = False) -> list[str]:
    """Return the columns that must be there: those the query names, those of the policy, the pixel, and the place of regions."""
    schema = state.blocks[0].schema if state.blocks else arrow_schema(state.schema)
    spelled = {name.lower(): name for name in schema.names}
    wanted = [spelled[name.lower()] for name in columns if name.lower() in spelled]
    place = (*UNIT, RADIUS) if regions else ()
    return list(dict.fromkeys([*wanted, *_POLICY, HPX, *place]))


def held(state: TableState, columns: list[str]) -> Source:
    """Return all rows of a table that lies in memory as a whole (TAP_SCHEMA, or one younger than the generation)."""
    batches = [batch.select(columns) for block in state.blocks for batch in block.batches()]
    return Source(_table(batches, state, columns))


def taken(state: TableState, columns: list[str], paths: Sequence[Path], few: Sequence[Few]) -> Source | None:
    """Return the rows that the best of `paths` leads to; None: so many that reading the whole table is better."""
    if not paths:
        return None
    best = min(paths, key=lambda path: sum(path.count(block) for block in state.blocks))
    expected = sum(best.count(block) for block in state.blocks)
    share = _WORTH_SCATTERED if best.scattered else _WORTH
    if expected > 4 * MOST_TAKEN or expected > max(_ALWAYS_WORTH, share * state.count):
        return None
    numbers = [thinned(state, block, best.rows(block), few) for block in state.blocks]
    if sum(one.size for one in numbers) > MOST_TAKEN:
        return None
    return at(state, columns, numbers)


def at(state: TableState, columns: list[str], numbers: Sequence[Rows]) -> Source:
    """Return the rows of these numbers, given for each block."""
    batches = [batch for block, rows in zip(state.blocks, numbers, strict=True) for batch in block.take(rows, columns)]
    return Source(_table(batches, state, columns))


def thinned(state: TableState, block: Block, rows: Rows, few: Sequence[Few]) -> Rows:
    """Return those of `rows` that are seen, and that have the values of `few` as far as this is cheap to tell."""
    if block is state.base and state.hidden.size:
        rows = rows[~np.isin(rows, state.hidden, assume_unique=True)]
    for one in few:
        if rows.size > _THIN:
            rows = one.keep(block, rows)
    return rows


def scanned(state: TableState, columns: list[str]) -> Source:
    """Return the whole table."""
    if state.base is None:
        return held(state, columns)
    further = None
    if state.delta is not None:
        further = pa.Table.from_batches([batch.select(columns) for batch in state.delta.batches()])
    return Source(None, state.hidden if state.hidden.size else None, further)


def _table(batches: list[Any], state: TableState, columns: list[str]) -> pa.Table:
    schema = state.blocks[0].schema if state.blocks else arrow_schema(state.schema)
    return pa.Table.from_batches(batches, pa.schema([schema.field(name) for name in columns]))
