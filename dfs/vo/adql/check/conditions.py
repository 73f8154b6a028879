"""Checking conditions: what may be compared with what."""

from __future__ import annotations

import math
import re
from typing import Any

from sqlglot import exp

from dfs.vo.adql.check.calls import CallChecks
from dfs.vo.adql.check.chains import terms, with_lists
from dfs.vo.adql.check.typed import GEOMETRIES, NUMBERS, TEXTS, Value
from dfs.vo.adql.grammar.values import balanced

__all__ = ["Checks"]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_TRUTH = {"1": True, "0": False, "true": True, "false": False, "t": True, "f": False}


class Checks(CallChecks):
    """All checks of expressions."""

    def condition(self, node: Any) -> Any:
        """Check a condition and return its tree."""
        return getattr(self, _CONDITIONS[type(node)])(node)

    def _chain(self, node: Any) -> Any:
        kind = type(node)
        parts = with_lists(kind, [self.condition(one) for one in terms(node)])
        return balanced(kind, parts)

    def _not(self, node: exp.Not) -> exp.Not:
        inner = self.condition(node.this)
        wrap = isinstance(inner, exp.Connector | exp.Not)
        return exp.Not(this=exp.Paren(this=inner) if wrap else inner)

    def _parenthesis(self, node: exp.Paren) -> Any:
        inner = self.condition(node.this)
        return exp.Paren(this=inner) if isinstance(inner, exp.Connector) else inner

    def _boolean(self, node: exp.Boolean) -> exp.Boolean:
        return exp.Boolean(this=node.this)

    def _comparison(self, node: Any) -> Any:
        left, right = self.value(node.this), self.value(node.expression)
        equal = isinstance(node, exp.EQ | exp.NEQ)
        if equal:
            for one, other in ((left, right), (right, left)):
                if one.type == "flag" and isinstance(other.node, exp.Literal) and str(other.node.this) in {"0", "1"}:
                    wanted = (str(other.node.this) == "1") == isinstance(node, exp.EQ)
                    return one.node if wanted else exp.Not(this=one.node)
        left, right = self._comparable(node, left, right, equal=equal)
        return type(node)(this=left.node, expression=right.node)

    def _comparable(self, node: Any, left: Value, right: Value, *, equal: bool = False) -> tuple[Value, Value]:
        left, right = (
            self.as_number(node, one, "a comparison") if one.type == "flag" else one for one in (left, right)
        )
        kinds = (left.type, right.type)
        if "null" in kinds or all(one in NUMBERS for one in kinds) or all(one in TEXTS for one in kinds):
            return left, right
        if "boolean" in kinds and equal:
            return _truth(self, node, left), _truth(self, node, right)
        for one, other in ((left, right), (right, left)):
            if one.type in NUMBERS and other.type in TEXTS:
                other_number = _number_in(other)
                if other_number is None:
                    said = f"a number is compared with text{_quoted(other)}"
                    raise self.error(node, said, hint="numbers stand without quotes, text in quotes; or use CAST")
                return (left, other_number) if one is left else (other_number, right)
        if any(one in GEOMETRIES for one in kinds):
            raise self.error(node, "geometries cannot be compared", hint="use CONTAINS, INTERSECTS or DISTANCE")
        raise self.error(node, f"a {kinds[0]} cannot be compared with a {kinds[1]}")

    def _between(self, node: exp.Between) -> exp.Between:
        value, low, high = (self.value(node.args[name]) for name in ("this", "low", "high"))
        first, low = self._comparable(node, value, low)
        second, high = self._comparable(node, value, high)
        return exp.Between(this=first.node if first is not value else second.node, low=low.node, high=high.node)

    def _in(self, node: exp.In) -> exp.In:
        left = self.value(node.this)
        if node.args.get("query") is not None:
            tree, columns = self.queries.inner_query(node.args["query"].this, self.scope)
            if len(columns) != 1:
                raise self.error(node, f"the subquery of IN has {len(columns)} columns", accepted="one")
            first, _ = self._comparable(node, left, columns[0], equal=True)
            return exp.In(this=first.node, query=exp.Subquery(this=tree))
        values = [self._comparable(node, left, self.value(one), equal=True) for one in node.expressions]
        return exp.In(this=values[0][0].node, expressions=[right.node for _, right in values])

    def _like(self, node: Any) -> Any:
        word = "LIKE" if isinstance(node, exp.Like) else "ILIKE"
        left, pattern = self.text(node.this, word), self.text(node.expression, word)
        return type(node)(this=left.node, expression=pattern.node)

    def _is_null(self, node: exp.Is) -> exp.Is:
        return exp.Is(this=self.value(node.this).node, expression=exp.Null())

    def _exists(self, node: exp.Exists) -> exp.Exists:
        tree, _ = self.queries.inner_query(node.this, self.scope)
        return exp.Exists(this=tree)


def _quoted(value: Value) -> str:
    return f" {str(value.node.this)!r}" if isinstance(value.node, exp.Literal) else ""


def _number_in(value: Value) -> Value | None:
    """Return a text literal such as '104' as the number it is; None when it is none."""
    if not isinstance(value.node, exp.Literal):
        return None
    text = str(value.node.this).strip()
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        return None
    whole = text.lstrip("+-").isdigit() and len(text) < 18
    return Value(
        exp.Literal(this=str(int(text)) if whole else repr(float(text)), is_string=False), "long" if whole else "double"
    )


def _truth(checks: Checks, node: Any, value: Value) -> Value:
    if value.type == "boolean":
        return value
    found = _TRUTH.get(str(value.node.this).lower()) if isinstance(value.node, exp.Literal) else None
    if found is None:
        raise checks.error(node, "a truth value is compared with something else", accepted="1, 0, 'true' or 'false'")
    return Value(exp.Boolean(this=found), "boolean")


_CONDITIONS: dict[type, str] = {
    exp.And: "_chain",
    exp.Or: "_chain",
    exp.Not: "_not",
    exp.Paren: "_parenthesis",
    exp.Boolean: "_boolean",
    exp.Between: "_between",
    exp.In: "_in",
    exp.Like: "_like",
    exp.ILike: "_like",
    exp.Is: "_is_null",
    exp.Exists: "_exists",
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE), "_comparison"),
}
