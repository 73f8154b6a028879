"""Uploaded tables that are no VOTables: CSV, FITS, Parquet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dfs.errors import UsageError
from dfs.model.schema import ColumnSchema, Datatype
from dfs.vo.formats.rows import arrow_type, is_text

__all__ = ["from_astropy", "read_csv", "read_fits", "read_parquet"]


def read_csv(data: bytes, columns: int) -> tuple[list[ColumnSchema], list[Any]]:
    """Return columns and arrays of CSV text; types follow the values, times stay text.

    Raises
    ------
    UsageError
        It is no CSV, or its first line names more than `columns`.
    """
    import pyarrow as pa
    from pyarrow import csv

    named = data.find(b"\n") if b"\n" in data else len(data)
    if (given := data.count(b",", 0, named) + 1) > columns:
        raise UsageError(f"{given} columns are too many", accepted=f"{columns} columns")

    def read(texts: Sequence[str]) -> Any:
        return csv.read_csv(
            pa.BufferReader(data),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                null_values=["", "null", "NULL"],
                column_types=dict.fromkeys(texts, pa.large_string()),
            ),
        )

    try:
        table = read(())
        if len(set(table.column_names)) < len(table.column_names):
            twice = next(one for one in table.column_names if table.column_names.count(one) > 1)
            raise UsageError(f"two columns are called {twice[:64]}")
        times = [one.name for one in table.schema if pa.types.is_temporal(one.type)]
        table = read(times) if times else table
    except pa.ArrowInvalid as error:
        raise UsageError(f"the CSV is broken: {str(error)[:200]}") from None
    return _from_arrow(table)


def read_parquet(data: bytes, rows: int, size: int, columns: int) -> tuple[list[ColumnSchema], list[Any]]:
    """Return columns and arrays of a Parquet file, whose claims of size are looked at before it is read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        about = file.metadata
        if about.num_rows > rows:
            raise UsageError(f"{about.num_rows} rows are too many", accepted=f"{rows} rows")
        if about.num_columns > columns:
            raise UsageError(f"{about.num_columns} columns are too many", accepted=f"{columns} columns")
        if sum(about.row_group(one).total_byte_size for one in range(about.num_row_groups)) > size:
            raise UsageError("the file is too large when decompressed", accepted=f"{size} bytes")
        return _from_arrow(file.read())
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"the Parquet file is broken: {str(error)[:200]}") from None


def _from_arrow(table: Any) -> tuple[list[ColumnSchema], list[Any]]:
    columns, arrays = [], []
    for about, chunks in zip(table.schema, table.columns, strict=True):
        said = {name.decode(): value.decode("utf-8", "replace") for name, value in (about.metadata or {}).items()}
        datatype, size, array = _plain(about.name, chunks.combine_chunks())
        column = ColumnSchema(
            about.name, datatype, said.get("description", ""), said.get("unit", ""), said.get("ucd", ""), arraysize=size
        )
        columns.append(column)
        arrays.append(array.cast(arrow_type(column)))
    return columns, arrays


