"""Checking a query against the tables there are: names, types, units, functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dfs.model.schema import ColumnSchema, TableSchema
from dfs.vo.adql.check.queries import QueryChecks
from dfs.vo.adql.check.size import refuse_too_large
from dfs.vo.adql.check.typed import output_column
from dfs.vo.adql.depth import with_room
from dfs.vo.adql.parsing import Query

__all__ = ["Checked", "check"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A query that can be run.

    Attributes
    ----------
    tree
        Every column is qualified by its table's alias, every ``*`` spelled out, every output column named; tables are
        ``"schema"."name" AS "alias"`` in lower case; geometry is in the form of `dfs.vo.adql.geometry`; ``meta["type"]`` of a value is its type.
    columns
        Of the result, in order.
    tables
        Names of the tables it reads, in lower case with their schema.
    limit
        Rows asked for by TOP; None without.
    """

    tree: Any
    columns: tuple[ColumnSchema, ...]
    tables: tuple[str, ...]
    limit: int | None


def check(query: Query, tables: Mapping[str, TableSchema], uploads: Iterable[TableSchema] = ()) -> Checked:
    """Check a query against tables.

    Parameters
    ----------
    query
        As from `parse`.
    tables
        By their names with schema in lower case.
    uploads
        Uploaded tables; one without a schema in its name is ``tap_upload.<name>``.

    Returns
    -------
    Checked
        Tree, columns, tables.

    Raises
    ------
    AdqlError
        It names what does not exist, is ambiguous, joins types that do not go together, or calls a function that is not served; or it is too large.
    """
    known = dict(tables)
    for one in uploads:
        named = one if "." in one.name else replace(one, name=f"TAP_UPLOAD.{one.name}")
        known[named.name.lower()] = named
    return with_room(lambda: _checked(query, known))


def _checked(query: Query, known: dict[str, TableSchema]) -> Checked:
    checks = QueryChecks(query.text, known)
    tree, outputs = checks.whole(query.tree)
    refuse_too_large(tree)
    columns = tuple(output_column(name, value) for name, value in outputs)
    limit = tree.args.get("limit")
    return Checked(tree, columns, tuple(checks.used), None if limit is None else int(str(limit.expression.this)))
