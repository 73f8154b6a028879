"""Building blocks of lowered trees: calls, operators, numbers; and the bound on how large lowering may make a tree."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.errors import AdqlError

__all__ = ["Copies", "add", "cast", "divide", "function", "literal", "multiply", "paren", "subtract", "text"]

_MOST_COPIED = 30_000


class Copies:
    """Copies of expressions that a formula needs more than once, counted: nested formulas would else grow without bound."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, node: Any) -> Any:
        """Return a copy of `node`.

        Raises
        ------
        AdqlError
            The whole query has grown too large.
        """
        if isinstance(node, exp.Literal | exp.Column):
            self.made += 1
        else:
            self.made += sum(1 for _ in node.walk())
        if self.made > _MOST_COPIED:
            raise AdqlError(
                "the geometry of the query is nested too deep", hint="compute inner distances in a subquery"
            )
        return node.copy()


def function(name: str, *parts: Any) -> exp.Anonymous:
    """Return the call of an engine's function."""
    node: exp.Anonymous = exp.Anonymous(this=name, expressions=list(parts))
    return node


def literal(value: float) -> exp.Literal:
    """Return a double precision number; the text has an exponent, without which some engines take it for a decimal."""
    shown = repr(float(value))
    node: exp.Literal = exp.Literal(this=shown if "e" in shown else f"{shown}e0", is_string=False)
    node.meta["type"] = "done"
    return node


def text(value: str) -> exp.Literal:
    """Return a text."""
    node: exp.Literal = exp.Literal(this=value, is_string=True)
    return node


def cast(node: Any, kind: str) -> exp.Cast:
    """Return ``CAST(node AS kind)``."""
    made: exp.Cast = exp.Cast(this=node, to=exp.DataType(this=exp.DataType.Type[kind]))
    made.meta["type"] = "done"
    return made


def paren(node: Any) -> Any:
    """Put operators into parentheses; a name, a number or a call needs none."""
    return (
        exp.Paren(this=node)
        if isinstance(node, exp.Binary | exp.Unary | exp.Between | exp.In) and not isinstance(node, exp.Paren)
        else node
    )


def add(left: Any, right: Any) -> exp.Add:
    """Return a sum."""
    return exp.Add(this=paren(left), expression=paren(right))


def subtract(left: Any, right: Any) -> exp.Sub:
    """Return a difference."""
    return exp.Sub(this=paren(left), expression=paren(right))


def multiply(left: Any, right: Any) -> exp.Mul:
    """Return a product."""
    return exp.Mul(this=paren(left), expression=paren(right))


def divide(left: Any, right: Any) -> exp.Div:
    """Return a quotient of doubles."""
    return exp.Div(this=paren(left), expression=paren(right), typed=True, safe=False)