def _plain(name: str, array: Any) -> tuple[Datatype, str, Any]:
    """Return the VOTable type and size of an Arrow array, and the array with times as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(array, pa.ChunkedArray):  # no chunk at all
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _plain(name, array.cast(kind.value_type))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        if not (pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type)):
            raise UsageError(
                f"column {name[:64]} has the type {kind}", accepted="numbers, text, booleans, lists of numbers"
            )
        datatype, _, _ = _plain(name, pa.array([], kind.value_type))
        return datatype, str(kind.list_size) if pa.types.is_fixed_size_list(kind) else "*", array
    if pa.types.is_timestamp(kind):
        text = pc.replace_substring(array.cast(pa.timestamp("ms", kind.tz), safe=False).cast(pa.string()), " ", "T")
        return "char", "*", text
    if pa.types.is_temporal(kind) or pa.types.is_null(kind):
        return "char", "*", array.cast(pa.large_string())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        array = array.cast(pa.large_string())
        plain = pc.all(pc.string_is_ascii(array)).as_py() is not False
        return ("char" if plain else "unicodeChar"), "*", array
    for test, datatype in (
        (pa.types.is_boolean, "boolean"),
        (lambda one: pa.types.is_int8(one) or pa.types.is_uint8(one) or pa.types.is_int16(one), "short"),
        (lambda one: pa.types.is_uint16(one) or pa.types.is_int32(one), "int"),
        (pa.types.is_integer, "long"),
        (lambda one: pa.types.is_float16(one) or pa.types.is_float32(one), "float"),
        (lambda one: pa.types.is_float64(one) or pa.types.is_decimal(one), "double"),
    ):
        if test(kind):
            return datatype, "", array
    raise UsageError(f"column {name[:64]} has the type {kind}", accepted="numbers, text, booleans, lists of numbers")


def read_fits(data: bytes) -> tuple[list[ColumnSchema], list[Any]]:
    """Return columns and arrays of the first table of a FITS file."""
    import warnings

    from astropy.io import fits
    from astropy.table import Table

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with fits.open(io.BytesIO(data), memmap=False) as hdus:
                hdu = _first_table(hdus, len(data))
                table = Table.read(hdu, character_as_bytes=False)
                ucds = [hdu.header.get(f"TUCD{number}", "") for number in range(1, len(table.columns) + 1)]
            columns = [_from_column(one, str(ucd)) for one, ucd in zip(table.columns.values(), ucds, strict=True)]
            return columns, from_astropy(list(table.columns.values()), columns)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever astropy stumbles over in a stranger's bytes, the file is broken
        raise UsageError(f"the FITS file is broken: {str(error)[:200]}") from None


def _first_table(hdus: Any, size: int) -> Any:
    from astropy.io import fits

    hdu = next((one for one in hdus if isinstance(one, fits.BinTableHDU | fits.TableHDU)), None)
    if hdu is None:
        raise UsageError("there is no table in the FITS file")
    if hdu.header["NAXIS1"] * hdu.header["NAXIS2"] > size:
        raise UsageError("the FITS file is cut off")
    return hdu


def _from_column(column: Any, ucd: str) -> ColumnSchema:
    kind, size = column.dtype.kind, column.dtype.itemsize
    datatypes: dict[tuple[str, int], Datatype] = {
        ("i", 1): "short",
        ("u", 1): "short",
        ("i", 2): "short",
        ("u", 2): "int",
        ("i", 4): "int",
        ("f", 4): "float",
        ("f", 8): "double",
    }
    datatype: Datatype | None = "char" if kind in "US" else "boolean" if kind == "b" else datatypes.get((kind, size))
    datatype = "long" if datatype is None and kind in "iu" else datatype
    if datatype is None or column.ndim > 2:
        raise UsageError(
            f"column {column.name[:64]} has the type {column.dtype}",
            accepted="numbers, text, booleans, lists of numbers",
        )
    array = "*" if kind in "US" else str(column.shape[1]) if column.ndim == 2 else ""
    return ColumnSchema(
        column.name, datatype, str(column.description or ""), str(column.unit or ""), ucd, arraysize=array
    )


def from_astropy(values: Sequence[Any], columns: Sequence[ColumnSchema]) -> list[Any]:
    """Return Arrow arrays of numpy arrays or astropy columns, null where masked."""
    return [_from_numpy(one, column) for one, column in zip(values, columns, strict=True)]


def _from_numpy(values: Any, column: ColumnSchema) -> Any:
    import pyarrow as pa

    mask = (
        np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else np.zeros(np.shape(values), dtype=bool)
    )
    plain = np.asarray(values)
    plain = plain.astype(plain.dtype.newbyteorder("="), copy=False)
    wanted = arrow_type(column)
    if is_text(column):
        return pa.array(
            [None if null or not str(one) else str(one) for one, null in zip(plain, mask, strict=True)], wanted
        )
    if plain.ndim == 2:
        flat = pa.array(plain.ravel(), mask=mask.ravel()).cast(arrow_type(replace(column, arraysize="")))
        return pa.FixedSizeListArray.from_arrays(flat, plain.shape[1], mask=pa.array(mask.all(axis=1)))
    if plain.dtype.kind == "O":
        cells = [
            None if np.all(null) or not np.size(one) else np.asarray(one).tolist()
            for one, null in zip(plain, mask, strict=True)
        ]
        return pa.array(cells, wanted)
    return pa.array(plain, mask=mask).cast(wanted)
