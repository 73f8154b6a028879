"""Rows as XML, the TABLEDATA serialization of VOTable, made a column at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dfs.model.schema import ColumnSchema
from dfs.vo.formats.cells import has_bytes, joined_rows, numbers_text, text_bytes
from dfs.vo.formats.rows import conform, is_array, is_text

__all__ = ["tabledata", "xml_text"]

_BETWEEN_ROWS = "</TD></TR>\n<TR><TD>"
_SKIPPED = len("</TD></TR>\n")  # of the first row: nothing is before it to be ended


def tabledata(columns: Sequence[ColumnSchema], batches: Iterable[Any]) -> Iterator[bytes]:
    """Write batches as ``<TABLEDATA>``; null is an empty cell."""
    yield b"<TABLEDATA>\n"
    any_row = False
    for batch in batches:
        if not batch.num_rows:
            continue
        cells = [_cells(array, column) for array, column in zip(conform(batch, columns), columns, strict=True)]
        rows = joined_rows(cells, "</TD><TD>", _BETWEEN_ROWS)
        yield rows[0 if any_row else _SKIPPED :].tobytes()
        any_row = True
    yield b"</TD></TR>\n</TABLEDATA>\n" if any_row else b"</TABLEDATA>\n"


def _cells(array: Any, column: ColumnSchema) -> Any:
    if is_text(column):
        return xml_text(array)
    if column.datatype == "boolean":
        return _flags(array, column)
    return numbers_text(array, nan="NaN", plus="+Inf", minus="-Inf")


def _flags(array: Any, column: ColumnSchema) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    text = numbers_text(array, nan="?", plus=None, minus=None) if is_array(column) else array.cast(pa.large_string())
    for word, letter in (("true", "T"), ("false", "F"), ("NaN", "?")):
        text = pc.replace_substring(text, word, letter)
    return text


def xml_text(text: Any) -> Any:
    """Return text (large_string) as XML content: marks escaped, characters that XML cannot carry replaced by U+FFFD."""
    import pyarrow.compute as pc

    data = text_bytes(text)
    for mark, escaped in ((38, "&amp;"), (60, "&lt;"), (62, "&gt;")):
        if has_bytes(data, mark):
            text = pc.replace_substring(text, chr(mark), escaped)
    if has_bytes(data, below=32):
        text = pc.replace_substring(text, "\r", "&#13;")
        text = pc.replace_substring_regex(text, "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]", "\ufffd")
    if has_bytes(data, 0xEF):
        text = pc.replace_substring_regex(text, "[\\x{fffe}\\x{ffff}]", "\ufffd")
    return text
