"""Columns beside aggregates: each must be grouped by, or stand inside an aggregate."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.check.scope import Scope
from dfs.vo.adql.errors import AdqlError

__all__ = ["check_grouping"]


def check_grouping(text: str, scope: Scope, groups: list[Any], clauses: dict[str, Any]) -> None:
    """Refuse a column of this query's own tables that is neither grouped by nor aggregated.

    Raises
    ------
    AdqlError
        There is one in SELECT, HAVING or ORDER BY.
    """
    own = {source.alias for source in scope.sources()}
    grouped = set(groups)
    parts = [one.this for one in clauses["expressions"]]
    parts += [one.this for one in (clauses[name] for name in ("having",) if name in clauses)]
    if "order" in clauses:
        parts += [one.this for one in clauses["order"].expressions]
    waiting = parts
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.AggFunc | exp.Query) or _aggregates(node) or node in grouped:
            continue
        if isinstance(node, exp.Column) and node.table in own:
            raise AdqlError(
                f"the column {node.name} is neither in GROUP BY nor in an aggregate",
                text=text,
                hint="add it to GROUP BY, or take its MIN or MAX",
            )
        waiting += [child for child in node.iter_expressions() if not isinstance(child, exp.Identifier)]


def _aggregates(node: Any) -> bool:
    return isinstance(node, exp.Anonymous) and node.args["this"] == "ivo_string_agg"
