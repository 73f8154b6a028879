"""From criteria to a query: a tree of ADQL, printed at the end, with every value a literal of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dfs.archive.search.criteria import Search
from dfs.archive.search.reading import range_of
from dfs.errors import UsageError

if TYPE_CHECKING:
    from sqlglot import exp

__all__ = ["facet", "resolve", "select"]

# Columns shown first; the rest can be asked for by ADQL.
_RAW = (
    *("object", "ra", "dec", "dp_id", "prog_id", "instrument", "dp_cat", "dp_type", "dp_tech", "exp_start", "exposure"),
    *("ins_mode", "filter_path", "gris_path", "slit_path", "ob_name", "ob_id", "prog_title", "pi_coi", "origfile"),
    *(
        "release_date",
        "access_estsize",
        "access_url",
        "datalink_url",
        "s_region",
        "tel_airm_start",
        "tel_ambi_fwhm_start",
        "mjd_obs",
    ),
)
_PRODUCT = (
    *(
        "target_name",
        "s_ra",
        "s_dec",
        "dp_id",
        "proposal_id",
        "instrument_name",
        "dataproduct_type",
        "dataproduct_subtype",
    ),
    *(
        "calib_level",
        "obs_collection",
        "obstech",
        "t_min",
        "t_max",
        "t_exptime",
        "em_min",
        "em_max",
        "em_res_power",
        "snr",
        "abmaglim",
    ),
    *(
        "filter",
        "obs_title",
        "obs_release_date",
        "access_estsize",
        "access_url",
        "obs_publisher_did",
        "s_region",
        "obs_id",
    ),
)
_TEXT = {
    "raw": ("object", "target", "prog_id", "prog_title", "pi_coi", "ob_name"),
    "product": ("target_name", "proposal_id", "obs_title", "obs_creator_name", "obs_collection"),
}
_MJD_ZERO = "1858-11-17"


def select(search: Search) -> str:
    """Return the search as ADQL.

    Raises
    ------
    UsageError
        A criterion that this kind of data does not have, or a target that was not resolved to a position.
    """
    from sqlglot import exp

    columns = _RAW if search.kind == "raw" else _PRODUCT
    order = exp.column("exp_start" if search.kind == "raw" else "t_min")
    query = exp.select(*columns).from_(_table(search)).order_by(order).limit(search.limit)
    return printed(query.where(*conditions(search)))


def facet(search: Search, column: str, limit: int = 100) -> str:
    """Return as ADQL: the values of `column` among what the search finds, and how often each is there, most frequent first."""
    from sqlglot import exp

    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", column):
        raise UsageError(f"{column!r} is not the name of a column", where="column")
    query = exp.select(exp.column(column), exp.alias_(exp.Count(this=exp.Star()), "n")).from_(_table(search))
    query = query.where(*conditions(search)).group_by(exp.column(column)).order_by(exp.column("n").desc()).limit(limit)
    return printed(query)


def resolve(name: str, kind: str) -> str:
    """Return as ADQL: names that begin as the name of an object does, blanks and signs in it left open, and their positions.

    ``J0636-3113`` finds ``J063602-311312``: people shorten such names.
    """
    from sqlglot import exp

    ra, dec, names, table = (
        ("ra", "dec", ("object", "target"), "dbo.raw")
        if kind == "raw"
        else ("s_ra", "s_dec", ("target_name",), "ivoa.ObsCore")
    )
    parts = re.findall(r"[a-z0-9]+", name.lower())
    if not parts:
        raise UsageError(f"{name!r} is not the name of an object", where="target")
    pattern = "%".join([*parts, ""])
    query = exp.select(ra, dec, *names).from_(table).limit(1000)
    return printed(query.where(exp.or_(*(_like(one, pattern) for one in names))).where(f"{ra} IS NOT NULL"))


def conditions(search: Search) -> list[exp.Expression]:
    """Return what the rows must fulfil."""
    if search.target is not None and search.circle is None:
        raise UsageError(f"the position of {search.target!r} is not known yet", where="target", hint="resolve it first")
    said = [*(_raw(search) if search.kind == "raw" else _product(search)), *_common(search)]
    return [one for one in said if one is not None]


def printed(query: exp.Expression) -> str:
    """Return a tree as ADQL text."""
    from dfs.archive.search.adql_text import Adql

    return str(query.sql(dialect=Adql))


def _table(search: Search) -> exp.Table:
    from sqlglot import exp

    if search.kind != "raw":
        return exp.table_("ObsCore", db="ivoa")
    if search.keywords and search.instrument is not None:
        return exp.table_(_instrument_table(search.instrument), db="ist")
    return exp.table_("raw", db="dbo")


def _instrument_table(instrument: str) -> str:
    name = re.sub(r"[^a-z0-9_]", "", instrument.lower())
    return {"efosc2": "efosc", "shoot": "xshooter"}.get(name, name)


def _raw(search: Search) -> list[exp.Expression | None]:
    return [
        _equal("instrument", search.instrument, is_upper=True),
        _equal("dp_cat", search.category, is_upper=True),
        _match("dp_type", search.type),
        _match("dp_tech", search.technique),
        _match("prog_id", search.programme),
        _either(_match("dp_id", search.name), _match("origfile", search.name)),
        *(_text_range("exp_start", search) if search.dates else []),
    ]


def _product(search: Search) -> list[exp.Expression | None]:
    for name in ("category", "type", "technique"):
        if getattr(search, name) is not None:
            raise UsageError(
                f"products have no {name}", where=name, accepted="kind, instrument, target, date, programme ..."
            )
    return [
        None if search.kind == "product" else _equal("dataproduct_type", search.kind),
        _equal("instrument_name", search.instrument, is_upper=True),
        _match("proposal_id", search.programme),
        _either(_match("dp_id", search.name), _match("obs_creator_did", search.name and f"*{search.name}")),
        *(_mjd_range("t_min", search) if search.dates else []),
    ]


def _common(search: Search) -> list[exp.Expression | None]:
    from sqlglot import exp

    said: list[exp.Expression | None] = [_wanted(name, value) for name, value in search.keywords.items()]
    if search.circle is not None:
        numbers = (search.circle.ra_deg, search.circle.dec_deg, search.circle.radius_deg)
        circle = exp.Anonymous(
            this="CIRCLE", expressions=[exp.Literal.string("ICRS"), *map(exp.Literal.number, numbers)]
        )
        inside = exp.Anonymous(this="INTERSECTS", expressions=[exp.column("s_region"), circle])
        said.append(inside.eq(exp.Literal.number(1)))
    columns = _TEXT["raw" if search.kind == "raw" else "product"]
    words = (word.strip("*") for word in (search.text or "").lower().split())
    return [*said, *(exp.or_(*(_like(one, f"%{word}%") for one in columns)) for word in words)]


def _equal(column: str, value: str | float | None, *, is_upper: bool = False) -> exp.Expression | None:
    from sqlglot import exp

    if value is None:
        return None
    if isinstance(value, str):
        return exp.column(column).eq(exp.Literal.string(value.upper() if is_upper else value))
    return exp.column(column).eq(exp.Literal.number(value))


def _wanted(column: str, value: str | float) -> exp.Expression | None:
    """Compare a column with a value, a pattern, or a range of numbers."""
    from sqlglot import exp

    ends = range_of(value) if isinstance(value, str) else None
    if ends is None:
        return _match(column, value) if isinstance(value, str) else _equal(column, value)
    low, high = ends
    one = exp.column(column)
    return exp.and_(
        *([] if low is None else [one >= exp.Literal.number(low)]),
        *([] if high is None else [one <= exp.Literal.number(high)]),
    )


def _match(column: str, value: str | None) -> exp.Expression | None:
    """Compare with a value in which ``*`` stands for anything."""
    from sqlglot import exp

    if value is None or "*" not in value:
        return _equal(column, value)
    return exp.column(column).like(exp.Literal.string(value.replace("*", "%")))


def _like(column: str, pattern: str) -> exp.Expression:
    from sqlglot import exp

    return exp.Lower(this=exp.column(column)).like(exp.Literal.string(pattern))


def _either(*conditions: exp.Expression | None) -> exp.Expression | None:
    from sqlglot import exp

    said = [one for one in conditions if one is not None]
    return exp.or_(*said) if said else None


def _text_range(column: str, search: Search) -> list[exp.Expression]:
    from sqlglot import exp

    begin, end = search.dates or ("", "")
    return [exp.column(column) >= exp.Literal.string(begin), exp.column(column) < exp.Literal.string(end)]


def _mjd_range(column: str, search: Search) -> list[exp.Expression]:
    from datetime import datetime

    from sqlglot import exp

    begin, end = (
        (datetime.fromisoformat(one) - datetime.fromisoformat(_MJD_ZERO)).total_seconds() / 86400
        for one in search.dates or ()
    )
    return [exp.column(column) >= exp.Literal.number(begin), exp.column(column) < exp.Literal.number(end)]
