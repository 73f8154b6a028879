"""DuckDB: geometry by arithmetic and registered Python functions (`dfs.vo.adql.duckdb_functions`)."""

from __future__ import annotations

from typing import Any

from dfs.vo.adql.lower.base import Lowering
from dfs.vo.adql.lower.nodes import function, text

__all__ = ["DuckDB"]


class DuckDB(Lowering):
    """What DuckDB says differently."""

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
