"""Rows as base64, the BINARY2 serialization of VOTable, made a column at a time.

A row is its mask of nulls, then its cells in big-endian bytes. Neighbouring cells of fixed length, and the lengths that stand before those of
free length, make one block of bytes; blocks and texts of each row are then joined by Arrow.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.model.schema import ColumnSchema
from dfs.vo.formats.cells import text_bytes
from dfs.vo.formats.rows import conform, is_array, is_text

__all__ = ["binary2", "packed_rows"]

_CODES = {"short": ">i2", "int": ">i4", "long": ">i8", "float": ">f4", "double": ">f8"}
Bytes = NDArray[np.uint8]


def binary2(columns: Sequence[ColumnSchema], batches: Iterable[Any]) -> Iterator[bytes]:
    """Write batches as ``<BINARY2>``."""
    yield b'<BINARY2>\n<STREAM encoding="base64">\n'
    left = b""
    for batch in batches:
        if not batch.num_rows:
            continue
        data = left + packed_rows(conform(batch, columns), columns).tobytes()
        whole = len(data) - len(data) % 3  # base64 takes three bytes at a time
        left = data[whole:]
        yield binascii.b2a_base64(memoryview(data)[:whole])
    yield binascii.b2a_base64(left) + b"</STREAM>\n</BINARY2>\n"


def packed_rows(arrays: Sequence[Any], columns: Sequence[ColumnSchema]) -> Bytes:
    """Return the bytes of all rows, shape (n,)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = len(arrays[0])
    nulls = np.stack([np.asarray(array.is_null()) for array in arrays], axis=1)
    block: list[Bytes] = [np.packbits(nulls, axis=1)]
    pieces: list[Any] = []
    for array, column in zip(arrays, columns, strict=True):
        if is_text(column) and (column.arraysize or "*").endswith("*"):
            lengths, text = _text(array, column)
            block.append(_rows_of(lengths.astype(">i4"), rows))
            pieces += [_binary(block, rows), text]
            block = []
        elif is_text(column):
            block.append(_fixed_text(array, column))
        elif is_array(column) and not column.arraysize.isdigit():
            lengths, cells = _lists(array, column)
            block.append(_rows_of(lengths.astype(">i4"), rows))
            pieces += [_binary(block, rows), cells]
            block = []
        else:
            block.append(_fixed(array, column, rows))
    if not pieces:
        return np.concatenate(block, axis=1).ravel()
    if block:
        pieces.append(_binary(block, rows))
    joined = pc.binary_join_element_wise(
        *pieces, pa.scalar(b"", pa.large_binary()), null_handling="replace", null_replacement=b""
    )
    return text_bytes(joined)


def _rows_of(values: NDArray[Any], rows: int) -> Bytes:
    return np.ascontiguousarray(values).view(np.uint8).reshape(rows, -1)


def _binary(block: Sequence[Bytes], rows: int) -> Any:
    import pyarrow as pa

    data = np.concatenate(block, axis=1) if len(block) > 1 else block[0]
    ends = np.arange(rows + 1, dtype=np.int64) * data.shape[1]
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(data))]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), rows, buffers)


def _numbers(array: Any, column: ColumnSchema) -> NDArray[Any]:
    """Return flat values in the bytes of the format; null numbers as 0 or NaN, null booleans as a question mark."""
    import pyarrow.compute as pc

    if column.datatype == "boolean":
        known = np.where(np.asarray(array.fill_null(False)), ord("T"), ord("F"))  # noqa: FBT003
        return np.where(np.asarray(array.is_null()), ord("?"), known).astype(np.uint8)
    if array.null_count:
        array = pc.fill_null(array, float("nan") if column.datatype in {"float", "double"} else 0)
    return np.asarray(array).astype(_CODES[column.datatype])


def _fixed(array: Any, column: ColumnSchema, rows: int) -> Bytes:
    if is_array(column):
        size = int(column.arraysize)
        values = _numbers(array.values.slice(array.offset * size, rows * size), column)
        return _rows_of(values, rows)
    return _rows_of(_numbers(array, column), rows)


def _lists(array: Any, column: ColumnSchema) -> tuple[NDArray[np.int64], Any]:
    """Return the lengths of lists and their cells as binary texts."""
    import pyarrow as pa

    ends = np.asarray(array.offsets)
    values = _numbers(array.values, column)
    lengths = np.where(np.asarray(array.is_valid()), np.diff(ends), 0)
    if array.null_count:  # a null may hide elements
        keep = np.repeat(np.asarray(array.is_valid()), np.diff(ends))
        values = values[ends[0] : ends[-1]][keep]
        ends = np.concatenate(([0], np.cumsum(lengths)))
    buffers = [
        None,
        pa.py_buffer(np.ascontiguousarray(ends * values.itemsize)),
        pa.py_buffer(np.ascontiguousarray(values)),
    ]
    return lengths, pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(array), buffers)


def _text(array: Any, column: ColumnSchema) -> tuple[NDArray[np.int64], Any]:
    """Return the lengths of texts in characters of the format, and their bytes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = array.fill_null("") if array.null_count else array
    if column.datatype == "char":
        return np.asarray(pc.binary_length(array)), array.cast(pa.large_binary())
    data = text_bytes(array)
    ends = np.frombuffer(array.buffers()[1], dtype=np.int64, count=array.offset + len(array) + 1)[array.offset :]
    wide = data.tobytes().decode("utf-8", errors="replace").encode("utf-16-be")
    units = ((data & 0xC0) != 0x80).astype(np.int64) + (data >= 0xF0)  # of each byte the UTF-16 units it begins
    places = np.concatenate(([0], np.cumsum(units)))[ends - ends[0]]
    buffers = [None, pa.py_buffer(np.ascontiguousarray(2 * places)), pa.py_buffer(wide)]
    return np.diff(places), pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(array), buffers)


def _fixed_text(array: Any, column: ColumnSchema) -> Bytes:
    """Return texts of a fixed length, cut or filled up with zeros."""
    size = int(column.arraysize)
    coding, unit = ("utf-8", 1) if column.datatype == "char" else ("utf-16-be", 2)
    cells = [
        (one or "").encode(coding, errors="replace")[: size * unit].ljust(size * unit, b"\0")
        for one in array.to_pylist()
    ]
    return np.frombuffer(b"".join(cells), dtype=np.uint8).reshape(len(cells), -1)
