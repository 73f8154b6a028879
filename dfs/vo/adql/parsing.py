"""From text to a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from dfs.vo.adql.depth import with_room
from dfs.vo.adql.grammar.select import Grammar
from dfs.vo.adql.reserved import RESERVED
from dfs.vo.adql.tokens import cut

__all__ = ["Query", "parse", "user_functions"]


@dataclass(frozen=True, slots=True)
class Query:
    """A query that is ADQL by its grammar: its text, and its tree of sqlglot expressions (names not yet looked up)."""

    text: str
    tree: Any


def parse(text: str) -> Query:
    """Parse ADQL 2.1.

    Parameters
    ----------
    text
        The query.

    Returns
    -------
    Query
        The tree; functions are `exp.Anonymous` with their names in upper case, user-defined ones as written.

    Raises
    ------
    AdqlError
        The text is not ADQL; says where.
    """
    tokens = cut(text)
    return with_room(lambda: Query(text, Grammar(tokens).query()))


def user_functions(query: Query) -> list[str]:
    """Return the names of the user-defined functions that a query calls, as written."""
    calls = [str(node.this) for node in query.tree.find_all(exp.Anonymous)]
    return [name for name in calls if name not in RESERVED]
