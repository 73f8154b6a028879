"""Where a query's tree names tables, and which conditions bind the rows of each before they are joined.

The tree is that of `dfs.vo.adql.check`: aliases differ throughout, each column says its alias, geometry is canonical.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

__all__ = ["Condition", "Reference", "aliases_in", "conjuncts", "references"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A conjunct of WHERE or of a join.

    Attributes
    ----------
    node
        The condition.
    prunes
        Aliases of the tables of which rows that cannot meet it may be left out beforehand (and rows be given several times, if at
        most one of them can meet it).
    """

    node: Any
    prunes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reference:
    """One place where a query names a table that is kept or uploaded.

    Attributes
    ----------
    node
        The table in the tree.
    table
        Its name with schema, in lower case.
    alias
        By which the query knows it.
    select
        The SELECT whose FROM it stands in.
    conditions
        Conjuncts that bind it.
    """

    node: Any
    table: str
    alias: str
    select: Any
    conditions: tuple[Condition, ...]

    def columns(self, root: Any) -> list[str]:
        """Return the names of its columns that the query reads, each once."""
        names = {one.name: None for one in root.find_all(exp.Column) if one.table == self.alias}
        return list(names)


def references(root: Any) -> list[Reference]:
    """Return every place where the tree names a table with a schema (common table expressions have none)."""
    bound: dict[int, list[Condition]] = {}
    found = []
    for node in root.find_all(exp.Table):
        if node.args.get("db") is None:
            continue
        select = node.find_ancestor(exp.Select)
        if id(select) not in bound:
            bound[id(select)] = list(_conditions(select))
        alias = node.alias_or_name
        own = tuple(one for one in bound[id(select)] if alias in one.prunes and alias in aliases_in(one.node))
        found.append(Reference(node, f"{node.db}.{node.name}", alias, select, own))
    return found


def aliases_in(node: Any) -> set[str]:
    """Return the aliases of the tables that a condition reads."""
    return {one.table for one in node.find_all(exp.Column)}


def conjuncts(condition: Any) -> Iterator[Any]:
    """Give the parts of a condition that must all hold."""
    waiting = [condition]
    while waiting:
        one = waiting.pop()
        if isinstance(one, exp.And):
            waiting += [one.expression, one.this]
        elif isinstance(one, exp.Paren):
            waiting.append(one.this)
        else:
            yield one


def _conditions(select: Any) -> Iterator[Condition]:
    """Give the conjuncts of a SELECT.

    A conjunct of WHERE that NULL does not meet prunes every table, also one that an outer join fills with NULL: a row that is left
    out comes back as NULL at most, and fails.  One of a join prunes those sides whose rows the join drops when nothing fits.
    """
    tables, conditions = _chain(select.args["from_"].this, select.args.get("joins") or ())
    yield from conditions
    where = select.args.get("where")
    for one in conjuncts(where.this) if where is not None else ():
        yield Condition(one, tables)


def _chain(first: Any, joins: Iterable[Any]) -> tuple[frozenset[str], list[Condition]]:
    """Return the aliases of tables joined one after the other (derived tables count as themselves), and the conditions between them."""
    tables, conditions = _item(first)
    for join in joins:
        right, inner = _item(join.this)
        conditions += inner
        prunes = {"": tables | right, "LEFT": right, "RIGHT": tables}.get(str(join.args.get("side") or "").upper())
        tables |= right
        if join.args.get("on") is not None and prunes is not None:
            conditions += [Condition(one, prunes) for one in conjuncts(join.args["on"])]
    return tables, conditions


def _item(item: Any) -> tuple[frozenset[str], list[Condition]]:
    if isinstance(item, exp.Subquery) and not item.alias:
        return _chain(item.this, item.this.args.get("joins") or ())
    return frozenset({item.alias_or_name}), []
