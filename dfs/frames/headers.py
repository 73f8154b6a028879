"""Wanted keywords of many FITS files, fast.

A header is read as raw blocks of 2880 bytes. Where a keyword stands is found once for each *layout*: the keyword fields of all
its cards, which the frames of one instrument and template share. Two headers of one layout have the same keywords in the same
places, so the values are simply cut out; a layout not met before is searched card by card. Usual values are read here, odd
ones (CONTINUE, unusual spellings) by astropy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dfs.errors import NotFoundError, ServiceError
from dfs.frames.blocks import BLOCK, Blocks, read_blocks
from dfs.frames.cards import CARD, key_of, value_at, value_of
from dfs.model import Header, HeaderValue

__all__ = ["FileHeader", "HeaderReader", "read_header", "truncation"]

_EQUALS = ord("=")
_SIZE_KEYWORDS = ("BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "NAXIS3", "GCOUNT", "PCOUNT")
_ZIMAGE_KEYWORDS = ("ZIMAGE", "ZBITPIX", "ZNAXIS", "ZNAXIS1", "ZNAXIS2", "ZNAXIS3")
_REMEMBERED = 50_000  # card values; forgotten together beyond that, so that memory stays bounded
_LAYOUTS = 300


@dataclass(frozen=True, slots=True)
class FileHeader:
    """The wanted keywords of one file.

    Attributes
    ----------
    values
        Keyword -> value, for those that are there.
    problem
        What is wrong with the file beyond its header (truncated), or None.
    """

    values: Header
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the keywords of a header stand: its keyword fields with the mask that cuts them out, and the places wanted."""

    mask: NDArray[np.uint8]
    signature: bytes
    places: tuple[tuple[str, int], ...]


def read_header(path: str | Path, keywords: Collection[str]) -> Header:
    """Return the values of `keywords` in the primary header of the FITS file at `path`; absent ones are left out.

    Parameters
    ----------
    path
        ``.fits``, ``.fits.gz``, ``.fits.fz`` (header of the compressed image) or ``.fits.Z``.
    keywords
        Upper case, without ``HIERARCH``.

    Raises
    ------
    NotFoundError, ServiceError
        The file is not there; it may not be read.
    DataError
        It is no FITS file or its header is damaged.
    """
    try:
        return HeaderReader(keywords).read(path).values
    except FileNotFoundError as error:
        raise NotFoundError("there is no such file", where=str(path)) from error
    except OSError as error:
        raise ServiceError(f"cannot be read: {error.strerror}", where=str(path)) from error


class HeaderReader:
    """Reads the same keywords from many files.

    Parameters
    ----------
    keywords
        Upper case, without ``HIERARCH``.
    """

    def __init__(self, keywords: Collection[str]) -> None:
        self._wanted = frozenset(keywords)
        self._found = self._wanted | frozenset(_SIZE_KEYWORDS) | frozenset(_ZIMAGE_KEYWORDS)
        self._width = min(max(len(name) for name in self._found) + 20, CARD)  # HIERARCH, the keyword, blanks before "="
        self._columns = np.arange(self._width, dtype=np.uint8)
        self._layouts: dict[bytes, _Layout] = {}
        self._last: _Layout | None = None
        self._values: dict[bytes, HeaderValue] = {}
        self._guess = 16 * BLOCK

    def read(self, path: str | Path) -> FileHeader:
        """Return the wanted keywords of the file at `path`; OSError or `DataError` when it cannot be read."""
        blocks = read_blocks(path, self._guess)
        self._guess = blocks.data_start + BLOCK
        values = sizes = self._read_cards(blocks.primary)
        if blocks.extension:
            sizes = self._read_cards(blocks.extension)
            if sizes.get("ZIMAGE") is True:
                values = {**sizes, **_uncompressed_sizes(sizes), **_without_sizes(values)}
        problem = truncation(blocks, sizes)
        return FileHeader({name: value for name, value in values.items() if name in self._wanted}, problem)

    def _read_cards(self, cards: bytes) -> dict[str, HeaderValue]:
        layout = self._layout(cards)
        remembered = self._values
        found = {}
        for keyword, at in layout:
            card = cards[at : at + CARD]
            try:
                value = remembered[card]
            except KeyError:
                value = self._remember(cards, at, card)
            found[keyword] = value
        return found

    def _remember(self, cards: bytes, at: int, card: bytes) -> HeaderValue:
        if cards[at + CARD : at + CARD + 8] == b"CONTINUE":
            return value_at(cards, at)
        if len(self._values) >= _REMEMBERED:
            self._values.clear()
        value = self._values[card] = value_of(card)
        return value

    def _layout(self, cards: bytes) -> tuple[tuple[str, int], ...]:
        """Return (keyword, byte) of the wanted cards; the first of a keyword that comes twice."""
        whole = len(cards) // CARD * CARD
        fields = np.frombuffer(cards, np.uint8, whole).reshape(-1, CARD)[:, : self._width]
        last = self._last
        # The mask of the last header keeps each field through its equals sign: if that much agrees, the layout is the same.
        if last is not None and last.mask.shape == fields.shape and (fields * last.mask).tobytes() == last.signature:
            return last.places
        ends = (fields == _EQUALS).argmax(axis=1)
        ends[ends == 0] = self._width  # no equals sign: the text itself tells layouts apart
        mask = (self._columns <= ends[:, np.newaxis]).view(np.uint8)
        signature = (fields * mask).tobytes()
        layout = self._layouts.get(signature)
        if layout is None:
            if len(self._layouts) >= _LAYOUTS:
                self._layouts.clear()
            layout = self._layouts[signature] = _Layout(mask, signature, self._search(cards, whole))
        self._last = layout
        return layout.places

    def _search(self, cards: bytes, whole: int) -> tuple[tuple[str, int], ...]:
        places: dict[str, int] = {}
        for at in range(0, whole, CARD):
            keyword = key_of(cards[at : at + CARD])
            if keyword in self._found and keyword not in places:
                places[keyword] = at
        return tuple(places.items())


def _uncompressed_sizes(extension: Mapping[str, HeaderValue]) -> dict[str, HeaderValue]:
    """Return size keywords of the image inside a compressed one (FITS 4.0, section 10.1.1: ZNAXISn is its NAXISn)."""
    names = [name for name in _ZIMAGE_KEYWORDS if name != "ZIMAGE"]
    return {name[1:]: extension[name] for name in names if name in extension}


def _without_sizes(values: Mapping[str, HeaderValue]) -> dict[str, HeaderValue]:
    return {name: value for name, value in values.items() if name not in _SIZE_KEYWORDS}


def truncation(blocks: Blocks, sizes: Mapping[str, HeaderValue]) -> str | None:
    """Return what is said of a file that is shorter than its header promises (FITS 4.0, section 4.4.1.2), or None."""
    axes = sizes.get("NAXIS")
    bits = sizes.get("BITPIX")
    if blocks.size is None or not isinstance(axes, int) or not isinstance(bits, int) or axes > 3:
        return None
    pixels = 1 if axes else 0
    for axis in range(1, axes + 1):
        length = sizes.get(f"NAXIS{axis}")
        if not isinstance(length, int):
            return f"keyword NAXIS{axis} is missing"
        pixels *= length
    groups, parameters = sizes.get("GCOUNT", 1), sizes.get("PCOUNT", 0)
    if not isinstance(groups, int) or not isinstance(parameters, int):
        return None
    needed = blocks.data_start + abs(bits) // 8 * groups * (parameters + pixels)
    if blocks.size >= needed:
        return None
    return f"truncated: {blocks.size} bytes of at least {needed} are there; fetch the file again"
