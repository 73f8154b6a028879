"""Checking FROM: each table is looked up and gets a name of its own; NATURAL and USING become ON."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.model.schema import TableSchema
from dfs.vo.adql.check.conditions import Checks
from dfs.vo.adql.check.scope import Field, Relation, Scope, Source, Visible, matches, named
from dfs.vo.adql.check.typed import Value
from dfs.vo.adql.errors import AdqlError, nearest

__all__ = ["MOST_TABLES", "TableChecks"]

MOST_TABLES = 200
"""Most tables of one query; each costs a scan."""


class TableChecks:
    """Checks of FROM; the part on queries completes it."""

    def __init__(self, text: str, tables: dict[str, TableSchema]) -> None:
        self.text = text
        self.tables = tables
        self.used: dict[str, TableSchema] = {}
        self.aliases: set[str] = set()
        self.common: list[tuple[exp.Identifier, str, list[tuple[str, Value]]]] = []
        self.count = 0

    def error(self, node: Any, message: str, *, hint: str = "", accepted: str = "") -> AdqlError:
        """Return an error at the place of `node`."""
        return AdqlError(message, text=self.text, at=node.meta.get("at"), hint=hint, accepted=accepted)

    def outputs(self, tree: Any, parent: Scope | None) -> tuple[Any, list[tuple[str, Value]]]:
        """Check a query within another; returns its tree and its named columns."""
        raise NotImplementedError

    def inner_query(self, tree: Any, parent: Scope) -> tuple[Any, list[Value]]:
        """Check a query in a condition."""
        made, columns = self.outputs(tree, parent)
        return made, [value for _, value in columns]

    def from_clause(self, select: exp.Select, parent: Scope | None) -> tuple[exp.From, list[exp.Join], Scope]:
        """Check FROM; returns it with its joins, and the scope that the rest of the query sees."""
        scope = Scope(self.text, [], parent)
        node, relation = self._item(select.args["from_"].this, scope)
        joins: list[exp.Join] = []
        for join in select.args.get("joins") or ():
            if not (join.args.get("on") or join.args.get("using") or join.args.get("method")):
                scope.relations.append(relation)
                table, relation = self._item(join.this, scope)
                joins.append(
                    exp.Join(this=table, kind="CROSS") if joins and _joined(joins[-1]) else exp.Join(this=table)
                )
            else:
                made, relation = self._join(join, relation, scope)
                joins.append(made)
        scope.relations.append(relation)
        self._twice(select, scope)
        return exp.From(this=node), joins, scope

    def _twice(self, select: exp.Select, scope: Scope) -> None:
        seen: set[tuple[str, ...]] = set()
        for source in scope.sources():
            name = source.names if source.delimited else tuple(one.lower() for one in source.names)
            if name in seen:
                said = ".".join(source.names)
                raise self.error(
                    select.args["from_"].this,
                    f"FROM has two tables called {said}",
                    hint=f"name one by AS: {said} AS other",
                )
            seen.add(name)

    def _item(self, node: Any, scope: Scope) -> tuple[Any, Relation]:
        """Check a table, a derived table, or a join in parentheses."""
        self.count += 1
        if self.count > MOST_TABLES:
            raise self.error(node, "the query has too many tables", accepted=f"at most {MOST_TABLES}")
        if isinstance(node, exp.Table):
            return self._table(node)
        if node.args.get("alias") is None:
            return self._nested(node, scope)
        tree, columns = self.outputs(node.this, scope.parent)
        name = node.args["alias"].this
        made, source = self._derived(name, columns, node)
        return exp.Subquery(this=tree, alias=exp.TableAlias(this=named(made))), Relation.of(source)

    def _nested(self, node: exp.Subquery, scope: Scope) -> tuple[exp.Subquery, Relation]:
        inner = node.this
        table, relation = self._item(inner, scope)
        made = []
        for join in inner.args.get("joins") or []:
            one, relation = self._join(join, relation, scope)
            made.append(one)
        table.set("joins", made)
        return exp.Subquery(this=table), relation

    def _derived(self, name: exp.Identifier, columns: list[tuple[str, Value]], node: Any) -> tuple[str, Source]:
        alias = self._alias(str(name.this))
        fields = tuple(Field(label, label, value) for label, value in columns)
        del node
        return alias, Source(alias, (str(name.this),), bool(name.args.get("quoted")), fields)

    def _alias(self, wanted: str) -> str:
        """Return a name for a table that no other in the query has, whatever scope it stands in."""
        base = wanted.lower() or "t"
        name, number = base, 1
        while name in self.aliases:
            number += 1
            name = f"{base}_{number}"
        self.aliases.add(name)
        return name

    def _table(self, node: exp.Table) -> tuple[exp.Table, Relation]:
        given = node.args.get("alias")
        correlation = given.this if given is not None else None
        if node.args.get("db") is None:
            for name, physical, columns in reversed(self.common):
                if matches(node.this, str(name.this), bool(name.args.get("quoted"))):
                    alias, source = self._derived(correlation or name, columns, node)
                    table = exp.Table(this=named(physical), alias=exp.TableAlias(this=named(alias)))
                    return table, Relation.of(source)
        schema = self._lookup(node)
        folder, _, short = schema.name.rpartition(".")
        self.used[schema.name.lower()] = schema
        names = (folder, short) if correlation is None else (str(correlation.this),)
        alias = self._alias(names[-1])
        delimited = correlation is not None and bool(correlation.args.get("quoted"))
        source = Source(alias, names, delimited, tuple(Field.of(column) for column in schema.columns))
        table = exp.Table(this=named(short.lower()), db=named(folder.lower()), alias=exp.TableAlias(this=named(alias)))
        return table, Relation.of(source)

    def _lookup(self, node: exp.Table) -> TableSchema:
        parts = [part for part in (node.args.get(name) for name in ("catalog", "db", "this")) if part is not None]
        said = ".".join(part.name for part in parts)
        found = self.tables.get(said.lower())
        if found is None and len(parts) == 1:
            fitting = [one for name, one in self.tables.items() if name.rpartition(".")[2] == said.lower()]
            if len(fitting) > 1:
                hint = "write its schema: " + " or ".join(one.name for one in fitting)
                raise self.error(node, f"the table {said} is ambiguous", hint=hint)
            found = fitting[0] if fitting else None
        names = found.name.split(".") if found is not None else []
        if found is None or not all(
            matches(part, name, exact=False) for part, name in zip(reversed(parts), reversed(names), strict=False)
        ):
            known = [one.name for one in self.tables.values()] + [str(name.this) for name, _, _ in self.common]
            raise self.error(node, f"there is no table {said}", hint=nearest(said, known))
        return found

    def _join(self, join: exp.Join, left: Relation, scope: Scope) -> tuple[exp.Join, Relation]:
        table, right = self._item(join.this, scope)
        side = str(join.args.get("side") or "")
        both = Relation([*left.sources, *right.sources], [*left.visible, *right.visible])
        if join.args.get("on") is not None:
            checks = Checks(Scope(self.text, [both], scope.parent), self)
            on = checks.condition(join.args["on"])
        else:
            names = join.args.get("using") or _shared(left, right)
            pairs = [(self._only(name, left, join), self._only(name, right, join)) for name in names]
            on, both.visible = self._merged(join, pairs, side, left, right)
        options = {"side": side} if side else {}
        return exp.Join(this=table, on=on, **options), both

    def _only(self, name: exp.Identifier, relation: Relation, join: exp.Join) -> Visible:
        found = relation.named(name)
        place = name if "at" in name.meta else join
        if not found:
            hint = nearest(str(name.this), (one.field.name for one in relation.visible))
            raise self.error(place, f"a table of the join has no column {name.this}", hint=hint)
        if len(found) > 1:
            raise self.error(place, f"the column {name.this} of the join is ambiguous")
        return found[0]

    def _merged(
        self, join: exp.Join, pairs: list[tuple[Visible, Visible]], side: str, left: Relation, right: Relation
    ) -> tuple[Any, list[Visible]]:
        """Return the condition that the columns of `pairs` are equal, and what is visible after: these columns once, then all others."""
        checks = Checks(Scope(self.text, []), self)
        conditions: list[Any] = []
        merged: list[Visible] = []
        for one, other in pairs:
            first = Value(one.node(), one.field.value.type)
            second = Value(other.node(), other.field.value.type)
            checks._comparable(join, first, second, equal=True)  # noqa: SLF001 - one of its rules is what is wanted
            conditions.append(exp.EQ(this=first.node, expression=second.node))
            if side == "FULL":
                merged.append(Visible(one.field, one.origins + other.origins, one.fields + other.fields))
            else:
                merged.append(other if side == "RIGHT" else one)
        gone = [id(one) for pair in pairs for one in pair]
        rest = [one for one in (*left.visible, *right.visible) if id(one) not in gone]
        return exp.and_(*conditions, copy=False) if conditions else exp.Boolean(this=True), merged + rest


def _joined(join: exp.Join) -> bool:
    return join.args.get("on") is not None


def _shared(left: Relation, right: Relation) -> list[exp.Identifier]:
    names = {one.field.name.lower() for one in right.visible}
    return [
        exp.Identifier(this=one.field.name, quoted=False) for one in left.visible if one.field.name.lower() in names
    ]
