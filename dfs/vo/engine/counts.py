"""Counts from the counts kept ready: a query that only groups and counts by columns of few values reads those instead of the table."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.archive.index.cube import COUNT
from dfs.model.schema import TableSchema
from dfs.vo.engine.references import Reference

__all__ = ["count_from_cube", "fits_cube"]


def fits_cube(reference: Reference, table: TableSchema, root: Any) -> bool:
    """Tell whether the SELECT that `reference` stands in can be answered from its table's counts."""
    select = reference.select
    few = {name.lower() for name in table.cube}
    if not few or select.args.get("joins") or select.args["from_"].this is not reference.node:
        return False
    if any(name.lower() not in few for name in reference.columns(root)):
        return False
    own = [one for one in select.find_all(exp.AggFunc) if one.find_ancestor(exp.Select) is select]
    if not (own or select.args.get("group") or select.args.get("distinct")):
        return False
    return not select.find(exp.Window) and all(_known(one) for one in own)


def count_from_cube(select: Any, alias: str) -> None:
    """Change the counting aggregates of a SELECT (in place) to sums of the counts kept ready."""
    for one in list(select.find_all(exp.Count)):
        if one.find_ancestor(exp.Select) is not select or isinstance(one.this, exp.Distinct):
            continue
        counted: Any = exp.column(COUNT, table=alias, quoted=True)
        if not isinstance(one.this, exp.Star):
            counted = exp.If(
                this=exp.Is(this=one.this.copy(), expression=exp.Null()), true=exp.Literal.number(0), false=counted
            )
            counted = exp.Case(ifs=[counted], default=counted.args.pop("false"))
        total = exp.Coalesce(this=exp.Sum(this=counted), expressions=[exp.Literal.number(0)])
        one.replace(exp.Cast(this=total, to=exp.DataType.build("BIGINT")))


def _known(aggregate: Any) -> bool:
    if isinstance(aggregate, exp.Min | exp.Max):
        return True
    if not isinstance(aggregate, exp.Count):
        return False
    return isinstance(aggregate.this, exp.Star | exp.Column | exp.Distinct)
