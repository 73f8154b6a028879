"""The geometric functions: how many arguments of which kind each takes, with and without the coordinate system of ADQL 2.0."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dfs.vo.adql.grammar.calls import Calls
from dfs.vo.adql.grammar.values import ANY, GEOMETRY, NUMERIC, TEXT, Read

__all__ = ["GeometryCalls"]

_SHAPES = {"POINT", "CIRCLE", "BOX", "POLYGON"}
_FORMS = {
    "POINT": "POINT(lon, lat)",
    "CIRCLE": "CIRCLE(lon, lat, radius) or CIRCLE(point, radius)",
    "BOX": "BOX(lon, lat, width, height) or BOX(point, width, height)",
    "POLYGON": "POLYGON(lon1, lat1, lon2, lat2, lon3, lat3, ...) or POLYGON(point1, point2, point3, ...)",
    "DISTANCE": "DISTANCE(point1, point2) or DISTANCE(lon1, lat1, lon2, lat2)",
}


class GeometryCalls(Calls):
    """The part of the grammar on geometry."""

    def geometry_call(self) -> Read | None:
        """Read the call of a geometric function; None when the cursor stands on something else."""
        token = self.token
        word = token.text
        if word in _SHAPES:
            return Read(self._shape(), GEOMETRY)
        if word == "REGION":
            self.next()
            self.expect_sign("(")
            if self.token.kind != "string":
                raise self.unexpected("a region in STC-S, as text")
            region = self.string()
            self.expect_sign(")")
            return Read(self.called("REGION", token.at, [region]), GEOMETRY)
        if word == "CENTROID":
            return Read(self._of_geometries(1), GEOMETRY)
        if word == "COORDSYS":
            return Read(self._of_geometries(1), TEXT)
        if word == "AREA":
            return Read(self._of_geometries(1), NUMERIC)
        if word in {"CONTAINS", "INTERSECTS"}:
            return Read(self._of_geometries(2), NUMERIC)
        if word in {"COORD1", "COORD2", "DISTANCE"}:
            return Read(self._of_points(), NUMERIC)
        return None

    def _of_geometries(self, count: int) -> exp.Anonymous:
        token = self.next()
        self.expect_sign("(")
        arguments = [self._geometry()]
        while len(arguments) < count:
            self.expect_sign(",")
            arguments.append(self._geometry())
        self.expect_sign(")")
        return self.called(token.text, token.at, arguments)

    def _geometry(self) -> Any:
        at = self.token.at
        read = self.primary()
        self.need(read, at, GEOMETRY, "a geometry")
        return read.node

    def _of_points(self) -> exp.Anonymous:
        token = self.next()
        _, arguments = self._shape_arguments()
        reads = [read for read, _ in arguments]
        if token.text != "DISTANCE":
            right = len(reads) == 1 and _is_point(reads[0])
            accepted = f"{token.text}(point)"
        else:
            right = (len(reads) == 2 and all(map(_is_point, reads))) or (
                len(reads) == 4 and all(map(_is_number, reads))
            )
            accepted = _FORMS["DISTANCE"]
        if not right:
            raise self.error(f"{token.text} has other arguments", accepted=accepted, at=token.at)
        return self.called(token.text, token.at, [read.node for read in reads])

    def _shape(self) -> exp.Anonymous:
        token = self.next()
        frame, arguments = self._shape_arguments(frame=True)
        reads = [read for read, _ in arguments]
        count = len(reads)
        numbers, from_point = all(map(_is_number, reads)), bool(reads) and _is_point(reads[0])
        if token.text == "POINT":
            right = count == 2 and numbers
        elif token.text == "POLYGON":
            right = (count >= 6 and count % 2 == 0 and numbers) or (count >= 3 and all(map(_is_point, reads)))
        else:
            full = 3 if token.text == "CIRCLE" else 4
            right = (count == full and numbers) or (
                count == full - 1 and from_point and all(map(_is_number, reads[1:]))
            )
        if not right:
            raise self.error(f"{token.text} has other arguments", accepted=_FORMS[token.text], at=token.at)
        node = self.called(token.text, token.at, [read.node for read in reads])
        node.meta["frame"] = frame
        return node

    def _shape_arguments(self, *, frame: bool = False) -> tuple[str, list[tuple[Read, int]]]:
        self.expect_sign("(")
        name = ""
        after = self.tokens[min(self.index + 1, len(self.tokens) - 1)]
        if (
            frame
            and after.kind == "sign"
            and after.text == ","
            and (self.token.kind == "string" or self.is_key("NULL"))
        ):
            name = self.next().text if self.token.kind == "string" else self.next().text and ""
            self.next()
        arguments = [self._placed()]
        while self.accept_sign(","):
            arguments.append(self._placed())
        self.expect_sign(")")
        return name, arguments

    def _placed(self) -> tuple[Read, int]:
        at = self.token.at
        return self.value(), at


def _is_number(read: Read) -> bool:
    return read.kind in {ANY, NUMERIC}


def _is_point(read: Read) -> bool:
    node = read.node
    if isinstance(node, exp.Column):
        return True
    if not isinstance(node, exp.Anonymous):
        return False
    return read.kind == ANY or str(node.this) in {"POINT", "CENTROID"}
