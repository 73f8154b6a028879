"""A query cut into tokens, each with its place, and the bounds that hold before anything is parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from dfs.vo.adql.errors import AdqlError
from dfs.vo.adql.reserved import RESERVED

__all__ = ["LONGEST_QUERY", "MOST_NESTED", "MOST_TOKENS", "Token", "Tokens", "cut"]

LONGEST_QUERY = 1_000_000
"""Longest query, in characters: a list of some ten thousand identifiers fits."""
MOST_TOKENS = 150_000
MOST_NESTED = 256
"""Deepest nesting of parentheses; `dfs.vo.adql.depth` makes room for it."""

_PIECES = re.compile(
    r"""(?P<space>(?:[ \t\r\n\f\v]|--[^\n]*)+)
    |(?P<word>[A-Za-z][A-Za-z0-9_]*)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<string>'(?:[^']|'')*')
    |(?P<delimited>"(?:[^"]|"")*")
    |(?P<sign><>|!=|<=|>=|\|\||[-+*/=<>(),.;])""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of a query.

    Attributes
    ----------
    kind
        ``name`` (regular identifier), ``delimited``, ``key`` (reserved word), ``number``, ``string``, ``sign`` or ``end``.
    text
        Identifiers as written; reserved words in upper case; strings and delimited identifiers without their quotes.
    at, end
        First character, and the one behind the last.
    """

    kind: str
    text: str
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """All tokens of a query (the last has the kind ``end``); `closing` maps each opening parenthesis to its closing one."""

    text: str
    items: list[Token]
    closing: dict[int, int]


def cut(text: str) -> Tokens:
    """Cut `text` into tokens.

    Raises
    ------
    AdqlError
        A character that ADQL does not have, an open quotation, or a query too long or nested too deep.
    """
    if len(text) > LONGEST_QUERY:
        raise AdqlError(f"the query has {len(text)} characters", accepted=f"at most {LONGEST_QUERY} characters")
    items: list[Token] = []
    closing: dict[int, int] = {}
    opened: list[int] = []
    at = 0
    while at < len(text):
        found = _PIECES.match(text, at)
        if found is None:
            raise _strange(text, at)
        kind, end = str(found.lastgroup), found.end()
        if kind != "space":
            _nest(text, at, len(items), opened, closing)
            items.append(_token(kind, text, at, end))
            if len(items) > MOST_TOKENS:
                raise AdqlError("the query has too many words", text=text, at=at, accepted=f"at most {MOST_TOKENS}")
        at = end
    items.append(Token("end", "", len(text), len(text)))
    return Tokens(text, items, closing)


def _token(kind: str, text: str, at: int, end: int) -> Token:
    piece = text[at:end]
    if kind == "word":
        upper = piece.upper()
        return Token("key", upper, at, end) if upper in RESERVED else Token("name", piece, at, end)
    if kind == "string":
        return Token("string", piece[1:-1].replace("''", "'"), at, end)
    if kind == "delimited":
        if end - at == 2:
            raise AdqlError('a name between double quotes is empty: ""', text=text, at=at)
        return Token("delimited", piece[1:-1].replace('""', '"'), at, end)
    return Token(kind, piece, at, end)


def _nest(text: str, at: int, index: int, opened: list[int], closing: dict[int, int]) -> None:
    if text[at] == "(":
        opened.append(index)
        if len(opened) > MOST_NESTED:
            raise AdqlError("the query is nested too deep", text=text, at=at, accepted=f"at most {MOST_NESTED} levels")
    elif text[at] == ")":
        if not opened:
            raise AdqlError("a closing parenthesis without an opening one", text=text, at=at)
        closing[opened.pop()] = index


def _strange(text: str, at: int) -> AdqlError:
    letter = text[at]
    if letter in "'\"":
        return AdqlError(f"a quotation is not closed: {letter}", text=text, at=at)
    if letter == "_":
        return AdqlError("a name begins with '_'", text=text, at=at, hint='write it between double quotes: "_name"')
    hints = {
        "`": "names with special characters stand between double quotes",
        "[": "names with special characters stand between double quotes",
        "%": "the remainder is MOD(x, y)",
        "^": "the power is POWER(x, y)",
    }
    said = repr(letter) if letter.isprintable() else f"U+{ord(letter):04X}"
    return AdqlError(f"ADQL has no character {said} here", text=text, at=at, hint=hints.get(letter, ""))
