"""Making a generation of the index: from a stream of rows to sorted, immutable files, published in one step.

Each table is written twice.  As columns (DuckDB's own format, opened read-only by every process): it skips what a condition excludes, is
compressed to half of Parquet's decoding cost, and a file that is never written after its publication is shared without locks; whole-table
scans read it.  And as rows (Arrow batches, not compressed, mapped): the few hundred rows that a search on the sky, in time or by key finds
are taken from it at once, where the columns would unpack a block for each row and column (100 rows at random places of 1 M rows and 40
columns: 2 ms against 15-30).  Sorted arrays beside them say which rows those are.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from dfs.archive.index.arrays import codes_of, make_arrays
from dfs.archive.index.columns import structure
from dfs.archive.index.cube import COUNT, MOST_COUNTS, MOST_VALUES, spelled
from dfs.archive.index.manifest import DATABASE, STREAM, Manifest, TableFiles, checksum, new_folder, publish, sweep
from dfs.archive.index.rows_file import write_rows
from dfs.archive.index.staging import Staging
from dfs.errors import ServiceError
from dfs.model.schema import TableSchema
from dfs.progress import Progress, Silent
from dfs.store.durable import disk_errors
from dfs.store.sources import PROTECTED_BY, PROTECTED_UNTIL

__all__ = ["CUBE", "ROWS", "write_generation"]

ROWS = "rows.arrow"
CUBE = "cube.arrow"


def write_generation(
    folder: Path,
    tables: Sequence[TableSchema],
    rows: Iterable[tuple[str, pa.RecordBatch]],
    *,
    watermark: int = 0,
    progress: Progress | None = None,
) -> Manifest:
    """Write a generation of `rows` and put it in force.

    Parameters
    ----------
    folder
        Of the index.
    tables
        The tables there are; some may stay empty.
    rows
        (name of the table, batch) in any order, as a `dfs.store.sources.TableSource` gives them.
    watermark
        Number of the last row of the audit trail that `rows` reflect.
    progress
        Steps are batches, then tables.

    Raises
    ------
    DataError
        A batch is not as its table declares.
    ServiceError
        The disk is full or cannot be written; the generation in force stays.
    """
    generation = new_folder(folder, watermark)
    try:
        with _write_errors(generation):
            made = _write_tables(generation, tables, rows, progress or Silent())
            manifest = _sealed(generation, watermark, made)
            publish(folder, manifest)
    except BaseException:
        shutil.rmtree(generation, ignore_errors=True)
        raise
    sweep(folder, generation.name)
    return manifest


@contextmanager
def _write_errors(generation: Path) -> Iterator[None]:
    """Turn what the disk says, itself or by way of DuckDB, into one line."""
    try:
        with disk_errors(generation, "write the index"):
            yield
    except duckdb.Error as error:
        said = str(error).strip().splitlines()[0].rpartition(": ")[2]
        hint = "see that this disk has room; the index that was there stays"
        raise ServiceError(f"cannot write the index: {said}", where=str(generation), hint=hint) from error


def _write_tables(
    generation: Path, tables: Sequence[TableSchema], rows: Iterable[tuple[str, pa.RecordBatch]], progress: Progress
) -> dict[str, TableFiles]:
    with Staging(generation, DATABASE, tables) as staging:
        progress.begin("rows", None)
        for name, batch in rows:
            staging.add(name, batch)
            progress.step(name)
        progress.end()
        progress.begin("tables", len(tables))
        made = {}
        for number, table in enumerate(tables):
            if staging.holds(table):  # a table without rows costs nothing: it is as one declared later
                made[table.name.lower()] = _write_table(staging, table, generation, f"t{number:03d}")
            progress.step(table.name)
        progress.end()
        staging.finish()
    return made


def _sealed(generation: Path, watermark: int, made: Mapping[str, TableFiles]) -> Manifest:
    """Return the manifest of a generation whose files are written, and make them durable."""
    files = [one for one in sorted(generation.rglob("*")) if one.is_file() and one.name != "lock"]
    sums = {str(one.relative_to(generation)): checksum(one) for one in files}
    with suppress(OSError):  # a file system without links does with one name
        os.link(generation / DATABASE, generation / STREAM)
    return Manifest(generation.name, watermark, duckdb.__version__, made, sums)


def _write_table(staging: Staging, table: TableSchema, generation: Path, place: str) -> TableFiles:
    name = table.name.lower()
    folder = generation / place
    folder.mkdir()
    rows = staging.write(name, folder / ROWS)
    counts = staging.counts(name, spelled(table), COUNT)
    values = {column: staging.distinct(name, column) for column in spelled(table)}
    codes = {column: found for column, found in values.items() if len(found) <= MOST_VALUES}
    if counts.num_rows <= MOST_COUNTS and table.cube:
        write_rows(folder / CUBE, counts.to_batches(), counts.schema)

    def read(column: str) -> np.ndarray[Any, Any]:
        if column == PROTECTED_UNTIL:
            return np.array(staging.distinct(name, column), dtype="U23")
        held = rows.column(next(one for one in rows.schema.names if one.lower() == column.lower()))
        if column in codes:
            return codes_of(held, codes[column])
        return np.asarray(held.to_numpy(zero_copy_only=False))

    for array, content in make_arrays(table, read, codes, lambda column: staging.hashes(name, column)):
        np.save(folder / f"{array}.npy", content, allow_pickle=False)
    return TableFiles(place, rows.num_rows, structure(table), codes, tuple(staging.distinct(name, PROTECTED_BY)))
