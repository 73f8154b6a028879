"""The parameters of a query, read once (TAP 1.1, chapter 2; DALI 1.1, chapter 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dfs.errors import UsageError
from dfs.vo.tap.limits import TapLimits

__all__ = ["QueryRequest", "read_maxrec", "read_request"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}")
_LANGUAGES = frozenset({"ADQL", "ADQL-2.0", "ADQL-2.1"})
_OURS = frozenset({"REQUEST", "VERSION", "LANG", "QUERY", "MAXREC", "RESPONSEFORMAT", "FORMAT", "UPLOAD", "RUNID"})


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A query with what was asked of its answer.

    Attributes
    ----------
    maxrec
        Rows at most; clamped to the hard limit.
    format
        As asked: a MIME type or a short name; empty: VOTable.
    uploads
        Table name -> name of the part of the request that holds it, or address of a result.
    """

    query: str
    maxrec: int
    format: str = ""
    uploads: Mapping[str, str] = field(default_factory=dict)
    run_id: str = ""


def read_request(parameters: Iterable[tuple[str, str]], parts: Iterable[str], limits: TapLimits) -> QueryRequest:
    """Return the query that `parameters` ask for.

    Parameters
    ----------
    parameters
        (name, value); names in any letter case; what TAP does not know is ignored (DALI 1.1, 3).
    parts
        Names of the tables that came with the request.

    Raises
    ------
    UsageError
        Something is missing, given twice, or not what the standard allows.
    """
    parameters = list(parameters)
    given = _single(parameters)
    if given.get("REQUEST", "doQuery").lower() != "doquery":
        raise UsageError(f"REQUEST = {given['REQUEST'][:40]!r}", accepted="doQuery")
    if (language := given.get("LANG", "ADQL")).upper() not in _LANGUAGES:
        raise UsageError(f"LANG = {language[:40]!r}", accepted="ADQL, ADQL-2.0, ADQL-2.1")
    query = given.get("QUERY", "")
    if not query.strip():
        raise UsageError("there is no QUERY", accepted="a query in ADQL", hint="see the examples beside this service")
    if len(query) > limits.query_characters:
        raise UsageError(
            f"the query has {len(query)} characters",
            accepted=f"at most {limits.query_characters}",
            hint="send long lists as an uploaded table",
        )
    return QueryRequest(
        query,
        read_maxrec(given.get("MAXREC", ""), limits),
        given.get("RESPONSEFORMAT") or given.get("FORMAT") or "",
        _uploads(_every(parameters, "UPLOAD"), set(parts), limits),
        given.get("RUNID", ""),
    )


def read_maxrec(text: str, limits: TapLimits) -> int:
    """Return how many rows are wanted: the default for nothing, the hard limit for more than that."""
    if not text.strip():
        return limits.rows_default
    if not re.fullmatch(r"\s*\+?\d{1,30}\s*", text, re.ASCII):
        raise UsageError(f"MAXREC = {text[:40]!r}", accepted="a whole number, 0 or more")
    return min(int(text), limits.rows_hard)


def _single(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return our parameters by their names in upper case; the same one twice with different values is refused."""
    found: dict[str, str] = {}
    for name, value in parameters:
        upper = name.upper()
        if upper not in _OURS or upper == "UPLOAD":
            continue
        if found.get(upper, value) != value:
            raise UsageError(f"{upper} is given twice, with different values")
        found[upper] = value
    return found


def _every(parameters: Iterable[tuple[str, str]], wanted: str) -> Sequence[str]:
    return [value for name, value in parameters if name.upper() == wanted]


def _uploads(values: Sequence[str], parts: set[str], limits: TapLimits) -> dict[str, str]:
    """Return table name -> part; a value is ``name,param:part``, several stand behind semicolons or are given again."""
    uploads: dict[str, str] = {}
    for one in (piece for value in values for piece in value.split(";") if piece.strip()):
        name, comma, address = (text.strip() for text in one.partition(","))
        if not comma or not _NAME.fullmatch(name):
            raise UsageError(f"UPLOAD = {one[:80]!r}", accepted="name,param:part with a name of letters, digits and _")
        scheme, _, part = address.partition(":")
        if scheme.lower() in {"http", "https"}:
            part = address  # only results of our own jobs: the service sees to that, and fetches nothing
        elif scheme.lower() != "param" or part not in parts:
            raise UsageError(
                f"UPLOAD of {name} is {address[:80]!r}",
                accepted="param:part, the part sent with the request; or the address of a job's result here",
            )
        if name.lower() in {known.lower() for known in uploads}:
            raise UsageError(f"UPLOAD has two tables {name}")
        uploads[name] = part
    if len(uploads) > limits.uploads:
        raise UsageError(f"{len(uploads)} uploaded tables", accepted=f"at most {limits.uploads}")
    return uploads
