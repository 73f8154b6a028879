"""Uploaded cells, as text or as numbers, to Arrow arrays of their column's type."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa

from dfs.errors import UsageError
from dfs.model.schema import ColumnSchema
from dfs.vo.formats.rows import arrow_type, is_array, is_text

__all__ = ["from_texts", "from_values"]

_TRUE, _FALSE = {"t", "true", "1"}, {"f", "false", "0"}


def from_texts(cells: list[str], column: ColumnSchema, null: str) -> Any:
    """Return the array of cells of TABLEDATA; empty ones, and those that say `null`, are null.

    Raises
    ------
    UsageError
        A cell is no value of its column.
    """
    if is_text(column):
        return pa.array([one or None for one in cells], pa.large_string())
    texts = [None if one in {"", null} else one for one in map(str.strip, cells)]
    if is_array(column):
        lists = [None if one is None else one.replace(",", " ").split() for one in texts]
        ends = [0]
        for one in lists:
            ends.append(ends[-1] + len(one or ()))
        inner = _numbers([value for one in lists for value in one or ()], column)
        array = pa.LargeListArray.from_arrays(
            pa.array(ends, pa.int64()), inner, mask=pa.array([one is None for one in lists], pa.bool_())
        )
        try:
            return array.cast(arrow_type(column))
        except pa.ArrowInvalid:
            raise UsageError(f"a cell of column {column.name[:64]} is not of {column.arraysize} values") from None
    return _numbers(texts, column)


def _numbers(texts: list[str | None], column: ColumnSchema) -> Any:
    wanted = arrow_type(column)
    wanted = getattr(wanted, "value_type", wanted)
    if column.datatype == "boolean":
        return pa.array([_flag(one, column) for one in texts], pa.bool_())
    try:
        return pa.array(texts, pa.string()).cast(wanted)
    except pa.ArrowInvalid:
        return pa.array([_number(one, column) for one in texts], wanted)


def _flag(text: str | None, column: ColumnSchema) -> bool | None:
    word = (text or "?").lower()
    if word not in _TRUE | _FALSE | {"?"}:
        raise UsageError(f"'{word[:20]}' in column {column.name[:64]} is no boolean")
    return None if word == "?" else word in _TRUE


def _number(text: str | None, column: ColumnSchema) -> float | int | None:
    """Read what Arrow did not: signs, hexadecimals, ``+Inf``; find the one that is wrong."""
    if text is None:
        return None
    try:
        if column.datatype in {"float", "double"}:
            return float(text.replace("_", "?"))
        value = int(text, 16) if re.match(r"[+-]?0[xX]", text) else int(text.replace("_", "?"))
    except ValueError:
        raise UsageError(f"'{text[:20]}' in column {column.name[:64]} is no {column.datatype}") from None
    limit = {"short": 15, "int": 31, "long": 63}[column.datatype]
    if not -(1 << limit) <= value < 1 << limit:
        raise UsageError(f"{text[:24]} in column {column.name[:64]} is too large for {column.datatype}")
    return value


def from_values(values: list[Any], column: ColumnSchema, null: str) -> Any:
    """Return the array of values of a binary stream; integers that equal `null` are null."""
    if null and column.datatype in {"short", "int", "long"}:
        absent = _number(null, column)
        values = [None if one == absent else one for one in values]
    return pa.array(values, arrow_type(column))
