"""The user-defined functions in an engine's words."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.lower.nodes import add, cast, divide, function, literal, text

__all__ = ["UserFunctionRules"]


class UserFunctionRules:
    """Rules for the functions of `dfs.vo.adql.functions`."""

    between_words = r"[^\p{L}\p{N}]+"

    def double(self, node: Any) -> Any:
        """Return `node` in double precision."""
        raise NotImplementedError

    def long(self, node: Any) -> Any:
        """Return `node` as 64 bit integer."""
        raise NotImplementedError

    def number(self, value: float) -> Any:
        """Return a double precision constant."""
        return literal(value)

    def like(self, _node: Any) -> Any:
        """Return LIKE as the engine says it; None when it is the same."""
        return None

    def time(self, node: Any) -> Any:
        """Return text in ISO 8601 as the engine's time."""
        raise NotImplementedError

    def seconds(self, node: Any) -> Any:
        """Return the seconds since 1970 of the engine's time."""
        return function("EPOCH", node)

    def found_in(self, whole: Any, part: Any) -> Any:
        """Return whether a text has a part."""
        return exp.Paren(
            this=exp.GT(this=function("STRPOS", whole, part), expression=exp.Literal(this="0", is_string=False))
        )

    def words(self, node: Any) -> Any:
        """Return a text as its words in lower case, each between blanks."""
        parts = [function("LOWER", node), text(self.between_words), text(" "), *self.everywhere()]
        return self.between(text(" "), function("TRIM", function("REGEXP_REPLACE", *parts)))

    def everywhere(self) -> list[Any]:
        """Return the further argument that makes REGEXP_REPLACE replace every match."""
        return [text("g")]

    def between(self, sign: Any, node: Any) -> Any:
        """Return a text with a sign on both sides."""
        return exp.DPipe(this=exp.DPipe(this=sign, expression=node), expression=sign.copy())

    def _f_ivo_hasword(self, _node: Any, haystack: Any, needle: Any) -> Any:
        return self.found_in(self.words(haystack), self.words(needle))

    def _f_ivo_hashlist_has(self, _node: Any, hashlist: Any, item: Any) -> Any:
        whole, part = (self.between(text("#"), function("LOWER", one)) for one in (hashlist, item))
        return self.found_in(whole, part)

    def _f_ivo_nocasematch(self, _node: Any, value: Any, pattern: Any) -> Any:
        made = exp.ILike(this=value, expression=pattern)
        return exp.Paren(this=self.like(made) or made)

    def _f_ivo_interval_overlaps(self, _node: Any, low1: Any, high1: Any, low2: Any, high2: Any) -> Any:
        parts = exp.LTE(this=low1, expression=high2), exp.LTE(this=low2, expression=high1)
        return exp.Paren(this=exp.And(this=parts[0], expression=parts[1]))

    def _f_ivo_interval_has(self, _node: Any, value: Any, low: Any, high: Any) -> Any:
        return exp.Paren(this=exp.Between(this=value, low=low, high=high))

    def _f_ivo_healpix_index(self, _node: Any, order: Any, lon: Any, lat: Any) -> Any:
        return function("healpix_index", cast(order, "INT"), self.double(lon), self.double(lat))

    def _f_adql_healpix_lon(self, _node: Any, order: Any, pixel: Any) -> Any:
        return function("healpix_lon", self.long(order), self.long(pixel))

    def _f_adql_healpix_lat(self, _node: Any, order: Any, pixel: Any) -> Any:
        return function("healpix_lat", self.long(order), self.long(pixel))

    def _f_ivo_string_agg(self, _node: Any, value: Any, delimiter: Any) -> Any:
        ordered = exp.Order(this=delimiter, expressions=[exp.Ordered(this=value.copy(), nulls_first=False)])
        return function("STRING_AGG", value, ordered)

    def _mjd(self, value: Any) -> Any:
        return add(divide(self.seconds(self.time(value)), self.number(86400.0)), self.number(40587.0))

    def _f_ivo_to_mjd(self, _node: Any, value: Any) -> Any:
        return exp.Paren(this=self._mjd(value))

    def _f_ivo_to_jd(self, _node: Any, value: Any) -> Any:
        return exp.Paren(this=add(self._mjd(value), self.number(2400000.5)))

    _f_gavo_to_mjd = _f_ivo_to_mjd
    _f_gavo_to_jd = _f_ivo_to_jd

    def _f_bit_and(self, _node: Any, x: Any, y: Any) -> Any:
        return exp.Paren(this=exp.BitwiseAnd(this=self.long(x), expression=self.long(y)))

    def _f_bit_or(self, _node: Any, x: Any, y: Any) -> Any:
        return exp.Paren(this=exp.BitwiseOr(this=self.long(x), expression=self.long(y)))

    def _f_bit_xor(self, _node: Any, x: Any, y: Any) -> Any:
        return self.exclusive_or(self.long(x), self.long(y))

    def exclusive_or(self, x: Any, y: Any) -> Any:
        """Return the bits set in just one of two numbers."""
        return exp.Paren(this=exp.BitwiseXor(this=x, expression=y))
