"""Checking values: names, literals, arithmetic, aggregates."""

from __future__ import annotations

import math
from typing import Any, Protocol

from sqlglot import exp

from dfs.vo.adql.check import units
from dfs.vo.adql.check.scope import Scope
from dfs.vo.adql.check.typed import GEOMETRIES, INTEGERS, NUMBERS, TEXTS, Value
from dfs.vo.adql.errors import AdqlError
from dfs.vo.adql.geometry import constant

__all__ = ["Subqueries", "ValueChecks", "said"]

_LONGEST_NUMBER = (
    400  # characters; of more, which Python may refuse to read as a whole number, a double has all there is
)


class Subqueries(Protocol):
    """Whoever checks the queries inside of expressions."""

    def inner_query(self, tree: Any, parent: Scope) -> tuple[Any, list[Value]]:
        """Return the checked tree of a query within another, and its columns."""


class ValueChecks:
    """Checks of value expressions in one scope; `aggregates` tells whether aggregates may stand here."""

    def __init__(self, scope: Scope, queries: Subqueries, *, aggregates: bool = False) -> None:
        self.scope = scope
        self.queries = queries
        self.aggregates = aggregates
        self.has_aggregates = False

    def error(self, node: Any, message: str, *, hint: str = "", accepted: str = "") -> AdqlError:
        """Return an error at the place of `node`."""
        return AdqlError(message, text=self.scope.text, at=_place(node), hint=hint, accepted=accepted)

    def value(self, node: Any) -> Value:
        """Check an expression.

        Raises
        ------
        AdqlError
            It names something unknown, or joins types that do not go together.
        """
        found: Value = getattr(self, _CHECKS[type(node)])(node)
        return found

    def number(self, node: Any, what: str) -> Value:
        """Check an expression that must be a number."""
        found = self.value(node)
        return self.as_number(node, found, what)

    def as_number(self, node: Any, found: Value, what: str) -> Value:
        """Return `found` as a number: conditions count 1 and 0, NULL is a number too."""
        if found.type == "flag":
            return Value(exp.Cast(this=found.node, to=exp.DataType(this=exp.DataType.Type.INT)), "int")
        if found.type in NUMBERS or found.type == "null":
            return found
        raise self.error(node, f"{what} needs a number, not {said(found)}", hint=_cast_hint(found))

    def text(self, node: Any, what: str) -> Value:
        """Check an expression that must be text."""
        found = self.value(node)
        if found.type in TEXTS or found.type == "null":
            return found
        raise self.error(node, f"{what} needs text, not {said(found)}", hint="use CAST(... AS VARCHAR)")

    def _literal(self, node: exp.Literal) -> Value:
        text = str(node.this)
        if node.is_string:
            return Value(exp.Literal(this=text, is_string=True), "char" if text.isascii() else "unicodeChar")
        kind = "double"
        if len(text) > _LONGEST_NUMBER:
            text = repr(float(text))
        if text.lstrip("-").isdigit():
            size = abs(int(text))
            kind = "int" if size < 2**31 else "long" if size < 2**63 else "double"
        if kind == "double" and not math.isfinite(float(text)):
            raise self.error(node, f"the number {str(node.this)[:24]} is too large")
        return Value(exp.Literal(this=text, is_string=False), kind)

    def _null(self, _node: Any) -> Value:
        return Value(exp.Null(), "null")

    def _column(self, node: exp.Column) -> Value:
        return self.scope.resolve(node)

    def _paren(self, node: exp.Paren) -> Value:
        inner = self.value(node.this)
        if not isinstance(inner.node, exp.Binary | exp.Neg):
            return inner
        return Value(exp.Paren(this=inner.node), inner.type, inner.unit, inner.ucd, None, inner.description)

    def _neg(self, node: exp.Neg) -> Value:
        inner = self.number(node.this, "a sign")
        if isinstance(inner.node, exp.Literal) and inner.type in {"int", "long", "double"}:
            text = str(inner.node.this)
            inner.node.set("this", text[1:] if text.startswith("-") else f"-{text}")
            return inner
        return Value(exp.Neg(this=inner.node), inner.type, inner.unit)

    def _arithmetic(self, node: Any) -> Value:
        sign = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}[type(node)]
        left, right = self.number(node.this, repr(sign)), self.number(node.expression, repr(sign))
        kind = "null" if "null" in {left.type, right.type} else "double"
        if left.type in INTEGERS and right.type in INTEGERS:
            kind = "long"
        options = {"typed": True, "safe": False} if type(node) is exp.Div else {}
        value = _worked_out(sign, constant(left.node), constant(right.node))
        if value is not None and abs(value) < 2**53:  # so that every engine has the same number
            text = str(value) if isinstance(value, int) else repr(float(value))
            return Value(exp.Literal(this=text, is_string=False), "long" if isinstance(value, int) else "double")
        return Value(type(node)(this=left.node, expression=right.node, **options), kind, _unit_of(sign, left, right))

    def _concatenation(self, node: exp.DPipe) -> Value:
        sides = [self.value(node.this), self.value(node.expression)]
        for side, found in zip((node.this, node.expression), sides, strict=True):
            if found.type in {"array", "boolean", "point", "circle", "box", "polygon"}:
                raise self.error(side, f"|| needs text, not {said(found)}")
        left, right = (one if one.type in TEXTS else self._to_text(one) for one in sides)
        kind = "unicodeChar" if "unicodeChar" in {left.type, right.type} else "char"
        return Value(exp.DPipe(this=left.node, expression=right.node), kind)

    def _to_text(self, found: Value) -> Value:
        return Value(exp.Cast(this=found.node, to=exp.DataType(this=exp.DataType.Type.VARCHAR)), "char")

    def _aggregate(self, node: Any) -> Value:
        kind = type(node)
        word = kind.__name__.upper()
        if not self.aggregates:
            raise self.error(node, f"{word} cannot stand here", hint="aggregates stand in SELECT, HAVING and ORDER BY")
        self.has_aggregates = True
        if isinstance(node.this, exp.Star):
            return Value(exp.Count(this=exp.Star()), "long", ucd="meta.number")
        self.aggregates = False
        distinct = isinstance(node.this, exp.Distinct)
        source = node.this.expressions[0] if distinct else node.this
        found = self.value(source)
        self.aggregates = True
        if kind in {exp.Sum, exp.Avg}:
            found = self.as_number(source, found, word)
        elif found.type in {"array", "point", "circle", "box", "polygon"} or (
            found.type == "boolean" and kind is not exp.Count
        ):
            raise self.error(node, f"{word} cannot be taken of {said(found)}")
        elif found.type == "flag":
            found = self.as_number(source, found, word)
        inner = exp.Distinct(expressions=[found.node]) if distinct else found.node
        built = kind(this=inner)
        if kind is exp.Count:
            return Value(built, "long", ucd="meta.number")
        result = found.type
        if kind is exp.Avg:
            result = "double"
        elif kind is exp.Sum:
            result = "long" if found.type in INTEGERS else "double"
        built.meta["of"] = found.type
        stat = {exp.Min: "stat.min", exp.Max: "stat.max", exp.Avg: "stat.mean"}.get(kind)
        ucd = f"{stat};{found.ucd}" if stat and found.ucd and not found.ucd.startswith("stat.") else found.ucd
        about = f"{word} of {found.column.name}" if found.column else ""
        return Value(built, result, found.unit, ucd, None, about)

    def _condition(self, node: Any) -> Value:  # pragma: no cover - the grammar has no conditions as values
        raise self.error(node, "a condition cannot be a value")


