"""DuckDB: geometry by arithmetic and registered Python functions (`dfs.vo.adql.duckdb_functions`).

No expression fails here for the values of a row: whole numbers that overflow, and text or numbers that cannot be cast, give NULL.  DuckDB may
work an expression out before the condition that hides a row, so that an error would tell of rows that its reader may not see.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.lower.base import Lowering
from dfs.vo.adql.lower.nodes import cast, function, paren, text

__all__ = ["DuckDB"]

_WHOLE = {"short": "SMALLINT", "int": "INT", "long": "BIGINT"}
_SMALL = frozenset({"short", "int"})


class DuckDB(Lowering):
    """What DuckDB says differently."""

    def rule(self, node: Any) -> Any:
        """Return what stands for `node`; None when it stays as it is."""
        if isinstance(node, exp.Neg):
            return self._negative(node)
        if isinstance(node, exp.Anonymous) and str(node.this).upper() == "ABS":
            return self._absolute(node)
        made = super().rule(node)
        if isinstance(node, exp.Cast) and made is None:
            made = exp.Cast(this=node.this, to=node.args["to"])
        return _tried(made) if type(made) is exp.Cast else made

    def _arithmetic(self, node: Any) -> Any:
        small = {node.this.meta.get("type"), node.expression.meta.get("type")} <= _SMALL
        made = super()._arithmetic(node)
        if made is None or small or node.meta.get("type") != "long":
            return made
        return _tried(cast(type(node)(this=_wide(made.this), expression=_wide(made.expression)), "BIGINT"))

    def whole_division(self, left: Any, right: Any) -> Any:
        """Return the quotient of whole numbers, towards zero."""
        return _tried(cast(super().whole_division(_wide(left), _wide(right)), "BIGINT"))

    def _f_mod(self, node: Any, x: Any, y: Any) -> Any:
        made = super()._f_mod(node, x, y)
        if node.meta.get("type") != "long":
            return made
        return _tried(cast(function("MOD", *map(_wide, made.expressions)), "BIGINT"))

    def _negative(self, node: exp.Neg) -> Any:
        kind = _WHOLE.get(str(node.meta.get("type")))
        if kind is None or isinstance(node.this, exp.Literal):
            return None
        return _tried(cast(exp.Neg(this=_wide(node.this)), kind))

    def _absolute(self, node: exp.Anonymous) -> Any:
        kind = _WHOLE.get(str(node.meta.get("of", node.meta.get("type"))))
        return None if kind is None else _tried(cast(function("ABS", _wide(node.expressions[0])), kind))

    def _f_ivo_healpix_index(self, node: Any, order: Any, lon: Any, lat: Any) -> Any:
        made = super()._f_ivo_healpix_index(node, order, lon, lat)
        return function(str(made.this), _tried(made.expressions[0]), *made.expressions[1:])

    def time(self, node: Any) -> Any:
        """Return text in ISO 8601 as a time, NULL for other text."""
        return _tried(super().time(node))

    def _average(self, _node: Any) -> Any:
        return None  # DuckDB averages whole numbers and floats in double precision

    def _in_double(self, _node: Any) -> Any:
        return None  # and sums floats in it

    def iso_text(self, node: Any) -> Any:
        """Return a time as text."""
        return function("STRFTIME", node, text("%Y-%m-%dT%H:%M:%S.%g"))

    def exclusive_or(self, x: Any, y: Any) -> Any:
        """Return the bits set in just one of two numbers."""
        return function("XOR", x, y)


def _wide(node: Any) -> Any:
    """Return a whole number in 128 bit, in which no operation on two of 64 bit overflows."""
    return cast(paren(node), "INT128")


def _tried(made: Any) -> Any:
    """Return a cast that gives NULL where it cannot be done."""
    return exp.TryCast(this=made.this, to=made.args["to"])
