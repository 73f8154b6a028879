"""Whole headers of one file: the primary one, and those of its extensions."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import IO, Any

from dfs.frames.blocks import BLOCK, LONGEST, read_blocks
from dfs.frames.cards import CARD, key_of, value_at
from dfs.frames.headers import truncation
from dfs.model import HeaderValue

__all__ = ["extension_headers", "is_whole_gzip", "primary_header", "shortage"]

_CHUNK = 1 << 20
_MOST_EXTENSIONS = 200  # MUSE, the largest mosaic, has 24 chips with a handful of extensions each
_COMPRESSED_SIZES = ("BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "NAXIS3")
_OF_THE_TABLE = {"XTENSION", "PCOUNT", "GCOUNT", "TFIELDS", "EXTNAME", *_COMPRESSED_SIZES}


def primary_header(path: str | Path) -> dict[str, HeaderValue]:
    """Return all cards with a value of the primary header; of a keyword that comes twice, the first.

    COMMENT, HISTORY and blank cards are left out.  When the file is a compressed image (``.fz``), its header is added: what it
    says goes before what the empty primary header says.

    Raises
    ------
    OSError
        The file cannot be opened or read.
    DataError
        It is no FITS file or its header is damaged.
    """
    blocks = read_blocks(path)
    values = _cards(blocks.primary)
    of_image = _cards(blocks.extension) if blocks.extension else {}
    if of_image.get("ZIMAGE") is not True:
        return values
    sizes = {name: of_image[f"Z{name}"] for name in _COMPRESSED_SIZES if f"Z{name}" in of_image}
    own = {name: value for name, value in of_image.items() if name not in _OF_THE_TABLE and not name.startswith("TF")}
    return {**values, **own, **sizes}


def shortage(path: str | Path) -> str | None:
    """Return what is said of a file that is shorter than its header promises, or None; errors as for `primary_header`."""
    blocks = read_blocks(path)
    return truncation(blocks, _cards(blocks.extension or blocks.primary))


def is_whole_gzip(path: str | Path) -> bool:
    """Tell whether a gzip file can be unpacked to its end (zeros may follow, as on tapes)."""
    try:
        with gzip.open(path) as stream:
            while stream.read(_CHUNK):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return True


def extension_headers(path: str | Path) -> list[dict[str, HeaderValue]]:
    """Return the header of each extension, as far as the file can be read (an extension cut short ends the list)."""
    found = []
    try:
        with _opened(Path(path)) as stream:
            for number, cards in enumerate(_headers(stream)):
                if number > _MOST_EXTENSIONS:
                    break
                if number:
                    found.append(_cards(cards))
    except (OSError, EOFError, ValueError, zlib.error):
        return found
    return found


def _cards(cards: bytes) -> dict[str, HeaderValue]:
    found: dict[str, HeaderValue] = {}
    for at in range(0, len(cards) - CARD + 1, CARD):
        keyword = key_of(cards[at : at + CARD])
        if keyword and keyword not in found and keyword not in {"COMMENT", "HISTORY", "CONTINUE"}:
            found[keyword] = value_at(cards, at)
    return found


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        magic = file.read(2)
    if magic == b"\x1f\x8b":
        unzipped: Any = gzip.open(path)  # noqa: SIM115 - the caller closes it
        stream: IO[bytes] = unzipped
        return stream
    if magic == b"\x1f\x9d":
        import uncompresspy

        opened: IO[bytes] = uncompresspy.open(path)
        return opened
    return path.open("rb")


def _headers(stream: IO[bytes]) -> Iterator[bytes]:
    """Give the cards of one header after the other, passing over the data between."""
    while header := _next_header(stream):
        yield header
        _pass_over(stream, _data_bytes(_cards(header)))


def _next_header(stream: IO[bytes]) -> bytes:
    """Return the cards up to END; empty at the end of the file."""
    header = b""
    while len(header) < LONGEST and (block := stream.read(BLOCK)):
        text = block.rstrip(b" ")
        if text.endswith(b"END") and (len(text) - 3) % CARD == 0:
            return header + text[:-3]
        header += block
    return b""


def _data_bytes(header: dict[str, HeaderValue]) -> int:
    """Return how long the data after a header are, in whole blocks (FITS 4.0, sections 4.4.1.1 and 7)."""

    def whole(keyword: str, default: int) -> int:
        value: Any = header.get(keyword, default)
        return value if type(value) is int and value >= 0 else default

    axes = whole("NAXIS", 0)
    sizes = [whole(f"NAXIS{axis}", 0) for axis in range(1, axes + 1)]
    bits: Any = header.get("BITPIX")
    pixel = abs(bits) // 8 if type(bits) is int else 1
    size = pixel * whole("GCOUNT", 1) * (whole("PCOUNT", 0) + prod(sizes)) if sizes else 0
    return -(-size // BLOCK) * BLOCK


def _pass_over(stream: IO[bytes], size: int) -> None:
    if not isinstance(stream, gzip.GzipFile) and stream.seekable() and stream.__class__.__name__ != "LZWFile":
        stream.seek(size, 1)
        return
    while size > 0 and (chunk := stream.read(min(size, _CHUNK))):
        size -= len(chunk)
