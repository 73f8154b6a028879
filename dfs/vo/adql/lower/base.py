"""Lowering: what ADQL means, said in an engine's own words. What all engines share; each overrides what it says differently.

The rules hold in every engine alike: whole numbers divide to whole numbers (towards zero); a division by zero, and a function outside
its domain (``LOG(0)``, ``SQRT(-1)``, ``ASIN(2)``), gives NULL, so one odd row does not end a search; sums of whole numbers are 64 bit; decimals are
double precision; NULL comes last in ORDER BY; CAST of a float to a whole number cuts off; LIKE has no escape character.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.geometry import ALL_CALLS, is_call
from dfs.vo.adql.lower.geometry_rules import GeometryRules
from dfs.vo.adql.lower.nodes import cast, divide, function, literal, multiply, paren, text
from dfs.vo.adql.lower.user_functions import UserFunctionRules

__all__ = ["Lowering"]

_WHOLE = frozenset({"short", "int", "long"})
_DOMAIN = 1.0000000000000002  # the float after 1


class Lowering(GeometryRules, UserFunctionRules):
    """The rules of an engine, by the kind of node."""

    renamed: dict[str, str] = {"CEILING": "CEIL", "RAND": "RANDOM", "LOG": "LN"}  # noqa: RUF012 - read only

    def rule(self, node: Any) -> Any:
        """Return what stands for `node`, whose parts are lowered already; None when it stays as it is."""
        if isinstance(node, exp.Anonymous):
            return self._call(node)
        name = _RULES.get(type(node))
        return getattr(self, name)(node) if name is not None else None

    def double(self, node: Any) -> Any:
        """Return `node` in double precision."""
        kind = node.meta.get("type")
        if kind in {"double", "null", "done"}:
            return node
        if isinstance(node, exp.Literal) and not node.is_string:
            return self.number(float(str(node.this)))
        return cast(node, "DOUBLE")

    def long(self, node: Any) -> Any:
        """Return `node` as 64 bit integer."""
        return node if node.meta.get("type") in {"long", "null"} else cast(node, "BIGINT")

    def number(self, value: float) -> Any:
        """Return a double precision constant."""
        return literal(value)

    def _literal(self, node: exp.Literal) -> Any:
        if node.is_string or node.meta.get("type") != "double" or is_call(node.parent, *ALL_CALLS):
            return None  # constants of geometry are worked out with it
        return self.number(float(str(node.this)))

    def _arithmetic(self, node: Any) -> Any:
        as_kind = {"long": self.long, "double": self.double}.get(str(node.meta.get("type")))
        if as_kind is None:
            return None
        left, right = as_kind(node.this), as_kind(node.expression)
        return type(node)(this=left, expression=right)

    def _division(self, node: exp.Div) -> Any:
        kind = node.meta.get("type")
        if kind == "done" or kind is None:
            return None
        if kind == "long":
            return self.whole_division(self.long(node.this), self.not_zero(self.long(node.expression), whole=True))
        return divide(self.double(node.this), self.not_zero(self.double(node.expression)))

    def whole_division(self, left: Any, right: Any) -> Any:
        """Return the quotient of whole numbers, towards zero."""
        return exp.IntDiv(this=paren(left), expression=paren(right))

    def not_zero(self, node: Any, *, whole: bool = False) -> Any:
        """Return `node`, NULL in place of zero."""
        bare = node.this if isinstance(node, exp.Cast) else node
        if isinstance(bare, exp.Literal) and float(str(bare.this)) != 0:
            return node
        return function("NULLIF", node, exp.Literal(this="0", is_string=False) if whole else self.number(0.0))

    def _cast(self, node: exp.Cast) -> Any:
        source, target = node.meta.get("from"), node.args["to"]
        types = exp.DataType.Type
        if target.this in {types.SMALLINT, types.INT, types.BIGINT} and source in {"float", "double"}:
            made = cast(self.cut_off(self.double(node.this)), target.this.name)
        elif target.this == types.VARCHAR:
            made = cast(node.this, "TEXT" if source is not None else "VARCHAR")
            size = target.expressions
            if size:
                start = exp.Literal(this="1", is_string=False)
                return function("SUBSTRING", made, start, size[0].this.copy())
        else:
            return None
        return made

    def cut_off(self, node: Any) -> Any:
        """Return a double without its decimals."""
        return function("TRUNC", node)

    def _sum(self, node: exp.Sum) -> Any:
        if node.meta.get("of") in _WHOLE:
            return cast(exp.Sum(this=node.this), "BIGINT")
        return self._in_double(node)

    def _average(self, node: exp.Avg) -> Any:
        return self._in_double(node)

    def _in_double(self, node: Any) -> Any:
        if node.meta.get("of") == "double":
            return None
        inner = node.this
        if isinstance(inner, exp.Distinct):
            return type(node)(this=exp.Distinct(expressions=[cast(inner.expressions[0], "DOUBLE")]))
        return type(node)(this=cast(inner, "DOUBLE"))

    def _call(self, node: exp.Anonymous) -> Any:
        name = str(node.this)
        rule = getattr(self, f"_f_{name.lower()}", None)
        if rule is not None:
            return rule(node, *node.expressions)
        if name in _IN_DOUBLE:
            return function(self.renamed.get(name, name), *map(self.double, node.expressions))
        return self.geometry_call(node)

    def _f_ceiling(self, node: Any, x: Any) -> Any:
        return x if node.meta.get("of") in _WHOLE else self.rounded_up(self.double(x))

    def _f_floor(self, node: Any, x: Any) -> Any:
        return x if node.meta.get("of") in _WHOLE else self.rounded_down(self.double(x))

    def rounded_up(self, x: Any) -> Any:
        """Return the whole number above, as a double."""
        return function("CEIL", x)

    def rounded_down(self, x: Any) -> Any:
        """Return the whole number below, as a double."""
        return function("FLOOR", x)

    def _f_round(self, node: Any, x: Any, digits: Any = None) -> Any:
        return self._to_digits(node, x, digits, self.nearest)

    def _f_truncate(self, node: Any, x: Any, digits: Any = None) -> Any:
        return self._to_digits(node, x, digits, self.cut_off)

    def nearest(self, x: Any) -> Any:
        """Return the whole number next to a double, halves away from zero."""
        return function("ROUND", x)

    def _to_digits(self, node: Any, x: Any, digits: Any, whole: Any) -> Any:
        places = int(str(digits.this)) if digits is not None else 0
        of_whole = node.meta.get("of") in _WHOLE
        if of_whole and places >= 0:
            return x
        x = self.double(x)
        if places == 0:
            return whole(x)
        scale = self.number(10.0 ** abs(places))
        if places > 0:
            return paren(divide(whole(multiply(x, scale)), scale.copy()))
        made = paren(multiply(whole(divide(x, scale)), scale.copy()))
        return cast(made, "BIGINT") if of_whole else made

    def _f_mod(self, node: Any, x: Any, y: Any) -> Any:
        if node.meta.get("type") == "long":
            return function("MOD", self.long(x), self.not_zero(self.long(y), whole=True))
        return self.remainder(self.double(x), self.not_zero(self.double(y)))

    def remainder(self, x: Any, y: Any) -> Any:
        """Return the remainder of doubles, with the sign of `x`."""
        return function("MOD", x, y)

    def _positive(self, x: Any) -> Any:
        return function("NULLIF", function("GREATEST", self.double(x), self.number(0.0)), self.number(0.0))

    def _f_log(self, _node: Any, x: Any) -> Any:
        return function("LN", self._positive(x))

    def _f_log10(self, _node: Any, x: Any) -> Any:
        return function("LOG10", self._positive(x))

    def _f_sqrt(self, _node: Any, x: Any) -> Any:
        tiny = -1e-300
        return function(
            "SQRT", function("NULLIF", function("GREATEST", self.double(x), self.number(tiny)), self.number(tiny))
        )

    def _within_one(self, x: Any) -> Any:
        below = function("NULLIF", function("LEAST", self.double(x), self.number(_DOMAIN)), self.number(_DOMAIN))
        return function("NULLIF", function("GREATEST", below, self.number(-_DOMAIN)), self.number(-_DOMAIN))

    def _f_acos(self, _node: Any, x: Any) -> Any:
        return function("ACOS", self._within_one(x))

    def _f_asin(self, _node: Any, x: Any) -> Any:
        return function("ASIN", self._within_one(x))

    def _f_cot(self, _node: Any, x: Any) -> Any:
        return divide(self.number(1.0), self.not_zero(function("TAN", self.double(x))))

    def _f_rand(self, _node: Any, *_seed: Any) -> Any:
        return function(self.renamed.get("RAND", "RAND"))

    def _f_coalesce(self, node: Any, *parts: Any) -> Any:
        as_kind = {"long": self.long, "double": self.double}.get(str(node.meta.get("type")))
        return None if as_kind is None else function("COALESCE", *map(as_kind, parts))

    def _f_adql_time(self, _node: Any, x: Any) -> Any:
        return self.iso_text(self.time(x))

    def time(self, node: Any) -> Any:
        """Return text in ISO 8601 as the engine's time."""
        return cast(function("RTRIM", node, text("Z")), "TIMESTAMP")

    def iso_text(self, node: Any) -> Any:
        """Return the engine's time as text, ``2022-01-27T04:46:29.093``."""
        raise NotImplementedError


_IN_DOUBLE = frozenset({"ATAN", "ATAN2", "COS", "SIN", "TAN", "DEGREES", "RADIANS", "EXP", "POWER", "PI"})
_RULES: dict[type, str] = {
    exp.Literal: "_literal",
    exp.Div: "_division",
    exp.Cast: "_cast",
    exp.Sum: "_sum",
    exp.Avg: "_average",
    exp.Like: "like",
    exp.ILike: "like",
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul), "_arithmetic"),
}
