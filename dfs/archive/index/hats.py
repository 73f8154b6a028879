"""Export of a table as HATS: Parquet files by tile of the sky, as LSDB, Spark and the IVOA note on HATS (1.0) read them.

``dataset/Norder=<k>/Dir=<d>/Npix=<n>.parquet`` holds the rows of one HEALPix tile, in the order of ``_healpix_29``; tiles are small where
the sky is full.  Rows without a position have no tile and stay out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dfs.access.rows import RowRule
from dfs.archive.index.columns import HIDDEN, HPX, arrow_schema
from dfs.archive.index.snapshot import Snapshot, TableState
from dfs.errors import ConflictError, NotFoundError, UsageError
from dfs.model.schema import TableSchema
from dfs.progress import Progress, Silent
from dfs.sky.pixels import NOWHERE, ORDER
from dfs.store.durable import disk_errors
from dfs.store.sources import PROTECTED_BY, PROTECTED_UNTIL
from dfs.version import __version__

__all__ = ["PIXEL_COLUMN", "Exported", "export_hats"]

PIXEL_COLUMN = "_healpix_29"
_MOST_ROWS = 250_000  # of a tile; more are divided
_DEEPEST = 10  # order of the smallest tiles
_IN_A_FOLDER = 10_000  # tiles; fixed by the standard


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds.

    Attributes
    ----------
    rows, tiles
        How many.
    without_position
        Rows that have no place and were left out.
    """

    rows: int
    tiles: int
    without_position: int


def export_hats(
    snapshot: Snapshot, table: str, folder: Path, *, rule: RowRule, progress: Progress | None = None
) -> Exported:
    """Write a table to the new folder `folder` as HATS.

    Parameters
    ----------
    snapshot
        One state of the tables.
    table
        Name of the table, in any letter case.
    folder
        Where it goes; it must not be there, or be empty.
    rule
        Which rows may leave: those its bearer may see.
    progress
        A step a tile.

    Raises
    ------
    NotFoundError
        There is no such table.
    UsageError
        The table has no positions.
    ConflictError
        `folder` holds something.
    ServiceError
        `folder` cannot be written.
    """
    state = snapshot.tables.get(table.lower())
    if state is None:
        raise NotFoundError(
            f"there is no table {table}", accepted=", ".join(one.name for one in snapshot.schemas.values())
        )
    if state.schema.sky is None:
        raise UsageError(f"the table {state.schema.name} has no positions: it cannot be laid out on the sky")
    progress = progress or Silent()
    with disk_errors(folder, "export"):
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConflictError("the folder is not empty", where=str(folder), hint="name a new one")
        tiles = list(_tiles(state))
        progress.begin("tiles", len(tiles))
        written, about = [], []
        for order, pixel in tiles:
            rows = _rows(state, order, pixel, rule)
            if rows.num_rows:
                about.append(_write(folder, order, pixel, rows))
                written.append((order, pixel, rows.num_rows))
            progress.step(f"Norder={order} Npix={pixel}")
        progress.end()
        _describe(folder, state.schema, written, about)
    nowhere = _seen(state, lambda pixels: (0, int(np.searchsorted(pixels, 0))), rule)
    return Exported(sum(count for *_, count in written), len(written), nowhere.num_rows)


def _tiles(state: TableState) -> Iterator[tuple[int, int]]:
    """Give the tiles that hold rows, as (order, pixel), in the order of the sky."""
    pixels = [block.arrays["hpx"] for block in state.blocks]
    waiting = [(0, pixel) for pixel in reversed(range(12))]
    while waiting:
        order, pixel = waiting.pop()
        count = sum(last - first for first, last in (_span(one, order, pixel) for one in pixels))
        if count > _MOST_ROWS and order < _DEEPEST:
            waiting += [(order + 1, 4 * pixel + child) for child in reversed(range(4))]
        elif count:
            yield order, pixel


def _span(pixels: NDArray[Any], order: int, pixel: int) -> tuple[int, int]:
    shift = 2 * (ORDER - order)
    first, last = np.searchsorted(pixels, [pixel << shift, (pixel + 1) << shift])
    return int(first), int(last)


