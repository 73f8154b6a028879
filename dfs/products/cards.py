"""Writing cards into an astropy header so that each stays one card.

A string too long for one card is cut: ESO's science data product standard forbids CONTINUE.
"""

from __future__ import annotations

from collections.abc import Sequence

from astropy.io import fits

from dfs.model import Card

__all__ = ["set_cards", "string_room"]

_CARD = 80


def set_cards(header: fits.Header, cards: Sequence[Card]) -> None:
    """Write `cards` into an astropy header; values of None are left out, strings and comments cut to one card."""
    for card in cards:
        if card.value is None:
            continue
        value = _fitting(card.value, card.keyword) if isinstance(card.value, str) else card.value
        header[_spelled(card.keyword)] = (value, _comment(card.keyword, value, card.comment))


def string_room(keyword: str) -> int:
    """Return how many characters a string value of `keyword` may have within one card."""
    return _CARD - _head(keyword) - len("''")


def _spelled(keyword: str) -> str:
    return f"HIERARCH {keyword}" if _is_hierarch(keyword) else keyword


def _is_hierarch(keyword: str) -> bool:
    return len(keyword) > 8 or " " in keyword


def _head(keyword: str) -> int:
    """Return the length of keyword and value indicator."""
    return len(f"HIERARCH {keyword} = ") if _is_hierarch(keyword) else len("KEYWORD = ")


def _fitting(value: str, keyword: str) -> str:
    """Return `value`, cut so that it fits with its quotes doubled."""
    room = string_room(keyword)
    while len(value) + value.count("'") > room:
        value = value[:-1]
    return value


def _comment(keyword: str, value: object, comment: str) -> str:
    doubled = value.replace("'", "''") if isinstance(value, str) else ""
    shown = f"'{doubled:8s}'" if isinstance(value, str) else f"{value!s:>20}"
    return comment[: max(0, _CARD - _head(keyword) - len(shown) - len(" / "))]
