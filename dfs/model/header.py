"""FITS header values as plain data.

Keywords are upper case without the word ``HIERARCH``: ``"ESO DET WIN1 BINX"``. A value is a string (stripped), an integer, a
float, a boolean, or None for a card without value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dfs.errors import DataError

__all__ = ["Card", "Header", "HeaderValue", "number", "require", "text"]

HeaderValue = str | int | float | bool | None
Header = Mapping[str, HeaderValue]


@dataclass(frozen=True, slots=True)
class Card:
    """One header card to be written."""

    keyword: str
    value: HeaderValue
    comment: str = ""


def require(header: Header, keyword: str, where: str = "") -> HeaderValue:
    """Return the value of `keyword`, or raise `DataError` naming file and keyword."""
    value = header.get(keyword)
    if value is None:
        raise DataError(
            f"keyword {keyword} is missing",
            where=where,
            keyword=keyword,
            hint="restore the header from the archive's copy of this file, or leave the file out",
        )
    return value


def number(header: Header, keyword: str, where: str = "") -> float:
    """Return the value of `keyword` as a float, or raise `DataError`."""
    value = require(header, keyword, where)
    if isinstance(value, bool | str):
        raise DataError(
            f"keyword {keyword} = {value!r} is not a number", where=where, keyword=keyword, accepted="a number"
        )
    assert value is not None  # noqa: S101 - require() has seen to it
    return float(value)


def text(header: Header, keyword: str, where: str = "") -> str:
    """Return the value of `keyword` as a string, or raise `DataError`."""
    return str(require(header, keyword, where)).strip()
