"""FROM: tables, derived tables and joins.

A join in parentheses, or one that stands to the right of another, becomes an `exp.Subquery` without alias over its first table.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlglot import exp

from dfs.vo.adql.grammar.predicates import Predicates
from dfs.vo.adql.grammar.reader import place

__all__ = ["TableReferences"]


class _Joined(NamedTuple):
    """A further table of a chain of joins, and the join conditions that stand behind it."""

    at: int
    natural: bool
    side: str
    table: Any
    conditions: list[dict[str, Any]]


class TableReferences(Predicates):
    """The part of the grammar below ``<from_clause>``."""

    def from_clause(self) -> tuple[exp.From, list[exp.Join]]:
        """Read ``<from_clause>``: the first table, and everything joined to it (by commas too)."""
        self.expect_key("FROM")
        first, joins = self._chain_of_joins()
        while self.accept_sign(","):
            table, further = self._chain_of_joins()
            joins = [*joins, exp.Join(this=table), *further]
        return exp.From(this=first), joins

    def _chain_of_joins(self) -> tuple[Any, list[exp.Join]]:
        first = self._table()
        chain = []
        while self.is_key("NATURAL", "INNER", "LEFT", "RIGHT", "FULL", "JOIN"):
            chain.append(self._joined())
        wanted = sum(not one.natural for one in chain)
        given = sum(len(one.conditions) for one in chain)
        if any(len(one.conditions) > 1 for one in chain) or (given == wanted and self._leans_right(chain)):
            return self._nested(first, chain)
        return first, [_join(one, one.table, one.conditions) for one in chain]

    def _joined(self) -> _Joined:
        at = self.token.at
        natural = self.accept_key("NATURAL") is not None
        side = self.accept_key("INNER", "LEFT", "RIGHT", "FULL") or ""
        if side in {"LEFT", "RIGHT", "FULL"}:
            self.accept_key("OUTER")
        self.expect_key("JOIN")
        table = self._table()
        conditions: list[dict[str, Any]] = []
        while self.is_key("ON", "USING"):
            if natural:
                raise self.error("a NATURAL JOIN has no condition")
            if self.accept_key("ON"):
                conditions.append({"on": self.condition()})
            else:
                self.next()
                self.expect_sign("(")
                names = [self._column_name()]
                while self.accept_sign(","):
                    names.append(self._column_name())
                self.expect_sign(")")
                conditions.append({"using": names})
        return _Joined(at, natural, side.replace("INNER", ""), table, conditions)

    def _column_name(self) -> exp.Identifier:
        at = self.token.at
        node: exp.Identifier = place(self.identifier("a column name"), at)
        return node

    @staticmethod
    def _leans_right(chain: list[_Joined]) -> bool:
        return any(not one.natural and not one.conditions for one in chain)

    def _nested(self, first: Any, chain: list[_Joined]) -> tuple[Any, list[exp.Join]]:
        """Join ``a JOIN b JOIN c ON x ON y`` from the inside: each condition closes the last join still open."""
        groups: list[tuple[Any, list[exp.Join], _Joined | None]] = [(first, [], None)]
        for one in chain:
            if one.natural:
                groups[-1][1].append(_join(one, one.table, []))
                continue
            groups.append((one.table, [], one))
            for condition in one.conditions:
                if len(groups) == 1:
                    raise self.error("a join condition without a join", at=one.at)
                table, joins, opened = groups.pop()
                if opened is None:
                    raise self.error("a join condition without a join", at=one.at)
                groups[-1][1].append(_join(opened, _in_parentheses(table, joins), [condition]))
        while len(groups) > 1:
            table, joins, opened = groups.pop()
            if opened is not None:
                groups[-1][1].append(_join(opened, _in_parentheses(table, joins), []))
        return groups[0][0], groups[0][1]

    def _table(self) -> Any:
        if self.is_sign("("):
            return self._parenthesis_of_tables()
        at = self.token.at
        parts = self.dotted("a table name", 3)
        names = dict(zip(("this", "db", "catalog"), reversed(parts), strict=False))
        table = place(exp.Table(**names), at)
        alias = self._correlation()
        if alias is not None:
            table.set("alias", alias)
        return table

    def _parenthesis_of_tables(self) -> Any:
        at = self.token.at
        if self.is_query(self.index):
            derived = self.subquery()
            alias = self._correlation()
            if alias is None:
                raise self.unexpected("a name for the subquery: (SELECT ...) AS name")
            derived.set("alias", alias)
            return place(derived, at)
        self.next()
        first, joins = self._chain_of_joins()
        if not joins:
            raise self.unexpected("a join")
        self.expect_sign(")")
        alias = self._correlation()
        if alias is None:
            return place(_in_parentheses(first, joins), at)
        every = exp.Select(expressions=[exp.Star()], from_=exp.From(this=first), joins=joins)
        return place(exp.Subquery(this=every, alias=alias), at)

    def _correlation(self) -> exp.TableAlias | None:
        if self.accept_key("AS") or self.is_identifier():
            return exp.TableAlias(this=self.identifier("a name for the table"))
        return None


def _join(one: _Joined, table: Any, conditions: list[dict[str, Any]]) -> exp.Join:
    """Make the join; one without any condition, which the grammar allows, joins every row with every row."""
    given: dict[str, Any] = conditions[0] if conditions else {}
    if one.natural:
        given = {"method": "NATURAL"}
    elif not given:
        given = {"on": exp.Boolean(this=True)}
    if one.side:
        given = {**given, "side": one.side}
    node: exp.Join = place(exp.Join(this=table, **given), one.at)
    return node


def _in_parentheses(table: Any, joins: list[exp.Join]) -> Any:
    if not joins:
        return table
    table.set("joins", joins)
    return exp.Subquery(this=table)
