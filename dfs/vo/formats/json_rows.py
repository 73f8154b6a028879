"""Rows as one JSON object: ``columns[{name, datatype, unit, ucd}]``, ``rows[[...]]``, ``overflow``; what is no number is null."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dfs.errors import DfsError
from dfs.model.schema import ColumnSchema
from dfs.vo.formats.cells import as_bytes, has_bytes, joined_rows, numbers_text, text_bytes
from dfs.vo.formats.rows import Rows, conform, is_array, is_text

__all__ = ["write_json"]

_BETWEEN_ROWS = "],\n["
# Characters that JSON must escape, other than the quote and the backslash.
_ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"} | {
    code: f"\\u{code:04x}" for code in range(32) if code not in {8, 9, 10, 12, 13}
}


def write_json(rows: Rows) -> Iterator[bytes]:
    """Write rows as JSON; should reading them fail midway, the object ends with a key ``error``."""
    columns = [_column(one) for one in rows.columns]
    yield as_bytes(f'{{"columns": {json.dumps(columns, ensure_ascii=False)},\n"rows": [')
    started, failure = False, ""
    try:
        for batch in rows.batches():
            if not batch.num_rows:
                continue
            arrays = conform(batch, rows.columns)
            cells = [_cells(array, column) for array, column in zip(arrays, rows.columns, strict=True)]
            yield joined_rows(cells, ", ", _BETWEEN_ROWS)[0 if started else _BETWEEN_ROWS.index("[") :].tobytes()
            started = True
    except DfsError as error:
        failure = f', "error": {json.dumps(error.document())}'
    yield as_bytes(f'{"]" if started else ""}],\n"overflow": {json.dumps(bool(rows.overflow))}{failure}}}\n')


def _column(column: ColumnSchema) -> dict[str, str | None]:
    said: dict[str, str | None] = {
        "name": column.name,
        "datatype": column.datatype,
        "unit": column.unit or None,
        "ucd": column.ucd or None,
    }
    more = {
        "arraysize": column.arraysize,
        "utype": column.utype,
        "xtype": column.xtype,
        "description": column.description,
    }
    return said | {name: value for name, value in more.items() if value}


def _cells(array: Any, column: ColumnSchema) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if is_text(column):
        cells = _quoted(array)
    elif is_array(column):
        text = numbers_text(array, nan="null", plus="null", minus="null")
        text = pc.replace_substring(text, " ", ", ")
        ends = (pa.scalar("[", pa.large_string()), text, pa.scalar("]", pa.large_string()))
        cells = pc.binary_join_element_wise(*ends, pa.scalar("", pa.large_string()))
    elif column.datatype == "boolean":
        cells = array.cast(pa.large_string())
    else:
        cells = numbers_text(array, nan=None, plus=None, minus=None)
    return cells.fill_null("null") if cells.null_count else cells


def _quoted(text: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    data = text_bytes(text)
    if has_bytes(data, 92):
        text = pc.replace_substring(text, "\\", "\\\\")
    if has_bytes(data, 34):
        text = pc.replace_substring(text, '"', '\\"')
    if has_bytes(data, below=32):
        for code, escaped in _ESCAPES.items():
            if has_bytes(data, code):
                text = pc.replace_substring(text, chr(code), escaped)
    quote = pa.scalar('"', pa.large_string())
    return pc.binary_join_element_wise(quote, text, quote, pa.scalar("", pa.large_string()))
