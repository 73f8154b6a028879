"""Value expressions: numbers, text, names, arithmetic, functions, aggregates, CAST and COALESCE.

The grammar keeps numeric, character and geometric expressions apart: ``ABS(x) || 'a'`` is none. Each part therefore returns what
it read together with its kind: any (a column, a literal, a parenthesis, a user-defined function), numeric, text, geometry or null.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlglot import exp

from dfs.vo.adql.grammar.reader import LONGEST_CHAIN, Reader, place

__all__ = ["ANY", "GEOMETRY", "NULL", "NUMERIC", "TEXT", "Read", "Values", "balanced"]

ANY, NUMERIC, TEXT, GEOMETRY, NULL = "any", "numeric", "text", "geometry", "null"

_NUMBERS_OF_ARGUMENTS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("ABS", "CEILING", "DEGREES", "EXP", "FLOOR", "LOG", "LOG10", "RADIANS", "SQRT"), (1,)),
    **dict.fromkeys(("ACOS", "ASIN", "ATAN", "COS", "COT", "SIN", "TAN"), (1,)),
    **dict.fromkeys(("ATAN2", "MOD", "POWER"), (2,)),
    "PI": (0,),
}
_AGGREGATES: dict[str, Any] = {"COUNT": exp.Count, "AVG": exp.Avg, "MAX": exp.Max, "MIN": exp.Min, "SUM": exp.Sum}
_SUMS: dict[str, Any] = {"+": exp.Add, "-": exp.Sub}
_PRODUCTS: dict[str, Any] = {"*": exp.Mul, "/": exp.Div}
_SCALARS = {"SMALLINT": "SMALLINT", "INTEGER": "INT", "BIGINT": "BIGINT", "REAL": "FLOAT", "TIMESTAMP": "TIMESTAMP"}


class Read(NamedTuple):
    """A value that was read, and its kind."""

    node: Any
    kind: str


def balanced(kind: Any, parts: list[Any]) -> Any:
    """Join `parts` by an associative operator into a tree of small depth, in their order."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return kind(this=balanced(kind, parts[:half]), expression=balanced(kind, parts[half:]))


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
        self._need(read, at, NUMERIC, "a number")
        return read.node

    def characters(self) -> Any:
        """Read ``<character_value_expression>``."""
        at = self.token.at
        read = self.value()
        self._need(read, at, TEXT, "text")
        return read.node

    def _need(self, read: Read, at: int, kind: str, what: str) -> None:
        if read.kind not in {ANY, kind}:
            hint = "put it in parentheses or in CAST" if kind == TEXT and read.kind == NUMERIC else ""
            raise self.error(f"{what} is needed here, this is {_a(read.kind)}", at=at, hint=hint)

    def _concatenation(self, first: Read) -> Read:
        at = self.token.at
        self._need(first, at, TEXT, "text to the left of ||")
        parts = [first.node]
        while self.accept_sign("||"):
            at = self.token.at
            part = self.primary()
            self._need(part, at, TEXT, "text to the right of ||")
            parts.append(part.node)
        return Read(balanced(exp.DPipe, parts), TEXT)

    def _sum(self) -> Read:
        return self._chain(_SUMS, self._product)

    def _product(self) -> Read:
        return self._chain(_PRODUCTS, self._factor)

    def _chain(self, operators: dict[str, Any], operand: Any) -> Read:
        at, count = self.token.at, 1
        left: Read = operand()
        while self.is_sign(*operators):
            self._need(left, at, NUMERIC, f"a number before {self.token.text!r}")
            sign = self.next()
            at, count = self.token.at, count + 1
            if count > LONGEST_CHAIN:
                raise self.error(f"more than {LONGEST_CHAIN} terms in a row", hint="group them by parentheses")
            right = operand()
            self._need(right, at, NUMERIC, f"a number after {sign.text!r}")
            left = Read(place(operators[sign.text](this=left.node, expression=right.node), sign.at), NUMERIC)
        return left

    def _factor(self) -> Read:
        sign = self.accept_sign("+", "-")
        at = self.token.at
        read = self.primary()
        if sign is None:
            return read
        self._need(read, at, NUMERIC, f"a number after {sign!r}")
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
            return self._keyword_call()
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
        return self._call(token.text, token.at, self._arguments())

    def _arguments(self) -> list[Any]:
        self.expect_sign("(")
        arguments: list[Any] = []
        if not self.is_sign(")"):
            arguments.append(self.value().node)
            while self.accept_sign(","):
                arguments.append(self.value().node)
        self.expect_sign(")")
        return arguments

    def _call(self, name: str, at: int, arguments: list[Any]) -> exp.Anonymous:
        node: exp.Anonymous = place(exp.Anonymous(this=name, expressions=arguments), at)
        return node

    def _keyword_call(self) -> Read:
        word = self.token.text
        if word in _AGGREGATES:
            return Read(self._aggregate(), ANY)
        if word == "CAST":
            return Read(self._cast(), ANY)
        if word == "COALESCE":
            return Read(self._coalesce(), ANY)
        if word in {"LOWER", "UPPER"}:
            return Read(self._with_arguments(self.characters, (1,)), TEXT)
        if word in _NUMBERS_OF_ARGUMENTS:
            return Read(self._with_arguments(self.numeric, _NUMBERS_OF_ARGUMENTS[word]), NUMERIC)
        if word in {"ROUND", "TRUNCATE", "RAND"}:
            return Read(self._with_digits(), NUMERIC)
        if word == "IN_UNIT":
            return Read(self._in_unit(), NUMERIC)
        geometry = self.geometry_call()
        if geometry is not None:
            return geometry
        if word == "CASE":
            raise self.error("ADQL has no CASE", hint="COALESCE, or a WHERE clause, may do")
        raise self.unexpected("a column name, a number, text or a function")

    def geometry_call(self) -> Read | None:
        """Read the call of a geometric function; None when there is none (the part on geometry says which there are)."""
        raise NotImplementedError

    def _with_arguments(self, argument: Any, accepted: tuple[int, ...]) -> exp.Anonymous:
        token = self.next()
        self.expect_sign("(")
        arguments = []
        if not self.is_sign(")"):
            arguments.append(argument())
            while self.accept_sign(","):
                arguments.append(argument())
        self.expect_sign(")")
        if len(arguments) not in accepted:
            wanted = " or ".join(map(str, accepted))
            raise self.error(f"{token.text} has {len(arguments)} arguments", accepted=wanted, at=token.at)
        return self._call(token.text, token.at, arguments)

    def _with_digits(self) -> exp.Anonymous:
        token = self.next()
        self.expect_sign("(")
        arguments: list[Any] = []
        if token.text == "RAND":
            if not self.is_sign(")"):
                arguments.append(exp.Literal(this=self.whole_number("the seed of RAND"), is_string=False))
        else:
            arguments.append(self.numeric())
            if self.accept_sign(","):
                sign = self.accept_sign("+", "-")
                digits = self.whole_number(f"the digits of {token.text}")
                if int(digits) > 100:
                    raise self.error(f"{token.text} to {digits} digits", accepted="at most 100", at=token.at)
                arguments.append(exp.Literal(this=("-" if sign == "-" else "") + digits, is_string=False))
        self.expect_sign(")")
        return self._call(token.text, token.at, arguments)

    def _in_unit(self) -> exp.Anonymous:
        token = self.next()
        self.expect_sign("(")
        value = self.numeric()
        self.expect_sign(",")
        if self.token.kind != "string":
            raise self.unexpected("the unit, as text")
        unit = self.string()
        self.expect_sign(")")
        return self._call("IN_UNIT", token.at, [value, unit])

    def _aggregate(self) -> Any:
        token = self.next()
        self.expect_sign("(")
        if token.text == "COUNT" and self.accept_sign("*"):
            inner: Any = exp.Star()
        else:
            quantifier = self.accept_key("DISTINCT", "ALL")
            inner = self.value().node
            if quantifier == "DISTINCT":
                inner = exp.Distinct(expressions=[inner])
        self.expect_sign(")")
        return place(_AGGREGATES[token.text](this=inner), token.at)

    def _coalesce(self) -> exp.Anonymous:
        token = self.next()
        arguments = self._arguments()
        if not arguments:
            raise self.error("COALESCE has no argument", at=token.at)
        return self._call("COALESCE", token.at, arguments)

    def _cast(self) -> exp.Cast:
        token = self.expect_key("CAST")
        self.expect_sign("(")
        value = self.value().node
        self.expect_key("AS")
        target = self._cast_target()
        self.expect_sign(")")
        node: exp.Cast = place(exp.Cast(this=value, to=target), token.at)
        return node

    def _cast_target(self) -> exp.DataType:
        types = "SMALLINT, INTEGER, BIGINT, REAL, DOUBLE PRECISION, CHAR, VARCHAR, TIMESTAMP, POINT, CIRCLE, POLYGON"
        word = self.accept_key(*_SCALARS, "DOUBLE", "CHAR", "VARCHAR", "POINT", "CIRCLE", "POLYGON")
        if word is None:
            raise self.unexpected(f"a type: {types}")
        if word == "DOUBLE":
            self.expect_key("PRECISION")
            return exp.DataType(this=exp.DataType.Type.DOUBLE)
        if word in {"CHAR", "VARCHAR"}:
            sizes = []
            if self.accept_sign("("):
                size = self.whole_number("a length")
                sizes.append(exp.DataTypeParam(this=exp.Literal(this=size, is_string=False)))
                self.expect_sign(")")
            return exp.DataType(this=exp.DataType.Type.VARCHAR, expressions=sizes)
        if word in _SCALARS:
            return exp.DataType(this=exp.DataType.Type[_SCALARS[word]])
        return exp.DataType(this=exp.DataType.Type.USERDEFINED, kind=word)


def _a(kind: str) -> str:
    return {NUMERIC: "a number", TEXT: "text", GEOMETRY: "a geometry", NULL: "NULL"}.get(kind, kind)
