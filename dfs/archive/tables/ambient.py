"""asm.*: the air above the sites, as the headers of archived raw frames have it.

ESO's tables of these names hold what the site monitors measured, minute by minute.  Monitors are not archived here; what they said at
the start and the end of an exposure stands in its header, and is published under ESO's names of tables and columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection

from dfs.access.hidden import hidden_columns
from dfs.archive.tables import common
from dfs.archive.tables.declaration import Declaration, Origin, declaration
from dfs.archive.tables.making import Maker, batch_of
from dfs.archive.tables.truth import Truth
from dfs.archive.tables.values import as_text
from dfs.model.schema import SchemaDescription, TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SCHEMAS", "rows", "tables"]

Moment = Literal["START", "END"]
SCHEMAS = (SchemaDescription("asm", "The air above the sites, as the headers of archived raw frames have it"),)
# table -> site
_TABLES = {
    "asm_meteo_paranal": "paranal",
    "asm_meteo_lasilla": "lasilla",
    "asm_meteo_apex": "apex",
    "asm_dimm_paranal": "paranal",
    "asm_ambient_lasilla": "lasilla",
    "asm_mass_paranal": "paranal",
    "asm_lhatpros_paranal": "paranal",
    "asm_lhatpros_paranal_irt": "paranal",
    "asm_lhatpros_paranal_profiles": "paranal",
}
# How the names of the telescopes of a site begin.
_SITES = {
    "ESO-VLT": "paranal",
    "ESO-VISTA": "paranal",
    "ESO-VST": "paranal",
    "VISTA": "paranal",
    "VST": "paranal",
    "ESO-NTT": "lasilla",
    "ESO-3": "lasilla",
    "ESO-1": "lasilla",
    "ESO-2": "lasilla",
    "MPI-2": "lasilla",
    "MPG": "lasilla",
    "APEX": "apex",
}
_SECONDS_PER_DAY = 86400.0
_MJD_ZERO = datetime(1858, 11, 17)  # noqa: DTZ001 - UTC throughout, as in headers
_ALWAYS = {"airmass"}  # alone it is no measurement


def tables() -> list[TableSchema]:
    """Return the tables of the air."""
    return [declaration(name).schema for name in _TABLES]


def rows(connection: Connection, truth: Truth) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Derive the rows from the raw frames among the files of `truth`."""
    sites = [_site(row["kind"], header.get("TELESCOP")) for row, header in zip(truth.rows, truth.headers, strict=True)]
    for name, site in _TABLES.items():
        there = [at for at, one in enumerate(sites) if one == site]
        if not there:
            continue
        frames = truth.only(there)
        hidden = hidden_columns(connection, frames.rows)
        for moment in _moments(name):
            declared = _at(name, moment)
            batch = batch_of(declared, frames, _makers(frames, moment), hidden)
            measured = batch.filter(_is_measured(declared, batch))
            if measured.num_rows:
                yield declared.schema.name, measured


def _site(kind: str, telescope: object) -> str | None:
    name = (as_text(telescope) or "").upper() if kind == "raw" else ""
    return next((site for begin, site in _SITES.items() if name.startswith(begin)), None)


def _moments(name: str) -> tuple[Moment, ...]:
    """Return both moments where the header gives a value for each; else the start alone."""
    keywords = [keyword for origin in declaration(name).origins.values() for keyword in origin.names]
    return ("START", "END") if any("{moment}" in keyword for keyword in keywords) else ("START",)


@cache
def _at(name: str, moment: Moment) -> Declaration:
    """Return a declaration whose keywords are those of a moment."""
    declared = declaration(name)
    origins = {
        column: Origin(
            origin.kind,
            tuple(keyword.replace("{moment}", moment) for keyword in origin.names),
            origin.low,
            origin.high,
            origin.scale,
        )
        for column, origin in declared.origins.items()
    }
    return Declaration(declared.schema, origins)


def _is_measured(declared: Declaration, batch: pa.RecordBatch) -> pa.Array:
    """Return which rows give at least one measurement, and a time for it."""
    from functools import reduce

    import pyarrow.compute as pc

    measurements = [
        name for name, origin in declared.origins.items() if origin.kind == "keyword" and name not in _ALWAYS
    ]
    found = reduce(pc.or_, (batch.column(name).is_valid() for name in measurements))
    return pc.and_(found, batch.column("mjd").is_valid())


def _makers(frames: Truth, moment: Moment) -> dict[str, Maker]:
    """Return the makers of the columns of time: the start of the exposure, or its end."""
    exposures = common.MAKERS["exposure"](frames)
    starts = frames.numbers("MJD-OBS")
    times = [
        None
        if start is None or not 0 < start < 1e6
        else start + (exposure or 0.0) / _SECONDS_PER_DAY * (moment == "END")
        for start, exposure in zip(starts, exposures, strict=True)
    ]
    return {
        "moment": lambda _: [_text(time) for time in times],
        "moment_mjd": lambda _: times,
        "valid": lambda _: [1] * len(times),
    }


def _text(mjd: float | None) -> str | None:
    if mjd is None:
        return None
    moment = _MJD_ZERO + timedelta(days=mjd, microseconds=500)
    return f"{moment.isoformat(timespec='milliseconds')}Z"
