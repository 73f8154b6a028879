"""From a declaration and a batch of truth to Arrow columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dfs.access.hidden import Hidden
from dfs.archive.tables.declaration import Declaration, Origin
from dfs.archive.tables.truth import Truth
from dfs.archive.tables.values import as_number, column_of
from dfs.model.schema import ColumnSchema
from dfs.store.sources import FILE, PROTECTED_BY, PROTECTED_UNTIL

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Maker", "batch_of", "columns_of"]

Maker = Callable[[Truth], Sequence[Any]]


def columns_of(
    columns: Iterable[ColumnSchema], origins: Mapping[str, Origin], truth: Truth, makers: Mapping[str, Maker]
) -> list[pa.Array]:
    """Return the values of `columns` for each file of `truth`."""
    return [column_of(column, _values(origins[column.name], truth, makers)) for column in columns]


def batch_of(table: Declaration, truth: Truth, makers: Mapping[str, Maker], hidden: Hidden) -> pa.RecordBatch:
    """Return the rows of a table that has one row for each file of `truth`."""
    import pyarrow as pa

    arrays = columns_of(table.schema.columns, table.origins, truth, makers)
    arrays += [pa.array(list(values), type=pa.string()) for values in hidden]
    names = [column.name for column in table.schema.columns]
    return pa.RecordBatch.from_arrays(arrays, names=[*names, FILE, PROTECTED_BY, PROTECTED_UNTIL])


def _values(origin: Origin, truth: Truth, makers: Mapping[str, Maker]) -> Sequence[Any]:
    match origin.kind:
        case "keyword":
            values: Sequence[Any] = truth.keyword(*origin.names)
        case "file":
            values = truth.file(origin.names[0])
        case "programme":
            values = truth.file(f"programme_{origin.names[0]}")
        case _:
            values = makers[origin.names[0]](truth)
    if origin.low is None and origin.scale is None:
        return values
    return [_adjusted(as_number(value), origin) for value in values]


def _adjusted(value: float | None, origin: Origin) -> float | None:
    if value is None:
        return None
    if origin.low is not None and origin.high is not None and not origin.low <= value <= origin.high:
        return None
    return value if origin.scale is None else value * origin.scale
