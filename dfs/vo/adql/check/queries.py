"""Checking queries: columns, grouping, order, set operators, common table expressions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot import exp

from dfs.vo.adql.check.conditions import Checks
from dfs.vo.adql.check.grouping import check_grouping
from dfs.vo.adql.check.ordering import OrderChecks
from dfs.vo.adql.check.scope import Scope, named
from dfs.vo.adql.check.typed import INTEGERS, NUMBERS, TEXTS, Value
from dfs.vo.adql.geometry import arguments, call, constant, is_call

__all__ = ["MOST_COLUMNS", "QueryChecks"]

MOST_COLUMNS = 2000
"""Most output columns of a query or a part of it."""


class QueryChecks(OrderChecks):
    """Checks of whole queries."""

    def whole(self, tree: Any) -> tuple[Any, list[tuple[str, Value]]]:
        """Check a query with its common table expressions."""
        made = []
        given = tree.args.get("with_")
        for one in given.expressions if given is not None else ():
            name = one.args["alias"].this
            physical = self._alias(str(name.this))
            inner, columns = self.outputs(one.this, None)
            self.common.append((name, physical, columns))
            made.append(exp.CTE(this=inner, alias=exp.TableAlias(this=named(physical))))
        built, columns = self.outputs(tree, None)
        if isinstance(built, exp.Select):
            columns = _with_arrays(built, columns)
        if made:
            if isinstance(built, exp.Subquery):
                built = exp.Select(
                    expressions=[exp.Star()], from_=exp.From(this=_named_subquery(built, self._alias("q")))
                )
            built.set("with_", exp.With(expressions=made))
        return built, columns

    def outputs(self, tree: Any, parent: Scope | None) -> tuple[Any, list[tuple[str, Value]]]:
        """Check a query; returns its tree and its named columns."""
        if isinstance(tree, exp.Select):
            return self._select(tree, parent)
        if isinstance(tree, exp.Subquery):
            inner, columns = self.outputs(tree.this, parent)
            made: Any = exp.Subquery(this=inner)
        else:
            made, columns = self._set_operation(tree, parent)
        if tree.args.get("order") is not None:
            terms = [self.ordered(one, self.output(one, columns)) for one in tree.args["order"].expressions]
            made.set("order", exp.Order(expressions=terms))
        if tree.args.get("offset") is not None:
            made.set("offset", tree.args["offset"].copy())
        return made, columns

    def _set_operation(self, tree: Any, parent: Scope | None) -> tuple[Any, list[tuple[str, Value]]]:
        kind, operands = type(tree), []
        chain = tree
        while isinstance(chain, exp.SetOperation):  # leans to the left: walked down without recursion
            operands.append(chain)
            chain = chain.this
        made, columns = self.outputs(chain, parent)
        for one in reversed(operands):
            kind = type(one)
            right, others = self.outputs(one.expression, parent)
            columns = self._matched(one, columns, others)
            made = kind(this=made, expression=right, distinct=bool(one.args.get("distinct")))
        return made, columns

    def _matched(
        self, node: Any, columns: list[tuple[str, Value]], others: list[tuple[str, Value]]
    ) -> list[tuple[str, Value]]:
        if len(columns) != len(others):
            message = f"the sides of {type(node).__name__.upper()} have {len(columns)} and {len(others)} columns"
            raise self.error(node, message)
        found = []
        for (name, left), (other_name, right) in zip(columns, others, strict=True):
            kind = _common_type(left.type, right.type)
            if kind is None:
                said = f"the columns {name} and {other_name} of a set operator are {left.type} and {right.type}"
                raise self.error(node, said, hint="use CAST")
            same = left.type == right.type and left.column is not None
            column = left.column if same else None
            unit = left.unit if left.unit == right.unit else ""
            found.append(
                (
                    name,
                    Value(exp.Null(), kind, unit, left.ucd if left.ucd == right.ucd else "", column, left.description),
                )
            )
        return found

    def _select(self, select: exp.Select, parent: Scope | None) -> tuple[exp.Select, list[tuple[str, Value]]]:
        source, joins, scope = self.from_clause(select, parent)
        where = select.args.get("where")
        clauses: dict[str, Any] = {"from_": source}
        if joins:
            clauses["joins"] = joins
        if where is not None:
            clauses["where"] = exp.Where(this=Checks(scope, self).condition(where.this))
        checks = Checks(scope, self, aggregates=True)
        columns = self._columns(select, scope, checks)
        clauses["expressions"] = [exp.Alias(this=value.node, alias=named(name)) for name, value in columns]
        groups = self.groups(select, scope, columns)
        if groups:
            clauses["group"] = exp.Group(expressions=groups)
        having = select.args.get("having")
        if having is not None:
            clauses["having"] = exp.Having(this=checks.condition(having.this))
        if select.args.get("order") is not None:
            clauses["order"] = exp.Order(expressions=self.orders(select, checks, columns))
        if groups or having is not None or checks.has_aggregates:
            check_grouping(self.text, scope, groups, clauses)
        if select.args.get("distinct") is not None:
            clauses["distinct"] = exp.Distinct()
        for name in ("limit", "offset"):
            if select.args.get(name) is not None:
                clauses[name] = select.args[name].copy()
        return exp.Select(**clauses), columns

    def _columns(self, select: exp.Select, scope: Scope, checks: Checks) -> list[tuple[str, Value]]:
        found: list[tuple[str, Value]] = []
        for item in select.expressions:
            if isinstance(item, exp.Star):
                for relation in scope.relations:
                    for one in relation.visible:
                        known = one.field.value
                        value = Value(one.node(), known.type, known.unit, known.ucd, known.column, known.description)
                        found.append((one.field.name, value))
            elif isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
                found += self._all_of_a_table(item, scope)
            else:
                found.append(self._column(item, checks, len(found) + 1))
            if len(found) > MOST_COLUMNS:
                raise self.error(item, "the query has too many columns", accepted=f"at most {MOST_COLUMNS}")
        return _distinct_names(found)

    def _all_of_a_table(self, item: exp.Column, scope: Scope) -> list[tuple[str, Value]]:
        parts = [part for part in (item.args.get(name) for name in ("catalog", "db", "table")) if part is not None]
        source = scope.called(item, parts)
        if source is None:
            raise self.error(item, f"FROM has no table {'.'.join(part.name for part in parts)}")
        known = [(one.name, one.value, source.column(one)) for one in source.fields]
        return [
            (name, Value(node, value.type, value.unit, value.ucd, value.column, value.description))
            for name, value, node in known
        ]

    def _column(self, item: Any, checks: Checks, number: int) -> tuple[str, Value]:
        expression = item.this if isinstance(item, exp.Alias) else item
        value = checks.value(expression)
        if value.type == "flag":
            value = checks.as_number(expression, value, "SELECT")
        if isinstance(item, exp.Alias):
            return str(item.args["alias"].this), value
        if isinstance(expression, exp.Column):
            return value.node.name if isinstance(value.node, exp.Column) else expression.name, value
        if isinstance(expression, exp.Anonymous):
            return str(expression.this).lower(), value
        return (type(expression).__name__.lower() if isinstance(expression, exp.AggFunc) else f"col_{number}"), value


def _with_arrays(select: exp.Select, columns: list[tuple[str, Value]]) -> list[tuple[str, Value]]:
    """Make the shapes that a result has arrays of numbers; those by which rows are grouped stay text."""
    group = select.args.get("group")
    grouped = set(group.expressions) if group is not None else set()
    found = []
    for item, (name, value) in zip(select.expressions, columns, strict=True):
        node = value.node
        shape = is_call(node) and not is_call(node, "adql_region") and node not in grouped
        if shape and (value.type != "box" or all(constant(one) is not None for one in arguments(node))):
            value = replace(value, node=call("adql_array", node))  # noqa: PLW2901
            item.set("this", value.node)
        found.append((name, value))
    return found


def _named_subquery(node: exp.Subquery, alias: str) -> exp.Subquery:
    made: exp.Subquery = exp.Subquery(this=node, alias=exp.TableAlias(this=named(alias)))
    return made


def _distinct_names(columns: list[tuple[str, Value]]) -> list[tuple[str, Value]]:
    """Give columns of the same name numbers: a result has each name once."""
    seen: set[str] = set()
    found = []
    for name, value in columns:
        label, number = name, 1
        while label.lower() in seen:
            number += 1
            label = f"{name}_{number}"
        seen.add(label.lower())
        found.append((label, value))
    return found


def _common_type(left: str, right: str) -> str | None:
    kinds = {left, right}
    if len(kinds) == 1:
        return left
    if "null" in kinds:
        return (kinds - {"null"}).pop()
    if kinds <= INTEGERS:
        return "long" if "long" in kinds else "int"
    if kinds <= NUMBERS:
        return "double"
    if kinds <= TEXTS:
        return "unicodeChar" if "unicodeChar" in kinds else "char"
    return None
