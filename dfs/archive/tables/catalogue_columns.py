"""The columns of a FITS binary table as columns of a queryable table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dfs.archive.tables.values import as_number, as_text, as_whole
from dfs.model.schema import ColumnSchema, Datatype, SkyColumns

__all__ = ["CatalogueColumn", "catalogue_columns", "sky_of"]

_FORM = re.compile(r"(\d*)([LBIJKEDA])(?:\D.*|\d*)?")
_TYPES: Mapping[str, Datatype] = {
    "L": "boolean",
    "B": "short",
    "I": "short",
    "J": "int",
    "K": "long",
    "E": "float",
    "D": "double",
    "A": "char",
}
_MOST = 2000  # columns; the largest published catalogues have some hundred
_SPELT = {
    "degree": "deg",
    "degrees": "deg",
    "pixels": "pixel",
    "seconds": "s",
    "days": "d",
}  # as some authors write them
_RA, _DEC, _ID = "pos.eq.ra", "pos.eq.dec", "meta.id"
_NAMES = {
    _RA: {"ra", "raj2000", "ra_j2000", "ra_deg", "ra2000", "alpha_j2000"},
    _DEC: {"dec", "dej2000", "decj2000", "dec_j2000", "dec_deg", "dec2000", "delta_j2000"},
    _ID: {"number", "id", "source_id", "sourceid"},
}


@dataclass(frozen=True, slots=True)
class CatalogueColumn:
    """A column of a catalogue: its schema, and where it stands in the file (from 1).

    Attributes
    ----------
    null
        Integer that stands for no value (TNULL).
    is_scaled
        Values are floating point made of integers (TSCAL, TZERO).
    """

    schema: ColumnSchema
    number: int
    null: int | None = None
    is_scaled: bool = False


def catalogue_columns(table: Mapping[str, Any]) -> tuple[CatalogueColumn, ...]:
    """Return the scalar columns that a table's header declares; arrays, complex numbers and bits are left out."""
    count = as_whole(table.get("TFIELDS")) or 0
    found: list[CatalogueColumn] = []
    used: set[str] = set()
    is_bare = not any(f"TUCD{number}" in table for number in range(1, min(count, _MOST) + 1))
    for number in range(1, min(count, _MOST) + 1):
        column = _column(table, number, used, is_bare=is_bare)
        if column is not None:
            found.append(column)
            used.add(column.schema.name.lower())
    return tuple(_with_main(found))


def _column(table: Mapping[str, Any], number: int, used: set[str], *, is_bare: bool) -> CatalogueColumn | None:
    form = _FORM.fullmatch((as_text(table.get(f"TFORM{number}")) or "").upper())
    name = _name(as_text(table.get(f"TTYPE{number}")) or "", number, used)
    if form is None or (form[2] != "A" and form[1] not in {"", "1"}):
        return None
    is_scaled = form[2] in "BIJK" and any(
        as_number(table.get(f"{keyword}{number}")) not in {None, default}
        for keyword, default in (("TSCAL", 1.0), ("TZERO", 0.0))
    )
    datatype: Datatype = "double" if is_scaled else _TYPES[form[2]]
    schema = ColumnSchema(
        name=name,
        datatype=datatype,
        description=as_text(table.get(f"TCOMM{number}"))
        or f"Column {name} of the catalogue; its author gives no description",
        unit=_unit(as_text(table.get(f"TUNIT{number}"))),
        ucd=as_text(table.get(f"TUCD{number}")) or (_ucd(name) if is_bare else ""),
        utype=as_text(table.get(f"TUTYP{number}")) or "",
        arraysize="*" if datatype == "char" else "",
    )
    return CatalogueColumn(schema, number, as_whole(table.get(f"TNULL{number}")), is_scaled)


def _name(name: str, number: int, used: set[str]) -> str:
    """Return a column's name as queries can write it, once."""
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or f"col{number}"
    plain = plain if plain[0].isalpha() else f"c_{plain}"
    return plain if plain.lower() not in used else f"{plain}_{number}"


def _unit(unit: str | None) -> str:
    """Return a FITS unit in VOUnit's spelling; words that say there is none are left out, unknown units kept."""
    if unit is None or unit.lower() in {"none", "null", "-", "--", "unitless"}:
        return ""
    unit = _SPELT.get(unit.lower(), unit)
    from astropy import units

    try:
        return str(units.Unit(unit, format="fits").to_string("vounit"))
    except (ValueError, TypeError):
        return unit


def _ucd(name: str) -> str:
    """Return the UCD that a usual name means, for tables that give none at all."""
    return next((f"{ucd};meta.main" for ucd, names in _NAMES.items() if name.lower() in names), "")


def _with_main(columns: Sequence[CatalogueColumn]) -> list[CatalogueColumn]:
    """Mark the main position as principal, so that clients show it first."""
    from dataclasses import replace

    sky = sky_of(columns)
    main = {sky.ra, sky.dec} if sky else set()
    return [
        replace(one, schema=replace(one.schema, principal=True, indexed=True)) if one.schema.name in main else one
        for one in columns
    ]


def sky_of(columns: Sequence[CatalogueColumn]) -> SkyColumns | None:
    """Return the columns of the main position: by UCD, those marked meta.main first; None when there is none in degrees."""
    ra, dec = (_position(columns, ucd) for ucd in (_RA, _DEC))
    return SkyColumns(ra, dec) if ra and dec else None


def _position(columns: Sequence[CatalogueColumn], ucd: str) -> str | None:
    numeric = [
        one.schema for one in columns if one.schema.datatype in {"double", "float"} and one.schema.unit in {"deg", ""}
    ]
    found = [one for one in numeric if one.ucd.lower().split(";")[0] == ucd]
    found.sort(key=lambda one: "meta.main" not in one.ucd.lower())
    return found[0].name if found else None
