"""A FITS header as plain data that still knows its comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from astropy.io import fits

from dfs.model import Card, Header, HeaderValue

__all__ = ["FitsHeader", "card_of", "cards_of", "from_astropy"]

_COMMENTARY = {"", "COMMENT", "HISTORY", "END", "CONTINUE"}


class FitsHeader(Mapping[str, HeaderValue]):
    """Keyword -> value, in file order, with the comment of each card beside it."""

    __slots__ = ("_cards",)

    def __init__(self, cards: Mapping[str, Card]) -> None:
        self._cards = dict(cards)

    def __getitem__(self, keyword: str) -> HeaderValue:
        return self._cards[keyword].value

    def __iter__(self) -> Iterator[str]:
        return iter(self._cards)

    def __len__(self) -> int:
        return len(self._cards)

    def card(self, keyword: str) -> Card:
        """Return the whole card of `keyword`."""
        return self._cards[keyword]


def from_astropy(*headers: fits.Header) -> FitsHeader:
    """Return the cards of `headers`; a later header's card replaces an earlier one of the same keyword.

    Commentary cards are left out. Strings lose their padding; a card without value becomes None.
    """
    cards: dict[str, Card] = {}
    for header in headers:
        for card in header.cards:
            if card.keyword in _COMMENTARY:
                continue
            cards[card.keyword] = Card(card.keyword, _plain(card.value), card.comment)
    return FitsHeader(cards)


def cards_of(header: Header) -> list[Card]:
    """Return every card of `header`, with comments where it has kept them."""
    return [card_of(header, keyword) for keyword in header]


def card_of(header: Header, keyword: str) -> Card:
    """Return the card of `keyword` in `header`."""
    if isinstance(header, FitsHeader):
        return header.card(keyword)
    return Card(keyword, header[keyword])


def _plain(value: Any) -> HeaderValue:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, fits.card.Undefined):
        return None
    if isinstance(value, bool | int | float):
        return value
    return str(value)
