"""Rows of one table that can be taken by number: mapped from a generation, or a few in memory; with their sorted arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dfs.archive.index.arrays import CLASSES_DEG, Arrays, codes_of, key_hash, make_arrays
from dfs.archive.index.build import ROWS
from dfs.archive.index.columns import HPX
from dfs.archive.index.cube import spelled
from dfs.archive.index.manifest import TableFiles
from dfs.archive.index.place import placed
from dfs.model.schema import TableSchema
from dfs.store.sources import FILE, PROTECTED_BY, PROTECTED_UNTIL

__all__ = ["Block"]

_LONG_RUN = 16  # rows side by side, on the average, from which on they are given as slices and not copied

Rows = NDArray[np.int64]


class Block:
    """Rows that do not change.

    Attributes
    ----------
    schema
        Their columns.
    count
        How many there are.
    arrays
        Their sorted arrays.
    classes_deg
        Greatest radius of each class of regions.
    protected
        The distinct values of `_protected_by`.
    """

    def __init__(
        self, batches: Sequence[pa.RecordBatch], schema: pa.Schema, arrays: Arrays, protected: Sequence[str]
    ) -> None:
        self.schema = schema
        self.arrays = arrays
        self.classes_deg = CLASSES_DEG
        self.protected = tuple(protected)
        self._batches = [one for one in batches if one.num_rows]
        self._starts = np.cumsum([0, *(one.num_rows for one in self._batches)])
        self.count = int(self._starts[-1])

    @classmethod
    def mapped(cls, folder: Path, files: TableFiles) -> Block:
        """Rows of a published table."""
        reader = pa.ipc.open_file(pa.memory_map(str(folder / ROWS)))
        batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
        return cls(batches, reader.schema, Arrays.mapped(folder, files.codes), files.protected)

    @classmethod
    def held(cls, table: TableSchema, rows: pa.Table) -> Block:
        """Rows in memory, as `dfs.archive.index.columns.conform` gives them."""
        whole = placed(table, rows)
        whole = whole.sort_by([(HPX, "ascending"), (FILE, "ascending")]).combine_chunks()
        codes = {name: sorted(_distinct(whole, name)) for name in spelled(table)}

        def read(name: str) -> NDArray[Any]:
            if name == PROTECTED_UNTIL:
                return np.array(sorted(_distinct(whole, name)), dtype="U23")
            column = whole.column(_spelling(whole, name))
            if name in codes:
                return codes_of(column, codes[name])
            return np.array(column.to_numpy() if name == HPX else column.cast(pa.float64()).to_numpy())

        def hashes(name: str) -> NDArray[Any]:
            texts = whole.column(name).to_pylist()
            return np.array([0 if text is None else key_hash(text) for text in texts], dtype=np.uint64)

        arrays = dict(make_arrays(table, read, codes, hashes))
        protected = sorted(_distinct(whole, PROTECTED_BY))
        return cls(whole.to_batches(), whole.schema, Arrays(arrays.get, codes=codes), protected)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give every row."""
        yield from self._batches

    @cached_property
    def reach_deg(self) -> float:
        """The greatest radius of a row's region."""
        radius = self.arrays.get("radius")
        known = radius[~np.isnan(radius)] if radius is not None else np.empty(0)
        return float(known.max()) if known.size else 0.0

    def take(self, rows: Rows, columns: Sequence[str] | None = None) -> list[pa.RecordBatch]:
        """Return the rows of these numbers (ascending, distinct), all columns or some; rows side by side are given without a copy."""
        if rows.size == 0:
            return []
        if len(self._batches) == 1:
            return _taken(self._batches[0] if columns is None else self._batches[0].select(columns), rows)
        which = np.searchsorted(self._starts, rows, side="right") - 1
        found: list[pa.RecordBatch] = []
        edges = np.flatnonzero(np.diff(which)) + 1
        for part in np.split(np.arange(rows.size), edges):
            batch = int(which[part[0]])
            whole = self._batches[batch]
            found += _taken(whole.select(columns) if columns is not None else whole, rows[part] - self._starts[batch])
        return found

    def rows_of_files(self, files: Sequence[str]) -> Rows:
        """Return the numbers of the rows that derive from these files, ascending."""
        rows = self.rows_with(FILE, files)
        if rows.size == 0:
            return rows
        named = pa.chunked_array([one.column(FILE) for one in self.take(rows)])
        known: NDArray[np.bool_] = pc.is_in(named, pa.array(files, pa.large_string())).to_numpy()
        return rows[known]

    def rows_with(self, column: str, texts: Sequence[str]) -> Rows:
        """Return the numbers of rows whose `column`, one with keys, may be any of `texts` (a hash may err; a miss never), ascending."""
        hashes, numbers = self.arrays[f"key.{column.lower()}"], self.arrays[f"key.{column.lower()}.row"]
        wanted = np.unique(np.array([key_hash(text) for text in texts], dtype=np.uint64))
        begin, end = (np.searchsorted(hashes, wanted, side=side) for side in ("left", "right"))
        found = [numbers[first:last] for first, last in zip(begin, end, strict=True) if first < last]
        return np.sort(np.concatenate(found)).astype(np.int64) if found else np.empty(0, dtype=np.int64)


def _taken(batch: pa.RecordBatch, rows: Rows) -> list[pa.RecordBatch]:
    breaks = np.flatnonzero(np.diff(rows) != 1) + 1
    if rows.size < _LONG_RUN * breaks.size:
        return [batch.take(pa.array(rows))]
    begins, ends = np.append(0, breaks), np.append(breaks, rows.size)
    return [batch.slice(int(rows[begin]), int(end - begin)) for begin, end in zip(begins, ends, strict=True)]


def _distinct(rows: pa.Table, name: str) -> list[Any]:
    return [one for one in rows.column(_spelling(rows, name)).unique().to_pylist() if one is not None]


def _spelling(rows: pa.Table, name: str) -> str:
    return str(next(one for one in rows.column_names if one.lower() == name.lower()))
