"""The query forms, made from the tables' own descriptions: one a kind of data, one more for each instrument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from dfs.model.schema import ColumnSchema, TableSchema
from dfs_widgets.state.collections import COLLECTIONS, Collection

__all__ = ["Field", "form_fields", "form_spec"]

Options = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Field:
    """A control of the form.

    Attributes
    ----------
    name
        Criterion or column.
    kind
        ``text``, or ``choice`` among `options`.
    group
        Heading under which it stands; empty: always in sight.
    short
        Takes half a line.
    """

    name: str
    label: str
    hint: str = ""
    kind: str = "text"
    group: str = ""
    short: bool = False
    unit: str = ""
    description: str = ""
    options: tuple[tuple[str, str], ...] = ()


_TEXT = Field(
    "text", "Words", "object, programme, title, PI, OB", description="All words must occur, anywhere among these"
)
_PLACE = (
    Field("target", "Target or position", "J0636-3113  or  06:36:12 -31:13:14"),
    Field("radius", "Radius", "5arcmin", short=True, description="5arcmin, 30arcsec, 1deg"),
    Field(
        "date",
        "Date (UTC)",
        "2022-01-27",
        short=True,
        description="A day, a month, a year, or two of them: 2022-01-26/2022-01-28",
    ),
)
_LIMIT = Field("limit", "Rows at most", "1000", "choice", short=True, options=(("100", "100"), ("10000", "10 000")))
# Set-up columns that stand in the form of all instruments.
_SETUP = ("ins_mode", "filter_path", "gris_path", "slit_path", "exposure", "tpl_id", "ob_name", "ob_id", "obs_mode")
_REDUCED = ("obs_collection", "calib_level", "dataproduct_subtype", "filter", "t_exptime", "snr")
_LABELS = {
    "ins_mode": "Mode",
    "filter_path": "Filter",
    "gris_path": "Grism",
    "slit_path": "Slit",
    "exposure": "Exposure",
    "tpl_id": "Template",
    "ob_name": "OB name",
    "ob_id": "OB ID",
    "obs_mode": "Service or visitor",
    "obs_collection": "Collection",
    "calib_level": "Level",
    "dataproduct_subtype": "Type",
    "filter": "Filter",
    "t_exptime": "Exposure",
    "snr": "S/N",
    "abmaglim": "AB limit",
    "em_res_power": "Resolving power",
}


def form_spec(
    about: Collection, instrument: str, tables: Mapping[str, TableSchema], options: Options
) -> dict[str, object]:
    """Return what the form widget draws: the kinds of data, and the fields of the one asked for."""
    kinds = [{"name": one.name, "label": one.label, "hint": one.hint} for one in COLLECTIONS]
    fields = [asdict(one) for one in form_fields(about, instrument, tables, options)]
    return {"collections": kinds, "fields": fields}


def form_fields(
    about: Collection, instrument: str, tables: Mapping[str, TableSchema], options: Options
) -> tuple[Field, ...]:
    """Return the fields of the form for `about`; with an instrument, those of its own keywords too.

    Parameters
    ----------
    instrument
        Its name; empty: all instruments.
    tables
        The queryable tables by name in lower case.
    options
        Criterion or column -> values that occur.
    """
    match about.name:
        case "file":
            return (Field("name", "DP ID or file name", "EFOSC.2022-01-27*", description="* stands for anything"),)
        case "catalogue":
            names = tuple((one, _title(tables[one])) for one in sorted(tables) if one.startswith("safcat."))
            return (Field("table", "Catalogue", "list of all", "choice", options=names), *_PLACE[:2], _LIMIT)
        case "raw":
            chosen = [_choice(name, options) for name in ("instrument", "category", "type", "technique")]
            own = _keywords(instrument, tables)
            setup = _columns(tables.get("dbo.raw"), _SETUP, "Set-up", options)
            return (_TEXT, *_PLACE, *chosen, _programme(), _LIMIT, *setup, *own)
    more = {"image": ("abmaglim",), "spectrum": ("em_res_power",)}.get(about.name, ())
    data = _columns(tables.get("ivoa.obscore"), (*_REDUCED, *more), "Data", options)
    return (_TEXT, *_PLACE, _choice("instrument", options), _programme(), *data, _LIMIT)


def _programme() -> Field:
    return Field(
        "programme", "Programme", "108.22F6*", short=True, description="Run or programme; * stands for anything"
    )


def _choice(name: str, options: Options) -> Field:
    hint = "all" if name == "instrument" else "any"
    values = tuple((one, one) for one in options.get(name, ()))
    return Field(name, name.capitalize(), hint, "choice", short=True, options=values)


def _columns(table: TableSchema | None, names: Sequence[str], group: str, options: Options) -> list[Field]:
    """Return fields of those of `names` that the table has."""
    found = [table.column(name) for name in names] if table else []
    return [_field(one, group, options) for one in found if one is not None]


def _keywords(instrument: str, tables: Mapping[str, TableSchema]) -> list[Field]:
    """Return the keywords that an instrument's table has beyond those of all raw frames."""
    own, every = _instrument_table(instrument, tables), tables.get("dbo.raw")
    if own is None or every is None:
        return []
    known = {one.name.lower() for one in every.columns}
    return [_field(one, f"{instrument} keywords", {}) for one in own.columns if one.name.lower() not in known]


def _instrument_table(instrument: str, tables: Mapping[str, TableSchema]) -> TableSchema | None:
    if not instrument:
        return None
    from dfs.archive.search import Search, select  # the search knows which table is an instrument's

    adql = select(Search.of("raw", instrument=instrument, ins_mode="-"))
    return next(
        (table for name, table in tables.items() if name.startswith("ist.") and name in adql.lower().split()), None
    )


def _field(column: ColumnSchema, group: str, options: Options) -> Field:
    values = tuple((one, one) for one in options.get(column.name, ()))
    number = column.datatype not in {"char", "unicodeChar", "boolean"}
    return Field(
        column.name,
        _LABELS.get(column.name, column.name.replace("_", " ")),
        "10..600" if number else "",
        group=group,
        short=True,
        unit=column.unit,
        description=column.description,
        options=values,
    )


def _title(table: TableSchema) -> str:
    return str(table.extra.get("title") or table.name.removeprefix("safcat."))
