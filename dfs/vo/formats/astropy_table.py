"""Rows as an astropy table: masked where null, with units, descriptions, UCDs and utypes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dfs.errors import DataError
from dfs.model.schema import ColumnSchema
from dfs.vo.formats.rows import arrow_type, conform, is_array, is_text

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["to_astropy"]


def to_astropy(columns: Sequence[ColumnSchema], batches: Iterable[Any]) -> Table:
    """Return an astropy table of batches.

    Columns with nulls are masked; a NaN is a value, not a null. UCD, utype and xtype stand in each column's `meta`. Units that astropy does
    not know are kept as unrecognised ones.
    """
    import pyarrow as pa
    from astropy.table import Table

    fields = [pa.field(str(number), arrow_type(one)) for number, one in enumerate(columns)]
    schema = pa.schema(fields)
    kept = [pa.RecordBatch.from_arrays(conform(batch, columns), schema=schema) for batch in batches]
    whole = pa.Table.from_batches(kept, schema)
    names = [one.name for one in columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"two columns are called {twice}", hint="give one of them another name with AS")
    return Table([_column(whole.column(number), one) for number, one in enumerate(columns)], copy=False)


def _column(chunks: Any, column: ColumnSchema) -> Any:
    from astropy import units
    from astropy.table import Column, MaskedColumn

    array = chunks.combine_chunks()
    values, mask = _values(array, column)
    said = {name: value for name in ("ucd", "utype", "xtype") if (value := getattr(column, name))}
    about = {
        "name": column.name,
        "description": column.description or None,
        "unit": units.Unit(column.unit, parse_strict="silent") if column.unit else None,
        "meta": said,
    }
    return Column(values, **about) if mask is None else MaskedColumn(values, mask=mask, **about)


def _values(array: Any, column: ColumnSchema) -> tuple[Any, Any]:
    """Return the values of a column as numpy has them, and which are null; None when none is."""
    null = np.asarray(array.is_null()) if array.null_count else None
    if is_text(column):
        texts = array.fill_null("").to_pylist()
        return np.array(texts, dtype=str if texts else "U1"), null
    if is_array(column):
        return _arrays(array, null)
    if null is not None:
        array = array.fill_null(False if column.datatype == "boolean" else 0)
    return array.to_numpy(zero_copy_only=False), null


def _arrays(array: Any, null: Any) -> tuple[Any, Any]:
    import pyarrow as pa

    if pa.types.is_fixed_size_list(array.type):
        size = array.type.list_size
        flat = array.values.slice(array.offset * size, len(array) * size).to_numpy(zero_copy_only=False)
        return flat.reshape(len(array), size), None if null is None else np.repeat(null[:, None], size, axis=1)
    cells = np.empty(len(array), dtype=object)
    for row, cell in enumerate(array):
        cells[row] = cell.values.to_numpy(zero_copy_only=False) if cell.is_valid else None
    return cells, null
