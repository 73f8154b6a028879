"""Texts of regions, one by one and many at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from astropy.coordinates import SkyCoord
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.sky.regions import Circle, Outlines, Point, Polygon, Range, Union, parse, parse_many, pos_text, stcs

TRIANGLE = Polygon(((10.0, 10.0), (11.0, 10.0), (11.0, 11.0)))


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("POSITION J2000 266.416797 -29.00833", Point(266.416797, -29.00833)),
        ("POLYGON J2000 10 10 11 10 11 11", TRIANGLE),
        ("polygon icrs 10 10 11 10 11 11 10 10", TRIANGLE),
        ("CIRCLE 10 20 0.5", Circle(10, 20, 0.5)),
        ("Circle FK5 370 20 .5", Circle(10, 20, 0.5)),
        (
            "UNION J2000 ( POLYGON 10 10 11 10 11 11 CIRCLE J2000 1 2 3 )",
            Union((TRIANGLE, Circle(1, 2, 3))),
        ),
        ("Union ICRS (Position 1 2 Position 3 4)", Union((Point(1, 2), Point(3, 4)))),
        ("CIRCLE('ICRS GEOCENTER', 10, 20, 0.5)", Circle(10, 20, 0.5)),
        ("CIRCLE(10, 20, 0.5)", Circle(10, 20, 0.5)),
        ("RANGE 12.0 12.5 34 36", Range(12, 12.5, 34, 36)),
        ("RANGE 0 360 89 +Inf", Range(0, 360, 89, 90)),
        ("10 20", Point(10, 20)),
        ("10 20 1e-1", Circle(10, 20, 0.1)),
        ("10 10 11 10 11 11", TRIANGLE),
    ],
)
def test_texts_are_read(text, region):
    assert parse(text) == region


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("NOT (CIRCLE 1 2 3)", "NOT is not supported"),
        ("INTERSECTION ICRS (CIRCLE 1 2 3 CIRCLE 2 2 3)", "INTERSECTION is not supported"),
        ("CIRCLE ECLIPTIC 1 2 3", "frame ECLIPTIC"),
        ("CIRCLE 1 2", "2 numbers"),
        ("POLYGON 1 2 3 4 5 6 7", "7 numbers"),
        ("POLYGON 1 2 1 2 3 4", "2 different"),
        ("POLYGON 0 0 180 0 90 90", "opposite"),
        ("POSITION 10 91", "declination 91"),
        ("CIRCLE 10 20 -1", "radius -1"),
        ("UNION J2000 ( CIRCLE 1 2 3", "too early"),
        ("CIRCLE 1 2 3 POSITION", "left over"),
        ("POSITION 1 2; DROP TABLE x", "not understood"),
        ("POSITION nan 2", "0 numbers"),
        ("RANGE 0 10 5 -5", "hold nothing"),
    ],
)
def test_what_is_no_region_is_refused_in_one_line(text, said):
    with pytest.raises(UsageError) as error:
        parse(text)
    assert said in error.value.line()
    assert "\n" not in error.value.line()


@pytest.mark.parametrize(("frame", "astropys", "arcsec"), [("GALACTIC", "galactic", 0.03), ("FK4", "fk4", 1e-5)])
def test_frames_are_converted_as_astropy_does(frame, astropys, arcsec):
    # astropy takes galactic coordinates by way of FK5, 20 mas from ICRS; Hipparcos defined them in ICRS.
    point = parse(f"POSITION {frame} 123.4 -5.6")
    wanted = SkyCoord(123.4, -5.6, unit="deg", frame=astropys).icrs
    assert SkyCoord(point.ra, point.dec, unit="deg").separation(wanted).arcsec < arcsec


angles = st.floats(0, 359.999, allow_subnormal=False).map(lambda x: round(x, 6))
heights = st.floats(-89.9, 89.9, allow_subnormal=False).map(lambda x: round(x, 6))
points = st.builds(Point, angles, heights)
circles = st.builds(Circle, angles, heights, st.floats(0, 90).map(lambda x: round(x, 6)))
triangles = st.builds(
    lambda ra, dec, size: Polygon(((ra, dec), (ra + size, dec), (ra, dec + size))),
    angles,
    st.floats(-80, 70).map(lambda x: round(x, 6)),
    st.floats(0.001, 9).map(lambda x: round(x, 6)),
)
shapes = st.one_of(points, circles, triangles)
regions = st.one_of(shapes, st.lists(shapes, min_size=1, max_size=4).map(lambda parts: Union(tuple(parts))))


def _near(a, b):
    if isinstance(a, Union):
        return len(a.parts) == len(b.parts) and all(_near(x, y) for x, y in zip(a.parts, b.parts, strict=True))
    return type(a) is type(b) and np.allclose(_values(a), _values(b), atol=2e-6, rtol=0)


def _values(shape):
    return np.ravel(shape.vertices) if isinstance(shape, Polygon) else [getattr(shape, one) for one in shape.__slots__]


@settings(deadline=None)
@given(regions)
def test_what_is_written_is_read_back(region):
    assert _near(parse(stcs(region)), region)


@settings(deadline=None)
@given(shapes)
def test_pos_is_read_back(shape):
    assert _near(parse(pos_text(shape)), Circle(shape.ra, shape.dec, 0) if isinstance(shape, Point) else shape)


def _same(a: Outlines, b: Outlines) -> bool:
    return all(
        np.array_equal(getattr(a, name), getattr(b, name)) for name in ("row", "kind", "radius", "start")
    ) and np.allclose(a.vertices, b.vertices, atol=1e-15)


odd = st.sampled_from(
    [
        "CIRCLE GALACTIC 10 10 1",
        "BOX 10 20 1 1",
        "POSITION +1 2",
        "1 2 3",
        "POSITION\tJ2000\n1  2",
        "Union(Position 1 2)",
    ]
)


@example(["POLYGON J2000 0 0 1 0 0 1", "1 2 3", "1 2 3"])
@example(["1 2 3", "POSITION 1 2", "CIRCLE 1 2 3 4", "POSITION 3 4", "nonsense 5 6", "CIRCLE 1 2 3"])
@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), regions.map(stcs), odd), max_size=12))
def test_many_are_read_as_one_by_one(texts):
    many = parse_many(texts)
    assert _same(many, Outlines.of([_parsed(one) for one in texts]))
    assert many.refused.tolist() == [one is not None and _parsed(one) is None for one in texts]


def _parsed(text):
    try:
        return None if text is None else parse(text)
    except UsageError:
        return None


@settings(deadline=None)
@given(st.lists(st.text("POLYGNJ2000 CIREUS().-+1e ", max_size=40) | st.text(max_size=9), max_size=6))
def test_many_refuse_what_one_refuses(texts):
    def refused(text):
        try:
            return isinstance(parse(text), Range)
        except UsageError:
            return True

    many = parse_many(texts)
    blank = [not one.strip(" \t\n\r\f\v") for one in texts]
    wanted = [not none and refused(one) for one, none in zip(texts, blank, strict=True)]
    assert many.refused.tolist() == wanted
    assert set(many.row) == {n for n, none in enumerate(blank) if not none and not wanted[n]}


@pytest.mark.parametrize(
    "make",
    [
        pa.array,
        lambda texts: pa.array(texts).dictionary_encode(),
        lambda texts: pa.chunked_array([texts[:1], texts[1:]], pa.string()),
        lambda texts: pa.array(["x", *texts]).slice(1),
        lambda texts: np.array(texts, dtype=object),
    ],
)
def test_every_kind_of_array_is_taken(make):
    texts = ["POSITION 1 2", None, "CIRCLE 1 2 3", ""]
    assert _same(parse_many(make(texts)), parse_many(texts))


def test_more_rows_than_are_read_at_once():
    texts = ["POLYGON J2000 10 10 11 10 11 11", None, "nonsense"] * 40_000
    lines = parse_many(texts)
    assert lines.rows == 120_000
    assert lines.row.tolist() == list(range(0, 120_000, 3))
    assert np.flatnonzero(lines.refused).tolist() == list(range(2, 120_000, 3))
