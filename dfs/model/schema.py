"""What a queryable table is: its columns with type, unit, UCD and description, and how its rows lie on the sky and in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["ColumnSchema", "Datatype", "ForeignKey", "SchemaDescription", "SkyColumns", "TableSchema"]

Datatype = Literal["boolean", "short", "int", "long", "float", "double", "char", "unicodeChar"]


@dataclass(frozen=True, slots=True)
class ColumnSchema:
    """A column of a queryable table.

    Attributes
    ----------
    name
        As clients see it; letter case is kept for display and ignored in queries.
    datatype
        VOTable datatype; text is ``char`` (ASCII) or ``unicodeChar``.
    arraysize
        VOTable arraysize: empty for scalars, ``*`` for text.
    unit
        VOUnit text; empty when dimensionless.
    ucd, utype, xtype
        As in TAP_SCHEMA; `xtype` ``timestamp`` marks text in UTC ISO 8601, ``adql:REGION`` STC-S text.
    principal, indexed, std
        Flags of TAP_SCHEMA.columns.
    is_address
        Its rows are addresses on the observatory's server, kept from the first slash on and seen whole.
    is_capital
        Its rows are words in capitals, compared with words in any letter case.
    """

    name: str
    datatype: Datatype
    description: str
    unit: str = ""
    ucd: str = ""
    utype: str = ""
    xtype: str = ""
    arraysize: str = ""
    principal: bool = False
    indexed: bool = False
    std: bool = False
    is_address: bool = False
    is_capital: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A link between tables: `columns` maps this table's columns to those of the table `target`."""

    target: str
    columns: Mapping[str, str]
    description: str = ""


@dataclass(frozen=True, slots=True)
class SkyColumns:
    """Where a row lies on the sky: names of the columns of its centre (deg, ICRS), and of its outline in STC-S if it has one."""

    ra: str
    dec: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A queryable table.

    Attributes
    ----------
    name
        With its schema, as published: ``ivoa.ObsCore``, ``dbo.raw``.
    sky
        Its columns of position; None: it has none.
    time
        Name of the numeric column (MJD) by which it is searched in time; None: it has none.
    cube
        Columns of few distinct values, over which counts are kept ready.
    keys
        Links to other tables.
    extra
        Further columns of its row in TAP_SCHEMA.tables (``cat_id``, ``title``, ``version`` ...).
    """

    name: str
    description: str
    columns: tuple[ColumnSchema, ...]
    utype: str = ""
    sky: SkyColumns | None = None
    time: str | None = None
    cube: tuple[str, ...] = ()
    keys: tuple[ForeignKey, ...] = ()
    extra: Mapping[str, str | int | float | None] = field(default_factory=dict)

    def column(self, name: str) -> ColumnSchema | None:
        """Return the column called `name`, in whatever letter case; None when there is none."""
        return next((one for one in self.columns if one.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class SchemaDescription:
    """A schema: a group of tables of one origin."""

    name: str
    description: str
    utype: str = ""
