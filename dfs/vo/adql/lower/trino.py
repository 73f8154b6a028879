"""Trino: text only, never run by this project's tests; what it says follows Trino's documentation."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.lower.base import Lowering
from dfs.vo.adql.lower.nodes import cast, function, paren, text

__all__ = ["Trino"]


class Trino(Lowering):
    """What Trino says differently."""

    def whole_division(self, left: Any, right: Any) -> Any:
        """Return the quotient of whole numbers, towards zero."""
        return exp.Div(this=paren(left), expression=paren(right), typed=True, safe=False)

    def cut_off(self, node: Any) -> Any:
        """Return a double without its decimals."""
        return function("TRUNCATE", node)

    def time(self, node: Any) -> Any:
        """Return text in ISO 8601 as a time."""
        return cast(function("FROM_ISO8601_TIMESTAMP", function("RTRIM", node, text("Z"))), "TIMESTAMP")

    def iso_text(self, node: Any) -> Any:
        """Return a time as text."""
        return function("FORMAT_DATETIME", node, text("yyyy-MM-dd''T''HH:mm:ss.SSS".replace("''", "'")))

    def seconds(self, node: Any) -> Any:
        """Return the seconds since 1970 of a time."""
        return function("TO_UNIXTIME", node)

    def everywhere(self) -> list[Any]:
        """Return nothing: Trino replaces every match."""
        return []

    def exclusive_or(self, x: Any, y: Any) -> Any:
        """Return the bits set in just one of two numbers."""
        return function("BITWISE_XOR", x, y)

    def _f_ivo_string_agg(self, _node: Any, value: Any, delimiter: Any) -> Any:
        return function("ARRAY_JOIN", function("ARRAY_SORT", function("ARRAY_AGG", value)), delimiter)
