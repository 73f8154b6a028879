"""No way of finding rows changes an answer: each query gives the rows that it gives when every table is read as a whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dfs.access.user import EmbeddedUser
from dfs.model.schema import ColumnSchema
from dfs.vo.engine.plan import Planner
from dfs.vo.engine.sources import MOST_TAKEN

TESTER, MEMBER, NOBODY = EmbeddedUser("tester"), EmbeddedUser("P1"), EmbeddedUser("nobody")


@dataclass
class Upload:
    columns: tuple[ColumnSchema, ...]
    table: pa.Table


def uploaded(seed: int, count: int) -> Upload:
    rng = np.random.default_rng(seed)
    ra = np.concatenate([rng.uniform(0, 360, count // 2), (rng.normal(0, 0.5, count - count // 2)) % 360])
    dec = np.concatenate([rng.uniform(-90, 90, count // 2), rng.normal(-30, 0.5, count - count // 2)])
    radius = 10 ** rng.uniform(-3, 0.5, count)
    numbers = np.arange(count)
    columns = [ColumnSchema(name, "double", name) for name in ("ra", "dec", "radius")]
    table = pa.table(
        {"ra": pa.array(ra, mask=numbers % 17 == 0), "dec": dec, "radius": radius, "n": pa.array(numbers, pa.int64())}
    )
    return Upload((*columns, ColumnSchema("n", "long", "n")), table)


def rows(engine: Any, query: str, user: EmbeddedUser = TESTER, **options: Any) -> Counter[Any]:
    with engine.run(query, user=user, **options) as result:
        return Counter(tuple(row.values()) for batch in result.batches() for row in batch.to_pylist())


def plainly(engine: Any, query: str, user: EmbeddedUser = TESTER, **options: Any) -> Counter[Any]:
    """Run a query without any help of the index."""
    from dfs.vo.engine.sources import Source, scanned

    def whole(self: Planner, reference: Any, cubes: frozenset[str]) -> Any:
        if reference.table in self.uploads:
            return Source(self.uploads[reference.table])
        return scanned(self.states[reference.table], self._shown[reference.alias])

    nothing = {"_counts": lambda *_: None, "_simple": whole, "_first": lambda _: None, "_meetings": lambda *_: iter(())}
    with patch.multiple(Planner, **nothing):
        return rows(type(engine)(engine._index, engine._clock, engine._rule), query, user, **options)


def same(engine: Any, query: str, user: EmbeddedUser = TESTER, **options: Any) -> Counter[Any]:
    found = rows(engine, query, user, **options)
    assert found == plainly(engine, query, user, **options), engine.explain(
        query, user=user, uploads=options.get("uploads")
    )
    return found


places = st.one_of(
    st.sampled_from([(0.0, -30.0), (359.999, -30.0), (0.0, 90.0), (123.0, -90.0), (45.0, 41.81), (10.0, 0.0)]),
    st.tuples(st.floats(0, 360), st.floats(-90, 90)),
)
radii = st.one_of(st.floats(0, 0.1), st.floats(0.1, 5), st.floats(5, 180))
quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def number(value: float) -> str:
    return f"{value:.9f}"


@quick
@given(place=places, radius=radii, user=st.sampled_from([TESTER, MEMBER, NOBODY]))
def test_positions_in_a_circle(engine, place, radius, user):
    circle = f"CIRCLE({number(place[0])}, {number(place[1])}, {number(radius)})"
    same(engine, f"SELECT name, ra FROM sky.places WHERE 1 = CONTAINS(POINT(ra, dec), {circle})", user)
    same(
        engine,
        f"SELECT name FROM sky.places WHERE DISTANCE(POINT(ra, dec), POINT({number(place[0])}, {number(place[1])})) < {number(radius)}",
        user,
    )


@quick
@given(place=places, radius=radii, user=st.sampled_from([TESTER, MEMBER, NOBODY]))
def test_regions_that_share_a_position_with_a_circle(engine, place, radius, user):
    circle = f"CIRCLE({number(place[0])}, {number(place[1])}, {number(radius)})"
    same(engine, f"SELECT name FROM sky.places WHERE 1 = INTERSECTS(s_region, {circle})", user)
    same(engine, f"SELECT name FROM sky.places WHERE 1 = CONTAINS(s_region, {circle})", user)
    same(
        engine,
        f"SELECT name FROM sky.places WHERE 1 = CONTAINS(POINT({number(place[0])}, {number(place[1])}), s_region)",
        user,
    )


@quick
@given(place=places, size=st.floats(0.01, 30))
def test_polygons_and_boxes(engine, place, size):
    ra, dec = place[0], min(max(place[1], -60), 60)
    ring = [(ra, dec), (ra + size, dec), (ra + size, min(dec + size, 89)), (ra, min(dec + size, 89))]
    polygon = "POLYGON(" + ", ".join(f"{number(a % 360)}, {number(d)}" for a, d in ring) + ")"
    same(engine, f"SELECT name FROM sky.places WHERE 1 = CONTAINS(POINT(ra, dec), {polygon})")
    same(engine, f"SELECT name FROM sky.places WHERE 1 = INTERSECTS(s_region, {polygon})")
    same(
        engine,
        f"SELECT name FROM sky.places WHERE 1 = CONTAINS(POINT(ra, dec), BOX({number(ra)}, {number(dec)}, {number(size)}, {number(size / 2)}))",
    )


@quick
@given(
    first=st.integers(590000, 591000),
    length=st.integers(-10, 500),
    top=st.integers(0, 60),
    order=st.sampled_from(["", "ORDER BY mjd, name", "ORDER BY mjd DESC, name", "ORDER BY t DESC, name"]),
    more=st.sampled_from(
        [
            "",
            "AND instrument = 'UVES'",
            "AND instrument IN ('UVES', 'FORS2') AND grade = 1",
            "AND flux > 0",
            "AND grade <> 2",
        ]
    ),
    user=st.sampled_from([TESTER, MEMBER, NOBODY]),
)
def test_first_rows_of_a_range_of_time(engine, first, length, top, order, more, user):
    query = f"mjd AS t, name FROM sky.places WHERE mjd >= {first / 10} AND mjd < {(first + length) / 10} {more}"
    if order:
        same(engine, f"SELECT TOP {top} {query} {order}", user)
        same(engine, f"SELECT TOP {top} {query} {order} OFFSET 3", user)
    else:
        everything = rows(engine, f"SELECT {query}", user)
        found = rows(engine, f"SELECT TOP {top} {query}", user)
        assert found.total() == min(top, everything.total())
        assert found <= everything


@pytest.mark.parametrize("order", ["mjd, name", "mjd DESC, name"])
@pytest.mark.parametrize("user", [TESTER, NOBODY])
def test_rows_without_a_time_come_last(engine, order, user):
    same(engine, f"SELECT TOP 1600 name, mjd FROM sky.places ORDER BY {order}", user)
    same(engine, f"SELECT TOP 20 name, mjd FROM sky.places ORDER BY {order} OFFSET 1540", user)


@pytest.mark.parametrize("user", [TESTER, MEMBER, NOBODY])
@pytest.mark.parametrize(
    "query",
    [
        "SELECT COUNT(*) FROM sky.places",
        "SELECT instrument, COUNT(*) AS n FROM sky.places GROUP BY instrument",
        "SELECT instrument, grade, COUNT(*) AS n FROM sky.places GROUP BY instrument, grade",
        "SELECT grade, COUNT(*) FROM sky.places WHERE instrument = 'UVES' GROUP BY grade HAVING COUNT(*) > 3 ORDER BY 2",
        "SELECT COUNT(*) FROM sky.places WHERE instrument = 'nothing'",
        "SELECT COUNT(instrument), COUNT(DISTINCT instrument), MIN(grade), MAX(grade) FROM sky.places",
        "SELECT DISTINCT instrument, grade FROM sky.places",
        "SELECT instrument FROM sky.places GROUP BY instrument",
        "SELECT COUNT(*) FROM sky.places WHERE grade IN (1, 2) OR instrument IS NULL",
        "SELECT AVG(grade), COUNT(*) FROM sky.places",
        "SELECT instrument, COUNT(*) FROM sky.places WHERE flux > 0 GROUP BY instrument",
        "SELECT COUNT(*) FROM (SELECT DISTINCT instrument FROM sky.places) AS q",
        "SELECT q.n, COUNT(*) FROM (SELECT instrument, COUNT(*) AS n FROM sky.places GROUP BY instrument) AS q GROUP BY q.n",
    ],
)
def test_counts(engine, query, user):
    same(engine, query, user)


@quick
@given(wanted=st.lists(st.integers(0, 2000), min_size=1, max_size=30), user=st.sampled_from([TESTER, MEMBER, NOBODY]))
def test_names(engine, wanted, user):
    listed = ", ".join(f"'{prefix}{one}'" for one in wanted for prefix in "ab")
    same(engine, f"SELECT * FROM sky.places WHERE name IN ({listed})", user)
    same(engine, f"SELECT * FROM sky.places WHERE name = 'a{wanted[0]}'", user)


JOINS = [
    "FROM TAP_UPLOAD.u AS u JOIN sky.places AS p ON 1 = CONTAINS(POINT(p.ra, p.dec), CIRCLE(u.ra, u.dec, {r}))",
    "FROM sky.places AS p JOIN TAP_UPLOAD.u AS u ON 1 = CONTAINS(POINT(u.ra, u.dec), CIRCLE(p.ra, p.dec, {r}))",
    "FROM TAP_UPLOAD.u AS u LEFT JOIN sky.places AS p ON 1 = CONTAINS(POINT(p.ra, p.dec), CIRCLE(u.ra, u.dec, {r}))",
    "FROM TAP_UPLOAD.u AS u RIGHT JOIN sky.places AS p ON 1 = CONTAINS(POINT(p.ra, p.dec), CIRCLE(u.ra, u.dec, {r}))",
    "FROM TAP_UPLOAD.u AS u FULL JOIN sky.places AS p ON 1 = CONTAINS(POINT(p.ra, p.dec), CIRCLE(u.ra, u.dec, {r}))",
    "FROM TAP_UPLOAD.u AS u, sky.places AS p WHERE DISTANCE(POINT(u.ra, u.dec), POINT(p.ra, p.dec)) < {r} AND p.grade > 0",
    "FROM TAP_UPLOAD.u AS u, sky.places AS p WHERE 1 = CONTAINS(POINT(p.ra, p.dec), CIRCLE(u.ra, u.dec, u.radius))",
    "FROM TAP_UPLOAD.u AS u, sky.places AS p WHERE 1 = CONTAINS(POINT(u.ra, u.dec), p.s_region)",
    "FROM TAP_UPLOAD.u AS u JOIN sky.places AS p ON 1 = INTERSECTS(p.s_region, CIRCLE(u.ra, u.dec, {r})) AND p.flux > 0",
    "FROM TAP_UPLOAD.u AS u LEFT JOIN sky.places AS p ON 1 = INTERSECTS(CIRCLE(u.ra, u.dec, {r}), p.s_region) AND u.n < 40",
]


@pytest.mark.parametrize("join", JOINS)
@pytest.mark.parametrize("radius", [0.005, 0.8, 40.0])
@pytest.mark.parametrize("pairs", [0, 10**9])
def test_uploads_that_are_joined_by_position(engine, join, radius, pairs, monkeypatch):
    monkeypatch.setattr("dfs.vo.engine.plan._FEW_PAIRS", pairs)
    count = 25 if "egion" in join else 60
    same(engine, "SELECT u.n, p.name " + join.format(r=radius), NOBODY, uploads={"u": uploaded(7, count)})


@pytest.mark.parametrize(
    "join",
    [
        "FROM sky.places AS a JOIN sky.places AS b ON 1 = CONTAINS(POINT(a.ra, a.dec), CIRCLE(b.ra, b.dec, {r})) WHERE a.grade = 1",
        "FROM sky.places AS a LEFT JOIN sky.places AS b ON 1 = CONTAINS(POINT(a.ra, a.dec), CIRCLE(b.ra, b.dec, {r})) WHERE a.grade = 1",
        "FROM sky.places AS a JOIN sky.places AS b ON 1 = CONTAINS(POINT(a.ra, a.dec), CIRCLE(b.ra, b.dec, {r})) WHERE a.name = 'a5'",
        "FROM sky.places AS a, (sky.places AS b JOIN sky.notes AS n ON b.name = n.name) WHERE DISTANCE(POINT(a.ra, a.dec), POINT(b.ra, b.dec)) <= {r}",
        "FROM sky.places AS a LEFT JOIN sky.places AS b ON a.name = b.name WHERE 1 = CONTAINS(POINT(b.ra, b.dec), CIRCLE(0, -30, {r}))",
        "FROM sky.places AS a LEFT JOIN sky.places AS b ON a.name = b.name AND 1 = CONTAINS(POINT(a.ra, a.dec), CIRCLE(0, -30, {r}))",
        "FROM sky.places AS a FULL JOIN sky.places AS b ON a.name = b.name AND 1 = CONTAINS(POINT(a.ra, a.dec), CIRCLE(0, -30, {r}))",
        "FROM sky.places AS a RIGHT JOIN sky.places AS b ON a.name = b.name AND 1 = CONTAINS(POINT(a.ra, a.dec), CIRCLE(0, -30, {r}))",
    ],
)
@pytest.mark.parametrize("radius", [0.002, 0.3])
def test_tables_that_are_joined_by_position(engine, join, radius):
    same(engine, "SELECT a.name, b.name AS other " + join.format(r=radius), MEMBER)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT name FROM sky.places WHERE EXISTS (SELECT 1 FROM sky.notes AS n WHERE n.name = places.name AND 1 = CONTAINS(POINT(places.ra, places.dec), CIRCLE(0, -30, 1)))",
        "SELECT name FROM sky.places WHERE NOT (1 = CONTAINS(POINT(ra, dec), CIRCLE(0, -30, 1)))",
        "SELECT name FROM sky.places WHERE 0 = CONTAINS(POINT(ra, dec), CIRCLE(0, -30, 1))",
        "SELECT name FROM sky.places WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(0, -30, 1)) OR grade = 3",
        "SELECT name FROM sky.places WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(0, -30, 1)) AND mjd > 59050 AND name LIKE 'a%'",
        "SELECT name FROM sky.places WHERE 1 = CONTAINS(POINT(dec, ra), CIRCLE(0, -30, 1))",
        "WITH near AS (SELECT * FROM sky.places WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(0, -30, 2))) SELECT n.name, COUNT(*) FROM near AS n JOIN near AS m ON n.grade = m.grade GROUP BY n.name",
        "SELECT name FROM sky.places WHERE mjd > 59050 UNION SELECT name FROM sky.notes",
        "SELECT name FROM sky.places WHERE instrument = NULL",
        "SELECT name FROM sky.places WHERE grade IN (1, 2) AND instrument = 'UVES' AND mjd BETWEEN 59010.5 AND 59020.5",
        "SELECT name FROM sky.places WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(0, -30, 0))",
        "SELECT name FROM sky.places WHERE mjd = 59050.1",
        "SELECT name FROM sky.places WHERE mjd BETWEEN 59060 AND 59040",
    ],
)
@pytest.mark.parametrize("user", [TESTER, MEMBER, NOBODY])
def test_other_queries(engine, query, user):
    same(engine, query, user)


def test_ways_are_really_taken(engine):
    """The comparisons above would be empty if nothing were found by the index."""
    said = engine.explain(
        "SELECT name FROM sky.places WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(0, -30, 0.01))", user=TESTER
    )
    assert "whole table" not in said
    said = engine.explain("SELECT COUNT(*) FROM sky.places", user=TESTER)
    assert "_count" in said
    join = JOINS[0].format(r=0.005)
    with patch("dfs.vo.engine.plan._FEW_PAIRS", 0):
        said = engine.explain(f"SELECT u.n {join}", user=TESTER, uploads={"u": uploaded(7, 60)})
    assert "whole table" not in said
    assert "_pix" in said
    assert MOST_TAKEN > 1500


def test_the_end_of_a_protection_shows_rows_to_everybody(engine):
    from datetime import UTC, datetime

    from dfs.clock import FixedClock

    def seen(at: str, user: EmbeddedUser) -> int:
        clock = FixedClock(datetime.fromisoformat(at).replace(tzinfo=UTC))
        one = type(engine)(engine._index, clock, engine._rule)
        counted = [rows(one, f"SELECT COUNT(*) FROM sky.places{where}", user) for where in ("", " WHERE flux < 1e9")]
        assert counted[0] == counted[1]
        return next(iter(counted[0]))[0]

    everything = seen("2020-01-01T00:00:00", TESTER)
    before, after = seen("2024-05-31T23:59:59.999", NOBODY), seen("2024-06-01T00:00:00", NOBODY)
    assert before < after < everything == seen("2026-01-01T00:00:00", NOBODY)
    assert before < seen("2024-05-31T23:59:59.999", MEMBER) < everything
    assert replace(uploaded(1, 2)).table.num_rows == 2
