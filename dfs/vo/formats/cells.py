"""Cells as text, a column at a time: what the text formats have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_bytes", "has_bytes", "joined_rows", "numbers_text", "text_bytes"]


def text_bytes(text: Any) -> NDArray[np.uint8]:
    """Return the bytes of all cells of a text array (large_string), one after the other."""
    ends = np.frombuffer(text.buffers()[1], dtype=np.int64, count=text.offset + len(text) + 1)
    if text.buffers()[2] is None:
        return np.empty(0, dtype=np.uint8)
    return np.frombuffer(text.buffers()[2], dtype=np.uint8)[ends[text.offset] : ends[-1]]


def has_bytes(data: NDArray[np.uint8], *wanted: int, below: int = 0) -> bool:
    """Tell whether data have one of some bytes, or any below a limit; much faster than a regular expression."""
    return bool(below and (data < below).any()) or any(bool((data == one).any()) for one in wanted)


def numbers_text(array: Any, *, nan: str | None, plus: str | None, minus: str | None) -> Any:
    """Return numbers as the shortest text that reads back equal; large_string.

    Parameters
    ----------
    array
        Integers, floats, or lists of them (elements parted by blanks).
    nan, plus, minus
        How NaN and the infinities are written; None makes them null.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        if pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind):
            array = array.cast(pa.large_list(kind.value_type))
        inner = numbers_text(array.values, nan=nan, plus=plus, minus=minus).fill_null(nan or "NaN")
        lists = pa.LargeListArray.from_arrays(array.offsets, inner)
        return pc.if_else(array.is_valid(), pc.binary_join(lists, pa.scalar(" ", pa.large_string())), None)
    text = array.cast(pa.large_string())
    if pa.types.is_floating(kind) and not pc.all(pc.is_finite(array), skip_nulls=True).as_py():
        for found, word in (
            (pc.is_nan(array), nan),
            (pc.equal(array, float("inf")), plus),
            (pc.equal(array, float("-inf")), minus),
        ):
            text = pc.if_else(found, pa.scalar(word, pa.large_string()), text)
    return text


def joined_rows(columns: Sequence[Any], between: str, before: str) -> Any:
    """Join the cells of each row, null as nothing, parted by `between` and with `before` ahead of the first.

    Returns
    -------
    buffer
        The bytes of all rows.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    empty = pa.scalar("", pa.large_string())
    how = {"null_handling": "replace", "null_replacement": ""}
    first = pc.binary_join_element_wise(pa.scalar(before, pa.large_string()), columns[0], empty, **how)
    if len(columns) > 1:
        first = pc.binary_join_element_wise(first, *columns[1:], pa.scalar(between, pa.large_string()), **how)
    return text_bytes(first)


def as_bytes(text: str) -> bytes:
    """Return text as UTF-8; lone surrogates, which XML and JSON cannot carry, as question marks."""
    return text.encode("utf-8", errors="replace")
