# ruff: noqa: S608, T201 - these tests write queries, and say what they drew
"""Drawn queries give the same rows through DuckDB, through PostgreSQL with pgSphere, through Spark, and as numpy and astropy compute."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dfs.vo.adql import check, lower, parse, print_for

pytestmark = pytest.mark.truth

COUNT = 1200


class Queries:
    """A grammar turned round: it draws queries, every expression of a known type."""

    def __init__(self, seed: int, words: list[str], *, registered: bool = True) -> None:
        self.draw = random.Random(seed)
        self.registered = registered  # whether the engine has functions of regions and HEALPix
        self.words = words

    def one(self, *options: Callable[[], str]) -> str:
        return self.draw.choice(options)()

    def whole(self, depth: int) -> str:
        d = self.draw
        leaf = [lambda: self.prefix + d.choice(["n", "s", "id"]), lambda: str(d.randrange(-9, 30))]
        if depth <= 0:
            return self.one(*leaf)
        return self.one(
            *leaf,
            lambda: f"({self.whole(depth - 1)} {d.choice('+-*/')} {self.whole(depth - 1)})",
            lambda: f"MOD({self.whole(depth - 1)}, {self.whole(depth - 1)})",
            lambda: f"ABS({self.whole(depth - 1)})",
            lambda: f"COALESCE({self.whole(depth - 1)}, {self.whole(depth - 1)})",
            lambda: f"CAST({self.number(depth - 1)} AS {d.choice(['INTEGER', 'BIGINT'])})",
            lambda: f"{d.choice(['CEILING', 'FLOOR', 'ROUND', 'TRUNCATE'])}({self.whole(depth - 1)})",
            lambda: f"-({self.whole(depth - 1)})",
            lambda: f"ivo_hasword({self.text(0)}, {d.choice(['ngc', 'CEN', 'm 31'])!r})",
            lambda: f"bit_{d.choice(['and', 'or', 'xor'])}({self.whole(depth - 1)}, {self.whole(depth - 1)})",
        )

    def number(self, depth: int) -> str:
        d = self.draw
        leaf = [
            lambda: self.prefix + d.choice(["ra", "dec", "m", "x"]),
            lambda: f"{d.uniform(-20, 20):.3f}",
            lambda: d.choice(["2.5e1", "1.e1", ".5"]),
        ]
        if depth <= 0:
            return self.one(*leaf)
        sub = lambda: self.number(depth - 1)  # noqa: E731
        return self.one(
            *leaf,
            lambda: f"({sub()} {d.choice('+-*/')} {self.one(sub, lambda: self.whole(depth - 1))})",
            lambda: (
                f"{d.choice(['SIN', 'COS', 'ATAN', 'ABS', 'LOG', 'LOG10', 'SQRT', 'ASIN', 'ACOS', 'RADIANS', 'DEGREES'])}({sub()})"
            ),
            lambda: f"{d.choice(['CEILING', 'FLOOR', 'ROUND', 'TRUNCATE'])}({sub()})",
            lambda: f"{d.choice(['ROUND', 'TRUNCATE'])}({self.prefix}{d.choice(['ra', 'dec'])}, {d.randrange(-2, 4)})",
            lambda: f"ATAN2({sub()}, {sub()})",
            lambda: f"POWER({sub()} / 50, {d.choice([2, 3])})",
            lambda: f"EXP({self.prefix}dec / 30)",
            lambda: f"MOD({sub()}, {d.uniform(1, 9):.7f})",
            lambda: f"COALESCE({sub()}, {self.whole(depth - 1)})",
            lambda: f"CAST({self.whole(depth - 1)} AS DOUBLE PRECISION)",
            self.distance,
            *([self.from_pixel] if self.registered else []),
            lambda: (
                f"gavo_specconv(ABS({self.prefix}ra) + 1, {d.choice(['GHz', 'um', 'keV'])!r}, {d.choice(['eV', 'm'])!r})"
            ),
            lambda: f"ivo_to_mjd({self.prefix}t)",
        )

    def text(self, depth: int) -> str:
        d = self.draw
        leaf = [
            lambda: self.prefix + d.choice(["name", "t"]),
            lambda: "'" + d.choice(self.words).replace("'", "''") + "'",
        ]
        if depth <= 0:
            return self.one(*leaf)
        return self.one(
            *leaf,
            lambda: f"{d.choice(['LOWER', 'UPPER'])}({self.text(depth - 1)})",
            lambda: f"({self.text(depth - 1)} || {self.text(depth - 1)})",
            lambda: f"CAST({self.text(depth - 1)} AS CHAR({d.randrange(1, 6)}))",
            lambda: f"COALESCE({self.text(depth - 1)}, {self.text(depth - 1)})",
            lambda: f"CAST({self.whole(0)} AS VARCHAR)",
            lambda: f"CAST({self.prefix}t AS TIMESTAMP)",
        )

    def point(self) -> str:
        d, p = self.draw, self.prefix
        frame = d.choice(["", "'ICRS', "])
        return d.choice(
            [f"POINT({frame}{p}ra, {p}dec)", f"POINT({frame}{d.uniform(-5, 365):.4f}, {d.uniform(-90, 90):.4f})"]
        )

    def distance(self) -> str:
        p = self.prefix
        return self.one(
            lambda: f"DISTANCE({self.point()}, {self.point()})",
            lambda: f"DISTANCE({p}ra, {p}dec, {self.draw.uniform(0, 360):.3f}, {self.draw.uniform(-90, 90):.3f})",
        )

    def from_pixel(self) -> str:
        return f"DISTANCE(ivo_healpix_center(4, ivo_healpix_index(4, {self.point()})), {self.point()})"

    def geometry(self) -> str:
        d, p = self.draw, self.prefix
        lon, lat, radius = d.uniform(0, 360), d.uniform(-89, 89), 10 ** d.uniform(-2, 2)
        if d.random() < 0.4:
            lon, lat = d.choice([(0.0, 0.0), (0.001, 0.0), (83.6, -5.4), (180.0, 89.95)])
        corners = ", ".join(
            f"{lon + r * math.cos(a):.4f}, {max(-85.0, min(85.0, lat)) + 0.1 * r * math.sin(a):.4f}"
            for a, r in self.corners()
        )
        point = f"POINT({p}ra, {p}dec)"
        circle = f"CIRCLE({lon:.4f}, {lat:.4f}, {radius:.4f})"
        name = d.choice(["CONTAINS", "INTERSECTS"])
        made = d.choice([
            f"{name}({point}, {circle})",
            f"{name}({point}, POLYGON({corners}))",
            f"CONTAINS(CIRCLE({p}ra, {p}dec, {d.uniform(0.1, 5):.2f}), {circle})",
            f"INTERSECTS(CIRCLE({p}ra, {p}dec, {d.uniform(0.1, 5):.2f}), {circle})",
            f"{name}({point}, CIRCLE(CENTROID({circle}), {d.uniform(1, 40):.2f}))",
            *([f"{name}({point}, POLYGON({self.arrow()}))"] if self.registered else []),
        ])  # fmt: skip
        return d.choice([f"1 = {made}", f"{made} = 1", f"0 = {made}"])

    def arrow(self) -> str:
        """Return an outline that is not convex."""
        lon, lat, size = self.draw.uniform(20, 340), self.draw.uniform(-50, 50), self.draw.uniform(2, 15)
        steps = ((1, 0), (-1, 1), (-0.5, 0), (-1, -1))
        return ", ".join(f"{lon + size * east:.4f}, {lat + size * north:.4f}" for east, north in steps)

    def corners(self) -> list[tuple[float, float]]:
        turns = sorted(self.draw.sample(range(0, 360, 15), self.draw.randrange(3, 7)))
        if max(b - a for a, b in zip(turns, [*turns[1:], turns[0] + 360], strict=True)) > 165:
            return self.corners()
        size = self.draw.uniform(5, 30)
        return [(math.radians(one), size * self.draw.uniform(0.9, 1)) for one in turns]

    def condition(self, depth: int) -> str:
        d, negated = self.draw, self.draw.choice(["", "", "NOT "])
        leaf = [
            lambda: f"{self.number(1)} {d.choice(['<', '>', '<=', '>='])} {self.number(1)}",
            lambda: f"{self.whole(1)} {d.choice(['=', '<>', '!=', '<', '>'])} {self.whole(1)}",
            lambda: f"{self.text(1)} {d.choice(['=', '<>', '<', '>='])} {self.text(1)}",
            lambda: f"{self.whole(1)} {negated}BETWEEN {self.whole(0)} AND {self.whole(0)}",
            lambda: f"{self.text(0)} {negated}BETWEEN '2022-01-05' AND '2022-01-20'",
            lambda: f"{self.whole(1)} {negated}IN ({self.whole(0)}, {self.whole(0)}, 7)",
            lambda: (
                f"{self.text(1)} {negated}{d.choice(['LIKE', 'ILIKE'])} '{d.choice(['%c%', 'a_b', 'ngc%', '%', 'A%_', '%1'])}'"
            ),
            lambda: f"{self.prefix}{d.choice(['name', 'n', 'm', 'x', 't'])} IS {negated}NULL",
            self.geometry,
            self.geometry,
            lambda: (
                f"{self.prefix}id {negated}IN (SELECT q.id FROM lab.src AS q WHERE q.mag > {d.uniform(10, 18):.1f})"
            ),
            lambda: (
                f"{negated}EXISTS (SELECT * FROM lab.src AS e WHERE e.id = {self.prefix}id AND e.k < {d.randrange(6)})"
            ),
            lambda: (
                f"1 = {d.choice(['ivo_nocasematch', 'ivo_hashlist_has'])}({self.prefix}name, '{d.choice(['x', 'ngc%', 'm 31'])}')"
            ),
            lambda: f"1 = ivo_interval_overlaps({self.prefix}ra, {self.prefix}ra + 5, 100, 150)",
        ]
        if depth <= 0:
            return self.one(*leaf)
        return self.one(
            *leaf,
            lambda: f"({self.condition(depth - 1)}) {d.choice(['AND', 'OR'])} {self.condition(depth - 1)}",
            lambda: (
                f"{self.condition(depth - 1)} {d.choice(['AND', 'OR'])} {self.condition(depth - 1)} AND {self.condition(0)}"
            ),
            lambda: f"NOT ({self.condition(depth - 1)})",
        )

    def value(self, depth: int = 2) -> str:
        return self.one(
            lambda: self.whole(depth), lambda: self.number(depth), lambda: self.number(depth), lambda: self.text(depth)
        )

    def where(self) -> str:
        return self.draw.choice(["", f" WHERE {self.condition(2)}", f" WHERE {self.condition(1)}"])

    def query(self) -> str:
        self.prefix = ""
        return self.one(
            self.plain, self.plain, self.plain, self.grouped, self.joined, self.joined, self.combined, self.derived
        )

    def plain(self) -> str:
        items = ", ".join(f"{self.value()} AS c{index}" for index in range(self.draw.randrange(1, 4)))
        top, order = "", ""
        if self.draw.random() < 0.4:
            direction = self.draw.choice(["", " DESC", " ASC"])
            top, order = f"TOP {self.draw.randrange(0, 40)} ", f" ORDER BY ({self.whole(1)}){direction}, id"
            order += self.draw.choice(["", f" OFFSET {self.draw.randrange(0, 30)}"])
        elif self.draw.random() < 0.3:  # of whole numbers and text: floats of two engines differ in their last digit
            top = "DISTINCT "
            items = ", ".join(
                f"{self.one(lambda: self.whole(2), lambda: self.text(1))} AS c{index}" for index in range(2)
            )
        return f"SELECT {top}{items} FROM lab.sky{self.where()}{order}"

    def grouped(self) -> str:
        aggregate = lambda: self.one(  # noqa: E731
            lambda: "COUNT(*)",
            lambda: f"COUNT({self.draw.choice(['', 'DISTINCT ', 'ALL '])}{self.value(1)})",
            lambda: (
                f"{self.draw.choice(['SUM', 'AVG'])}({self.one(lambda: self.whole(1), lambda: self.prefix + self.draw.choice(['ra', 'm']))})"
            ),
            lambda: f"{self.draw.choice(['MIN', 'MAX'])}({self.value(1)})",
        )
        key = self.draw.choice(["s / 100", "name", "n", "LOWER(name)", "FLOOR(ra / 60)"])
        having = self.draw.choice(
            ["", f" HAVING {aggregate()} IN (1, 2, 3, 5)", " HAVING COUNT(*) > 3 AND MAX(ra) > 100"]
        )
        return f"SELECT {key} AS g, {aggregate()} AS a, {aggregate()} AS b FROM lab.sky{self.where()} GROUP BY {self.draw.choice([key, 'g'])}{having}"

    def joined(self) -> str:
        kind = self.draw.choice(["JOIN", "INNER JOIN", "LEFT JOIN", "LEFT OUTER JOIN", "RIGHT JOIN", "FULL OUTER JOIN"])
        how = self.draw.choice(["USING (id)", "ON a.id = b.id", "ON a.id = b.id AND b.k > 2", "NATURAL"])
        if how == "NATURAL":
            return f"SELECT id, b.k, a.n, mag FROM lab.sky a NATURAL {kind} lab.src b WHERE mag > 12 OR {self.with_prefix('a.', 1)}"
        head = "id" if how.startswith("USING") else "a.id, b.id AS other"
        if self.draw.random() < 0.3:
            condition = f"1 = CONTAINS(POINT(a.ra, a.dec), CIRCLE(b.ra2, b.dec2, {self.draw.uniform(1, 20):.1f}))"
            return f"SELECT a.id, b.sid, DISTANCE(a.ra, a.dec, b.ra2, b.dec2) AS d FROM lab.sky AS a JOIN lab.src AS b ON {condition}"
        return f"SELECT {head}, a.n, b.mag, b.kind FROM lab.sky AS a {kind} lab.src AS b {how} WHERE {self.with_prefix('a.', 1)} OR b.k = 3"

    def with_prefix(self, prefix: str, depth: int) -> str:
        self.prefix = prefix
        made = f"({self.condition(depth)})"
        self.prefix = ""
        return made

    def combined(self) -> str:
        parts = [f"SELECT n, s / 50 AS z FROM lab.sky WHERE {self.condition(1)}" for _ in range(2)]
        parts.append(f"SELECT k, sid FROM lab.src WHERE mag > {self.draw.uniform(10, 20):.1f}")
        self.draw.shuffle(parts)
        signs = [
            self.draw.choice(["UNION", "UNION ALL", "EXCEPT", "INTERSECT", "EXCEPT ALL", "INTERSECT ALL"])
            for _ in range(2)
        ]
        return self.draw.choice([
            f"{parts[0]} {signs[0]} {parts[1]} {signs[1]} {parts[2]}",
            f"{parts[0]} {signs[0]} ({parts[1]} {signs[1]} {parts[2]})",
            f"({parts[0]} {signs[0]} {parts[1]}) {signs[1]} {parts[2]} ORDER BY 2 DESC, 1",
        ])  # fmt: skip

    def derived(self) -> str:
        inner = f'SELECT id, ra, dec, n + 1 AS n1, name AS "Name" FROM lab.sky WHERE {self.condition(1)}'
        return self.draw.choice([
            f"WITH w AS ({inner}) SELECT w.*, v.k FROM w LEFT JOIN lab.src v ON v.id = w.id",
            f'SELECT q."Name", q.n1 * 2 AS p FROM ({inner}) AS q WHERE q.ra > 100',
            f"SELECT COUNT(*) AS c, MAX(n1) AS m FROM ({inner}) q JOIN (SELECT id AS i2, mag FROM lab.src) r ON q.id = r.i2",
            f"WITH u AS ({inner}), v AS (SELECT id FROM u WHERE n1 > 0) SELECT u.id, n1 FROM u, v WHERE u.id = v.id",
        ])  # fmt: skip


def written(text: str, tables: Any, engine: str) -> str:
    return print_for(lower(check(parse(text), tables).tree, engine), engine)


def plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    return value if isinstance(value, str) else float(value)


def key(row: tuple[Any, ...]) -> list[tuple[int, Any]]:
    return [(0, "") if one is None else (1, one) if isinstance(one, str) else (2, float(f"{one:.6e}")) for one in row]


def same(left: list[Any], right: list[Any], *, ordered: bool) -> bool:
    first, second = ([tuple(map(plain, row)) for row in rows] for rows in (left, right))
    if len(first) != len(second):
        return False
    if not ordered:
        first, second = sorted(first, key=key), sorted(second, key=key)
    return all(close(a, b) for one, other in zip(first, second, strict=True) for a, b in zip(one, other, strict=True))


def close(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    return bool(a == b)


def compare(texts: list[str], tables: Any, runs: dict[str, Callable[[str], Any]]) -> None:
    different, both_failed, filled = [], 0, 0
    for text in texts:
        outcomes: list[Any] = []
        for engine, run in runs.items():
            try:
                outcomes.append(run(written(text, tables, engine)))
            except Exception as error:  # noqa: BLE001 - whatever an engine raises is an outcome
                outcomes.append(f"{type(error).__name__}: {str(error).splitlines()[0]}")
        if all(isinstance(one, str) for one in outcomes):
            both_failed += 1
            print("failed in both:", text, outcomes[0])
        elif any(isinstance(one, str) for one in outcomes) or not same(*outcomes, ordered="ORDER BY" in text):
            different.append((text, *(str(one)[:300] for one in outcomes)))
        else:
            filled += bool(outcomes[0])
    print(f"{len(texts)} queries, {len(different)} different, {both_failed} failed in both, {filled} with rows")
    assert not different, "\n\n".join("\n".join(one) for one in different[:5])
    assert both_failed < len(texts) / 100
    assert filled > len(texts) / 2


def test_duckdb_and_postgresql_give_the_same_rows(
    duck: Any, postgres: Any, lab: Any, words: list[str], seed: int
) -> None:
    queries = Queries(seed, words)
    runs = {
        "duckdb": lambda sql: duck.execute(sql).fetchall(),
        "postgres": lambda sql: postgres.execute(sql, binary=True).fetchall(),
    }
    print(f"seed {seed}")
    compare([queries.query() for _ in range(COUNT)], lab, runs)


def test_duckdb_and_spark_give_the_same_rows(duck: Any, spark: Any, lab: Any, words: list[str], seed: int) -> None:
    queries = Queries(seed + 1, words, registered=False)
    runs = {
        "duckdb": lambda sql: duck.execute(sql).fetchall(),
        "spark": lambda sql: [tuple(row) for row in spark.sql(sql).collect()],
    }
    compare([queries.query() for _ in range(60)], lab, runs)


def test_cones_are_those_of_astropy(duck: Any, lab: Any, data: dict[str, list[tuple[Any, ...]]], seed: int) -> None:
    from astropy.coordinates import SkyCoord

    draw = random.Random(seed + 2)
    places = SkyCoord([row[2] for row in data["lab.sky"]], [row[3] for row in data["lab.sky"]], unit="deg")
    for _ in range(100):
        row = draw.choice(data["lab.sky"])
        radius = 10 ** draw.uniform(-5, 2.2)
        center = SkyCoord(row[2] + draw.gauss(0, radius), max(-90, min(90, row[3] + draw.gauss(0, radius))), unit="deg")
        ra, dec = float(center.ra.deg), float(center.dec.deg)
        text = f"SELECT id, DISTANCE(ra, dec, {ra!r}, {dec!r}) FROM lab.sky WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE({ra!r}, {dec!r}, {radius!r}))"
        found = dict(duck.execute(written(text, lab, "duckdb")).fetchall())
        away = places.separation(center).deg
        assert set(found) == set(np.flatnonzero(away <= radius).tolist()), text
        for number, value in found.items():
            assert value == pytest.approx(away[number], rel=1e-9, abs=1e-12)
