"""Checking calls of functions: mathematics, text, units, user-defined ones; each has its name in the list of those allowed."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.errors import UsageError
from dfs.vo.adql.check import units
from dfs.vo.adql.check.shapes import ShapeChecks
from dfs.vo.adql.check.typed import INTEGERS, NUMBERS, TEXTS, Value
from dfs.vo.adql.errors import nearest
from dfs.vo.adql.functions import USER_FUNCTIONS, UserFunction, user_function
from dfs.vo.adql.geometry import call, constant, number
from dfs.vo.adql.reserved import RESERVED

__all__ = ["CallChecks"]

_KEEP = frozenset({"ABS", "CEILING", "FLOOR", "ROUND", "TRUNCATE"})
_ANGLES = frozenset({"ACOS", "ASIN", "ATAN", "ATAN2", "RADIANS"})
_PLAIN = frozenset({"COS", "COT", "SIN", "TAN", "EXP", "LOG", "LOG10", "PI", "RAND"})


class CallChecks(ShapeChecks):
    """Checks of calls."""

    def call(self, node: exp.Anonymous) -> Value:
        """Check a call."""
        name = str(node.this)
        if name not in RESERVED:
            return self._user_function(node, name)
        if name in _KEEP or name in _ANGLES or name in _PLAIN:
            return self._mathematics(node, name)
        method = {
            "MOD": self._mod,
            "POWER": self._power,
            "SQRT": self._sqrt,
            "DEGREES": self._degrees,
            "COALESCE": self._coalesce,
            "LOWER": self._letter_case,
            "UPPER": self._letter_case,
            "IN_UNIT": self._in_unit,
        }.get(name)
        return self.shape_call(node, name) if method is None else method(node)

    def _numbers(self, node: exp.Anonymous) -> list[Value]:
        return [self.number(one, str(node.this)) for one in node.expressions]

    def _mathematics(self, node: exp.Anonymous, name: str) -> Value:
        found = self._numbers(node)
        built = call(name, *(one.node for one in found))
        built.meta["of"] = found[0].type if found else "double"
        if name in _KEEP:
            first = found[0]
            kind = "double" if first.type == "float" and name != "ABS" else first.type
            return Value(built, kind, first.unit, first.ucd if name != "ABS" else "")
        return Value(built, "double", "rad" if name in _ANGLES else "")

    def _mod(self, node: exp.Anonymous) -> Value:
        found = self._numbers(node)
        whole = all(one.type in INTEGERS for one in found)
        built = call("MOD", *(one.node for one in found))
        return Value(built, "long" if whole else "double", found[0].unit)

    def _power(self, node: exp.Anonymous) -> Value:
        base, power = self._numbers(node)
        value = constant(power.node)
        unit = units.raised(base.unit, value) if value is not None else ""
        return Value(call("POWER", base.node, power.node), "double", unit)

    def _sqrt(self, node: exp.Anonymous) -> Value:
        (inner,) = self._numbers(node)
        return Value(call("SQRT", inner.node), "double", units.raised(inner.unit, 0.5))

    def _degrees(self, node: exp.Anonymous) -> Value:
        (inner,) = self._numbers(node)
        return Value(call("DEGREES", inner.node), "double", "deg")

    def _letter_case(self, node: exp.Anonymous) -> Value:
        inner = self.text(node.expressions[0], str(node.this))
        kind = "unicodeChar" if inner.type == "unicodeChar" else "char"
        return Value(call(str(node.this), inner.node), kind, "", inner.ucd)

    def _coalesce(self, node: exp.Anonymous) -> Value:
        found = [self.value(one) for one in node.expressions]
        found = [self.as_number(node, one, "COALESCE") if one.type == "flag" else one for one in found]
        known = [one for one in found if one.type != "null"]
        if not known:
            return Value(exp.Null(), "null")
        first = known[0]
        if all(one.type in NUMBERS for one in known):
            kinds = {one.type for one in known}
            kind = kinds.pop() if len(kinds) == 1 else "long" if kinds <= INTEGERS else "double"
        elif all(one.type in TEXTS for one in known):
            kind = "unicodeChar" if any(one.type == "unicodeChar" for one in known) else first.type
        elif all(one.type == first.type for one in known) and first.type == "boolean":
            kind = first.type
        else:
            raise self.error(node, "COALESCE has arguments of different types")
        unit = first.unit if all(one.unit == first.unit or constant(one.node) is not None for one in known) else ""
        return Value(call("COALESCE", *(one.node for one in found)), kind, unit, first.ucd)

    def _in_unit(self, node: exp.Anonymous) -> Value:
        inner = self.number(node.expressions[0], "IN_UNIT")
        wanted = str(node.expressions[1].this)
        try:
            by = units.factor(inner.unit, wanted)
        except UsageError as error:
            hint = (
                "gavo_specconv goes from wavelengths to frequencies and energies"
                if _is_spectral(inner.unit, wanted)
                else ""
            )
            raise self.error(node, error.message, accepted=error.accepted, hint=hint) from None
        if by == 1:
            return Value(inner.node, inner.type, wanted, inner.ucd)
        product = Value(exp.Mul(this=inner.node, expression=number(by)), "double")
        if isinstance(inner.node, exp.Binary):
            product.node.set("this", Value(exp.Paren(this=inner.node), inner.type).node)
        return Value(exp.Paren(this=product.node), "double", wanted, inner.ucd)

    def _spectral(self, node: exp.Anonymous) -> Value:
        inner = self.number(node.expressions[0], "gavo_specconv")
        names = node.expressions[1:]
        if not all(isinstance(one, exp.Literal) and one.is_string for one in names):
            raise self.error(
                node, "the units of gavo_specconv are literal text", accepted="gavo_specconv(em_min, 'GHz')"
            )
        given = str(names[0].this) if len(names) == 2 else inner.unit
        wanted = str(names[-1].this)
        try:
            figure, divided = units.spectral(given, wanted)
        except UsageError as error:
            raise self.error(node, error.message, accepted=error.accepted) from None
        factor = Value(number(figure), "double").node
        bare = Value(exp.Paren(this=inner.node), inner.type).node if isinstance(inner.node, exp.Binary) else inner.node
        built = (
            exp.Div(this=factor, expression=bare, typed=True, safe=False)
            if divided
            else exp.Mul(this=bare, expression=factor)
        )
        return Value(exp.Paren(this=Value(built, "double").node), "double", wanted, "em")

    def _user_function(self, node: exp.Anonymous, name: str) -> Value:
        forms = user_function(name)
        if not forms:
            known = [one.name for one in USER_FUNCTIONS]
            hint = nearest(
                name, [*known, *_KEEP, *_ANGLES, *_PLAIN, "SQRT", "POWER", "MOD", "LOWER", "UPPER", "DISTANCE"]
            )
            raise self.error(node, f"there is no function {name}", hint=hint)
        fitting = [one for one in forms if len(one.parameters) == len(node.expressions)]
        if not fitting:
            accepted = " or ".join(one.signature for one in forms)
            raise self.error(node, f"{name} has {len(node.expressions)} arguments", accepted=accepted)
        form = fitting[0]
        if form.name == "gavo_specconv":
            return self._spectral(node)
        if form.aggregate and not self.aggregates:
            raise self.error(node, f"{name} cannot stand here", hint="aggregates stand in SELECT, HAVING and ORDER BY")
        if form.aggregate:
            self.has_aggregates, self.aggregates = True, False
        parts = [
            part
            for one, (_, kind) in zip(node.expressions, form.parameters, strict=True)
            for part in self._argument(one, kind, form)
        ]
        self.aggregates = self.aggregates or form.aggregate
        if form.result == "point":
            centre = [call(f"adql_healpix_{one}", *(part.copy() for part in parts)) for one in ("lon", "lat")]
            return Value(call("adql_point", *centre), "point", form.unit, form.ucd, None, form.description)
        return Value(call(form.name, *parts), form.result, form.unit, form.ucd, None, form.description)

    def _argument(self, node: Any, kind: str, form: UserFunction) -> list[Any]:
        if kind == "point":
            return self.point(node, form.name)
        if kind == "constant" and not (isinstance(node, exp.Literal) and node.is_string):
            raise self.error(
                node,
                f"the {form.parameters[-1][0]} of {form.name} is not the same for all rows",
                accepted="text in quotes",
            )
        if kind in {"char", "constant"}:
            return [self.text(node, form.name).node]
        found = self.number(node, form.name)
        if kind == "long" and found.type not in INTEGERS and found.type != "null":
            raise self.error(node, f"{form.name} needs a whole number", accepted=form.signature)
        return [found.node]


def _is_spectral(given: str, wanted: str) -> bool:
    try:
        units.spectral(given, wanted)
    except UsageError:
        return False
    return True
