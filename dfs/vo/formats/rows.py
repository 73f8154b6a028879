"""Rows on their way out: columns described, batches that come one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from dfs.errors import DataError
from dfs.model.schema import ColumnSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Rows", "TableRows", "arrow_type", "conform", "is_array", "is_text"]


class Rows(Protocol):
    """What can be written: the answer of a query, a table of links."""

    @property
    def columns(self) -> Sequence[ColumnSchema]:
        """Its columns, in order."""
        ...

    @property
    def overflow(self) -> bool:
        """Whether rows were left out because of a limit; asked after the last batch."""
        ...

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the rows, batch by batch; columns in the order of `columns`."""
        ...


@dataclass(frozen=True, slots=True)
class TableRows:
    """Rows that are at hand, or come from any iterator of batches.

    Attributes
    ----------
    source
        Record batches, or an Arrow table.
    """

    columns: tuple[ColumnSchema, ...]
    source: Any
    overflow: bool = False

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the batches."""
        import pyarrow as pa

        batches: Iterable[Any] = self.source.to_batches() if isinstance(self.source, pa.Table) else self.source
        return iter(batches)


def is_array(column: ColumnSchema) -> bool:
    """Tell whether the cells of a column are arrays of numbers."""
    return not is_text(column) and column.arraysize not in {"", "1"}


def is_text(column: ColumnSchema) -> bool:
    """Tell whether a column is text."""
    return column.datatype in {"char", "unicodeChar"}


def arrow_type(column: ColumnSchema) -> Any:
    """Return the Arrow type in which a column's cells are written."""
    import pyarrow as pa

    one = {
        "boolean": pa.bool_(),
        "short": pa.int16(),
        "int": pa.int32(),
        "long": pa.int64(),
        "float": pa.float32(),
        "double": pa.float64(),
    }.get(column.datatype, pa.large_string())
    if not is_array(column):
        return one
    return pa.list_(one, int(column.arraysize)) if column.arraysize.isdigit() else pa.large_list(one)


def conform(batch: Any, columns: Sequence[ColumnSchema]) -> list[Any]:
    """Return the arrays of a batch in the types of its columns.

    Raises
    ------
    DataError
        The batch has another number of columns, or a value does not fit its column's type.
    """
    import pyarrow as pa

    if batch.num_columns != len(columns):
        raise DataError(f"a batch of {batch.num_columns} columns", accepted=f"{len(columns)}")
    arrays = []
    for array, column in zip(batch.columns, columns, strict=True):
        try:
            arrays.append(_cast(array, arrow_type(column)))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise DataError(
                f"a value does not fit the type {column.datatype} of column {column.name}: {error}", keyword=column.name
            ) from None
    return arrays


def _cast(array: Any, wanted: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if array.type == wanted:
        return array
    if pa.types.is_timestamp(array.type) and pa.types.is_large_string(wanted):
        text = pc.replace_substring(array.cast(pa.timestamp("ms")).cast(pa.string()), " ", "T", max_replacements=1)
        return text.cast(wanted)
    if pa.types.is_decimal(array.type) and pa.types.is_integer(wanted):
        return array.cast(pa.float64()).cast(wanted)
    narrow = pa.types.is_floating(array.type) and pa.types.is_floating(wanted)
    return array.cast(wanted, safe=not narrow)
