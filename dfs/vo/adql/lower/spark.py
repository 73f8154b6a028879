"""Spark SQL: geometry by arithmetic, regions by registered functions of the same names as in DuckDB."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.lower.base import Lowering
from dfs.vo.adql.lower.nodes import cast, divide, function, multiply, text

__all__ = ["Spark"]


class Spark(Lowering):
    """What Spark says differently."""

    renamed = {"LOG": "LN", "RAND": "RAND"}  # noqa: RUF012 - read only

    def rounded_up(self, x: Any) -> Any:
        """Return the whole number above, as a double."""
        return cast(function("CEIL", x), "DOUBLE")

    def rounded_down(self, x: Any) -> Any:
        """Return the whole number below, as a double."""
        return cast(function("FLOOR", x), "DOUBLE")

    def cut_off(self, node: Any) -> Any:
        """Return a double without its decimals: its sign times its size rounded down."""
        return multiply(function("SIGN", self.copy(node)), cast(function("FLOOR", function("ABS", node)), "DOUBLE"))

    def like(self, node: Any) -> Any:
        """Return LIKE with an escape character that no pattern has in place of the backslash, the default here."""
        return exp.Escape(this=type(node)(this=node.this, expression=node.expression), expression=text("\x01"))

    def time(self, node: Any) -> Any:
        """Return text in ISO 8601 as a time without zone."""
        return function("TO_TIMESTAMP_NTZ", function("RTRIM", text("Z"), node))

    def iso_text(self, node: Any) -> Any:
        """Return a time as text."""
        return function("DATE_FORMAT", node, text("yyyy-MM-dd'T'HH:mm:ss.SSS"))

    def seconds(self, node: Any) -> Any:
        """Return the seconds since 1970, UTC, of a time."""
        start = function("TO_TIMESTAMP_NTZ", text("1970-01-01T00:00:00"))
        return divide(
            cast(function("TIMESTAMPDIFF", exp.Var(this="MICROSECOND"), start, node), "DOUBLE"), self.number(1e6)
        )

    def found_in(self, whole: Any, part: Any) -> Any:
        """Return whether a text has a part."""
        return function("CONTAINS", whole, part)

    def everywhere(self) -> list[Any]:
        """Return nothing: Spark replaces every match."""
        return []

    def _f_ivo_string_agg(self, _node: Any, value: Any, delimiter: Any) -> Any:
        return function("ARRAY_JOIN", function("SORT_ARRAY", function("COLLECT_LIST", value)), delimiter)