def _rows(state: TableState, order: int, pixel: int, rule: RowRule) -> pa.Table:
    """Return the rows of a tile that may leave, sorted."""
    rows = _seen(state, lambda pixels: _span(pixels, order, pixel), rule)
    rows = rows.sort_by(HPX) if rows.column(HPX).num_chunks > 1 else rows
    kept = [name for name in rows.column_names if name not in HIDDEN]
    pixels = rows.column(HPX)
    assert NOWHERE < 0  # noqa: S101 - rows without a place are in no span
    return rows.select(kept).add_column(0, pa.field(PIXEL_COLUMN, pa.int64(), nullable=False), pixels)


def _seen(state: TableState, span: Callable[[NDArray[Any]], tuple[int, int]], rule: RowRule) -> pa.Table:
    """Return the rows of a span of pixels that are there and may leave."""
    batches = []
    for block in state.blocks:
        numbers = np.arange(*span(block.arrays["hpx"]))
        if block is state.base:
            numbers = np.setdiff1d(numbers, state.hidden, assume_unique=True)
        batches += block.take(numbers)
    rows = pa.Table.from_batches(batches, arrow_schema(state.schema))
    if rule.everything:
        return rows
    key, until = rows.column(PROTECTED_BY), rows.column(PROTECTED_UNTIL)
    keys = pa.array(sorted(rule.keys), key.type)
    return rows.filter(pc.or_kleene(pc.or_kleene(pc.is_null(key), pc.less_equal(until, rule.now)), pc.is_in(key, keys)))


def _write(folder: Path, order: int, pixel: int, rows: pa.Table) -> Any:
    place = Path(f"Norder={order}", f"Dir={pixel // _IN_A_FOLDER * _IN_A_FOLDER}", f"Npix={pixel}.parquet")
    target = folder / "dataset" / place
    target.parent.mkdir(parents=True, exist_ok=True)
    about: list[Any] = []
    narrow = rows.cast(pa.schema([_narrow(field) for field in rows.schema]))
    pq.write_table(narrow, target, compression="zstd", metadata_collector=about)
    about[0].set_file_path(str(place))
    return about[0]


def _narrow(field: pa.Field) -> pa.Field:
    return field.with_type(pa.string()) if pa.types.is_large_string(field.type) else field


def _describe(folder: Path, table: TableSchema, written: list[tuple[int, int, int]], about: list[Any]) -> None:
    dataset = folder / "dataset"
    dataset.mkdir(exist_ok=True)
    schema = arrow_schema(table, placed=False)
    fields = [pa.field(PIXEL_COLUMN, pa.int64(), nullable=False)]
    fields += [_narrow(field) for field in schema if field.name not in HIDDEN]
    pq.write_metadata(pa.schema(fields), dataset / "_common_metadata")
    pq.write_metadata(pa.schema(fields), dataset / "_metadata", metadata_collector=about)
    lines = ["Norder,Npix,num_rows", *(",".join(map(str, one)) for one in written)]
    (folder / "partition_info.csv").write_text("\n".join(lines) + "\n")
    assert table.sky is not None  # noqa: S101 - checked before
    said = {
        "obs_collection": table.name,
        "dataproduct_type": "object",
        "hats_nrows": str(sum(count for *_, count in written)),
        "hats_col_ra": table.sky.ra,
        "hats_col_dec": table.sky.dec,
        "hats_col_healpix": PIXEL_COLUMN,
        "hats_col_healpix_order": str(ORDER),
        "hats_npix_suffix": ".parquet",
        "hats_order": str(max((order for order, *_ in written), default=0)),
        "hats_max_rows": str(_MOST_ROWS),
        "hats_version": "1.0",
        "hats_builder": f"dfs {__version__}",
        "obs_regime": "Optical",
        "obs_description": " ".join(table.description.split()),
    }
    text = "".join(f"{name}={value}\n" for name, value in said.items())
    for name in ("hats.properties", "properties"):
        (folder / name).write_text(text)
