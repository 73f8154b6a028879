"""The value of one header card, quickly for the usual forms and by astropy for the odd ones."""

from __future__ import annotations

import re
import warnings

from dfs.model import HeaderValue

__all__ = ["CARD", "key_of", "value_at", "value_of"]

CARD = 80

_STRING = re.compile(r"'((?:[^']|'')*)' *(?:/.*)?")
_INTEGER = re.compile(r"[+-]?\d+")
_FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[ED][+-]?\d+)?")


def key_of(card: bytes) -> str | None:
    """Return the keyword of `card` (without ``HIERARCH``), or None for a card without value (COMMENT, blank ...)."""
    if card.startswith(b"HIERARCH "):
        keyword, equals, _ = card[9:].partition(b"=")
        return keyword.strip().decode("latin-1") if equals else None
    return card[:8].rstrip().decode("latin-1") if card[8:9] == b"=" else None


def value_of(card: bytes) -> HeaderValue:
    """Return the value of a card of 80 bytes that is not continued on the next."""
    try:
        return _quick(card.partition(b"=")[2].decode("ascii").strip())
    except ValueError:
        return _by_astropy(card)


def value_at(cards: bytes, at: int) -> HeaderValue:
    """Return the value of the card at byte `at` of `cards`, with the CONTINUE cards that follow it."""
    end = at + CARD
    while cards[end : end + 10] == b"CONTINUE  ":
        end += CARD
    return value_of(cards[at:end]) if end == at + CARD else _by_astropy(cards[at:end])


def _quick(text: str) -> HeaderValue:
    """Return the value in `text`, all that follows the equals sign; ValueError when the form is unusual."""
    if text.startswith("'"):
        match = _STRING.fullmatch(text)
        if match is None:
            raise ValueError(text)
        return match[1].replace("''", "'").strip()
    word = text.partition("/")[0].rstrip()
    if word in {"T", "F"}:
        return word == "T"
    if _INTEGER.fullmatch(word):
        return int(word)
    if _FLOAT.fullmatch(word):
        return float(word.replace("D", "E"))
    if word == "":
        return None
    raise ValueError(text)


def _by_astropy(cards: bytes) -> HeaderValue:
    from astropy.io import fits

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = fits.Card.fromstring(cards).value
    except Exception:  # noqa: BLE001 - what astropy cannot make sense of has no value; it raises many kinds
        return None
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | int | float):
        return value
    return None if isinstance(value, fits.card.Undefined) else str(value)
