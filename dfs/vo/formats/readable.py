"""Rows for eyes: aligned text, and a page of HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from dfs.model.schema import ColumnSchema
from dfs.vo.formats.cells import as_bytes, joined_rows, numbers_text
from dfs.vo.formats.rows import Rows, conform, is_text
from dfs.vo.formats.tabledata import xml_text

__all__ = ["write_html", "write_text"]

_WIDEST = 60
_BETWEEN_ROWS = "</td></tr>\n<tr><td>"
_STYLE = (
    "body{font:14px sans-serif;margin:1em}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:2px 6px;text-align:left}"
    "th small{display:block;font-weight:normal;color:#666}"
)


def write_text(rows: Rows) -> Iterator[bytes]:
    """Write rows as aligned text; the widths follow the first batch, longer cells later push theirs aside."""
    import pyarrow as pa
    import pyarrow.compute as pc

    widths: list[int] = []
    for batch in rows.batches():
        arrays = conform(batch, rows.columns)
        cells = [_cells(array, column).fill_null("") for array, column in zip(arrays, rows.columns, strict=True)]
        cells = [pc.replace_substring_regex(one, "[\\x00-\\x1f]", " ") for one in cells]
        if not widths:
            longest = [pc.max(pc.utf8_length(one)).as_py() or 0 for one in cells]
            widths = [max(len(one.name), min(size, _WIDEST)) for one, size in zip(rows.columns, longest, strict=True)]
            yield _heading(rows.columns, widths)
        padded = [
            (pc.utf8_rpad if is_text(column) else pc.utf8_lpad)(one, width)
            for one, column, width in zip(cells, rows.columns, widths, strict=True)
        ]
        if batch.num_rows:
            data = joined_rows([*padded, pa.array(["\n"] * batch.num_rows, pa.large_string())], " ", "")
            yield data.tobytes()
    if not widths:
        yield _heading(rows.columns, [len(one.name) for one in rows.columns])
    if rows.overflow:
        yield b"# OVERFLOW: rows were left out because of a limit on their number\n"


def _heading(columns: Sequence[ColumnSchema], widths: Sequence[int]) -> bytes:
    names = " ".join(one.name.ljust(width) for one, width in zip(columns, widths, strict=True))
    return as_bytes(f"{names}\n{' '.join('-' * width for width in widths)}\n")


def write_html(rows: Rows) -> Iterator[bytes]:
    """Write rows as a page of HTML."""
    heads = "".join(
        f'<th title="{escape(one.description)}">{escape(one.name)}<small>{escape(one.unit)}</small></th>'
        for one in rows.columns
    )
    yield as_bytes(
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Results</title><style>{_STYLE}</style></head>\n'
        f"<body><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>"
    )
    started = False
    for batch in rows.batches():
        if batch.num_rows:
            arrays = conform(batch, rows.columns)
            cells = [xml_text(_cells(array, column)) for array, column in zip(arrays, rows.columns, strict=True)]
            yield joined_rows(cells, "</td><td>", _BETWEEN_ROWS)[0 if started else len("</td></tr>") :].tobytes()
            started = True
    note = "<p>Rows were left out because of a limit on their number.</p>" if rows.overflow else ""
    yield as_bytes(f"{'</td></tr>' if started else ''}</tbody>\n</table>{note}</body></html>\n")


def _cells(array: Any, column: ColumnSchema) -> Any:
    import pyarrow as pa

    if is_text(column):
        return array
    if pa.types.is_boolean(array.type):
        return array.cast(pa.large_string())
    return numbers_text(array, nan="NaN", plus="Inf", minus="-Inf")
