"""From a checked tree to one that an engine can run."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.errors import UsageError
from dfs.vo.adql.depth import with_room
from dfs.vo.adql.lower.base import Lowering
from dfs.vo.adql.lower.duckdb import DuckDB
from dfs.vo.adql.lower.postgres import Postgres
from dfs.vo.adql.lower.spark import Spark
from dfs.vo.adql.lower.trino import Trino

__all__ = ["ENGINES", "lower"]

ENGINES: dict[str, type[Lowering]] = {"duckdb": DuckDB, "postgres": Postgres, "spark": Spark, "trino": Trino}
"""The engines for which queries can be written."""


def lower(tree: Any, engine: str) -> Any:
    """Say a checked tree in an engine's words: geometry, functions, arithmetic.

    Parameters
    ----------
    tree
        As in `Checked.tree`, or as `restrict` returns it; it is not changed.
    engine
        One of `ENGINES`.

    Returns
    -------
    sqlglot.exp.Expression
        A tree for `print_for` of the same engine.

    Raises
    ------
    AdqlError
        Geometry is nested so that the query would grow too large.
    """
    if engine not in ENGINES:
        raise UsageError(f"there is no engine {engine!r}", accepted=", ".join(ENGINES))
    return with_room(lambda: _lowered(tree, ENGINES[engine]()))


def _lowered(tree: Any, rules: Lowering) -> Any:
    made = tree.copy()
    for node in reversed(list(made.walk(bfs=True))):  # parts before what they are parts of
        _apply(rules, node)
    return made


def _apply(rules: Lowering, node: Any) -> None:
    kind = node.meta.get("type")
    place = (node.parent, node.arg_key, node.index) if node.parent is not None else None
    found = rules.rule(node)
    if found is None or place is None:
        return
    if isinstance(node, exp.Anonymous) and kind is None:
        kind = "double"
    found.meta["type"] = kind if found.meta.get("type") is None else found.meta["type"]
    parent, key, index = place
    if index is None:
        parent.set(key, found)
        return
    parent.args[key][index] = found  # `set` would number a list of ten thousand anew each time
    found.parent, found.arg_key, found.index = parent, key, index
