"""Writing raw frames as ESO's instruments do: one HDU of 16 bit integers with BZERO, and checksums."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.errors import ServiceError

__all__ = ["card", "write_raw"]

_BLOCK = 2880
_NO_CHECKSUM = "0" * 16
# Characters that the encoding of a checksum must not contain: between digits, capitals and small letters.
_EXCLUDED = frozenset([*range(0x3A, 0x41), *range(0x5B, 0x61)])


def card(keyword: str, value: str, comment: str) -> str:
    """Return a card of 80 characters; `value` is written as it stands, strings in single quotes."""
    text = f"'{value[1:-1]:<8s}'" if value.startswith("'") else value
    if " " in keyword or len(keyword) > 8:
        start = f"HIERARCH {keyword} = {text}"
    else:
        start = f"{keyword:<8s}= {text:<20s}" if text.startswith("'") else f"{keyword:<8s}= {text:>20s}"
    if len(start) > 80:
        raise ValueError(f"card {keyword} = {value} is longer than 80 characters")
    with_comment = f"{start} / {comment}" if comment and len(start) < 76 else start
    return f"{with_comment:<80s}"[:80]


def write_raw(path: Path, cards: Sequence[str], pixels: NDArray[np.uint16], written: str) -> None:
    """Write a raw frame; it appears whole under its name or not at all.

    Parameters
    ----------
    path
        The file.
    cards
        Cards without CHECKSUM, DATASUM and END.
    pixels
        The frame.
    written
        Time for the comment of the checksums, ISO 8601.
    """
    data = _padded((pixels.astype(np.int32) - 32768).astype(">i2").tobytes(), b"\0")
    data_sum = _sum32(data)
    comment = f"updated {written[:19]}"
    tail = [card("DATASUM", f"'{data_sum}'", f"data unit checksum {comment}"), f"{'END':<80s}"]

    def header(checksum: str) -> bytes:
        own = card("CHECKSUM", f"'{checksum}'", f"HDU checksum {comment}")
        return _padded("".join([*cards, own, *tail]).encode("ascii"), b" ")

    checksum = _encoded(~_sum32(header(_NO_CHECKSUM), data_sum) & 0xFFFFFFFF)
    staging = path.with_name(f".{path.name}.part")
    try:
        staging.write_bytes(header(checksum) + data)
        staging.replace(path)
    except OSError as error:
        staging.unlink(missing_ok=True)
        raise ServiceError(
            f"the simulated frame could not be written ({error.strerror or error})",
            where=str(path),
            hint="free space or change permissions, then draw the night again",
        ) from error


def _padded(content: bytes, filler: bytes) -> bytes:
    return content + filler * (-len(content) % _BLOCK)


def _sum32(content: bytes, start: int = 0) -> int:
    """Return the ones' complement sum of `content` as 32 bit words (FITS standard 4.0, appendix J)."""
    words: NDArray[Any] = np.frombuffer(content, dtype=">u4")
    total = int(words.sum(dtype=np.uint64)) + start
    while total >> 32:
        total = (total & 0xFFFFFFFF) + (total >> 32)
    return total


def _encoded(value: int) -> str:
    """Return `value` as the 16 characters of a CHECKSUM (FITS standard 4.0, appendix J)."""
    characters = [0] * 16
    for byte_index in range(4):
        byte = (value >> (24 - 8 * byte_index)) & 0xFF
        quarter = [byte // 4 + 48 + (byte % 4 if place == 0 else 0) for place in range(4)]
        while _EXCLUDED.intersection(quarter):
            for place in (0, 2):
                if _EXCLUDED.intersection(quarter[place : place + 2]):
                    quarter[place] += 1
                    quarter[place + 1] -= 1
        for place in range(4):
            characters[4 * place + byte_index] = quarter[place]
    return "".join(chr(one) for one in characters[-1:] + characters[:-1])
