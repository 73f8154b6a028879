"""Chains of AND and OR, however long and however their parentheses stand: one level, and lists in place of many comparisons.

``x = 1 OR x = 2 OR ...`` becomes ``x IN (1, 2, ...)``, and ``x <> 1 AND x <> 2 ...`` its opposite: it means the same, NULL included, is found by
the index as lists are, and spares engines a plan whose cost grows with the square of the terms.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

__all__ = ["terms", "with_lists"]

_COMPARED = {exp.Or: exp.EQ, exp.And: exp.NEQ}


def terms(node: Any) -> list[Any]:
    """Return the terms of a chain in their order, those in parentheses of the same operator among them."""
    kind = type(node)
    found, waiting = [], [node]
    while waiting:
        one = waiting.pop()
        inner = one
        while isinstance(inner, exp.Paren):
            inner = inner.this
        if type(inner) is kind:
            waiting += [inner.expression, inner.this]
        else:
            found.append(one)
    return found


def with_lists(kind: type, parts: list[Any]) -> list[Any]:
    """Return checked terms with those that compare one column with constants of one type put together, at the place of the first."""
    groups: dict[Any, list[Any]] = {}
    keys = [_compared(one) if type(one) is _COMPARED[kind] else None for one in parts]
    for key, one in zip(keys, parts, strict=True):
        if key is not None:
            groups.setdefault(key, []).append(_constant(one))
    found = []
    for key, one in zip(keys, parts, strict=True):
        if key is None or len(groups[key]) == 1:
            found.append(one)
        elif groups[key][0] is _constant(one):
            listed = exp.In(this=_column(one), expressions=groups[key])
            found.append(listed if kind is exp.Or else exp.Not(this=listed))
    return found


def _compared(node: Any) -> tuple[str, str, str] | None:
    """Return the column that is compared and the type of the constant; None for any other comparison."""
    column, constant = _column(node), _constant(node)
    if not isinstance(column, exp.Column) or not isinstance(constant, exp.Literal):
        return None
    return column.table, column.name, str(constant.meta.get("type"))


def _column(node: Any) -> Any:
    return node.expression if isinstance(node.this, exp.Literal) else node.this


def _constant(node: Any) -> Any:
    return node.this if isinstance(node.this, exp.Literal) else node.expression
