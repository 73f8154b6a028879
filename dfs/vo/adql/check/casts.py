"""Checking CAST: to numbers, text, times in the archive's form, and geometries."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from dfs.vo.adql.check.typed import GEOMETRIES, TEXTS, Value
from dfs.vo.adql.check.values import ValueChecks, said

__all__ = ["CastChecks", "iso_time"]

_TIME = re.compile(r"\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*Z?\s*")


class CastChecks(ValueChecks):
    """Checks of CAST."""

    def _cast(self, node: exp.Cast) -> Value:
        target = node.args["to"]
        kind = target.this
        found = self.value(node.this)
        if found.type == "flag":
            found = self.as_number(node, found, "CAST")
        if found.type == "array":
            raise self.error(node, "an array cannot be cast")
        types = exp.DataType.Type
        if kind == types.USERDEFINED:
            return self.cast_to_geometry(node, found, str(target.args["kind"]))
        if kind == types.TIMESTAMP:
            return self._cast_to_time(node, found)
        if kind == types.VARCHAR:
            name = "unicodeChar" if found.type == "unicodeChar" else "char"
            value = Value(exp.Cast(this=found.node, to=target.copy()), name)
        else:
            if found.type in GEOMETRIES - {"region"}:
                raise self.error(node, f"{said(found)} cannot be cast to a number")
            names = {types.SMALLINT: "short", types.INT: "int", types.BIGINT: "long", types.FLOAT: "float"}
            value = Value(exp.Cast(this=found.node, to=target.copy()), names.get(kind, "double"), found.unit, found.ucd)
        value.node.meta["from"] = found.type
        return value

    def cast_to_geometry(self, node: Any, found: Value, shape: str) -> Value:
        """Check a cast of text in DALI form to a geometry (the part on geometry says how)."""
        raise NotImplementedError

    def _cast_to_time(self, node: exp.Cast, found: Value) -> Value:
        if isinstance(found.node, exp.Literal) and found.node.is_string:
            text = iso_time(str(found.node.this))
            if text is None:
                raise self.error(
                    node, f"{found.node.name!r} is no time", accepted="ISO 8601: '2022-01-27T04:46:29.093'"
                )
            return Value(exp.Literal(this=text, is_string=True), "char")
        if found.type not in TEXTS and found.type != "null":
            raise self.error(node, f"a time is made from text, not from {said(found)}")
        return Value(exp.Anonymous(this="adql_time", expressions=[found.node]), "char")


def iso_time(text: str) -> str | None:
    """Return a time in the one form of the archive, ``2022-01-27T04:46:29.093``; None when `text` is none."""
    from datetime import datetime

    found = _TIME.fullmatch(text)
    if found is None:
        return None
    day, minute, second, fraction = found.groups(default="")
    try:
        datetime.fromisoformat(f"{day}T{minute or '00:00'}:{second or '00'}")
    except ValueError:
        return None
    return f"{day}T{minute or '00:00'}:{second or '00'}.{(fraction + '000')[:3]}"
