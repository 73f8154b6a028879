"""Bounds on what an engine must plan: the work before a query's first row, which no time limit ends.

An engine puts a common table expression in each place that names it, so what is counted is counted there again.  The bounds keep DuckDB's
planning to some seconds (measured: it grows with the square of the terms of AND and OR, and with the fourth power of the columns that
are compared with each other).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlglot import exp

from dfs.vo.adql.errors import AdqlError
from dfs.vo.adql.geometry import ALL_CALLS, is_call

__all__ = ["MOST_COMPARED", "MOST_READ", "MOST_TERMS", "refuse_too_large"]

MOST_TERMS = 15_000
"""Most operators, calls and columns of the result; a geometric call counts as `_GEOMETRY`, ten values of a list as one."""
MOST_COMPARED = 150
"""Most comparisons of two columns, those of joins among them."""
MOST_READ = 200
"""Most tables that are read."""

_GEOMETRY = 4.0
_LITERAL = 0.1
_SIMPLE = (exp.Identifier, exp.Column, exp.Table, exp.TableAlias, exp.DataType, exp.Star, exp.Ordered, exp.Paren)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def refuse_too_large(tree: Any) -> None:
    """Raise `AdqlError` when a checked tree would take too long to plan.

    Parameters
    ----------
    tree
        As in `Checked.tree`: no two tables or common table expressions have the same name.
    """
    given = tree.args.get("with_")
    parts = {one.alias: one.this for one in given.expressions} if given is not None else {}
    sizes: dict[str, Counter[str]] = {}
    for name, part in parts.items():  # each names only those before it
        sizes[name] = _bounded(_size(part, sizes))
    _bounded(_size(tree, sizes))


def _size(tree: Any, known: dict[str, Counter[str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for node in tree.walk(prune=lambda one: isinstance(one, exp.With)):
        if isinstance(node, exp.Table):
            found.update({"read": 1} if node.db else known.get(node.name, {}))
        elif isinstance(node, exp.Literal):
            found["terms"] += _LITERAL  # type: ignore[assignment]  # counters take any number
        elif not isinstance(node, _SIMPLE):
            found["terms"] += _GEOMETRY if is_call(node, *ALL_CALLS) else 1  # type: ignore[assignment]
            found["compared"] += isinstance(node, _COMPARISONS) and not _has_constant(node)
    return found


def _has_constant(node: Any) -> bool:
    return any(next(side.find_all(exp.Column), None) is None for side in (node.this, node.expression))


def _bounded(size: Counter[str]) -> Counter[str]:
    if size["read"] > MOST_READ:
        raise AdqlError(
            "the query has too many tables",
            accepted=f"at most {MOST_READ}, those of a common table expression counted wherever it is named",
        )
    if size["compared"] > MOST_COMPARED:
        raise AdqlError(
            "the query compares too many columns with each other", accepted=f"at most {MOST_COMPARED} pairs"
        )
    if size["terms"] > MOST_TERMS:
        raise AdqlError(
            "the query has too many terms",
            accepted=f"at most {MOST_TERMS}, a geometric one counted as {_GEOMETRY:g}",
            hint="join with an uploaded table, or use IN (...)",
        )
    return size
