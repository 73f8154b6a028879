"""Header values as columns: what has the wrong type or cannot be is null, and nothing raises."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dfs.model.schema import ColumnSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["arrow_type", "as_number", "as_text", "as_whole", "column_of", "finite"]

_BITS = {"short": 15, "int": 31, "long": 63}


def as_text(value: object) -> str | None:
    """Return printable ASCII text; a number is written out, everything else and the empty text is None."""
    if type(value) is not str:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        value = str(value)
    text = value if value.isascii() else value.encode("ascii", "replace").decode()
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text.strip() or None


def as_number(value: object) -> float | None:
    """Return a finite number; None for everything else (text that looks like one included)."""
    if type(value) is float:
        return value if math.isfinite(value) else None
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            return None
    return None


def as_whole(value: object, bits: int = 63) -> int | None:
    """Return a whole number of at most `bits` bits; None for everything else."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and -(1 << bits) <= value < (1 << bits) else None


def _as_truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def finite(values: Sequence[Any]) -> list[float | None]:
    """Return computed numbers as a column takes them: NaN and infinity become None."""
    return [as_number(float(value)) if value is not None else None for value in values]


def column_of(schema: ColumnSchema, values: Sequence[Any]) -> pa.Array:
    """Return `values` as an Arrow array of the column's type."""
    import pyarrow as pa

    return pa.array(list(map(_converter(schema), values)), type=arrow_type(schema))


def _converter(schema: ColumnSchema) -> Callable[[Any], Any]:
    match schema.datatype:
        case "char" | "unicodeChar":
            return as_text
        case "float" | "double":
            return as_number
        case "boolean":
            return _as_truth
        case _:
            bits = _BITS[schema.datatype]
            return lambda value: as_whole(value, bits)


def arrow_type(schema: ColumnSchema) -> pa.DataType:
    """Return the Arrow type of a column."""
    import pyarrow as pa

    types: Mapping[str, pa.DataType] = {
        "boolean": pa.bool_(),
        "short": pa.int16(),
        "int": pa.int32(),
        "long": pa.int64(),
        "float": pa.float32(),
        "double": pa.float64(),
    }
    return types.get(schema.datatype, pa.string())
