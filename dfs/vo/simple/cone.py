"""Rows round a position, by the parameters of the Simple Cone Search 1.03."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dfs.errors import NotFoundError, UsageError
from dfs.model.schema import TableSchema
from dfs.vo.simple.query import Parameters, SimpleQuery, columns_of, number, printed, region_condition

if TYPE_CHECKING:
    from sqlglot import exp

__all__ = ["cone_query"]

_DEFAULT_TABLE = "ivoa.ObsCore"


def cone_query(given: Iterable[tuple[str, str]], tables: Mapping[str, TableSchema]) -> SimpleQuery:
    """Return the query of a cone search.

    Parameters
    ----------
    given
        RA, DEC (deg, ICRS), SR (deg; 0 asks for the columns alone), VERB (1 to 3), TABLE (default ``ivoa.ObsCore``).
    tables
        By name in lower case.

    Raises
    ------
    UsageError
        A parameter is missing or impossible, or the table has no positions.
    NotFoundError
        There is no such table.
    """
    from sqlglot import exp

    parameters = Parameters(given)
    ra, dec, radius = (_required(parameters, name) for name in ("RA", "DEC", "SR"))
    if not (0 <= ra <= 360 and -90 <= dec <= 90 and 0 <= radius <= 180):
        raise UsageError(
            f"RA = {ra:g}, DEC = {dec:g}, SR = {radius:g}", accepted="RA 0 to 360, DEC -90 to 90, SR 0 to 180 (deg)"
        )
    table = _table(parameters.one("TABLE", _DEFAULT_TABLE), tables)
    sky = table.sky
    if sky is None:
        raise UsageError(f"{table.name} has no positions", where="TABLE")
    identifier = _identifier(table)
    schema, _, name = table.name.rpartition(".")
    shown = _shown(table, parameters.one("VERB", "2"), (identifier, sky.ra, sky.dec))
    inside: exp.Expression = region_condition(f"CIRCLE {ra!r} {dec!r} {radius!r}", sky.ra, sky.dec, None, "SR")
    query = exp.select(*columns_of(shown)).from_(exp.table_(name, db=schema)).where(inside)
    ucds = {identifier: "ID_MAIN", sky.ra: "POS_EQ_RA_MAIN", sky.dec: "POS_EQ_DEC_MAIN"}  # as version 1.03 wants them
    maxrec = "0" if radius == 0 else parameters.one("MAXREC")
    return SimpleQuery(printed(query), maxrec, parameters.one("RESPONSEFORMAT"), ucds)


def _required(parameters: Parameters, name: str) -> float:
    text = parameters.one(name)
    if not text:
        raise UsageError(f"there is no {name}", where=name, accepted="RA, DEC and SR in degrees")
    return number(text, name)


def _table(name: str, tables: Mapping[str, TableSchema]) -> TableSchema:
    found = tables.get(name.lower())
    if found is None:
        raise NotFoundError(f"there is no table {name[:80]!r}", where="TABLE", hint="see /tap/tables")
    return found


def _identifier(table: TableSchema) -> str:
    """Return the column that names a row."""
    for ucd in ("meta.id;meta.main", "meta.id"):
        for column in table.columns:
            if column.ucd == ucd:
                return column.name
    return next((one.name for one in table.columns if one.name == "dp_id"), table.columns[0].name)


def _shown(table: TableSchema, verbosity: str, first: tuple[str, ...]) -> list[str]:
    """Return the columns of a verbosity: 1 where and what, 2 the principal ones too, 3 all."""
    if verbosity not in {"1", "2", "3"}:
        raise UsageError(f"VERB = {verbosity[:20]!r}", where="VERB", accepted="1, 2, 3")
    more = [one.name for one in table.columns if verbosity == "3" or (verbosity == "2" and one.principal)]
    return list(dict.fromkeys([*first, *more]))
