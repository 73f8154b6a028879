"""Names in a query: which tables are in sight, and which column a name means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlglot import exp

from dfs.model.schema import ColumnSchema
from dfs.vo.adql.check.typed import Value, type_of
from dfs.vo.adql.errors import AdqlError, nearest

__all__ = ["Field", "Relation", "Scope", "Source", "matches", "named"]


class Field(NamedTuple):
    """A column of a table in sight; `physical` is its name in the tree that is printed."""

    name: str
    physical: str
    value: Value

    @classmethod
    def of(cls, column: ColumnSchema) -> Field:
        """Return the field of a table's column."""
        return cls(column.name, column.name, Value(exp.Null(), type_of(column), column.unit, column.ucd, column))


@dataclass(slots=True)
class Source:
    """A table, a derived table or a common table expression in FROM.

    Attributes
    ----------
    alias
        Name by which the printed tree calls it, different from all others in the query.
    names
        What a query may put before a column's name: the alias, or schema and table.
    delimited
        Whether the alias was written between double quotes.
    """

    alias: str
    names: tuple[str, ...]
    delimited: bool
    fields: tuple[Field, ...]

    def is_called(self, parts: list[exp.Identifier]) -> bool:
        """Return whether `parts` name this table: its alias, or its name with or without its schema."""
        if len(parts) > len(self.names):
            return False
        return all(
            matches(part, name, self.delimited)
            for part, name in zip(reversed(parts), reversed(self.names), strict=False)
        )

    def column(self, one: Field) -> exp.Column:
        """Return the reference to one of its columns."""
        node: exp.Column = exp.Column(this=named(one.physical), table=named(self.alias))
        return node


class Visible(NamedTuple):
    """A column that can be named without a table; `origins` are several where a join made two columns one."""

    field: Field
    origins: tuple[Source, ...]
    fields: tuple[Field, ...]

    def node(self) -> Any:
        """Return the reference to it; after a FULL JOIN the first of its columns that has a value."""
        columns = [source.column(one) for source, one in zip(self.origins, self.fields, strict=True)]
        return columns[0] if len(columns) == 1 else exp.Anonymous(this="COALESCE", expressions=columns)


@dataclass(slots=True)
class Relation:
    """Tables joined to each other: `visible` holds their columns in order, those of USING and NATURAL once and first."""

    sources: list[Source]
    visible: list[Visible] = field(default_factory=list)

    @classmethod
    def of(cls, source: Source) -> Relation:
        """Return the relation of a single table."""
        own = (source,)
        return cls([source], [Visible(one, own, (one,)) for one in source.fields])

    def named(self, name: exp.Identifier) -> list[Visible]:
        """Return its columns of this name."""
        wanted, exact = str(name.this), bool(name.args.get("quoted"))
        if exact:
            return [one for one in self.visible if one.field.name == wanted]
        wanted = wanted.lower()
        return [one for one in self.visible if one.field.name.lower() == wanted]


@dataclass(slots=True)
class Scope:
    """What a part of a query sees: its own tables, then those of the queries around it."""

    text: str
    relations: list[Relation]
    parent: Scope | None = None

    def sources(self) -> list[Source]:
        """Return the tables of this query."""
        return [source for relation in self.relations for source in relation.sources]

    def resolve(self, column: exp.Column) -> Value:
        """Return the column that a reference means.

        Raises
        ------
        AdqlError
            There is none, or more than one.
        """
        scope: Scope | None = self
        parts = [part for part in (column.args.get(name) for name in ("catalog", "db", "table")) if part is not None]
        while scope is not None:
            found = scope.qualified(column, parts) if parts else scope.unqualified(column)
            if found is not None:
                return found
            scope = scope.parent
        raise self._unknown(column, parts)

    def unqualified(self, column: exp.Column) -> Value | None:
        """Return the column of this query's tables that has the name; None when there is none."""
        found = [one for relation in self.relations for one in relation.named(column.this)]
        if len(found) > 1:
            tables = ", ".join(sorted({".".join(source.names) for one in found for source in one.origins}))
            raise self.error(column, f"the column {column.name} is ambiguous", hint=f"say of which table: {tables}")
        return _value(found[0].node(), found[0].field) if found else None

    def qualified(self, column: exp.Column, parts: list[exp.Identifier]) -> Value | None:
        """Return the column of the table called `parts`; None when this query has no such table."""
        source = self.called(column, parts)
        if source is None:
            return None
        found = [one for one in source.fields if matches(column.this, one.name, exact=False)]
        if not found:
            hint = nearest(column.name, (one.name for one in source.fields))
            raise self.error(column, f"the table {'.'.join(source.names)} has no column {column.name}", hint=hint)
        if len(found) > 1:
            raise self.error(column, f"the column {column.name} is ambiguous", hint="give the columns names by AS")
        return _value(source.column(found[0]), found[0])

    def called(self, node: Any, parts: list[exp.Identifier]) -> Source | None:
        """Return this query's table called `parts`; None when there is none."""
        found = [source for source in self.sources() if source.is_called(parts)]
        if len(found) > 1:
            raise self.error(node, f"the table {'.'.join(part.name for part in parts)} is ambiguous")
        return found[0] if found else None

    def error(self, node: Any, message: str, hint: str = "") -> AdqlError:
        """Return an error at the place of `node`."""
        return AdqlError(message, text=self.text, at=node.meta.get("at"), hint=hint)

    def _unknown(self, column: exp.Column, parts: list[exp.Identifier]) -> AdqlError:
        sources: list[Source] = []
        scope: Scope | None = self
        while scope is not None:
            sources += scope.sources()
            scope = scope.parent
        if parts:
            said = ".".join(part.name for part in parts)
            hint = nearest(said, (".".join(one.names) for one in sources))
            return self.error(column, f"FROM has no table {said}", hint=hint)
        fields: Iterable[str] = (one.name for source in sources for one in source.fields)
        hint = nearest(column.name, fields)
        if not hint and column.this.args.get("quoted"):
            hint = "double quotes hold names; text stands in single ones"
        return self.error(column, f"there is no column {column.name}", hint=hint)


def _value(node: Any, one: Field) -> Value:
    known = one.value
    return Value(node, known.type, known.unit, known.ucd, known.column, known.description)


def named(name: str) -> exp.Identifier:
    """Return an identifier for the printed tree: always quoted, so no name can be taken for anything else."""
    node: exp.Identifier = exp.Identifier(this=name, quoted=True)
    return node


def matches(part: exp.Identifier, name: str, exact: bool) -> bool:
    """Return whether an identifier means `name`: to the letter when delimited, else letter case aside."""
    if part.args.get("quoted") or exact:
        return str(part.this) == name
    return str(part.this).lower() == name.lower()
