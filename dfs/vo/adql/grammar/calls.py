"""Calls of the functions that ADQL itself has: mathematics, text, aggregates, CAST, COALESCE, IN_UNIT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from dfs.vo.adql.grammar.reader import place
from dfs.vo.adql.grammar.values import ANY, NUMERIC, TEXT, Read, Values

__all__ = ["Calls"]

_NUMBERS_OF_ARGUMENTS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("ABS", "CEILING", "DEGREES", "EXP", "FLOOR", "LOG", "LOG10", "RADIANS", "SQRT"), (1,)),
    **dict.fromkeys(("ACOS", "ASIN", "ATAN", "COS", "COT", "SIN", "TAN"), (1,)),
    **dict.fromkeys(("ATAN2", "MOD", "POWER"), (2,)),
    "PI": (0,),
}
_AGGREGATES: dict[str, Any] = {"COUNT": exp.Count, "AVG": exp.Avg, "MAX": exp.Max, "MIN": exp.Min, "SUM": exp.Sum}
_SCALARS = {"SMALLINT": "SMALLINT", "INTEGER": "INT", "BIGINT": "BIGINT", "REAL": "FLOAT", "TIMESTAMP": "TIMESTAMP"}


class Calls(Values):
    """The part of the grammar on functions."""

    def keyword_call(self) -> Read:
        """Read the call of a function whose name is a reserved word."""
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

    def _with_arguments(self, argument: Callable[[], Any], accepted: tuple[int, ...]) -> exp.Anonymous:
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
        return self.called(token.text, token.at, arguments)

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
        return self.called(token.text, token.at, arguments)

    def _in_unit(self) -> exp.Anonymous:
        token = self.next()
        self.expect_sign("(")
        value = self.numeric()
        self.expect_sign(",")
        if self.token.kind != "string":
            raise self.unexpected("the unit, as text")
        unit = self.string()
        self.expect_sign(")")
        return self.called("IN_UNIT", token.at, [value, unit])

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
        arguments = self.arguments()
        if not arguments:
            raise self.error("COALESCE has no argument", at=token.at)
        return self.called("COALESCE", token.at, arguments)

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
