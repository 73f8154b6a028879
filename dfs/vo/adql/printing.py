"""From a lowered tree to an engine's text."""

from __future__ import annotations

from typing import Any

from dfs.vo.adql.depth import with_room

__all__ = ["print_for"]


def print_for(tree: Any, engine: str) -> str:
    """Return the SQL of a tree that was lowered for `engine`.

    Every name in it is quoted and every literal escaped by the engine's rules: no text of the query reaches the engine in any other way.

    Raises
    ------
    AdqlError
        The tree is too deep to be written.
    """
    from sqlglot import ErrorLevel

    return with_room(lambda: str(tree.sql(dialect=engine, comments=False, unsupported_level=ErrorLevel.IGNORE)))
