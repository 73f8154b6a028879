"""How regions lie to each other and how large they are, against brute force and what holds for all regions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.sky.regions import (
    Circle,
    Outlines,
    Point,
    Polygon,
    Range,
    Union,
    area_deg2,
    areas_deg2,
    around_many,
    bounding_circle,
    bounding_circles,
    box,
    centroid,
    contains,
    contains_each,
    contains_points,
    intersects,
    intersects_each,
    intersects_many,
    parse,
    place_in_each,
    within_many,
)


def place(centre, distance, angle):
    there = SkyCoord(centre[0], centre[1], unit="deg").directional_offset_by(angle * u.deg, distance * u.deg)
    return float(there.ra.deg), float(there.dec.deg)


def star(centre, radii):
    """Return the polygon with corners at distances (deg) from a centre, at equal angles round it."""
    ra, dec = np.deg2rad(centre[0]), np.deg2rad(centre[1])
    corners = []
    for number, radius in enumerate(radii):
        angle, away = 2 * np.pi * number / len(radii), np.deg2rad(radius)
        sine = np.sin(dec) * np.cos(away) + np.cos(dec) * np.sin(away) * np.cos(angle)
        east = np.arctan2(np.sin(angle) * np.sin(away) * np.cos(dec), np.cos(away) - np.sin(dec) * sine)
        corners.append((float(np.rad2deg(ra + east)), float(np.rad2deg(np.arcsin(np.clip(sine, -1, 1))))))
    return Polygon(tuple(corners))


centres = st.tuples(st.floats(0, 359.99), st.floats(-89.99, 89.99))
sizes = st.sampled_from([0.001, 0.1, 1.0, 10.0])
points = centres.map(lambda at: Point(*at))
circles = st.builds(lambda at, size, part: Circle(*at, size * part), centres, sizes, st.floats(0.01, 1))
polygons = st.builds(
    lambda at, size, parts: star(at, [size * part for part in parts]),
    centres,
    sizes,
    st.lists(st.floats(0.2, 1), min_size=3, max_size=7),
)
near = st.tuples(st.floats(0, 20), st.floats(-10, 10))
neighbours = st.one_of(
    near.map(lambda at: Point(*at)),
    st.builds(lambda at, radius: Circle(*at, radius), near, st.floats(0.1, 12)),
    st.builds(
        lambda at, parts: star(at, [10 * part for part in parts]),
        near,
        st.lists(st.floats(0.1, 1), min_size=3, max_size=6),
    ),
)
wide = st.builds(
    lambda a, w, b, h: Range(a, a + w, max(b - h, -90), min(b + h, 90)),
    st.floats(0, 359),
    st.floats(1, 300),
    st.floats(-80, 80),
    st.floats(1, 40),
)
unions = st.lists(neighbours, min_size=1, max_size=3).map(lambda parts: Union(tuple(parts)))


def turned(region, angles):
    """Return a region after three rotations of the sphere."""
    from scipy.spatial.transform import Rotation

    turn = Rotation.from_euler("zyx", angles, degrees=True)

    def one(ra, dec):
        a, d = math.radians(ra), math.radians(dec)
        x, y, z = turn.apply([math.cos(d) * math.cos(a), math.cos(d) * math.sin(a), math.sin(d)])
        return math.degrees(math.atan2(y, x)) % 360, math.degrees(math.atan2(z, math.hypot(x, y)))

    match region:
        case Point(ra, dec):
            return Point(*one(ra, dec))
        case Circle(ra, dec, radius):
            return Circle(*one(ra, dec), radius)
        case Polygon(vertices):
            return Polygon(tuple(one(*vertex) for vertex in vertices))
    raise TypeError(region)


def grown(region, factor):
    """Return a circle with another radius, other regions as they are: to keep away from touching."""
    return Circle(region.ra, region.dec, region.radius * factor) if isinstance(region, Circle) else region


@settings(deadline=None)
@given(neighbours | unions | wide, neighbours | unions | wide)
def test_intersection_is_symmetric(a, b):
    assert intersects(a, b) == intersects(b, a)


@settings(deadline=None)
@given(neighbours | unions | wide, neighbours | unions | wide)
def test_what_is_contained_intersects(a, b):
    if contains(a, b):
        assert intersects(a, b)


@settings(deadline=None)
@given(polygons | circles | points | wide)
def test_a_region_holds_and_meets_itself_its_corners_and_its_centroid(region):
    assert intersects(region, region)
    assert contains(region, region)
    assert contains(Union((region,)), region)
    if isinstance(region, Polygon):
        ra, dec = zip(*region.vertices, strict=True)
        assert contains_points(region, ra, dec).all()


@settings(deadline=None)
@given(neighbours, neighbours, st.tuples(*[st.floats(-180, 180)] * 3))
@example(Circle(0, 0, 1), star((1.7e-41, 1), [10, 10, 10]), (0, 0, 1))  # a vertex a hair beside the way to the anchor
def test_rotation_changes_nothing(a, b, angles):
    before = intersects(a, b), contains(a, b)
    for factor in (1 - 1e-9, 1 + 1e-9):  # not where a hair decides
        assume((intersects(grown(a, factor), b), contains(grown(a, factor), b)) == before)
        assume((intersects(a, grown(b, factor)), contains(a, grown(b, factor))) == before)
    assume(not (isinstance(a, Point) or isinstance(b, Point)))
    assert (intersects(turned(a, angles), turned(b, angles)), contains(turned(a, angles), turned(b, angles))) == before


@settings(deadline=None)
@given(polygons)
def test_either_way_round_is_the_same_region(polygon):
    other = Polygon(polygon.vertices[::-1])
    assert area_deg2(other) == pytest.approx(area_deg2(polygon), rel=1e-6)
    ra, dec = np.random.default_rng(0).uniform(0, 360, 50), np.random.default_rng(1).uniform(-90, 90, 50)
    assert (contains_points(polygon, ra, dec) == contains_points(other, ra, dec)).all()
    assert contains(polygon, other)
    assert contains(other, polygon)


def scattered(region, count, seed=0):
    """Return positions spread evenly over the cap round a region, and the area of the cap (deg2)."""
    x, y, z, radius = bounding_circle(region)
    random = np.random.default_rng(seed)
    height = 1 - random.uniform(0, 1, count) * (1 - math.cos(math.radians(radius)))
    angle = random.uniform(0, 2 * np.pi, count)
    centre = np.array([x, y, z])
    east = np.cross([0, 0, 1], centre) if abs(z) < 0.9 else np.cross([1, 0, 0], centre)
    east = east / np.linalg.norm(east)
    north = np.cross(centre, east)
    ring = np.sqrt(1 - height**2)
    vectors = height[:, None] * centre + ring[:, None] * (
        np.cos(angle)[:, None] * east + np.sin(angle)[:, None] * north
    )
    ra = np.rad2deg(np.arctan2(vectors[:, 1], vectors[:, 0])) % 360
    dec = np.rad2deg(np.arcsin(np.clip(vectors[:, 2], -1, 1)))
    return ra, dec, 2 * np.pi * (1 - math.cos(math.radians(radius))) * np.rad2deg(1) ** 2


@settings(max_examples=40, deadline=None)
@given(
    st.builds(
        lambda at, parts: star(at, [30 * part for part in parts]),
        centres,
        st.lists(st.floats(0.3, 1), min_size=3, max_size=7),
    )
    | st.builds(lambda at, radius: Circle(*at, radius), centres, st.floats(1, 120))
    | wide
)
def test_areas_agree_with_throwing_darts(region):
    ra, dec, cap = scattered(region, 20_000)
    share = contains_points(region, ra, dec).mean()
    assert area_deg2(region) == pytest.approx(share * cap, abs=5 * cap * math.sqrt(0.25 / 20_000) + 1e-9)


@settings(max_examples=60, deadline=None)
@given(neighbours | wide, neighbours | wide)
def test_intersects_agrees_with_throwing_darts(a, b):
    ra, dec, _ = scattered(a, 3000)
    both = contains_points(a, ra, dec) & contains_points(b, ra, dec)
    if both.any():
        assert intersects(a, b)
    if contains(b, a):
        assert contains_points(b, ra, dec)[contains_points(a, ra, dec)].all()
    elif isinstance(a, Circle | Polygon) and isinstance(b, Circle | Polygon):
        # Sticks out, so the border of a is not all in the midst of b.
        ra, dec = border(a)
        assert not contains_points(grown(b, 0.9), ra, dec).all() or isinstance(b, Polygon)


def border(shape):
    if isinstance(shape, Circle):
        edge = star((shape.ra, shape.dec), [shape.radius] * 200)
        return zip(*edge.vertices, strict=True)
    return zip(*shape.vertices, strict=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(polygons | circles | points, min_size=1, max_size=8), st.integers(0, 3))
def test_bounding_circles_hold_their_regions(shapes, joined):
    regions = [*shapes, *([Union(tuple(shapes[:joined]))] if joined else [])]
    centre, radius = bounding_circles(Outlines.of(regions))
    assert np.allclose(np.linalg.norm(centre, axis=0), 1)
    for number, region in enumerate(regions):
        alone = bounding_circle(region)
        assert np.allclose(alone, [*centre[:, number], radius[number]])
        x, y, z, reach = alone
        ra, dec = math.degrees(math.atan2(y, x)) % 360, math.degrees(math.atan2(z, math.hypot(x, y)))
        assert contains(Circle(ra, dec, min(reach + 1e-9, 180)), region)


@pytest.mark.parametrize("arcsec", [0.001, 0.1, 1, 60])
def test_tiny_polygons_are_sharp(arcsec):
    side = arcsec / 3600
    square = box(123.456789, -45.6789, side, side)
    assert area_deg2(square) == pytest.approx(side**2, rel=1e-5)
    assert intersects(square, Circle(123.456789, -45.6789 + 1.5 * side, 1.01 * side))
    assert not intersects(square, Circle(123.456789, -45.6789 + 1.5 * side, 0.99 * side))
    middle = centroid(square)
    assert (
        SkyCoord(middle.ra, middle.dec, unit="deg").separation(SkyCoord(123.456789, -45.6789, unit="deg")).deg
        < side * 1e-3
    )


@pytest.mark.parametrize("side", [1e-4, 1.0, 30.0])
@pytest.mark.parametrize("at", [(0, 90), (10, -90), (0, 0), (359.99, 45), (180, 89.9)])
def test_poles_and_the_meridian_are_places_like_others(at, side):
    square = box(*at, side, side)
    assert contains_points(square, [at[0]], [at[1]]).all()
    assert area_deg2(square) == pytest.approx(area_deg2(box(0, 0, side, side)), rel=1e-6)
    assert contains(square, Circle(*at, side * 0.49))
    assert not contains(square, Circle(*at, side * 0.51))
    assert contains(Circle(*at, side * 0.75), square)
    for angle in (0, 45, 90, 200):
        ra, dec = place(at, side * 1.2, angle)
        assert not intersects(square, Point(ra, dec))
        assert intersects(square, Circle(ra, dec, side * 0.75))


def test_touching_counts():
    assert intersects(Circle(0, 0, 1), Circle(3, 0, 2))
    assert not intersects(Circle(0, 0, 1), Circle(3, 0, 1.999999))
    square = Polygon(((0, 0), (1, 0), (1, 1), (0, 1)))
    assert intersects(square, Polygon(((1, 0), (2, 0), (2, 1), (1, 1))))  # a common edge
    assert intersects(square, Polygon(((1, 1), (2, 2), (1, 2))))  # a common corner
    assert intersects(square, Point(0.5, 0))
    assert intersects(square, Circle(0.5, -1, 1))
    assert not intersects(square, Circle(0.5, -1, 0.999999))


def test_an_outline_in_z_order_is_not_the_whole_sky():
    crossed = parse("POLYGON J2000 10 10 11 11 11 10 10 11")
    assert not intersects(crossed, Point(200, 0))
    assert intersects(crossed, Point(10.9, 10.5))
    assert not intersects(crossed, Point(10.5, 10.9))


def test_a_band_round_the_sky():
    ring = Polygon(((0, 10), *((ra, 10) for ra in range(30, 360, 30)), *((ra, -10) for ra in range(330, -1, -30))))
    assert contains_points(ring, [45.0, 225.0, 100.0], [0.0, 0.0, 2.0]).all()
    assert not contains_points(ring, [345.0, 10.0, 10.0], [0.0, 80.0, -80.0]).any()
    cap = Polygon(tuple((ra, -5) for ra in range(0, 360, 20)))  # about the south pole, a little less than half the sky
    assert contains_points(cap, [0.0, 77.0], [-90.0, -40.0]).all()
    assert not contains_points(cap, [0.0, 77.0], [90.0, 0.0]).any()


def test_ranges():
    band = Range(350, 10, -5, 5)
    assert contains_points(band, [355, 5, 0, 180, 20], [0, 5, -5, 0, 0]).tolist() == [True, True, True, False, False]
    assert intersects(band, Circle(12, 0, 2))
    assert not intersects(band, Circle(12, 0, 1.9))
    assert intersects(band, Polygon(((300, -30), (60, -30), (60, 30), (300, 30))))
    assert contains(Polygon(((300, -30), (60, -30), (60, 30), (300, 30))), Circle(0, 0, 10))
    zone = Range(0, 360, 60, 70)
    assert not intersects(zone, Circle(0, 90, 19))
    assert intersects(zone, Circle(0, 90, 20))
    assert not contains(zone, Polygon(((330, 69.9), (30, 69.9), (0, 62))))  # its northern edge bulges over 70 deg
    assert contains(zone, box(0, 65, 4, 4))
    assert area_deg2(zone) == pytest.approx(360 * math.degrees(math.sin(math.radians(70)) - math.sin(math.radians(60))))
    # A great circle between two places at 60 deg north passes north of them.
    assert intersects(Range(85, 95, 70, 71), Polygon(((30, 60), (150, 60), (90, 50))))
    assert intersects(Range(0, 360, 89, 90), Range(100, 101, 80, 90))
    assert not intersects(Range(0, 10, 0, 10), Range(20, 30, 0, 10))


def crowd(seed, count):
    """Return points, circles, polygons and unions, close together."""
    random = np.random.default_rng(seed)
    regions = []
    for _ in range(count):
        at = (random.uniform(0, 10), random.uniform(-5, 5))
        kinds = (Point(*at), Circle(*at, random.uniform(0, 2)), star(at, random.uniform(0.3, 2, random.integers(3, 8))))
        regions.append(kinds[random.integers(3)] if random.random() < 0.8 else Union(kinds))
    return regions


def test_row_by_row_agrees_with_one_by_one():
    random = np.random.default_rng(9)
    ones, others = crowd(7, 600), crowd(8, 600)
    meet = [intersects(a, b) for a, b in zip(ones, others, strict=True)]
    assert 20 < sum(meet) < 580
    assert intersects_each(Outlines.of([*ones, None, ones[0]]), Outlines.of([*others, others[0], None])).tolist() == [
        *meet,
        False,
        False,
    ]
    large = [star((random.uniform(0, 10), random.uniform(-5, 5)), random.uniform(3, 8, 6)) for _ in range(300)]
    large += [Circle(random.uniform(0, 10), random.uniform(-5, 5), random.uniform(0, 8)) for _ in range(290)]
    large += [Circle(random.uniform(0, 360), random.uniform(-90, 90), random.uniform(80, 180)) for _ in range(10)]
    held = [contains(a, b) for a, b in zip(large, others, strict=True)]
    assert 20 < sum(held) < 580
    assert contains_each(Outlines.of([*large, None, large[0]]), Outlines.of([*others, others[0], None])).tolist() == [
        *held,
        False,
        False,
    ]
    assert contains_each(Outlines.of(large), Outlines.of(large)).all()
    ra, dec = random.uniform(0, 10, 600), random.uniform(-5, 5, 600)
    held = [bool(contains_points(one, [a], [d])[0]) for one, a, d in zip(ones, ra, dec, strict=True)]
    assert sum(held) > 10
    lines = Outlines.of([*ones, ones[0], None, Circle(0, 0, 180)])
    assert place_in_each(lines, [*ra, np.nan, 0.0, 0.0], [*dec, 0.0, 0.0, 91.0]).tolist() == [
        *held,
        False,
        False,
        False,
    ]
    with pytest.raises(UsageError):
        intersects_each(lines, Outlines.of([None]))
    with pytest.raises(UsageError):
        place_in_each(lines, ra, dec)


def test_many_at_once_agree_with_one_by_one():
    regions = crowd(7, 120)
    lines = Outlines.of([*regions, None])
    for one in (
        Point(5, 0),
        Circle(5, 0, 2),
        star((5, 0), [2, 1, 2, 0.5]),
        Range(4, 6, -1, 1),
        Union((Circle(3, 1, 1), Circle(7, 1, 1))),
    ):
        assert intersects_many(lines, one).tolist() == [*(intersects(each, one) for each in regions), False]
        assert within_many(lines, one).tolist() == [*(contains(one, each) for each in regions), False]
        assert around_many(lines, one).tolist() == [*(contains(each, one) for each in regions), False]
    assert np.allclose(areas_deg2(lines)[:-1], [area_deg2(each) for each in regions])
    assert np.isnan(areas_deg2(lines)[-1])


def test_a_notch_is_not_held():
    notched = Polygon(((0, 0), (4, 0), (4, 4), (2, 1), (0, 4)))
    assert contains(notched, Polygon(((0.5, 0.2), (3.5, 0.2), (2, 0.8))))
    assert not contains(notched, Polygon(((0.2, 3), (3.8, 3), (2, 0.5))))
    assert not contains(notched, Polygon(((0, 0), (4, 0), (4, 4), (0, 4))))


def test_points_that_are_none_are_nowhere():
    assert contains_points(Circle(0, 0, 180), [np.nan, 0, 0], [0, np.inf, 91]).tolist() == [False, False, False]
    with pytest.raises(UsageError):
        contains_points(Circle(0, 0, 1), [1, 2], [1])


SQUARE = Polygon(((10, 10), (20, 10), (20, 20), (10, 20)))


@pytest.mark.parametrize(
    ("inner", "outer", "wanted"),
    [
        (Point(15, 15), SQUARE, True),
        (Point(25, 15), SQUARE, False),
        (Circle(15, 15, 3), SQUARE, True),
        (Circle(15, 15, 6), SQUARE, False),
        (Circle(11, 15, 2), SQUARE, False),
        (SQUARE, SQUARE, True),
        (SQUARE, Circle(15, 15, 8), True),
        (SQUARE, Circle(15, 15, 6), False),
        (Circle(15, 15, 2), Circle(16, 15, 4), True),
        (Circle(15, 15, 2), Circle(18, 15, 4), False),
        (Circle(15, 15, 170), Circle(15, 15, 180), True),
        (Polygon(((12, 12), (18, 12), (15, 18))), SQUARE, True),
        (Polygon(((12, 12), (18, 12), (15, 25))), SQUARE, False),
        (Polygon(((11, 11), (19, 11), (11, 19))), Polygon(((10, 10), (20, 10), (12, 12), (10, 20))), False),
        (Union((Point(15, 15), Point(11, 11))), SQUARE, True),
        (Union((Point(15, 15), Point(1, 1))), SQUARE, False),
        (Point(1, 1), Union((SQUARE, Circle(1, 1, 1))), True),
        (Range(12, 13, 12, 13), SQUARE, False),
    ],
)
def test_contents(inner, outer, wanted):
    assert contains(outer, inner) is wanted
