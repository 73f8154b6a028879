"""Pieces of DuckDB's words: what stands for a table, what is cheap to test first, and what a query must not become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from dfs.archive.index.columns import RADIUS, UNIT
from dfs.errors import ServiceError
from dfs.vo.adql import print_for
from dfs.vo.engine.cache import Cache
from dfs.vo.engine.joins import Near
from dfs.vo.engine.references import Reference

__all__ = [
    "AROUND",
    "PLAIN",
    "assert_reads_only",
    "bare",
    "column",
    "further_name",
    "hidden_name",
    "identifier",
    "limited",
    "named",
    "reaching",
    "rows_name",
    "seen",
    "whole",
    "without_plain_columns",
]

AROUND = "pixels_around"  # function of DuckDB: positions and an order to their pixels and those round them
PLAIN = "\x01plain columns"  # stands first in the text: what a query's strings hold comes after it
_MANY_COLUMNS = 8
_SLACK_DEG = 1e-7  # 0.4 mas, for rounding in the exact test
_ROUNDING = 1e-13  # of the cosine: 0.1 arcsec for small angles
_CHANGES = (exp.DDL, exp.DML, exp.Command, exp.Set, exp.Pragma, exp.Attach, exp.Copy)

_lists = Cache(256)


def rows_name(alias: str) -> str:
    """Return the name under which DuckDB finds the rows that stand for the table `alias`; none of the index is called so."""
    return f"rows of {alias}"


def further_name(alias: str) -> str:
    """Return the name of the rows beside those of the generation."""
    return f"further of {alias}"


def hidden_name(alias: str) -> str:
    """Return the name of the numbers of hidden rows."""
    return f"hidden of {alias}"


def without_plain_columns(tree: Any, found: Sequence[Reference]) -> tuple[Any, str | None]:
    """Return a tree that has one name in the place of the many plain columns of its SELECT, and what they are in DuckDB's words.

    Copying, lowering and printing a tree costs as much as running a small search; most of most trees is the list of a table's columns.
    """
    columns = tree.expressions if isinstance(tree, exp.Select) else []
    plain = len(columns) > _MANY_COLUMNS and all(
        isinstance(one, exp.Alias) and isinstance(one.this, exp.Column) for one in columns
    )
    order = tree.args.get("order") if plain else None
    numbers = order is not None and any(
        isinstance(one.this, exp.Literal) and not one.this.is_string for one in order.expressions
    )
    if not plain or len(found) != 1 or tree.args.get("distinct") or tree.args.get("with_"):
        return tree, None
    names = tuple((one.this.table, one.this.name, one.alias) for one in columns)
    text = _lists.get(names, lambda: ", ".join(print_for(one, "duckdb") for one in columns))
    short = tree.args | {"expressions": [bare(PLAIN)]}
    if order is not None and numbers:  # ORDER BY 5: the fifth column is not there any more
        short["order"] = exp.Order(expressions=[_by_column(one, columns) for one in order.expressions])
    made = exp.Select(**{name: _copied(value) for name, value in short.items()})
    return made, text


def _by_column(term: Any, columns: Sequence[Any]) -> Any:
    node = term.this
    if isinstance(node, exp.Literal) and not node.is_string:
        node = columns[int(str(node.this)) - 1].this
    return exp.Ordered(this=node.copy(), desc=term.args.get("desc"), nulls_first=term.args.get("nulls_first"))


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return [_copied(one) for one in value]
    return value.copy() if isinstance(value, exp.Expression) else value


def reaching(near: Near) -> Any:
    """Return the condition that a row's circle reaches a position or circle of the other table: cheap, tried before regions are read."""
    lon, lat = (exp.Anonymous(this="radians", expressions=[column(one, near.other)]) for one in (near.lon, near.lat))
    ring = exp.Anonymous(this="cos", expressions=[lat])
    other = (
        exp.Mul(this=ring, expression=exp.Anonymous(this="cos", expressions=[lon])),
        exp.Mul(this=ring.copy(), expression=exp.Anonymous(this="sin", expressions=[lon.copy()])),
        exp.Anonymous(this="sin", expressions=[lat.copy()]),
    )
    x, y, z = (
        exp.Mul(this=column(name, near.kept), expression=exp.Paren(this=one))
        for name, one in zip(UNIT, other, strict=True)
    )
    cosine = exp.Add(this=exp.Add(this=x, expression=y), expression=z)
    radius: Any = _decimal(near.radius) if isinstance(near.radius, float) else column(near.radius, near.other)
    reach: Any = exp.Add(
        this=exp.Add(this=column(RADIUS, near.kept), expression=radius), expression=_decimal(_SLACK_DEG)
    )
    reach = exp.Anonymous(this="least", expressions=[reach, _decimal(180.0)])
    limit = exp.Anonymous(this="cos", expressions=[exp.Anonymous(this="radians", expressions=[reach])])
    for node in (x, y, z, *other, reach, limit):
        node.meta["type"] = "done"
    return exp.GTE(this=cosine, expression=exp.Sub(this=limit, expression=_decimal(_ROUNDING)))


def _decimal(value: float) -> Any:
    return exp.Literal(this=f"{value!r}" if "e" in repr(value) else f"{value!r}e0", is_string=False)


def seen(name: str, alias: str, kind: str, columns: Sequence[str]) -> Any:
    """Return the rows of the generation that are seen, and those beside them."""
    spelled = [bare(one) for one in columns]
    rows = exp.Select(expressions=spelled, from_=exp.From(this=named(name)))
    if "-" in kind:
        hidden = exp.Select(expressions=[bare("row")], from_=exp.From(this=named(hidden_name(alias))))
        gone = exp.In(this=exp.Column(this=exp.Identifier(this="rowid", quoted=False)), query=exp.Subquery(this=hidden))
        rows.set("where", exp.Where(this=exp.Not(this=gone)))
    if "+" not in kind:
        return rows
    further = exp.Select(expressions=[one.copy() for one in spelled], from_=exp.From(this=named(further_name(alias))))
    return exp.Union(this=rows, expression=further, distinct=False)


def limited(tree: Any, most: int) -> Any:
    """Return the tree with at most `most` rows."""
    limit = tree.args.get("limit")
    if limit is not None and int(str(limit.expression.this)) <= most:
        return tree
    if isinstance(tree, exp.Select):
        tree.set("limit", exp.Limit(expression=whole(most)))
        return tree
    return tree  # of a set operator the reader leaves the rest


def assert_reads_only(tree: Any) -> None:
    """Raise `ServiceError` unless a tree is a query through and through: nothing else ever reaches DuckDB."""
    if not isinstance(tree, exp.Select | exp.SetOperation | exp.Subquery) or any(
        isinstance(one, _CHANGES) and not isinstance(one, exp.Query) for one in tree.walk()
    ):
        raise ServiceError("a query became something else than a query", hint="tell the archive, with the query")


def identifier(name: str) -> Any:
    """Return a quoted name."""
    return exp.Identifier(this=name, quoted=True)


def named(name: str) -> Any:
    """Return a table of this name."""
    return exp.Table(this=identifier(name))


def bare(name: str) -> Any:
    """Return a column without a table."""
    return exp.Column(this=identifier(name))


def column(name: str, alias: str) -> Any:
    """Return a column of the table `alias`."""
    return exp.Column(this=identifier(name), table=identifier(alias))


def whole(value: int) -> Any:
    """Return a whole number."""
    return exp.Literal(this=str(value), is_string=False)
