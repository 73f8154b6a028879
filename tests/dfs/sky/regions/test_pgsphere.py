"""Regions against pgSphere, which the archives of the Virtual Observatory search with."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.sky.regions import (
    Circle,
    Outlines,
    Point,
    Polygon,
    area_deg2,
    around_many,
    contains_each,
    contains_points,
    intersects_each,
    intersects_many,
    parse_many,
    stcs,
    within_many,
)

pytestmark = pytest.mark.truth


def written(shape: Point | Circle | Polygon) -> str:
    """Return the shape as an expression of pgSphere."""
    match shape:
        case Point(ra, dec):
            return f"spoint '({ra!r}d,{dec!r}d)'"
        case Circle(ra, dec, radius):
            return f"scircle '<({ra!r}d,{dec!r}d),{radius!r}d>'"
        case Polygon(vertices):
            return "spoly '{" + ",".join(f"({ra!r}d,{dec!r}d)" for ra, dec in vertices) + "}'"
    raise TypeError(shape)


def outline(random, centre, size) -> Polygon:
    """Return a polygon of four to eight corners round a centre, not crossing itself."""
    count = int(random.integers(4, 9))
    angles = 2 * np.pi * (np.arange(count) + random.uniform(-0.3, 0.3, count)) / count
    ra, dec = np.deg2rad(centre)
    corners = []
    for angle, away in zip(angles, np.deg2rad(random.uniform(0.3, 1, count) * size), strict=True):
        sine = np.sin(dec) * np.cos(away) + np.cos(dec) * np.sin(away) * np.cos(angle)
        east = np.arctan2(np.sin(angle) * np.sin(away) * np.cos(dec), np.cos(away) - np.sin(dec) * sine)
        corners.append((float(np.rad2deg(ra + east) % 360), float(np.rad2deg(np.arcsin(sine)))))
    return Polygon(tuple(corners[:: int(random.choice([-1, 1]))]))


def shapes(random, kind, count, size):
    """Return shapes of one kind crowded in a few places, among them the poles and the meridian of 0."""
    places = [(10, 20), (0, 0), (123, 90), (77, -89.5), (359.99, -45)]
    found = []
    for number in range(count):
        ra, dec = places[number % len(places)]
        dec = float(np.clip(dec + random.normal() * size, -89.99, 89.99))
        at = (float((ra + random.normal() * size / max(np.cos(np.deg2rad(dec)), 0.02)) % 360), dec)
        if kind == "point":
            found.append(Point(*at))
        elif kind == "circle":
            found.append(Circle(*at, float(random.uniform(0.05, 1) * size)))
        else:
            found.append(outline(random, at, size))
    return found


@pytest.mark.parametrize("size", [0.01, 1.0, 20.0])
@pytest.mark.parametrize("kind", ["point", "circle", "polygon"])
@pytest.mark.parametrize("other", ["circle", "polygon"])
def test_intersections_and_contents_are_pgspheres(pgsphere, kind, other, size):
    random = np.random.default_rng(5)
    ones, others = shapes(random, kind, 60, size), shapes(random, other, 60, size)
    lines = Outlines.of(ones)
    meets, inside, around = [], [], []
    for one in ones:
        text = written(one)
        operator = "<@" if kind == "point" else "&&"
        queries = [f"SELECT ARRAY[{','.join(f'{text} {operator} {written(two)}' for two in others)}]"]
        queries.append(f"SELECT ARRAY[{','.join(f'{text} <@ {written(two)}' for two in others)}]")
        if kind != "point":
            queries.append(f"SELECT ARRAY[{','.join(f'{written(two)} <@ {text}' for two in others)}]")
        answers = [pgsphere.execute(query).fetchone()[0] for query in queries]
        meets.append(answers[0])
        inside.append(answers[1])
        around.append(answers[2] if kind != "point" else [False] * len(others))
    for number, two in enumerate(others):
        assert intersects_many(lines, two).tolist() == [row[number] for row in meets]
        assert within_many(lines, two).tolist() == [row[number] for row in inside]
        assert around_many(lines, two).tolist() == [row[number] for row in around]
    assert 0 < np.mean(meets) < 1
    first, second = Outlines.of([one for one in ones for _ in others]), Outlines.of(others * len(ones))
    assert intersects_each(first, second).tolist() == np.ravel(meets).tolist()
    assert contains_each(second, first).tolist() == np.ravel(inside).tolist()
    assert contains_each(first, second).tolist() == np.ravel(around).tolist()


@pytest.mark.parametrize("size", [0.01, 1.0, 20.0])
def test_areas_are_pgspheres(pgsphere, size):
    for one in shapes(np.random.default_rng(6), "polygon", 40, size):
        theirs = pgsphere.execute(f"SELECT area({written(one)})").fetchone()[0] * np.rad2deg(1) ** 2
        assert area_deg2(one) == pytest.approx(min(theirs, 4 * np.pi * np.rad2deg(1) ** 2 - theirs), rel=1e-6, abs=1e-7)


def test_positions_in_polygons_are_pgspheres(pgsphere):
    random = np.random.default_rng(8)
    for one in shapes(random, "polygon", 10, 5.0):
        ra, dec = (
            one.vertices[0][0] + random.uniform(-9, 9, 300),
            np.clip(one.vertices[0][1] + random.uniform(-9, 9, 300), -90, 90),
        )
        points = [Point(float(a), float(d)) for a, d in zip(ra, dec, strict=True)]
        query = f"SELECT ARRAY[{','.join(f'{written(point)} <@ {written(one)}' for point in points)}]"
        assert contains_points(one, ra, dec).tolist() == pgsphere.execute(query).fetchone()[0]


def test_real_outlines(pgsphere, test_data):
    """Outlines as the archive of ESO publishes them, near the centre of the Galaxy."""
    import pyarrow.csv

    path = test_data / "archive" / "astroquery_eso" / "query_coll_vvv_sgra.csv"
    texts = pyarrow.csv.read_csv(path)["s_region"]
    lines = parse_many(texts)
    assert not lines.refused.any()
    assert (np.bincount(lines.row, minlength=len(texts)) == 1).all()
    values = [np.array(text.split()[2:], dtype=float).reshape(-1, 2).tolist() for text in texts.to_pylist()]
    theirs = [Polygon(tuple((ra, dec) for ra, dec in one)) for one in values]
    assert stcs(theirs[0]) == texts[0].as_py()
    for radius in (0.01, 0.5, 2.0):
        for ra in (263.0, 265.0, 266.4168, 268.0):
            cone = Circle(ra, -29.0078, radius)
            query = f"SELECT ARRAY[{','.join(f'{written(one)} && {written(cone)}' for one in theirs)}]"
            assert intersects_many(texts, cone).tolist() == pgsphere.execute(query).fetchone()[0]
