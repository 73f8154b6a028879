"""What a table says and how it is kept: addresses without the server's own, words in capitals.

Rows keep addresses from the first slash on, so that they stay true wherever the observatory is served; a query sees them whole.  A
plain column of the result gets its beginning when the rows go out, which leaves the query as it is; anywhere else in a query the
beginning is part of the expression.

Some columns hold words in capitals only (instruments, categories); ESO's archive compares these in any letter case, and clients
of it rely on that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from dfs.model.schema import ColumnSchema, TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["as_kept", "completed"]

_NOT_PLAIN = ("with_", "distinct", "having")


def as_kept(tree: Any, schemas: Mapping[str, TableSchema], public_url: str) -> frozenset[int]:
    """Change a checked query to what its tables keep (in place).

    Returns
    -------
    frozenset of int
        Which columns of the result are still to be given the beginning of their addresses.
    """
    named = {one.alias: schemas[f"{one.db}.{one.name}"] for one in tree.find_all(exp.Table) if one.db}
    if not any(column.is_address or column.is_capital for schema in named.values() for column in schema.columns):
        return frozenset()
    columns = [
        one
        for one in tree.find_all(exp.Column)
        if (told := _declared(one, named)) and (told.is_address or told.is_capital)
    ]
    later = _plain_items(tree)
    for column in columns:
        told = _declared(column, named)
        if told is None:
            continue
        if told.is_capital:
            _compare_in_capitals(column)
        if told.is_address and id(column) not in later:
            whole = exp.DPipe(this=exp.Literal.string(public_url), expression=column.copy())
            whole.meta["type"] = column.meta.get("type")
            column.replace(exp.Paren(this=whole))
    return frozenset(number for number in later.values() if number is not None) & _addresses(tree, named)


def completed(
    batches: Iterator[pa.RecordBatch], addresses: frozenset[int], public_url: str
) -> Iterator[pa.RecordBatch]:
    """Give batches whose columns `addresses` begin with the server's own address."""
    if not addresses:
        return batches
    return (_completed(batch, addresses, public_url) for batch in batches)


def _completed(batch: pa.RecordBatch, addresses: frozenset[int], public_url: str) -> pa.RecordBatch:
    import pyarrow as pa
    import pyarrow.compute as pc

    arrays = [
        pc.binary_join_element_wise(pa.scalar(public_url, type=array.type), array, pa.scalar("", type=array.type))
        if number in addresses
        else array
        for number, array in enumerate(batch.columns)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _declared(column: Any, named: Mapping[str, TableSchema]) -> ColumnSchema | None:
    schema = named.get(column.table)
    return schema.column(column.name) if schema is not None else None


def _plain_items(tree: Any) -> dict[int, int | None]:
    """Return the columns that stand by themselves in SELECT (with their number), GROUP BY or ORDER BY of a plain query."""
    if not isinstance(tree, exp.Select) or any(tree.args.get(one) for one in _NOT_PLAIN):
        return {}
    items: dict[int, int | None] = {}
    for number, item in enumerate(tree.expressions):
        inner = item.this if isinstance(item, exp.Alias) else item
        if isinstance(inner, exp.Column):
            items[id(inner)] = number
    group, order = tree.args.get("group"), tree.args.get("order")
    beside = [*(group.expressions if group else ()), *(one.this for one in (order.expressions if order else ()))]
    return items | {id(one): None for one in beside if isinstance(one, exp.Column)}


def _addresses(tree: Any, named: Mapping[str, TableSchema]) -> frozenset[int]:
    found = set()
    for number, item in enumerate(tree.expressions if isinstance(tree, exp.Select) else ()):
        inner = item.this if isinstance(item, exp.Alias) else item
        told = _declared(inner, named) if isinstance(inner, exp.Column) else None
        if told is not None and told.is_address:
            found.add(number)
    return frozenset(found)


def _compare_in_capitals(column: Any) -> None:
    """Write the words that a column is compared with in capitals (in place)."""
    parent = column.parent
    if isinstance(parent, exp.EQ | exp.NEQ):
        words = [parent.this, parent.expression]
    elif isinstance(parent, exp.In) and parent.this is column:
        words = list(parent.expressions)
    elif isinstance(parent, exp.Like | exp.ILike) and parent.this is column:
        words = [parent.expression]
    else:
        return
    for word in words:
        if isinstance(word, exp.Literal) and word.is_string:
            word.set("this", word.this.upper())
