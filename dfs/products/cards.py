"""Writing cards into an astropy header so that each stays one card."""

from __future__ import annotations

from collections.abc import Sequence

from astropy.io import fits

from dfs.model import Card

__all__ = ["set_cards"]


def set_cards(header: fits.Header, cards: Sequence[Card]) -> None:
    """Write `cards` into an astropy header; values of None are left out."""
    for card in cards:
        if card.value is None:
            continue
        keyword = card.keyword if len(card.keyword) <= 8 and " " not in card.keyword else f"HIERARCH {card.keyword}"
        header[keyword] = (card.value, _short(card))


def _short(card: Card) -> str:
    """Cut the comment so that the card stays one card."""
    value = f"'{card.value:8s}'" if isinstance(card.value, str) else f"{card.value!s:>20}"
    taken = len(card.keyword) + (len("HIERARCH  = ") if " " in card.keyword or len(card.keyword) > 8 else 2)
    return card.comment[: max(0, 80 - taken - len(value) - 3)]
