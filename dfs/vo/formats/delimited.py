"""CSV as RFC 4180 has it, and tab-separated text.

A null is an empty cell, an empty text ``""``. Spreadsheets run cells that begin with ``=``, ``@``, ``+`` or ``-`` as formulas, which a target name
chosen by a stranger could abuse. Texts that begin with ``=``, ``@``, a tab or a carriage return, or with a sign and
hold ``( | ! =``, which a formula needs and a designation such as ``-30 123`` or ``+21 607`` has not, get an apostrophe in front. Numbers and all other texts are
written as they are; VOTable, FITS, Parquet and JSON are never changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dfs.model.schema import ColumnSchema
from dfs.vo.formats.cells import as_bytes, has_bytes, joined_rows, numbers_text, text_bytes
from dfs.vo.formats.rows import Rows, conform, is_text

__all__ = ["write_csv", "write_tsv"]

_FORMULA = r"^(?:[=@\t\r]|[+\-][^(|!=]*[(|!=])"


def write_csv(rows: Rows, *, header: bool = True) -> Iterator[bytes]:
    """Write rows as comma-separated text with CRLF line ends; `header` says whether the first line is the names."""
    yield from _write(rows, ",", "\r\n", header=header)


def write_tsv(rows: Rows, *, header: bool = True) -> Iterator[bytes]:
    """Write rows as tab-separated text; the format has no quotes, so tabs and line ends within texts become blanks."""
    yield from _write(rows, "\t", "\n", header=header)


def _write(rows: Rows, mark: str, end: str, *, header: bool) -> Iterator[bytes]:
    import pyarrow as pa

    started = header
    if header:
        names = [_text(pa.array([one.name], pa.large_string()), mark)[0].as_py() for one in rows.columns]
        yield as_bytes(mark.join(names))
    for batch in rows.batches():
        if not batch.num_rows:
            continue
        arrays = conform(batch, rows.columns)
        cells = [_cells(array, column, mark) for array, column in zip(arrays, rows.columns, strict=True)]
        data = joined_rows(cells, mark, end)
        yield data[0 if started else len(end) :].tobytes()
        started = True
    if started:
        yield as_bytes(end)


def _cells(array: Any, column: ColumnSchema, mark: str) -> Any:
    import pyarrow as pa

    if is_text(column):
        return _text(array, mark)
    if column.datatype == "boolean" and pa.types.is_boolean(array.type):
        return array.cast(pa.large_string())
    return numbers_text(array, nan="NaN", plus="Infinity", minus="-Infinity")


def _text(text: Any, mark: str) -> Any:
    import pyarrow.compute as pc

    data = text_bytes(text)
    if has_bytes(data, *b"=@\t\r+-"):
        risky = pc.match_substring_regex(text, _FORMULA)
        if pc.any(risky).as_py():
            text = pc.if_else(risky, pc.replace_substring_regex(text, r"\A", "'", max_replacements=1), text)
            data = text_bytes(text)
    if mark == "\t":
        return pc.replace_substring_regex(text, "\r\n|[\t\r\n]", " ") if has_bytes(data, *b"\t\r\n") else text
    quoted = pc.equal(pc.binary_length(text), 0)
    if has_bytes(data, *b',"\r\n '):
        quoted = pc.or_(quoted, pc.match_substring_regex(text, '[,"\r\n]|^ | $'))
    if not pc.any(quoted).as_py():
        return text
    return pc.if_else(quoted, _in_quotes(text, data), text)


def _in_quotes(text: Any, data: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if has_bytes(data, 34):
        text = pc.replace_substring(text, '"', '""')
    quote = pa.scalar('"', pa.large_string())
    return pc.binary_join_element_wise(quote, text, quote, pa.scalar("", pa.large_string()))
