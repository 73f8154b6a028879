# ruff: noqa: S608 - these tests write queries
"""Lowered queries run in DuckDB: geometry beside astropy, regions on text, the rules of values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import Table

from dfs.sky.regions import Circle, Point, Polygon, contains, contains_points, intersects
from dfs.vo.adql import check, lower, parse, print_for
from dfs.vo.adql.duckdb_functions import register_functions
from dfs.vo.formats import TableRows, negotiate, write

Rows = list[tuple[Any, ...]]
RNG = np.random.default_rng(7)
RA = np.concatenate([RNG.uniform(0, 360, 300), RNG.uniform(0, 360, 50), [359.99999, 0.00001, 0.0, 10.0]])
DEC = np.concatenate([np.degrees(np.arcsin(RNG.uniform(-1, 1, 300))), np.full(50, 89.9), [0.0, 0.0, 0.0, -5.0]])


@pytest.fixture(scope="module")
def run(tables: dict[str, Any]) -> Iterator[Callable[[str], Rows]]:
    kinds = {
        "char": "VARCHAR",
        "double": "DOUBLE",
        "float": "REAL",
        "short": "SMALLINT",
        "long": "BIGINT",
        "int": "INTEGER",
        "boolean": "BOOLEAN",
    }
    with duckdb.connect() as connection:
        register_functions(connection)
        for table in tables.values():
            connection.execute(f"CREATE SCHEMA {table.name.split('.')[0]}")
            columns = ", ".join(f'"{one.name}" {kinds[one.datatype]}' for one in table.columns)
            connection.execute(f"CREATE TABLE {table.name} ({columns})")
        for number, (ra, dec) in enumerate(zip(RA.tolist(), DEC.tolist(), strict=True)):
            region = f"POSITION J2000 {ra} {dec}" if number % 2 else None
            row = (
                f"r{number}",
                "NGC 1365",
                ra,
                dec,
                region,
                10.5,
                number % 110,
                number * 10**12,
                "2022-01-27T04:46:29.093Z",
            )
            connection.execute(f"INSERT INTO dbo.raw (SELECT {', '.join('?' * len(row))}, NULL, NULL, NULL)", row)
            outline = f"POLYGON J2000 {ra} {min(dec, 89.0)} {ra + 1} {min(dec, 89.0)} {ra} {min(dec, 89.0) + 0.5}"
            connection.execute(
                "INSERT INTO ivoa.ObsCore (dp_id, s_ra, s_dec, s_region) VALUES (?, ?, ?, ?)",
                (f"p{number}", ra, dec, outline),
            )
        yield lambda text: connection.execute(
            print_for(lower(check(parse(text), tables).tree, "duckdb"), "duckdb")
        ).fetchall()


@pytest.mark.parametrize("radius", [0.1 / 3600, 0.2, 30.0, 120.0, 180.0])
@pytest.mark.parametrize("center", [(10.0, -5.0), (0.0, 0.0), (180.0, 89.95), (77.0, -90.0)])
def test_cones(run: Callable[[str], Rows], center: tuple[float, float], radius: float) -> None:
    away = SkyCoord(RA, DEC, unit="deg").separation(SkyCoord(*center, unit="deg")).deg
    wanted = {f"r{number}" for number in np.flatnonzero(away <= radius)}
    cone = f"CIRCLE({center[0]}, {center[1]}, {radius!r})"
    for text in (
        f"CONTAINS(POINT('ICRS', ra, dec), {cone}) = 1",
        f"INTERSECTS({cone}, POINT(ra, dec)) <> 0",
        f"NOT 0 = CONTAINS(POINT(ra, dec), {cone})",
    ):
        assert {one for (one,) in run(f"SELECT dp_id FROM dbo.raw WHERE {text}")} == wanted
    found = {one for (one,) in run(f"SELECT dp_id FROM dbo.raw WHERE INTERSECTS(s_region, {cone}) = 1")}
    assert found == {one for one in wanted if int(one[1:]) % 2}


def test_a_box_has_sides_at_right_angles_to_its_arms(run: Callable[[str], Rows]) -> None:
    center = SkyCoord(80.0, 60.0, unit="deg")
    plane = SkyCoord(RA, DEC, unit="deg").transform_to(center.skyoffset_frame())
    vector = plane.cartesian
    inside = (
        (vector.x > 0)
        & (abs(vector.y / vector.x) <= np.tan(np.radians(20)))
        & (abs(vector.z / vector.x) <= np.tan(np.radians(15)))
    )
    for text in ("POINT(ra, dec), BOX(80, 60, 40, 30)", "POINT(ra, dec), BOX(period * 0 + 80, 60, 40, 30)"):
        found = {one for (one,) in run(f"SELECT dp_id FROM dbo.raw WHERE 1 = CONTAINS({text})")}
        assert found == {f"r{number}" for number in np.flatnonzero(inside)}


def test_a_polygon_over_the_pole_and_one_over_ra_zero(run: Callable[[str], Rows]) -> None:
    polar = run(
        "SELECT COUNT(*) FROM dbo.raw WHERE 1 = CONTAINS(POINT(ra, dec), POLYGON(0, 80, 90, 80, 180, 80, 270, 80)) AND dec > 88"
    )
    assert polar == run("SELECT COUNT(*) FROM dbo.raw WHERE dec > 88")
    text = "SELECT COUNT(*) FROM dbo.raw WHERE 1 = CONTAINS(POINT(ra, dec), POLYGON(359, -1, 1, -1, 1, 1, 359, 1))"
    assert run(text)[0][0] >= 3
    arrow = "POLYGON(350, -10, 10, -10, 0, -2, 0.5, 20)"  # not convex: by text
    assert run(f"SELECT COUNT(*) FROM dbo.raw WHERE 1 = CONTAINS(POINT(ra, dec), {arrow})")[0][0] > 0


def test_regions_of_two_subqueries(run: Callable[[str], Rows]) -> None:
    text = (
        "SELECT a.dp_id, b.dp_id FROM (SELECT * FROM ivoa.Obscore WHERE s_dec > 0) a, (SELECT * FROM ivoa.ObsCore WHERE s_dec <= 0.2) b "
        "WHERE INTERSECTS(a.s_region, b.s_region) = 1"
    )
    assert all(DEC[int(one[1:])] > 0 >= DEC[int(other[1:])] - 0.2 for one, other in run(text))
    area, lon, contained = run(
        "SELECT AREA(s_region), COORD1(CENTROID(s_region)), CONTAINS(s_region, CIRCLE(s_ra, s_dec, 3)) FROM ivoa.ObsCore WHERE dp_id = 'p353'"
    )[0]
    assert area == pytest.approx(0.25, rel=0.02)
    assert lon == pytest.approx(10 + 1 / 3, rel=1e-3)
    assert contained == 1


def test_shapes_within_a_query_are_text(run: Callable[[str], Rows]) -> None:
    text = (
        "SELECT * FROM (SELECT POINT(ra, dec) AS p, CIRCLE(1, 2, 3) AS c, POLYGON(1, 1, 2, 1, 2, 2) AS g, AREA(CIRCLE(1, 2, 1)) AS a, "
        "AREA(BOX(0, 0, 1, 1)) AS b, s_region FROM dbo.raw WHERE dp_id = 'r353') AS q"
    )
    point, circle, polygon, area, box_area, region = run(text)[0]
    assert (point, circle) == ("POSITION ICRS 10.0 -5.0", "CIRCLE ICRS 1.0 2.0 3.0")
    assert polygon == "POLYGON ICRS 1.0 1.0 2.0 1.0 2.0 2.0"
    assert area == pytest.approx(2 * np.pi * (1 - np.cos(np.radians(1))) * np.degrees(1) ** 2, rel=1e-12)
    assert box_area == pytest.approx(1, rel=1e-4)
    assert region == "POSITION J2000 10.0 -5.0"
    grouped = run("SELECT POINT(ra, dec), COUNT(*) FROM dbo.raw WHERE dp_id = 'r353' GROUP BY POINT(ra, dec)")
    assert grouped == [("POSITION ICRS 10.0 -5.0", 1)]


def test_shapes_of_a_result_are_arrays_that_astropy_reads(
    run: Callable[[str], Rows], tables: dict[str, Any], tmp_path: Any
) -> None:
    text = (
        "SELECT POINT(ra, dec) AS p, CIRCLE(ra, dec, 1 / 2.) AS c, POLYGON(1, 1, 2, 1, 2, 2) AS g, BOX(0, 0, 2, 2) AS b, CENTROID(s_region) AS m "
        "FROM dbo.raw WHERE dp_id IN ('r352', 'r353') ORDER BY dp_id DESC"
    )
    columns = check(parse(text), tables).columns
    assert [(one.xtype, one.datatype, one.arraysize) for one in columns] == [
        (name, "double", size)
        for name, size in (("point", "2"), ("circle", "3"), ("polygon", "*"), ("polygon", "*"), ("point", "2"))
    ]
    lists = [pa.array(list(column)) for column in zip(*run(text), strict=True)]
    batch = pa.RecordBatch.from_arrays(lists, [one.name for one in columns])
    for kind in ("votable", "votable/b2", "fits"):
        path = tmp_path / kind.replace("/", "-")
        path.write_bytes(b"".join(write(TableRows(columns, [batch]), negotiate(kind))))
        found = Table.read(path, format="fits" if kind == "fits" else "votable")
        assert found["p"].shape == (2, 2)
        assert found["p"][0].tolist() == [10.0, -5.0]
        assert found["c"][0].tolist() == [10.0, -5.0, 0.5]
        assert np.asarray(found["g"][1], dtype=float).tolist() == [1, 1, 2, 1, 2, 2]
        assert np.asarray(found["b"][0], dtype=float) == pytest.approx([1, -1, 1, 1, 359, 1, 359, -1], abs=2e-3)
        assert found["m"][0].tolist() == pytest.approx([10.0, -5.0])
        assert np.all(np.ma.getmaskarray(found["m"][1]) | np.isnan(np.asarray(found["m"][1], dtype=float)))


def test_rules_of_values(run: Callable[[str], Rows]) -> None:
    text = (
        "SELECT 7 / 2, -7 / 2, period / 20, 7 / 2., period / 0, LOG(0), SQRT(-1), ASIN(2), MOD(-7, 3), MOD(7.5, 2), CAST(-2.7 AS INTEGER), ROUND(2.5), "
        "TRUNCATE(-2.567, 2), TRUNCATE(1234, -2), CAST(object AS CHAR(3)), object || '-' || period, CAST('2022-01-27' AS TIMESTAMP), "
        "CAST(exp_start AS TIMESTAMP), ivo_to_mjd(exp_start), ob_id * 3, IN_UNIT(ra, 'arcmin'), CONTAINS(POINT(1, 1), CIRCLE(1, 1, 1)) "
        "FROM dbo.raw WHERE dp_id = 'r43'"
    )
    found = run(text)[0]
    assert found[:14] == (3, -3, 2, 3.5, None, None, None, None, -1, 1.5, -2, 3.0, -2.56, 1200)
    assert found[14:18] == ("NGC", "NGC 1365-43", "2022-01-27T00:00:00.000", "2022-01-27T04:46:29.093")
    assert found[18] == pytest.approx(59606.19894783, abs=1e-8)
    assert found[19:] == (43 * 3 * 10**12, pytest.approx(RA[43] * 60), 1)


LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    "expression",
    [
        *(
            "ob_id + ob_id",
            "ob_id * 2",
            "-ob_id - 2",
            "-(-ob_id - 1)",
            "ABS(-ob_id - 1)",
            "(-ob_id - 1) / -1",
            "ob_id * ob_id",
        ),
        *(
            "CAST(ob_id AS INTEGER)",
            "CAST(ob_id AS SMALLINT)",
            "CAST(ra AS INTEGER)",
            "CAST(ra AS BIGINT)",
            "CAST(ra AS REAL)",
        ),
        *("CAST(object AS INTEGER)", "CAST(object AS DOUBLE PRECISION)", "CAST(object AS TIMESTAMP)"),
        *("ivo_to_mjd(object)", "ivo_to_jd(object)", "ivo_healpix_index(ob_id, 1, 1)", "ROUND(ob_id, -3)"),
    ],
)
def test_no_value_of_a_row_ends_a_query(run: Callable[[str], Rows], expression: str) -> None:
    extreme = f"(SELECT {LARGEST} + ob_id AS ob_id, ra + 1e300 AS ra, object FROM dbo.raw WHERE dp_id = 'r0') AS t"
    assert run(f"SELECT {expression} AS x FROM {extreme}") == [(None,)]


def test_sums_past_64_bit(run: Callable[[str], Rows]) -> None:
    assert run(f"SELECT SUM({LARGEST} - ob_id) AS x FROM dbo.raw") == [(None,)]
    assert run("SELECT MOD(-ob_id - 1, -1) AS x FROM dbo.raw WHERE dp_id = 'r0'") == [(0,)]


def test_whole_numbers_stay_exact(run: Callable[[str], Rows]) -> None:
    text = f"SELECT {LARGEST - 1} + ob_id - ob_id + 1, -({LARGEST} - ob_id), ABS(-ob_id - 7), 7 * (ob_id + 9) / 2 FROM dbo.raw WHERE dp_id = 'r0'"
    assert run(text) == [(LARGEST, -LARGEST, 7, 31)]


def test_healpix_as_astropy_healpix_has_it(run: Callable[[str], Rows]) -> None:
    from astropy_healpix import HEALPix

    wanted = HEALPix(2**7, order="nested").lonlat_to_healpix(RA * u.deg, DEC * u.deg).tolist()
    assert [one for (one,) in run("SELECT ivo_healpix_index(7, ra, dec) FROM dbo.raw ORDER BY ob_id")] == wanted
    assert [one for (one,) in run("SELECT ivo_healpix_index(7, POINT(ra, dec)) FROM dbo.raw ORDER BY ob_id")] == wanted


def test_centres_of_healpix_pixels(run: Callable[[str], Rows]) -> None:
    from astropy_healpix import HEALPix

    grid = HEALPix(2**7, order="nested")
    lon, lat = grid.healpix_to_lonlat(grid.lonlat_to_healpix(RA * u.deg, DEC * u.deg))
    text = "SELECT ivo_healpix_center(7, ivo_healpix_index(7, ra, dec)) AS p FROM dbo.raw ORDER BY ob_id"
    found = np.array([one for (one,) in run(text)])
    away = SkyCoord(found[:, 0], found[:, 1], unit="deg").separation(SkyCoord(lon, lat))
    assert away.arcsec.max() < 1e-6
    none = "SELECT ivo_healpix_center(1, 48), ivo_healpix_center(-1, 0), ivo_healpix_center(30, 1) FROM dbo.raw"
    assert run(none)[0] == (None, None, None)


@pytest.mark.parametrize(("given", "wanted"), [("m", "GHz"), ("GHz", "eV"), ("keV", "Angstrom"), ("um", "nm")])
def test_spectral_units_as_astropy_has_them(run: Callable[[str], Rows], given: str, wanted: str) -> None:
    (value, own), *_ = run(
        f"SELECT gavo_specconv(ra + 1, '{given}', '{wanted}'), gavo_specconv(IN_UNIT(ra, 'deg') * 0 + 1, 'm', 'm') FROM dbo.raw "
        "WHERE dp_id = 'r353'"
    )
    assert value == pytest.approx((11 * u.Unit(given)).to_value(wanted, equivalencies=u.spectral()), rel=1e-12)
    assert own == 1


CORNERS = ((0, 0), (20, 0), (10, 10), (20, 20), (0, 20))


@pytest.mark.parametrize("many", [1, 4])
def test_positions_in_outlines_that_are_not_convex(run: Callable[[str], Rows], many: int) -> None:
    """With 5 and with 20 vertices, beyond what is said in arithmetic; to the letter what regions say of each row."""
    following = (*CORNERS[1:], CORNERS[0])
    ring = [
        (a[0] + (b[0] - a[0]) * k / many, a[1] + (b[1] - a[1]) * k / many)
        for a, b in zip(CORNERS, following, strict=True)
        for k in range(many)
    ]
    said = ", ".join(f"{ra}, {dec}" for ra, dec in ring)
    text = f"SELECT ob_id, CONTAINS(POINT(ra / 18, dec / 9 + 10), POLYGON({said})) FROM dbo.raw ORDER BY ob_id"
    found = [bool(row[1]) for row in run(text)]
    assert found == contains_points(Polygon(tuple(ring)), RA / 18, DEC / 9 + 10).tolist()
    assert 20 < sum(found) < len(found) - 20


def test_each_row_with_a_region_of_its_own(run: Callable[[str], Rows]) -> None:
    """Regions and positions that both differ from row to row, as in a join by something else."""
    text = (
        "SELECT a.dp_id, CONTAINS(POINT(s_ra + 0.2, s_dec + 0.1), s_region), INTERSECTS(CIRCLE(s_ra + 1, s_dec + 0.2, 0.15), s_region), "
        "CONTAINS(CIRCLE(s_ra + 0.2, s_dec + 0.1, 0.01), s_region) FROM ivoa.ObsCore AS a"
    )
    rows = {name: flags for name, *flags in run(text)}
    for number, (ra, dec) in enumerate(zip(RA.tolist(), DEC.tolist(), strict=True)):
        if number % 3 or abs(dec) > 80:
            continue
        low = min(dec, 89.0)
        region = Polygon(((ra, low), (ra + 1, low), (ra, low + 0.5)))
        wanted = [
            contains(region, Point(ra + 0.2, dec + 0.1)),
            intersects(region, Circle(ra + 1, dec + 0.2, 0.15)),
            contains(region, Circle(ra + 0.2, dec + 0.1, 0.01)),
        ]
        assert rows[f"p{number}"] == wanted


def test_a_backslash_is_a_letter_like_others(run: Callable[[str], Rows]) -> None:
    text = "SELECT COUNT(*) FROM dbo.raw WHERE object || '\\_' {} 'ngc 1365\\_'"
    assert run(text.format("ILIKE"))[0][0] == len(RA)
    assert run("SELECT ivo_nocasematch('a\\b', 'A\\_') FROM dbo.raw WHERE dp_id = 'r1'") == [(1,)]
