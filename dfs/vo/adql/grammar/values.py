"""Value expressions: numbers, text, names, arithmetic.

The grammar keeps numeric, character and geometric expressions apart: ``ABS(x) || 'a'`` is none. Each part therefore returns what
it read together with its kind: any (a column, a literal, a parenthesis, a user-defined function), numeric, text, geometry or null.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlglot import exp

from dfs.vo.adql.grammar.reader import LONGEST_CHAIN, Reader, place
from dfs.vo.adql.tokens import Token

__all__ = ["ANY", "GEOMETRY", "NULL", "NUMERIC", "TEXT", "Read", "Values", "balanced"]

ANY, NUMERIC, TEXT, GEOMETRY, NULL = "any", "numeric", "text", "geometry", "null"

_OPERATORS: dict[str, Any] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div}


class Read(NamedTuple):
    """A value that was read, and its kind."""

    node: Any
    kind: str


def balanced(kind: Any, parts: list[Any], *, parentheses: bool = False) -> Any:
    """Join `parts` by an associative operator into a tree of small depth, in their order.

    Without `parentheses` its text is that of a plain chain, which an engine may read as deep again; AND and OR it does not.
    """
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    left, right = (balanced(kind, side, parentheses=parentheses) for side in (parts[:half], parts[half:]))
    if parentheses:
        left, right = (exp.Paren(this=side) if isinstance(side, kind) else side for side in (left, right))
    return kind(this=left, expression=right)


def _leaning(first: Read, rest: list[tuple[Token, Any]]) -> Read:
    """Join a short chain as it is written: from left to right."""
    node = first.node
    for sign, right in rest:
        node = place(_OPERATORS[sign.text](this=node, expression=right), sign.at)
    return Read(node, NUMERIC)


class Values(Reader):
    """The part of the grammar below ``<value_expression>``."""

    def value(self) -> Read:
        """Read ``<value_expression>``."""
        if self.accept_key("NULL"):
            return Read(exp.Null(), NULL)
        left = self._sum()
        if self.is_sign("||"):
            return self._concatenation(left)
        return left

    def numeric(self) -> Any:
        """Read ``<numeric_value_expression>``."""
        at = self.token.at
        read = self.value()
        self.need(read, at, NUMERIC, "a number")
        return read.node

    def characters(self) -> Any:
        """Read ``<character_value_expression>``."""
        at = self.token.at
        read = self.value()
        self.need(read, at, TEXT, "text")
        return read.node

    def need(self, read: Read, at: int, kind: str, what: str) -> None:
        """Refuse what is not of a kind."""
        if read.kind not in {ANY, kind}:
            hint = "put it in parentheses or in CAST" if kind == TEXT and read.kind == NUMERIC else ""
            raise self.error(f"{what} is needed here, this is {_a(read.kind)}", at=at, hint=hint)

    def _concatenation(self, first: Read) -> Read:
        at = self.token.at
        self.need(first, at, TEXT, "text to the left of ||")
        parts = [first.node]
        while self.accept_sign("||"):
            at = self.token.at
            part = self.primary()
            self.need(part, at, TEXT, "text to the right of ||")
            parts.append(part.node)
        return Read(balanced(exp.DPipe, parts, parentheses=len(parts) > LONGEST_CHAIN), TEXT)

    def _sum(self) -> Read:
        first, rest = self._chain(self._product, "+", "-")
        if not rest:
            return first
        if len(rest) < LONGEST_CHAIN:
            return _leaning(first, rest)
        added = [first.node, *(node for sign, node in rest if sign.text == "+")]
        taken = [node for sign, node in rest if sign.text == "-"]
        total = balanced(exp.Add, added, parentheses=True)
        if taken:
            inner = exp.Paren(this=balanced(exp.Add, taken, parentheses=True))
            total = exp.Sub(this=exp.Paren(this=total), expression=inner)
        return Read(total, NUMERIC)

    def _product(self) -> Read:
        first, rest = self._chain(self._factor, "*", "/")
        if not rest:
            return first
        if len(rest) < LONGEST_CHAIN:
            return _leaning(first, rest)
        if any(sign.text == "/" for sign, _ in rest):  # whole numbers divide to whole numbers: the order matters
            raise self.error(f"more than {LONGEST_CHAIN} factors with divisions among them", at=rest[0][0].at)
        return Read(balanced(exp.Mul, [first.node, *(node for _, node in rest)], parentheses=True), NUMERIC)

    def _chain(self, operand: Callable[[], Read], *signs: str) -> tuple[Read, list[tuple[Token, Any]]]:
        """Read operands of one precedence: the first, and the others each with the sign before it."""
        at = self.token.at
        first = operand()
        rest: list[tuple[Token, Any]] = []
        if self.is_sign(*signs):
            self.need(first, at, NUMERIC, f"a number before {self.token.text!r}")
        while self.is_sign(*signs):
            sign, at = self.next(), self.token.at
            read = operand()
            self.need(read, at, NUMERIC, f"a number after {sign.text!r}")
            rest.append((sign, read.node))
        return first, rest

    def _factor(self) -> Read:
        sign = self.accept_sign("+", "-")
        at = self.token.at
        read = self.primary()
        if sign is None:
            return read
        self.need(read, at, NUMERIC, f"a number after {sign!r}")
        return Read(exp.Neg(this=read.node) if sign == "-" else exp.Paren(this=read.node), NUMERIC)

    def primary(self) -> Read:
        """Read a literal, a name, a call or a parenthesis."""
        token = self.token
        if token.kind == "number":
            self.next()
            return Read(place(exp.Literal(this=token.text, is_string=False), token.at), ANY)
        if token.kind == "string":
            return Read(place(self.string(), token.at), ANY)
        if token.kind == "sign" and token.text == "(":
            return Read(self._parenthesis(), ANY)
        if token.kind == "key":
            return self.keyword_call()
        if token.kind in {"name", "delimited"}:
            after = self.tokens[self.index + 1]
            if token.kind == "name" and after.kind == "sign" and after.text == "(":
                return Read(self.user_function(), ANY)
            return Read(self.column(), ANY)
        raise self.unexpected("a value: a column name, a number, text or a function")

    def string(self) -> exp.Literal:
        """Read a text literal; pieces on lines of their own are one text, as in SQL."""
        token = self.next()
        pieces, end = [token.text], token.end
        while self.token.kind == "string":
            if "\n" not in self.text[end : self.token.at]:
                raise self.error("two texts side by side", hint="join them by ||")
            end = self.token.end
            pieces.append(self.next().text)
        node: exp.Literal = exp.Literal(this="".join(pieces), is_string=True)
        return node

    def column(self) -> exp.Column:
        """Read ``<column_reference>``."""
        at = self.token.at
        parts = self.dotted("a column name", 4)
        names = dict(zip(("this", "table", "db", "catalog"), reversed(parts), strict=False))
        node: exp.Column = place(exp.Column(**names), at)
        return node

    def _parenthesis(self) -> exp.Paren:
        self.expect_sign("(")
        if self.is_key("SELECT"):
            raise self.error(
                "a subquery stands for a value", hint="ADQL has subqueries in FROM, IN (...) and EXISTS (...)"
            )
        node: exp.Paren = exp.Paren(this=self.value().node)
        self.expect_sign(")")
        return node

    def user_function(self) -> exp.Anonymous:
        """Read the call of a user-defined function."""
        token = self.next()
        return self.called(token.text, token.at, self.arguments())

    def arguments(self) -> list[Any]:
        """Read values in parentheses."""
        self.expect_sign("(")
        arguments: list[Any] = []
        if not self.is_sign(")"):
            arguments.append(self.value().node)
            while self.accept_sign(","):
                arguments.append(self.value().node)
        self.expect_sign(")")
        return arguments

    def called(self, name: str, at: int, arguments: list[Any]) -> exp.Anonymous:
        """Return the call of a function that stands at `at`."""
        node: exp.Anonymous = place(exp.Anonymous(this=name, expressions=arguments), at)
        return node

    def keyword_call(self) -> Read:
        """Read the call of a function whose name is a reserved word (the part on calls says which there are)."""
        raise NotImplementedError


def _a(kind: str) -> str:
    return {NUMERIC: "a number", TEXT: "text", GEOMETRY: "a geometry", NULL: "NULL"}.get(kind, kind)
