"""What of each table a user may see, put into a checked tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from dfs.vo.adql.check.scope import named

__all__ = ["restrict"]


def restrict(tree: Any, condition: Callable[[str, str], Any]) -> Any:
    """Replace each reference to a real table by the part of it that may be seen.

    Parameters
    ----------
    tree
        As in `Checked.tree`; it is not changed.
    condition
        Gives, for the name of a table (``ivoa.obscore``, in lower case) and the alias under which its columns are called, the condition
        that a row must meet; None when every row may be seen. It is asked for uploads too (``tap_upload.x``), not for common table
        expressions: their tables are restricted where they are read.

    Returns
    -------
    sqlglot.exp.Expression
        The tree with ``(SELECT * FROM "s"."t" AS "a" WHERE ...) AS "a"`` in place of ``"s"."t" AS "a"``; ``*`` keeps hidden columns in reach.
    """
    made = tree.copy()
    for table in list(made.find_all(exp.Table)):
        if not table.db:
            continue
        wanted = condition(f"{table.db}.{table.name}", table.alias)
        if wanted is None:
            continue
        joins = table.args.get("joins")
        table.set("joins", None)
        inner = exp.Select(expressions=[exp.Star()], from_=exp.From(this=table.copy()), where=exp.Where(this=wanted))
        seen = exp.Subquery(this=inner, alias=exp.TableAlias(this=named(table.alias)))
        if joins:
            seen.set("joins", joins)
        table.replace(seen)
    return made
