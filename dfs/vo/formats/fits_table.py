"""Rows as a FITS binary table.

Its header, which comes first, must tell the number of rows and the widest text of each column. So batches are kept in a file of Arrow's own
format until the last has come, and memory stays bounded.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.model.schema import ColumnSchema
from dfs.vo.formats.rows import Rows, arrow_type, conform, is_array, is_text

__all__ = ["write_fits"]

_BLOCK = 2880
_CODES = {"boolean": ("L", "u1"), "short": ("I", ">i2"), "int": ("J", ">i4"), "long": ("K", ">i8")} | {
    "float": ("E", ">f4"),
    "double": ("D", ">f8"),
}
_NULLS = {"short": -(2**15), "int": -(2**31), "long": -(2**63)}


def write_fits(rows: Rows) -> Iterator[bytes]:
    """Write rows as an empty primary array and one binary table.

    Integers are null where they equal ``TNULLn`` (the lowest of their type; only columns with nulls have the keyword), floats where they are NaN,
    texts where they are empty. FITS texts are ASCII: other characters become question marks.
    """
    import pyarrow as pa

    fields = [pa.field(str(number), arrow_type(one)) for number, one in enumerate(rows.columns)]
    schema = pa.schema(fields)
    with tempfile.TemporaryFile() as kept:
        widths, nulls, count = [1] * len(fields), [False] * len(fields), 0
        with pa.ipc.new_stream(kept, schema) as stream:
            for batch in rows.batches():
                arrays = _ready(conform(batch, rows.columns), rows.columns)
                stream.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
                count += batch.num_rows
                widths = [max(width, _width(one)) for width, one in zip(widths, arrays, strict=True)]
                nulls = [null or one.null_count > 0 for null, one in zip(nulls, arrays, strict=True)]
        cards, row_bytes = _cards(rows, widths, nulls)
        yield _head(_PRIMARY) + _head(_table_cards(row_bytes, count, len(fields)) + cards)
        kept.seek(0)
        with pa.ipc.open_stream(kept) as stream:
            for batch in stream:
                yield _packed(batch, rows.columns, widths)
        yield bytes(-row_bytes * count % _BLOCK)


def _ready(arrays: Sequence[Any], columns: Sequence[ColumnSchema]) -> list[Any]:
    import pyarrow.compute as pc

    ready = []
    for array, column in zip(arrays, columns, strict=True):
        if is_text(column):
            array = pc.replace_substring_regex(array, "[^\\x20-\\x7e]", "?")  # noqa: PLW2901
        ready.append(array)
    return ready


def _width(array: Any) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_large_string(array.type):
        return int(pc.max(pc.binary_length(array)).as_py() or 0)
    if pa.types.is_large_list(array.type):
        return int(pc.max(pc.list_value_length(array)).as_py() or 0)
    return array.type.list_size if pa.types.is_fixed_size_list(array.type) else 1


_PRIMARY = [("SIMPLE", True, ""), ("BITPIX", 8, ""), ("NAXIS", 0, ""), ("EXTEND", True, "")]


def _table_cards(row_bytes: int, count: int, columns: int) -> list[tuple[str, Any, str]]:
    return [
        ("XTENSION", "BINTABLE", "binary table"),
        ("BITPIX", 8, ""),
        ("NAXIS", 2, ""),
        ("NAXIS1", row_bytes, "bytes in a row"),
        ("NAXIS2", count, "rows"),
        ("PCOUNT", 0, ""),
        ("GCOUNT", 1, ""),
        ("TFIELDS", columns, "columns"),
    ]


def _cards(rows: Rows, widths: Sequence[int], nulls: Sequence[bool]) -> tuple[list[tuple[str, Any, str]], int]:
    cards: list[tuple[str, Any, str]] = []
    row_bytes = 0
    for number, (column, width, null) in enumerate(zip(rows.columns, widths, nulls, strict=True), start=1):
        letter, code = ("A", "S1") if is_text(column) else _CODES[column.datatype]
        row_bytes += width * np.dtype(code).itemsize
        cards.append((f"TTYPE{number}", column.name, ""))
        cards.append((f"TFORM{number}", f"{'' if width == 1 and not is_text(column) else width}{letter}", ""))
        if null and column.datatype in _NULLS:
            cards.append((f"TNULL{number}", _NULLS[column.datatype], ""))
        for word, value in (
            ("TUNIT", column.unit),
            ("TUCD", column.ucd),
            ("TUTYP", column.utype),
            ("TCOMM", column.description),
        ):
            if value:
                cards.append((f"{word}{number}", value, ""))
    cards += [("EXTNAME", "RESULTS", ""), ("QSTATUS", "OVERFLOW" if rows.overflow else "OK", "of the query")]
    return cards, row_bytes


def _head(cards: Sequence[tuple[str, Any, str]]) -> bytes:
    """Return the bytes of a header; texts too long for a card are continued as the standard has it."""
    from astropy.io import fits

    header = fits.Header()
    for name, value, comment in cards:
        plain = value.encode("ascii", "replace").decode() if isinstance(value, str) else value
        header[name] = (
            "".join(one if one.isprintable() else " " for one in plain) if isinstance(plain, str) else plain,
            comment,
        )
    return bytes(header.tostring(), "ascii")


def _packed(batch: Any, columns: Sequence[ColumnSchema], widths: Sequence[int]) -> bytes:
    if not batch.num_rows:
        return b""
    blocks = [
        _block(array, column, width).reshape(batch.num_rows, -1)
        for array, column, width in zip(batch.columns, columns, widths, strict=True)
    ]
    return bytes(np.concatenate(blocks, axis=1).tobytes())


def _block(array: Any, column: ColumnSchema, width: int) -> NDArray[np.uint8]:
    if is_text(column):
        return _padded(array, width)
    if is_array(column):
        return _lists(array, column, width)
    return np.ascontiguousarray(_numbers(array, column)).view(np.uint8)


def _padded(text: Any, width: int) -> NDArray[np.uint8]:
    """Return texts filled up with zeros, one row of bytes each."""
    text = text.fill_null("")
    ends = np.frombuffer(text.buffers()[1], dtype=np.int64, count=text.offset + len(text) + 1)[text.offset :]
    lengths = np.diff(ends)
    out = np.zeros((len(text), width), dtype=np.uint8)
    if ends[-1] > ends[0]:
        data = np.frombuffer(text.buffers()[2], dtype=np.uint8)[ends[0] : ends[-1]]
        out[np.arange(width) < lengths[:, None]] = data
    return out


def _numbers(array: Any, column: ColumnSchema) -> NDArray[Any]:
    _, code = _CODES[column.datatype]
    if column.datatype == "boolean":
        known = np.where(np.asarray(array.fill_null(False)), ord("T"), ord("F"))  # noqa: FBT003
        return np.where(np.asarray(array.is_null()), 0, known).astype(np.uint8)
    if array.null_count:
        array = array.fill_null(_NULLS.get(column.datatype, float("nan")))
    return np.asarray(array).astype(code)


def _lists(array: Any, column: ColumnSchema, width: int) -> NDArray[np.uint8]:
    import pyarrow as pa

    if pa.types.is_fixed_size_list(array.type):
        array = array.cast(pa.large_list(array.type.value_type))
    empty = pa.scalar(None, array.type.value_type)
    filler = _numbers(pa.array([empty.as_py()], array.type.value_type), column)
    out = np.repeat(filler, len(array) * width).reshape(len(array), width)
    lengths = np.asarray(array.value_lengths().fill_null(0))
    out[np.arange(width) < lengths[:, None]] = _numbers(array.flatten(), column)
    return np.ascontiguousarray(out).view(np.uint8)
