"""Reading tokens one after another: the base of the grammar's parts."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.errors import AdqlError
from dfs.vo.adql.tokens import Token, Tokens

__all__ = ["LONGEST_CHAIN", "Reader", "place"]

LONGEST_CHAIN = 100
"""Most terms of a chain of + - * / or || that stays as it is written, leaning to the left; longer ones are joined in groups."""


def place(node: Any, at: int) -> Any:
    """Remember where `node` stands in the query."""
    node.meta["at"] = at
    return node


class Reader:
    """A cursor over tokens."""

    def __init__(self, tokens: Tokens) -> None:
        self.text = tokens.text
        self.tokens = tokens.items
        self.closing = tokens.closing
        self.index = 0

    @property
    def token(self) -> Token:
        """The token under the cursor."""
        return self.tokens[self.index]

    def next(self) -> Token:
        """Return the token under the cursor and go on."""
        token = self.tokens[self.index]
        if token.kind != "end":
            self.index += 1
        return token

    def is_key(self, *words: str) -> bool:
        """Return whether the cursor stands on one of these reserved words."""
        token = self.tokens[self.index]
        return token.kind == "key" and token.text in words

    def is_sign(self, *signs: str) -> bool:
        """Return whether the cursor stands on one of these signs."""
        token = self.tokens[self.index]
        return token.kind == "sign" and token.text in signs

    def accept_key(self, *words: str) -> str | None:
        """Read one of these reserved words if the cursor stands on it."""
        return self.next().text if self.is_key(*words) else None

    def accept_sign(self, *signs: str) -> str | None:
        """Read one of these signs if the cursor stands on it."""
        return self.next().text if self.is_sign(*signs) else None

    def expect_key(self, word: str) -> Token:
        """Read this reserved word."""
        if not self.is_key(word):
            raise self.unexpected(word)
        return self.next()

    def expect_sign(self, sign: str) -> Token:
        """Read this sign."""
        if not self.is_sign(sign):
            raise self.unexpected(repr(sign))
        return self.next()

    def identifier(self, what: str) -> exp.Identifier:
        """Read an identifier: regular, or delimited by double quotes."""
        token = self.token
        if token.kind not in {"name", "delimited"}:
            raise self.unexpected(what)
        self.next()
        node: exp.Identifier = exp.Identifier(this=token.text, quoted=token.kind == "delimited")
        return node

    def is_identifier(self, index: int | None = None) -> bool:
        """Return whether an identifier stands at `index` (at the cursor)."""
        return self.tokens[self.index if index is None else index].kind in {"name", "delimited"}

    def dotted(self, what: str, most: int) -> list[exp.Identifier]:
        """Read a name of up to `most` parts joined by full stops."""
        parts = [self.identifier(what)]
        while self.is_sign(".") and self.is_identifier(self.index + 1):
            self.next()
            if len(parts) == most:
                raise self.error(f"a name has more than {most} parts")
            parts.append(self.identifier(what))
        return parts

    def whole_number(self, what: str) -> str:
        """Read an unsigned integer."""
        token = self.token
        if token.kind != "number" or not token.text.isdigit():
            raise self.unexpected(f"{what}: a whole number without sign")
        if len(token.text) > 18:
            raise self.error(f"the number {token.text[:24]} is too large")
        return self.next().text

    def error(self, message: str, *, hint: str = "", accepted: str = "", at: int | None = None) -> AdqlError:
        """Return an error at `at` (at the cursor)."""
        where = self.token.at if at is None else at
        return AdqlError(message, text=self.text, at=where, accepted=accepted, hint=hint)

    def unexpected(self, wanted: str) -> AdqlError:
        """Return the error that something else stands where `wanted` should."""
        token = self.token
        if token.kind == "end":
            return self.error("the query ends too early", accepted=wanted)
        said = self.text[token.at : min(token.end, token.at + 40)]
        hint = f'to use it as a name write "{said}"' if token.kind == "key" and "name" in wanted else ""
        said = f"{said!r} is a reserved word" if hint else f"{said!r} cannot stand here"
        return self.error(said, accepted=wanted, hint=hint)
