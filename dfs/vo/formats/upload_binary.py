"""The rows of VOTables in BINARY and BINARY2: bytes to Python values, every length looked at before it is believed."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from dfs.errors import UsageError

__all__ = ["unpack"]

_CODES = {"unsignedByte": "B", "short": "h", "int": "i", "long": "q", "float": "f", "double": "d"}
_BROKEN = "the rows of the VOTable are broken or cut off"
_Read = Callable[[bytes, int], tuple[Any, int]]


def unpack(data: bytes, fields: Sequence[dict[str, str]], *, masked: bool, rows: int) -> list[list[Any]]:
    """Return the cells of each column.

    Parameters
    ----------
    data
        The decoded stream.
    fields
        Attributes of the FIELDs.
    masked
        Whether a mask of nulls is before each row, as BINARY2 has it.
    rows
        How many are accepted.

    Raises
    ------
    UsageError
        The stream ends within a row, a length points beyond it, or there are too many rows.
    """
    readers = [_reader(one) for one in fields]
    columns: list[list[Any]] = [[] for _ in fields]
    sink = list(zip(readers, columns, strict=True))
    mask_bytes = (len(fields) + 7) // 8 if masked else 0
    bits = 8 * mask_bytes - 1
    at, count, size = 0, 0, len(data)
    try:
        while at < size:
            count += 1
            if count > rows:
                raise UsageError("the table has too many rows", accepted=f"{rows} rows")
            mask = int.from_bytes(data[at : at + mask_bytes], "big")
            begin, at = at, at + mask_bytes
            for number, (read, column) in enumerate(sink):
                value, at = read(data, at)
                column.append(None if mask >> (bits - number) & 1 else value) if masked else column.append(value)
            if at > size or at == begin:
                raise UsageError(_BROKEN)
    except (struct.error, IndexError, UnicodeDecodeError):
        raise UsageError(_BROKEN) from None
    return columns


def _reader(attributes: dict[str, str]) -> _Read:
    kind, size = attributes.get("datatype", ""), attributes.get("arraysize", "").strip()
    fixed = int(size) if size.isdigit() else None
    free = size not in {"", "1"} and fixed is None
    if kind in {"char", "unicodeChar"}:
        return _text(kind, None if free else fixed or 1)
    if kind in {"boolean", "bit"}:
        if free or (fixed or 1) > 1:
            raise UsageError(
                f"column {attributes.get('name', '')[:64]} has arrays of type {kind} in bytes", accepted="TABLEDATA"
            )
        return _bit if kind == "bit" else _flag
    code = _CODES[kind]
    if not free:
        return _numbers(struct.Struct(f">{fixed or 1}{code}"), single=size in {"", "1"})
    return _list(code)


def _numbers(shape: struct.Struct, *, single: bool) -> _Read:
    step, unpack_from = shape.size, shape.unpack_from
    if single:
        return lambda data, at: (unpack_from(data, at)[0], at + step)
    return lambda data, at: (list(unpack_from(data, at)), at + step)


def _list(code: str) -> _Read:
    width = struct.calcsize(f">{code}")

    def read(data: bytes, at: int) -> tuple[Any, int]:
        count = _length(data, at, width)
        values = list(struct.unpack_from(f">{count}{code}", data, at + 4))
        return values or None, at + 4 + count * width

    return read


def _text(kind: str, fixed: int | None) -> _Read:
    coding, width = ("utf-8", 1) if kind == "char" else ("utf-16-be", 2)

    def read(data: bytes, at: int) -> tuple[Any, int]:
        count = _length(data, at, width) if fixed is None else fixed
        start = at + 4 if fixed is None else at
        end = start + count * width
        if end > len(data):
            raise UsageError(_BROKEN)
        return data[start:end].decode(coding).partition("\0")[0] or None, end

    return read


def _length(data: bytes, at: int, width: int) -> int:
    count = int(struct.unpack_from(">i", data, at)[0])
    if count < 0 or count * width > len(data) - at:
        raise UsageError(_BROKEN)
    return count


def _flag(data: bytes, at: int) -> tuple[bool | None, int]:
    letter = chr(data[at])
    if letter not in "TtFf10?\0 ":
        raise UsageError(_BROKEN)
    return (None if letter in "?\0 " else letter in "Tt1"), at + 1


def _bit(data: bytes, at: int) -> tuple[bool, int]:
    return data[at] != 0, at + 1  # the standard sets the highest bit, astropy the fourth
