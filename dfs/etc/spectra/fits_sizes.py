"""What the headers of FITS promise, looked at before a reader believes them.

The FITS standard 4.0 (Pence et al. 2010, A&A 524, A42; 2018 edition), sections 3.1, 4.4.1 and 7.
"""

from __future__ import annotations

import math
import re

from dfs.errors import DataError

__all__ = ["believable"]

_CARD, _BLOCK = 80, 2880  # bytes
_CARDS_MOST, _UNITS_MOST, _AXES_MOST = 20_000, 100, 999
_WHOLE = re.compile(rb"[+-]?[0-9]{1,18}")
_COUNTED = re.compile(rb"BITPIX|NAXIS[0-9]{0,3}|PCOUNT|GCOUNT|TFIELDS")


def believable(content: bytes, where: str) -> bytes:
    """Return the first units of a file, each of which holds what its header promises.

    Raises
    ------
    DataError
        A header promises more bytes than there are, has no end, or counts with what is no number.
    """
    begin = 0
    for _ in range(_UNITS_MOST):
        data, counts = _header(content, begin, where)
        size = _size(counts, where)
        if data + size > len(content):
            raise DataError(f"it is cut short: a header promises {size} bytes", where=where)
        begin = data + -(-size // _BLOCK) * _BLOCK
        if not content.startswith(b"XTENSION", begin):
            break
    return content[:begin]


def _header(content: bytes, begin: int, where: str) -> tuple[int, dict[bytes, int]]:
    """Return where the data of a unit begin, and the numbers that tell their size."""
    counts: dict[bytes, int] = {}
    for at in range(begin, min(len(content), begin + _CARDS_MOST * _CARD), _CARD):
        key = content[at : at + 8].strip()
        if key == b"END":
            return at + _CARD + -(at + _CARD - begin) % _BLOCK, counts
        if _COUNTED.fullmatch(key):
            said = content[at + 10 : at + _CARD].partition(b"/")[0].strip()
            if key in counts or not _WHOLE.fullmatch(said):
                raise DataError("a header counts with what is no number, or twice", where=where, accepted="FITS")
            counts[key] = int(said)
    raise DataError("a header has no end", where=where, accepted="FITS")


def _size(counts: dict[bytes, int], where: str) -> int:
    """Return the bytes of a unit's data."""
    number = counts.get(b"NAXIS", 0)
    axes = [counts.get(b"NAXIS%d" % axis, 0) for axis in range(1, min(number, _AXES_MOST) + 1)]
    others = [counts.get(name, 0) for name in (b"PCOUNT", b"GCOUNT", b"TFIELDS")]
    if not 0 <= number <= _AXES_MOST or min(*axes, *others, 0) < 0 or others[2] > _AXES_MOST:
        raise DataError("a header counts what cannot be", where=where, accepted="FITS")
    values = math.prod(axes) if axes else 0
    return abs(counts.get(b"BITPIX", 8)) // 8 * counts.get(b"GCOUNT", 1) * (counts.get(b"PCOUNT", 0) + values)
