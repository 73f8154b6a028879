"""Parameters of the simple protocols as conditions of a query: a tree in which every value is a literal of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dfs.errors import UsageError

if TYPE_CHECKING:
    from sqlglot import exp

    from dfs.sky.regions import Range

__all__ = [
    "Parameters",
    "SimpleQuery",
    "any_of",
    "between",
    "columns_of",
    "equal_to_any",
    "interval",
    "number",
    "overlaps",
    "printed",
    "region_condition",
]

_VALUES_MOST = 100


@dataclass(frozen=True, slots=True)
class SimpleQuery:
    """What a simple request comes to.

    Attributes
    ----------
    adql
        The query.
    maxrec
        As asked (text); empty: the default.
    format
        Of the answer; empty: VOTable.
    ucds
        Column -> UCD that the protocol wants it to bear.
    """

    adql: str
    maxrec: str = ""
    format: str = ""
    ucds: Mapping[str, str] = field(default_factory=dict)


class Parameters:
    """(name, value) as they came: names in any letter case, empty values as if not given."""

    def __init__(self, given: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in given:
            if value.strip():
                self._values.setdefault(name.upper(), []).append(value.strip())
        for name, values in self._values.items():
            if len(values) > _VALUES_MOST:
                raise UsageError(f"{len(values)} values of {name[:40]}", accepted=f"at most {_VALUES_MOST}")

    def every(self, name: str) -> Sequence[str]:
        """Return all values of a parameter."""
        return self._values.get(name, [])

    def one(self, name: str, default: str = "") -> str:
        """Return the value of a parameter that may be given once."""
        values = self._values.get(name, [])
        if len(set(values)) > 1:
            raise UsageError(f"{name} is given {len(values)} times", where=name, accepted="one value")
        return values[0] if values else default


def number(text: str, where: str) -> float:
    """Return a finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"{text[:60]!r} is not a number", where=where)
    return value


def interval(text: str, where: str) -> tuple[float, float]:
    """Return (low, high) of ``low high``, or of one value; ``-Inf`` and ``+Inf`` leave a side open (DALI 1.1, 3.3.6)."""
    accepted = "one number, or two: the lower and the upper; -Inf and +Inf leave a side open"
    try:
        ends = [float(word) for word in text.split()]
    except ValueError:
        raise UsageError(f"{text[:60]!r} is no interval", where=where, accepted=accepted) from None
    if len(ends) == 1:
        ends *= 2
    if len(ends) != 2 or any(math.isnan(one) for one in ends) or ends[0] > ends[1]:
        raise UsageError(f"{text[:60]!r} is no interval", where=where, accepted=accepted)
    return ends[0], ends[1]


def overlaps(low: str, high: str, ends: tuple[float, float]) -> exp.Expression:
    """Say that the interval of the columns `low` and `high` shares a value with `ends`."""
    from sqlglot import exp

    said: list[exp.Expression] = []
    if math.isfinite(ends[1]):
        said.append(exp.column(low) <= exp.Literal.number(repr(ends[1])))
    if math.isfinite(ends[0]):
        said.append(exp.column(high) >= exp.Literal.number(repr(ends[0])))
    return exp.and_(*said) if said else _known(low)


def between(column: str, ends: tuple[float, float]) -> exp.Expression:
    """Say that a column lies within `ends`."""
    return overlaps(column, column, ends)


def equal_to_any(column: str, values: Sequence[str]) -> exp.Expression:
    """Say that a text column has one of `values`."""
    from sqlglot import exp

    return exp.column(column).isin(*(exp.Literal.string(value) for value in values))


def any_of(conditions: Sequence[exp.Expression]) -> exp.Expression:
    """Say that one of several conditions holds."""
    from sqlglot import exp

    return exp.paren(exp.or_(*conditions))


def region_condition(text: str, ra: str, dec: str, region: str | None, where: str) -> exp.Expression:
    """Say that a row lies at least partly in a shape of DALI: ``CIRCLE ra dec r``, ``RANGE ...``, ``POLYGON ...`` (deg, ICRS).

    Parameters
    ----------
    ra, dec, region
        Columns of the row's centre and of its outline; without outline the centre counts, as it does for ``RANGE``.
    """
    from sqlglot import exp

    from dfs.sky.regions import Circle, Polygon, Range, parse

    shape = parse(text)
    if isinstance(shape, Range):
        return _within_range(shape, ra, dec)
    if isinstance(shape, Circle):
        drawn = _shape("CIRCLE", (shape.ra, shape.dec, shape.radius))
    elif isinstance(shape, Polygon):
        drawn = _shape("POLYGON", [one for vertex in shape.vertices for one in vertex])
    else:
        raise UsageError(f"{text[:60]!r} is no shape", where=where, accepted="CIRCLE, RANGE or POLYGON, in degrees")
    if region is None:
        point = exp.Anonymous(this="POINT", expressions=[exp.Literal.string("ICRS"), exp.column(ra), exp.column(dec)])
        found = exp.Anonymous(this="CONTAINS", expressions=[point, drawn])
    else:
        found = exp.Anonymous(this="INTERSECTS", expressions=[exp.column(region), drawn])
    return found.eq(exp.Literal.number(1))


def printed(query: exp.Expression) -> str:
    """Return a tree as ADQL text."""
    from dfs.archive.search.adql_text import Adql

    return str(query.sql(dialect=Adql))


def columns_of(names: Iterable[str]) -> list[exp.Expression]:
    """Return columns for a select list, quoted where their names need it."""
    from sqlglot import exp

    return [exp.column(name, quoted=not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name)) for name in names]


def _shape(name: str, numbers: Sequence[float]) -> exp.Expression:
    from sqlglot import exp

    literals = [exp.Literal.number(repr(float(one))) for one in numbers]
    return exp.Anonymous(this=name, expressions=[exp.Literal.string("ICRS"), *literals])


def _within_range(shape: Range, ra: str, dec: str) -> exp.Expression:
    """Say that a centre lies in a range; beyond 360 it goes on at 0."""
    from sqlglot import exp

    said = [between(dec, (shape.dec_min, shape.dec_max))]
    if shape.ra_max - shape.ra_min < 360:
        if shape.ra_max < 360:
            said.append(between(ra, (shape.ra_min, shape.ra_max)))
        else:
            sides = [between(ra, (shape.ra_min, math.inf)), between(ra, (-math.inf, shape.ra_max - 360))]
            said.append(any_of(sides))
    return exp.and_(*said)


def _known(column: str) -> exp.Expression:
    from sqlglot import exp

    return exp.column(column).is_(exp.Null()).not_()
