"""Printing a query tree as ADQL for people and services."""

from __future__ import annotations

from sqlglot.dialects.dialect import Dialect
from sqlglot.generator import Generator

__all__ = ["Adql"]


class Adql(Dialect):  # type: ignore[misc]
    """ADQL as far as searches use it: TOP instead of LIMIT."""

    class Generator(Generator):  # type: ignore[misc]
        """Prints the tree."""

        LIMIT_IS_TOP = True
