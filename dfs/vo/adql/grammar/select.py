"""Queries: WITH, SELECT and its clauses, set operators."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.grammar.reader import place
from dfs.vo.adql.grammar.tables import TableReferences

__all__ = ["Grammar"]

_SET_OPERATORS: dict[str, Any] = {"UNION": exp.Union, "EXCEPT": exp.Except, "INTERSECT": exp.Intersect}
_MOST_OPERANDS = 200  # of set operators: each reads a table at least
_AFTER_QUERY = frozenset({*_SET_OPERATORS, "ORDER", "OFFSET"})


class Grammar(TableReferences):
    """The whole grammar."""

    def query(self) -> Any:
        """Read ``<query_specification>`` up to the end of the text."""
        with_queries = []
        if self.accept_key("WITH"):
            with_queries.append(self._with_query())
            while self.accept_sign(","):
                with_queries.append(self._with_query())
        tree = self.select_expression()
        self.accept_sign(";")
        if self.token.kind != "end":
            if self.text[: self.token.at].rstrip().upper().endswith("LIMIT"):  # read as the name of a table until here
                raise self.error("ADQL has no LIMIT", accepted="the end of the query", hint="begin with SELECT TOP n")
            raise self.unexpected("the end of the query")
        if with_queries:
            tree.set("with_", exp.With(expressions=with_queries))
        return tree

    def _with_query(self) -> exp.CTE:
        at = self.token.at
        name = self.identifier("a name for the common table expression")
        self.expect_key("AS")
        self.expect_sign("(")
        inner = self.select_expression()
        self.expect_sign(")")
        node: exp.CTE = place(exp.CTE(this=inner, alias=exp.TableAlias(this=name)), at)
        return node

    def select_expression(self) -> Any:
        """Read ``<select_expression>``: a query with its order and offset."""
        tree = self._set_expression()
        if isinstance(tree, exp.Subquery) and not _is_ordered(tree.this):
            tree = tree.this
        if self.accept_key("ORDER"):
            self.expect_key("BY")
            terms = [self._order_term()]
            while self.accept_sign(","):
                terms.append(self._order_term())
            tree.set("order", exp.Order(expressions=terms))
        if self.accept_key("OFFSET"):
            rows = exp.Literal(this=self.whole_number("the rows to leave out"), is_string=False)
            tree.set("offset", exp.Offset(expression=rows))
        return tree

    def _order_term(self) -> exp.Ordered:
        at = self.token.at
        value = self.value().node
        descending = self.accept_key("ASC", "DESC") == "DESC"
        node: exp.Ordered = place(exp.Ordered(this=value, desc=descending, nulls_first=False), at)
        return node

    def _set_expression(self) -> Any:
        return self._set_chain(("UNION", "EXCEPT"), self._set_term)

    def _set_term(self) -> Any:
        return self._set_chain(("INTERSECT",), self._set_primary)

    def _set_chain(self, words: tuple[str, ...], operand: Any) -> Any:
        left, count = operand(), 1
        while self.is_key(*words):
            count += 1
            if count > _MOST_OPERANDS:
                raise self.error(f"more than {_MOST_OPERANDS} queries in a row")
            token = self.next()
            every = self.accept_key("ALL") is not None
            kind = _SET_OPERATORS[token.text]
            sides = {"this": _operand(left, within=kind), "expression": _operand(operand())}
            left = place(kind(**sides, distinct=not every), token.at)
        return left

    def _set_primary(self) -> Any:
        if self.accept_sign("("):
            inner = self.select_expression()
            self.expect_sign(")")
            return inner if isinstance(inner, exp.Subquery) else exp.Subquery(this=inner)
        if not self.is_key("SELECT"):
            raise self.unexpected("SELECT")
        return self._select()

    def _select(self) -> exp.Select:
        at = self.expect_key("SELECT").at
        distinct = self.accept_key("DISTINCT", "ALL") == "DISTINCT"
        clauses: dict[str, Any] = {}
        if self.accept_key("TOP"):
            rows = exp.Literal(this=self.whole_number("the number of rows"), is_string=False)
            clauses["limit"] = exp.Limit(expression=rows)
        clauses["expressions"] = self._select_list()
        clauses["from_"], joins = self.from_clause()
        if joins:
            clauses["joins"] = joins
        if self.accept_key("WHERE"):
            clauses["where"] = exp.Where(this=self.condition())
        if self.accept_key("GROUP"):
            self.expect_key("BY")
            terms = [self.value().node]
            while self.accept_sign(","):
                terms.append(self.value().node)
            clauses["group"] = exp.Group(expressions=terms)
        if self.accept_key("HAVING"):
            clauses["having"] = exp.Having(this=self.condition())
        if distinct:
            clauses["distinct"] = exp.Distinct()
        node: exp.Select = place(exp.Select(**clauses), at)
        return node

    def _select_list(self) -> list[Any]:
        if self.is_sign("*"):
            star = place(exp.Star(), self.next().at)
            if self.is_sign(","):
                raise self.error(
                    "'*' stands with other columns", hint="write the table before it: SELECT t.*, x FROM s.t AS t"
                )
            return [star]
        items = [self._select_item()]
        while self.accept_sign(","):
            items.append(self._select_item())
        return items

    def _select_item(self) -> Any:
        at = self.token.at
        if self._stars_of_a_table():
            parts = self.dotted("a table name", 3)
            self.expect_sign(".")
            self.expect_sign("*")
            names = dict(zip(("table", "db", "catalog"), reversed(parts), strict=False))
            return place(exp.Column(this=exp.Star(), **names), at)
        value = self.value().node
        if self.accept_key("AS") or self.is_identifier():
            value = exp.Alias(this=value, alias=self.identifier("a name for the column"))
        return place(value, at)

    def _stars_of_a_table(self) -> bool:
        index = self.index
        while self.is_identifier(index) and self.tokens[index + 1][:2] == ("sign", "."):
            index += 2
        return index > self.index and self.tokens[index][:2] == ("sign", "*")

    def subquery(self) -> exp.Subquery:
        """Read a query, or a join standing for all its columns, in parentheses."""
        at = self.expect_sign("(").at
        if self.is_key("SELECT") or (self.is_sign("(") and self.is_query(self.index)):
            inner = self.select_expression()
        else:
            first, joins = self._chain_of_joins()
            if not joins:
                raise self.unexpected("SELECT")
            inner = exp.Select(expressions=[exp.Star()], from_=exp.From(this=first), joins=joins)
        self.expect_sign(")")
        node: exp.Subquery = place(exp.Subquery(this=inner), at)
        return node

    def is_query(self, index: int) -> bool:
        """Return whether the parenthesis at `index` holds a query (and not a join or a value)."""
        inner = self.tokens[index + 1]
        if inner.kind == "key":
            return inner.text in {"SELECT", "WITH"}
        if inner[:2] != ("sign", "("):
            return False
        closing = self.closing.get(index + 1)
        if closing is None or not self.is_query(index + 1):
            return False
        after = self.tokens[closing + 1]
        return after[:2] == ("sign", ")") or (after.kind == "key" and after.text in _AFTER_QUERY)


def _is_ordered(tree: Any) -> bool:
    return any(tree.args.get(name) is not None for name in ("order", "limit", "offset"))


def _operand(tree: Any, *, within: Any = None) -> Any:
    """Put an operand into parentheses where its own TOP, or the order of operators, asks for them; the left one is `within` the next."""
    plain = isinstance(tree, exp.Select) or (
        within is not None and (isinstance(tree, within) or not isinstance(tree, exp.Intersect))
    )
    if isinstance(tree, exp.Subquery) or (plain and not _is_ordered(tree)):
        return tree
    return exp.Subquery(this=tree)
