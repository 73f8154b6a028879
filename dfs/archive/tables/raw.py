"""dbo.raw and ist.<instrument>: the raw frames, all together and by instrument."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from dfs.access.hidden import hidden_columns
from dfs.archive.tables import common, optics, positions, site
from dfs.archive.tables.declaration import Declaration, columns_in, declaration
from dfs.archive.tables.making import Maker, batch_of, columns_of
from dfs.archive.tables.truth import Truth
from dfs.instruments import folder_of, names
from dfs.instruments.eso import OTHER, known_instrument, known_instruments
from dfs.model.schema import SchemaDescription, TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SCHEMAS", "instrument_table", "rows", "tables"]

SCHEMAS = (
    SchemaDescription("dbo", "The observatory's main tables: raw frames, and spectra for the SSA protocol"),
    SchemaDescription("ist", "Raw frames by instrument, with keywords of the instrument's own"),
)
_MAKERS: dict[str, Maker] = {**common.MAKERS, **optics.MAKERS, **positions.MAKERS, **site.MAKERS}
_ALL = Path(__file__).with_name("declared") / "ist.toml"


@cache
def instrument_table(name: str) -> Declaration:
    """Return the table of an instrument's raw frames; `name` is its name in schema ist (``efosc``, ``other``)."""
    raw = declaration("raw")
    found = {column.name: (column, raw.origins[column.name]) for column in raw.schema.columns}
    for path in (_ALL, *_own_files(name)):
        columns, origins = columns_in(path)
        found |= {column.name: (column, origins[column.name]) for column in columns}
    titles = [one.name for one in known_instruments() if one.table == name]
    of_whom = titles[0] if titles else "instruments that have no table of their own"
    schema = TableSchema(
        name=f"ist.{name}",
        description=f"Raw frames of {of_whom}: the columns of dbo.raw, and more of the header",
        columns=tuple(column for column, _ in found.values()),
        sky=raw.schema.sky,
        time=raw.schema.time,
    )
    return Declaration(schema, {column: origin for column, (_, origin) in found.items()})


def _own_files(table: str) -> list[Path]:
    """Return the declarations of an instrument's own columns: ``archive.toml`` of its folder, where it has one."""
    folders = [folder_of(name) for name in names() if known_instrument(name).table == table]
    return [path for folder in folders if (path := folder / "archive.toml").is_file()]


def tables() -> list[TableSchema]:
    """Return the tables of raw frames."""
    of_instruments = sorted({one.table for one in known_instruments()} | {OTHER.table})
    return [declaration("raw").schema, *(instrument_table(name).schema for name in of_instruments)]


def rows(connection: Connection, truth: Truth) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Derive the rows of the raw frames among the files of `truth`."""
    frames = truth.only([at for at, row in enumerate(truth.rows) if row["kind"] == "raw"])
    if not len(frames):
        return
    hidden = hidden_columns(connection, frames.rows)
    raw = batch_of(declaration("raw"), frames, _MAKERS, hidden)
    yield "dbo.raw", raw
    for table, indices in _by_table(frames).items():
        yield f"ist.{table}", _instrument_batch(table, frames, raw, indices)


def _by_table(frames: Truth) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, name in enumerate(_MAKERS["instrument"](frames)):
        found.setdefault(known_instrument(name).table, []).append(at)
    return found


def _instrument_batch(table: str, frames: Truth, raw: pa.RecordBatch, indices: Sequence[int]) -> pa.RecordBatch:
    """Return the rows of one instrument: those of dbo.raw, taken, and its further columns."""
    import pyarrow as pa

    declared = instrument_table(table)
    same = raw.take(pa.array(indices)) if len(indices) < len(frames) else raw
    shared = declaration("raw").origins
    further = [
        column for column in declared.schema.columns if declared.origins[column.name] is not shared.get(column.name)
    ]
    own = frames.only(indices) if len(indices) < len(frames) else frames
    made = dict(
        zip((column.name for column in further), columns_of(further, declared.origins, own, _MAKERS), strict=True)
    )
    columns = {column.name: made.get(column.name) for column in declared.schema.columns}
    arrays = [same.column(name) if array is None else array for name, array in columns.items()]
    last = raw.schema.names[len(declaration("raw").schema.columns) :]
    return pa.RecordBatch.from_arrays([*arrays, *(same.column(name) for name in last)], names=[*columns, *last])
