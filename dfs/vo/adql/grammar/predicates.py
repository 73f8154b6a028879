"""Search conditions: AND, OR, NOT, comparisons, BETWEEN, IN, LIKE, ILIKE, IS NULL, EXISTS."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.grammar.geometry_calls import GeometryCalls
from dfs.vo.adql.grammar.reader import place
from dfs.vo.adql.grammar.values import balanced

__all__ = ["Predicates"]

_COMPARISONS: dict[str, Any] = {
    "=": exp.EQ, "<>": exp.NEQ, "!=": exp.NEQ, "<": exp.LT, ">": exp.GT, "<=": exp.LTE, ">=": exp.GTE,
}  # fmt: skip
_GO_ON_AFTER_VALUE = frozenset({*_COMPARISONS, "+", "-", "*", "/", "||"})
_GO_ON_WORDS = frozenset({"BETWEEN", "IN", "LIKE", "ILIKE", "NOT", "IS"})


class Predicates(GeometryCalls):
    """The part of the grammar below ``<search_condition>``."""

    def condition(self) -> Any:
        """Read ``<search_condition>``."""
        parts = [self._term()]
        while self.accept_key("OR"):
            parts.append(self._term())
        return balanced(exp.Or, parts)

    def _term(self) -> Any:
        parts = [self._condition_factor()]
        while self.accept_key("AND"):
            parts.append(self._condition_factor())
        parts = [exp.Paren(this=part) if isinstance(part, exp.Or) else part for part in parts]
        return balanced(exp.And, parts)

    def _condition_factor(self) -> Any:
        if self.accept_key("NOT"):
            return exp.Not(this=self._condition_primary())
        return self._condition_primary()

    def _condition_primary(self) -> Any:
        if self.accept_key("EXISTS"):
            return exp.Exists(this=self.subquery().this)
        if self.is_sign("(") and not self._value_in_parentheses():
            self.next()
            inner = exp.Paren(this=self.condition())
            self.expect_sign(")")
            return inner
        return self._predicate()

    def subquery(self) -> exp.Subquery:
        """Read ``<table_subquery>`` (the part on SELECT says how)."""
        raise NotImplementedError

    def is_query(self, index: int) -> bool:
        """Return whether the parenthesis at `index` holds a query."""
        raise NotImplementedError

    def _value_in_parentheses(self) -> bool:
        """Tell a value from a condition by what follows the closing parenthesis: only a value is operated on or compared."""
        closing = self.closing.get(self.index)
        if closing is None:
            raise self.error("a parenthesis is not closed")
        after = self.tokens[closing + 1]
        return (after.kind == "sign" and after.text in _GO_ON_AFTER_VALUE) or (
            after.kind == "key" and after.text in _GO_ON_WORDS
        )

    def _predicate(self) -> Any:
        at = self.token.at
        left = self.value()
        if self.is_sign(*_COMPARISONS):
            sign = self.next()
            return place(_COMPARISONS[sign.text](this=left.node, expression=self.value().node), sign.at)
        if self.accept_key("IS"):
            if not isinstance(left.node, exp.Column):
                raise self.error("IS NULL stands after a column name", at=at)
            negated = self.accept_key("NOT") is not None
            self.expect_key("NULL")
            node: Any = exp.Is(this=left.node, expression=exp.Null())
            return exp.Not(this=node) if negated else node
        negated = self.accept_key("NOT") is not None
        place_of_word = self.token.at
        if self.accept_key("BETWEEN"):
            low = self.value().node
            self.expect_key("AND")
            node = exp.Between(this=left.node, low=low, high=self.value().node)
        elif self.accept_key("IN"):
            node = self._in(left.node)
        elif self.is_key("LIKE", "ILIKE"):
            self.need(left, at, "text", f"text before {self.token.text}")
            kind = exp.Like if self.next().text == "LIKE" else exp.ILike
            node = kind(this=left.node, expression=self.characters())
        else:
            raise self.unexpected("a comparison: =, <>, <, >, <=, >=, BETWEEN, IN, LIKE, ILIKE or IS NULL")
        place(node, place_of_word)
        return exp.Not(this=node) if negated else node

    def _in(self, left: Any) -> exp.In:
        if not self.is_sign("("):
            raise self.unexpected("'(' with values or a subquery")
        if self.is_query(self.index):
            return exp.In(this=left, query=self.subquery())
        self.next()
        values = [self.value().node]
        while self.accept_sign(","):
            values.append(self.value().node)
        self.expect_sign(")")
        return exp.In(this=left, expressions=values)
