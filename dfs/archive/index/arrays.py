"""Sorted arrays of a table: by pixel, by size of region, by time, by exact value.  They turn a condition into numbers of rows.

Rows are numbered in the order in which they are stored, that of their pixels.  On disk each array is a ``.npy`` file that is mapped,
not read; a few rows in memory have the same arrays without files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dfs.archive.index.columns import HPX, RADIUS, UNIT, key_columns
from dfs.model.schema import TableSchema
from dfs.store.sources import PROTECTED_UNTIL

__all__ = ["ABSENT", "CLASSES_DEG", "Arrays", "codes_of", "key_hash", "make_arrays"]

CLASSES_DEG = (0.25, 1.0, 4.0, 180.0)  # a search looks no farther round each class of regions than they reach
ABSENT = np.uint16(65535)  # code of a null, or of a value that has none

Values = NDArray[Any]


class Arrays:
    """The arrays of one table, each loaded when first asked for.

    ============================  =======================================================================
    ``hpx``                       pixel of each row, ascending
    ``x`` ``y`` ``z`` ``radius``  place and size of each row's region; NaN without one
    ``region<k>.hpx`` ``.row``    of the rows whose regions are of class k: pixels ascending, rows
    ``time`` ``time.row``         times ascending, rows; nulls left out
    ``code.<column>``             code of each row's value
    ``key.<column>`` ``.row``     hashes of texts ascending, rows; nulls left out
    ``until``                     distinct ends of protection, ascending
    ============================  =======================================================================
    """

    def __init__(self, load: Callable[[str], Values | None], *, codes: Mapping[str, list[Any]]) -> None:
        self._load = load
        self._loaded: dict[str, Values | None] = {}
        self.codes = codes

    @classmethod
    def mapped(cls, folder: Path, codes: Mapping[str, list[Any]]) -> Arrays:
        """Arrays in files of `folder`."""

        def load(name: str) -> Values | None:
            path = folder / f"{name}.npy"
            return np.load(path, mmap_mode="r", allow_pickle=False) if path.exists() else None

        return cls(load, codes=codes)

    def get(self, name: str) -> Values | None:
        """Return the array `name`; None: this table has none."""
        if name not in self._loaded:
            self._loaded[name] = self._load(name)  # two threads may both load it: the same content
        return self._loaded[name]

    def __getitem__(self, name: str) -> Values:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found


def key_hash(text: str) -> int:
    """Return the number by which a text is looked up: 64 bits of its MD5, as DuckDB's ``md5_number_lower`` gives them."""
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[8:], "little")


def codes_of(column: Any, values: list[Any]) -> NDArray[np.uint16]:
    """Return the code of each value of an Arrow column."""
    found = pc.index_in(column, pa.array(values, type=column.type))
    return np.asarray(pc.fill_null(found, int(ABSENT))).astype(np.uint16)


def make_arrays(
    table: TableSchema, read: Callable[[str], Values], codes: Mapping[str, list[Any]], hashes: Callable[[str], Values]
) -> Iterable[tuple[str, Values]]:
    """Make the arrays of a table, one after the other.

    Parameters
    ----------
    table
        Its declaration.
    read
        Gives a column (HPX, x, y, z, RADIUS, time: NaN for null; `PROTECTED_UNTIL`: its distinct texts; a column of few values: its codes).
    codes
        Columns of few values.
    hashes
        Gives the `key_hash` of each row's text in a column; 0 for null.
    """
    yield "hpx", read(HPX)
    if table.sky is not None and table.sky.region is not None:
        yield from _region_arrays(read)
    if table.time is not None:
        yield from _sorted("time", read(table.time).astype(np.float64), lambda values: ~np.isnan(values))
    for name in codes:
        yield f"code.{name.lower()}", read(name)
    for name in key_columns(table):
        yield from _sorted(f"key.{name.lower()}", hashes(name), lambda values: values != 0)
    yield "until", read(PROTECTED_UNTIL)


def _region_arrays(read: Callable[[str], Values]) -> Iterable[tuple[str, Values]]:
    radius, pixel = read(RADIUS), read(HPX)
    yield "radius", radius
    for name in UNIT:
        yield name.strip("_"), read(name)
    lower = -1.0
    for number, upper in enumerate(CLASSES_DEG):
        rows = np.flatnonzero((radius > lower) & (radius <= upper))
        yield f"region{number}.hpx", pixel[rows]
        yield f"region{number}.row", rows.astype(np.uint32)
        lower = upper


def _sorted(name: str, values: Values, kept: Callable[[Values], Values]) -> Iterable[tuple[str, Values]]:
    rows = np.flatnonzero(kept(values))
    values = values[rows]
    order = np.argsort(values, kind="stable")
    yield name, values[order]
    yield f"{name}.row", rows[order].astype(np.uint32)