def _worked_out(sign: str, left: float | None, right: float | None) -> float | int | None:
    """Return what two numbers make; whole numbers divide to whole numbers, as in a query."""
    if left is None or right is None or (sign == "/" and right == 0):
        return None
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    if isinstance(left, int) and isinstance(right, int):
        whole = abs(left) // abs(right)
        return whole if (left < 0) == (right < 0) else -whole
    return left / right


def _unit_of(sign: str, left: Value, right: Value) -> str:
    if sign == "*":
        return units.multiplied(left.unit, right.unit)
    if sign == "/":
        return units.divided(left.unit, right.unit)
    if left.unit == right.unit or constant(right.node) is not None:
        return left.unit
    return right.unit if constant(left.node) is not None else ""


def _place(node: Any) -> int | None:
    """Return where a node, or the first of its parts that has a place, stands."""
    for one in node.walk():
        if "at" in one.meta:
            return int(one.meta["at"])
    return None


def said(found: Value) -> str:
    """Return what a value is, for people."""
    kind = found.type
    if kind in TEXTS:
        return "text"
    return {"flag": "a condition", "null": "NULL"}.get(kind, f"a {kind}" if kind in GEOMETRIES else kind)


def _cast_hint(found: Value) -> str:
    return "use CAST(... AS DOUBLE PRECISION)" if found.type in TEXTS else ""


_CHECKS: dict[type, str] = {
    exp.Literal: "_literal",
    exp.Null: "_null",
    exp.Column: "_column",
    exp.Paren: "_paren",
    exp.Neg: "_neg",
    exp.DPipe: "_concatenation",
    exp.Cast: "_cast",
    exp.Anonymous: "call",
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div), "_arithmetic"),
    **dict.fromkeys((exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max), "_aggregate"),
}
