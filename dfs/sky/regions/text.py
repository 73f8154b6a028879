"""Texts of regions: STC-S as archives publish it, the parameters of SIA2 and SODA, the geometry functions of ADQL."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from dfs.errors import UsageError
from dfs.sky.regions.frames import FRAMES, to_icrs
from dfs.sky.regions.shapes import Circle, Point, Polygon, Range, Region, Shape, Union, box

__all__ = ["parse", "pos_text", "stcs"]

_TOKEN = re.compile(
    r"\s*(?:([A-Za-z_]\w*)|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?inf(?:inity)?\b)|([(),']))",
    re.IGNORECASE | re.ASCII,
)
_SHAPES = {"POSITION", "POINT", "CIRCLE", "POLYGON", "BOX", "RANGE"}
_REFUSED = {"NOT", "INTERSECTION", "DIFFERENCE", "ELLIPSE", "CONVEX", "ALLSKY", "POSITIONINTERVAL", "TIMEINTERVAL"}
# Reference positions and flavours of STC-S that say nothing about where on the sky.
_SILENT = {
    "GEOCENTER",
    "BARYCENTER",
    "HELIOCENTER",
    "TOPOCENTER",
    "LSR",
    "UNKNOWNREFPOS",
    "SPHERICAL2",
    "UNITSPHERE",
    "J2000",
}
_ACCEPTED = "POSITION, CIRCLE, POLYGON, BOX, RANGE, UNION ( ... )"
_LONGEST = 1_000_000


def parse(text: str) -> Region:
    """Return the region that a text describes.

    Accepted are STC-S (``POLYGON J2000 10 10 11 10 11 11``, ``UNION ICRS ( CIRCLE 1 2 3 POSITION 4 5 )``), values of ``POS`` in SIA2 and
    SODA (``RANGE 10 20 -5 5``), ADQL functions (``CIRCLE('ICRS', 10, 20, 0.5)``), and bare numbers as in DALI: two are a point,
    three a circle, six and more a polygon. Letter case is free. Frames: ICRS, J2000, FK5, UNKNOWNFRAME are taken for the same;
    GALACTIC and FK4 are converted.

    Raises
    ------
    UsageError
        It is none of these, has the wrong number of coordinates, or values that are impossible.
    """
    if len(text) > _LONGEST:
        raise UsageError(f"a region of {len(text)} characters is too long", accepted=f"{_LONGEST} characters")
    try:
        return _Reader(text).region()
    except UsageError as error:
        shown = text if len(text) <= 60 else text[:57] + "..."
        raise UsageError(error.message, where=f"region '{shown}'", accepted=error.accepted, hint=error.hint) from None


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0

    def peek(self) -> str | float | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> str | float | None:
        token = self.peek()
        self.at += 1
        return token

    def region(self) -> Region:
        if self.peek() is None:
            raise UsageError("it is empty", accepted=_ACCEPTED)
        if isinstance(self.peek(), float):
            found: Region = _bare(self.numbers())
        elif self.peek() == "UNION":
            found = self.union()
        else:
            found = self.shape("ICRS")
        if self.peek() is not None:
            raise UsageError(f"'{self.peek()}' is left over after the region")
        return found

    def union(self) -> Union:
        self.take()
        frame = self.frame("ICRS")
        if self.take() != "(":
            raise UsageError("'(' is missing after UNION")
        parts: list[Shape] = []
        while self.peek() != ")":
            if self.peek() == "UNION":
                parts.extend(self.union().parts)
            else:
                parts.append(self.shape(frame))
            if self.peek() == ",":
                self.take()
        self.take()
        return Union(tuple(parts))

    def frame(self, default: str) -> str:
        found = default
        if isinstance(self.peek(), str) and self.peek() in FRAMES:
            found = str(self.take())
        while isinstance(self.peek(), str) and self.peek() in _SILENT:
            self.take()
        return found

    def shape(self, frame: str) -> Shape:
        word = self.take()
        if word in _REFUSED:
            raise UsageError(f"{word} is not supported", accepted=_ACCEPTED)
        if word not in _SHAPES:
            said = "it ends too early" if word is None else f"'{word}' is no shape"
            raise UsageError(said, accepted=_ACCEPTED)
        if self.peek() == "(":
            numbers, frame = self.arguments(frame)
        else:
            frame = self.frame(frame)
            numbers = self.numbers()
        return _make(str(word), frame, numbers)

    def arguments(self, frame: str) -> tuple[list[float], str]:
        self.take()
        if self.peek() == "'":
            self.take()
            frame = self.frame(frame)
            if self.take() != "'" or self.take() != ",":
                raise UsageError("the name of the frame is not understood", accepted=", ".join(sorted(FRAMES)))
        numbers: list[float] = []
        while True:
            value = self.take()
            if not isinstance(value, float):
                raise UsageError("a number is missing")
            numbers.append(value)
            after = self.take()
            if after == ")":
                return numbers, frame
            if after != ",":
                raise UsageError("',' or ')' is missing")

    def numbers(self) -> list[float]:
        numbers: list[float] = []
        while isinstance(self.peek(), float):
            numbers.append(float(self.take() or 0.0))
            if self.peek() == "," and self.at + 1 < len(self.tokens) and isinstance(self.tokens[self.at + 1], float):
                self.take()
        return numbers


def _tokens(text: str) -> Iterator[str | float]:
    at, end = 0, len(text.rstrip(" \t\n\r\f\v"))
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise UsageError(f"'{text[at:].strip()[:12]}' is not understood", accepted=_ACCEPTED)
        at = found.end()
        word = found[1]
        if word and word.upper() not in {"INF", "INFINITY"}:
            yield word.upper()
        elif word or found[2]:
            yield float(word or found[2])
        else:
            yield found[3]


def _bare(numbers: list[float]) -> Shape:
    kind = {2: "POINT", 3: "CIRCLE"}.get(len(numbers), "POLYGON")
    return _make(kind, "ICRS", numbers)


def _make(kind: str, frame: str, numbers: list[float]) -> Shape:
    wanted = {"POSITION": 2, "POINT": 2, "CIRCLE": 3, "BOX": 4, "RANGE": 4}.get(kind)
    if wanted is not None and len(numbers) != wanted:
        raise UsageError(f"{kind} has {len(numbers)} numbers", accepted=str(wanted))
    if kind == "POLYGON" and (len(numbers) < 6 or len(numbers) % 2):
        raise UsageError(f"POLYGON has {len(numbers)} numbers", accepted="pairs of coordinates, three or more")
    if kind == "RANGE":
        if to_icrs(frame, 10.0, 10.0) != (10.0, 10.0):
            raise UsageError(f"RANGE in the frame {frame} is not supported", accepted="ICRS")
        return Range(*numbers)
    if not all(math.isfinite(one) for one in numbers):
        raise UsageError("a coordinate is not finite")
    if kind == "POLYGON":
        return Polygon(tuple(_icrs(frame, *pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)))
    if kind == "BOX":
        if to_icrs(frame, 10.0, 10.0) != (10.0, 10.0):
            raise UsageError(f"BOX in the frame {frame} is not supported", accepted="ICRS")
        return box(*numbers)
    place = _icrs(frame, numbers[0], numbers[1])
    return Circle(*place, numbers[2]) if kind == "CIRCLE" else Point(*place)


def _icrs(frame: str, longitude: float, latitude: float) -> tuple[float, float]:
    if not -90 <= latitude <= 90:
        raise UsageError(f"the declination {latitude:g} is impossible", accepted="-90 to 90 deg")
    return to_icrs(frame, longitude, latitude)


def stcs(region: Region, *, frame: str = "J2000", digits: int = 6) -> str:
    """Write a region in STC-S as ESO does: ``POLYGON J2000 264.924507 -29.610152 ...``.

    Parameters
    ----------
    region
        Not a `Range`, which STC-S has no compact word for: `UsageError`.
    frame
        The word written; positions are ICRS in any case.
    digits
        Decimals of a degree; 6 is 3.6 mas.
    """
    if isinstance(region, Union):
        return f"UNION {frame} ( {' '.join(_words(part, '', digits) for part in region.parts)} )"
    return _words(region, f"{frame} ", digits)


def _words(shape: Shape, frame: str, digits: int) -> str:
    if isinstance(shape, Range):
        raise UsageError("a range of coordinates cannot be written in STC-S", accepted="point, circle, polygon, union")
    word = {Point: "POSITION", Circle: "CIRCLE", Polygon: "POLYGON"}[type(shape)]
    return f"{word} {frame}{_numbers(shape, digits)}"


def _numbers(shape: Shape, digits: int) -> str:
    match shape:
        case Point(ra, dec):
            values = [ra, dec]
        case Circle(ra, dec, radius):
            values = [ra, dec, radius]
        case Range(ra_min, ra_max, dec_min, dec_max):
            values = [ra_min, ra_max, dec_min, dec_max]
        case Polygon(vertices):
            values = [value for vertex in vertices for value in vertex]
    return " ".join(f"{round(value, digits):.{digits}f}".rstrip("0").rstrip(".") for value in values)


def pos_text(shape: Shape, digits: int = 9) -> str:
    """Write a shape as the value of ``POS`` in SIA2 and SODA: ``CIRCLE 10 20 0.5``; a point is a circle of radius 0."""
    if isinstance(shape, Point):
        shape = Circle(shape.ra, shape.dec, 0.0)
    return f"{type(shape).__name__.upper()} {_numbers(shape, digits)}"
