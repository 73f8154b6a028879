"""Checking GROUP BY and ORDER BY: terms that are expressions, names of output columns, or their positions."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.check.conditions import Checks
from dfs.vo.adql.check.scope import Scope
from dfs.vo.adql.check.tables import TableChecks
from dfs.vo.adql.check.typed import Value

__all__ = ["OrderChecks"]


class OrderChecks(TableChecks):
    """Checks of the terms by which rows are grouped and ordered."""

    def groups(self, select: exp.Select, scope: Scope, columns: list[tuple[str, Value]]) -> list[Any]:
        """Return the terms of GROUP BY."""
        group = select.args.get("group")
        checks = Checks(scope, self)
        found = []
        for term in group.expressions if group is not None else ():
            node = self._named_output(term, scope, columns)
            if node is None:
                value = checks.value(term)
                if value.type == "flag":
                    value = checks.as_number(term, value, "GROUP BY")
                node = value.node
            if node.find(exp.AggFunc):
                raise self.error(term, "GROUP BY an aggregate")
            if not isinstance(
                node, exp.Literal | exp.Null
            ):  # engines take 1 for a position; a constant makes no groups
                found.append(node)
        return found

    def _named_output(self, term: Any, scope: Scope, columns: list[tuple[str, Value]]) -> Any:
        """Return a copy of the output column that `term` names, if no column of the tables has its name."""
        if not isinstance(term, exp.Column) or term.args.get("table") is not None:
            return None
        fitting = [value for name, value in columns if name.lower() == term.name.lower()]
        if len(fitting) != 1 or scope.unqualified(term) is not None:
            return None
        return fitting[0].node.copy()

    def output(self, term: exp.Ordered, columns: list[tuple[str, Value]]) -> Any:
        """Return the output column, by position or name, by which the outcome of a set operator is ordered."""
        node = term.this
        if isinstance(node, exp.Literal) and not node.is_string:
            return self._position(term, len(columns))
        names = [name.lower() for name, _ in columns]
        if isinstance(node, exp.Column) and node.args.get("table") is None and node.name.lower() in names:
            return _number(names.index(node.name.lower()) + 1)
        raise self.error(
            term, "the outcome of a set operator is ordered by its columns alone", accepted=", ".join(names[:20])
        )

    def orders(self, select: exp.Select, checks: Checks, columns: list[tuple[str, Value]]) -> list[exp.Ordered]:
        """Return the terms of ORDER BY of a SELECT."""
        found = []
        for term in select.args["order"].expressions:
            node = term.this
            if isinstance(node, exp.Literal) and not node.is_string:
                made: Any = self._position(term, len(columns))
            else:
                made = self._order_by(term, checks, columns, distinct=select.args.get("distinct") is not None)
            if made is not None:
                found.append(self.ordered(term, made))
        return found or [self.ordered(select.args["order"].expressions[0], _number(1))]

    def _order_by(self, term: exp.Ordered, checks: Checks, columns: list[tuple[str, Value]], *, distinct: bool) -> Any:
        node = term.this
        if isinstance(node, exp.Column) and node.args.get("table") is None:
            fitting = [index for index, (name, _) in enumerate(columns) if name.lower() == node.name.lower()]
            if len(fitting) == 1:
                return _number(fitting[0] + 1)
        value = checks.value(node)
        if value.type in {"point", "circle", "box", "polygon", "array"}:
            raise self.error(term, f"nothing can be ordered by a {value.type}")
        for index, (_, output) in enumerate(columns):
            if output.node == value.node:
                return _number(index + 1)
        if distinct:
            raise self.error(
                term, "SELECT DISTINCT is ordered by its own columns alone", hint="add the column to SELECT"
            )
        return None if _is_constant(value.node) else value.node

    def _position(self, term: exp.Ordered, count: int) -> exp.Literal:
        text = str(term.this.this)
        if not text.isdigit() or not 1 <= float(text) <= count:
            raise self.error(term, f"ORDER BY {text[:24]}: there is no such column", accepted=f"1 to {count}")
        return _number(int(float(text)))

    def ordered(self, term: exp.Ordered, node: Any) -> exp.Ordered:
        """Return a term of ORDER BY; NULL comes last in either direction."""
        made: exp.Ordered = exp.Ordered(this=node, desc=bool(term.args.get("desc")), nulls_first=False)
        return made


def _is_constant(node: Any) -> bool:
    """Return whether an expression is the same in every row."""
    return not any(
        isinstance(one, exp.Column | exp.AggFunc) or (isinstance(one, exp.Anonymous) and one.args["this"] == "RAND")
        for one in node.walk()
    )


def _number(value: int) -> exp.Literal:
    node: exp.Literal = exp.Literal(this=str(value), is_string=False)
    node.meta["type"] = "position"
    return node
