"""Spectra by the parameters of SSA 1.1."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dfs.errors import UsageError
from dfs.vo.simple.query import Parameters, SimpleQuery, equal_to_any, number, overlaps, printed, region_condition

if TYPE_CHECKING:
    from sqlglot import exp

__all__ = ["spectrum_query"]

_MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)
_DEFAULT_SIZE_DEG = 0.1


def spectrum_query(given: Iterable[tuple[str, str]]) -> SimpleQuery:
    """Return the query of an SSA request.

    Raises
    ------
    UsageError
        REQUEST is not ``queryData``, or a value is impossible.
    """
    from sqlglot import exp

    parameters = Parameters(given)
    request = parameters.one("REQUEST", "queryData")
    if request.lower() != "querydata":
        raise UsageError(f"REQUEST = {request[:40]!r}", where="REQUEST", accepted="queryData")
    form = parameters.one("FORMAT", "all").lower()
    said = [condition for condition in _conditions(parameters, form) if condition is not None]
    query = exp.select("*").from_(exp.table_("ssa", db="dbo"))
    maxrec = "0" if form == "metadata" else parameters.one("MAXREC") or parameters.one("TOP")
    return SimpleQuery(printed(query.where(*said) if said else query), maxrec, parameters.one("RESPONSEFORMAT"))


def _conditions(parameters: Parameters, form: str) -> Iterable[exp.Expression | None]:
    if position := parameters.one("POS"):
        ra, dec = _position(position)
        radius = number(parameters.one("SIZE", str(_DEFAULT_SIZE_DEG)), "SIZE") / 2
        if not 0 <= radius <= 180:
            raise UsageError(f"SIZE = {2 * radius:g}", where="SIZE", accepted="a diameter of 0 to 360 deg")
        yield region_condition(f"CIRCLE {ra!r} {dec!r} {radius!r}", "ra", "dec", "s_region", "POS")
    for band in _listed(parameters.one("BAND")):
        yield overlaps("em_min", "em_max", _span(band, "BAND", lambda text: number(text, "BAND")))
    for time in _listed(parameters.one("TIME")):
        yield overlaps("t_min", "t_max", _span(time, "TIME", _mjd))
    if target := parameters.one("TARGETNAME"):
        yield equal_to_any("target_name", [target])
    if form not in {"all", "compliant", "metadata", "native", "fits", "application/fits"}:
        raise UsageError(f"FORMAT = {form[:40]!r}", where="FORMAT", accepted="all, compliant, native, fits, metadata")


def _position(text: str) -> tuple[float, float]:
    place, _, frame = text.partition(";")
    parts = place.split(",")
    if len(parts) != 2 or frame.strip().upper() not in {"", "ICRS", "J2000", "FK5"}:
        raise UsageError(f"POS = {text[:60]!r}", where="POS", accepted="ra,dec in degrees, ICRS")
    return number(parts[0], "POS"), number(parts[1], "POS")


def _listed(text: str) -> list[str]:
    """Return the ranges of a list; several would be alternatives, which no archive client sends."""
    ranges = [one for one in text.split(",") if one.strip()]
    if len(ranges) > 1:
        raise UsageError(f"{len(ranges)} ranges", accepted="one range")
    return ranges


def _span(text: str, where: str, read: Callable[[str], float]) -> tuple[float, float]:
    """Return (low, high) of ``low/high``, ``low/``, ``/high`` or one value."""
    low, slash, high = text.partition("/")
    first = read(low) if low.strip() else -math.inf
    last = (read(high) if high.strip() else math.inf) if slash else first
    if first > last or (not low.strip() and not high.strip()):
        raise UsageError(f"{text[:60]!r} is no range", where=where, accepted="low/high, low/, /high, or one value")
    return first, last


def _mjd(text: str) -> float:
    """Return an ISO 8601 time as modified Julian date."""
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text[:60]!r} is no time", where="TIME", accepted="ISO 8601") from None
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    return (time - _MJD_ZERO).total_seconds() / 86_400
