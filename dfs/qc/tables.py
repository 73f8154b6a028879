"""qc1.*: what calibrations and products measure, a table for each instrument and kind of product: fulfils `dfs.store.sources.TableSource`.

ESO's quality database names such tables ``<instrument>_<kind>``; a row is a product (of one detector), a column a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, select

from dfs.access.hidden import hidden_columns
from dfs.errors import NotFoundError
from dfs.model.schema import ColumnSchema, SchemaDescription, TableSchema
from dfs.store.sources import FILE, PROTECTED_BY, PROTECTED_UNTIL
from dfs.store.tables import files, qc_values

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["QcTables"]

_AT_ONCE = 500  # names in one query: every database takes that many
_FIXED = (
    ColumnSchema("mjd_obs", "double", "Start of the first raw frame (modified Julian date)", "d", "time.start;obs.exposure", indexed=True),
    ColumnSchema("civil_date", "char", "Night: date of the local noon before", "", "time.epoch", arraysize="*", principal=True),
    ColumnSchema("dp_id", "char", "Product that was measured, or that tells of what was", "", "meta.id;meta.main", arraysize="*", principal=True),
    ColumnSchema("instrument", "char", "Instrument", "", "meta.id;instr", arraysize="*"),
    ColumnSchema("det_chip", "char", "Detector", "", "meta.id;instr.det", arraysize="*", principal=True),
    ColumnSchema("prog_id", "char", "Observing run of the first raw frame", "", "meta.id;obs.proposal", arraysize="*"),
)  # fmt: skip


@dataclass
class _Shape:
    """What the rows of a table have: keys of the setup, and parameters with their units."""

    instrument: str
    category: str
    setup: dict[str, None] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"qc1.{_word(self.instrument)}_{_word(self.category).removeprefix('master_')}"

    def schema(self) -> TableSchema:
        described = _descriptions(self.instrument)
        columns = list(_FIXED)
        columns += [
            ColumnSchema(
                f"setup_{_word(key)}", "char", f"Setup of the frames: {key}", "", "meta.code;instr.setup", arraysize="*"
            )
            for key in sorted(self.setup)
        ]
        for parameter, unit in sorted(self.parameters.items()):
            meaning = described.get(parameter) or parameter.replace("_", " ").capitalize()
            name = _word(parameter)
            columns += [
                ColumnSchema(name, "double", meaning, _unit(unit), "stat.value;instr.calib", principal=True),
                ColumnSchema(
                    f"{name}_err", "double", f"Standard error of {name}", _unit(unit), "stat.error;instr.calib"
                ),
            ]
        return TableSchema(
            name=self.name,
            description=f"Quality parameters of {self.instrument} from products of category {self.category}",
            columns=tuple(columns),
            time="mjd_obs",
        )


class QcTables:
    """Tables of quality parameters."""

    @property
    def schemas(self) -> Sequence[SchemaDescription]:
        """The schema its tables are in."""
        return (SchemaDescription("qc1", "Quality control, level 1: parameters measured on calibrations and products"),)

    def tables(self, connection: Connection) -> Sequence[TableSchema]:
        """Return a table for each instrument and kind of product that has values."""
        return [shape.schema() for shape in _shapes(connection).values()]

    def rows(self, connection: Connection, dp_ids: Sequence[str] | None = None) -> Iterator[tuple[str, pa.RecordBatch]]:
        """Derive rows; see `dfs.store.sources.TableSource.rows`."""
        shapes = _shapes(connection)
        for name, values in _by_table(_values(connection, dp_ids)).items():
            yield name, _batch(connection, shapes[name].schema(), values)


def _shapes(connection: Connection) -> dict[str, _Shape]:
    columns = (qc_values.c.instrument, files.c.category, qc_values.c.setup, qc_values.c.parameter, qc_values.c.unit)
    query = select(*columns).join(files, files.c.dp_id == qc_values.c.product_dp_id).where(files.c.state == "online")
    found: dict[str, _Shape] = {}
    for instrument, category, setup, parameter, unit in connection.execute(query.order_by(qc_values.c.id)):
        shape = _Shape(instrument, category or "product")
        shape = found.setdefault(shape.name, shape)
        shape.setup.update(dict.fromkeys(setup if isinstance(setup, dict) else {}))
        shape.parameters.setdefault(parameter, unit)
    return dict(sorted(found.items()))


def _values(connection: Connection, dp_ids: Sequence[str] | None) -> Iterator[Row[Any]]:
    of_file = (
        files.c.dp_id,
        files.c.category,
        files.c.programme,
        files.c.instrument.label("taken_by"),
        files.c.metadata_protected,
    )
    columns = [
        qc_values.c[name]
        for name in ("instrument", "night", "mjd_obs", "setup", "detector", "parameter", "value", "error")
    ]
    query = select(*of_file, *columns).join(files, files.c.dp_id == qc_values.c.product_dp_id)
    query = query.where(files.c.state == "online")
    query = query.order_by(files.c.dp_id, qc_values.c.detector, qc_values.c.parameter)
    if dp_ids is None:
        yield from connection.execute(query)
        return
    for start in range(0, len(dp_ids), _AT_ONCE):
        yield from connection.execute(query.where(files.c.dp_id.in_(dp_ids[start : start + _AT_ONCE])))


def _by_table(values: Iterable[Row[Any]]) -> dict[str, list[list[Row[Any]]]]:
    """Return the values by table, those of one product and detector together."""
    found: dict[str, list[list[Row[Any]]]] = {}
    for _, group in groupby(values, key=lambda row: (row.dp_id, row.detector)):
        together = list(group)
        found.setdefault(_Shape(together[0].instrument, together[0].category or "product").name, []).append(together)
    return found


def _batch(connection: Connection, schema: TableSchema, groups: Sequence[Sequence[Row[Any]]]) -> pa.RecordBatch:
    import pyarrow as pa

    rows = [_row(group) for group in groups]
    types = {"double": pa.float64(), "char": pa.string()}
    arrays = [pa.array([row.get(one.name) for row in rows], type=types[one.datatype]) for one in schema.columns]
    of_files = [
        {"dp_id": one.dp_id, "instrument": one.taken_by, "metadata_protected": one.metadata_protected}
        for one, *_ in groups
    ]
    arrays += [pa.array(list(values), type=pa.string()) for values in hidden_columns(connection, of_files)]
    names = [column.name for column in schema.columns]
    return pa.RecordBatch.from_arrays(arrays, names=[*names, FILE, PROTECTED_BY, PROTECTED_UNTIL])


def _row(group: Sequence[Row[Any]]) -> Mapping[str, Any]:
    first = group[0]
    setup = first.setup if isinstance(first.setup, dict) else {}
    row: dict[str, Any] = {
        "mjd_obs": first.mjd_obs,
        "civil_date": first.night,
        "dp_id": first.dp_id,
        "instrument": first.instrument,
        "det_chip": first.detector,
        "prog_id": first.programme,
    }
    row |= {f"setup_{_word(key)}": None if value is None else str(value) for key, value in setup.items()}
    for one in group:
        row |= {_word(one.parameter): one.value, f"{_word(one.parameter)}_err": one.error}
    return row


def _descriptions(instrument: str) -> dict[str, str]:
    """Return what is said of the parameters of an instrument we know."""
    from dfs import instruments

    try:
        return {name: one.description for name, one in instruments.load(instrument).qc.items()}
    except NotFoundError:
        return {}


def _unit(unit: str) -> str:
    """Return a unit in VOUnit's spelling; per cent, which VOUnit lacks, is left out (the parameter's name says it)."""
    return "" if unit == "%" else re.sub(r"\s*([*/])\s*", r"\1", unit.strip())


def _word(text: str) -> str:
    """Return a name as queries can write it."""
    word = re.sub(r"\W+", "_", text.lower(), flags=re.ASCII).strip("_")
    return word if word[:1].isalpha() else f"q_{word}"
