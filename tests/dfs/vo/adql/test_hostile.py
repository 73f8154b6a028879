# ruff: noqa: S608, PT017 - these tests write queries
"""Whatever is sent, the answer is a query or an AdqlError, and nothing but tables of the archive is ever read."""

from __future__ import annotations

import sys
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dfs.vo.adql import AdqlError, check, lower, parse, print_for
from dfs.vo.adql.duckdb_functions import register_functions

DEEP = 100_000
WORDS = [
    "SELECT",
    "FROM",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "IN",
    "LIKE",
    "ILIKE",
    "BETWEEN",
    "IS",
    "NULL",
    "EXISTS",
    "GROUP",
    "BY",
    "HAVING",
    "ORDER",
    "ASC",
    "DESC",
    "OFFSET",
    "TOP",
    "DISTINCT",
    "ALL",
    "AS",
    "ON",
    "USING",
    "JOIN",
    "NATURAL",
    "LEFT",
    "RIGHT",
    "FULL",
    "OUTER",
    "INNER",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "WITH",
    "CAST",
    "COALESCE",
    "COUNT",
    "SUM",
    "MIN",
    "ABS",
    "ROUND",
    "MOD",
    "LOG",
    "IN_UNIT",
    "LOWER",
    "POINT",
    "CIRCLE",
    "POLYGON",
    "BOX",
    "REGION",
    "CONTAINS",
    "INTERSECTS",
    "DISTANCE",
    "AREA",
    "CENTROID",
    "COORD1",
    "INTEGER",
    "VARCHAR",
    "TIMESTAMP",
    "dbo.raw",
    "ivoa.obscore",
    "ra",
    "dec",
    "s_ra",
    "dp_id",
    "object",
    "period",
    "exposure",
    "s_region",
    "ob_id",
    "calib_level",
    "public",
    "q",
    "t",
    "*",
    "(",
    ")",
    "(",
    ")",
    ",",
    ",",
    ".",
    "=",
    "<",
    ">",
    "<>",
    "+",
    "-",
    "/",
    "||",
    ";",
    "1",
    "2.5",
    "0",
    "'a'",
    "'2022-01-01'",
    "'deg'",
    '"ra"',
    "ivo_hasword",
    "ivo_string_agg",
    "ivo_healpix_index",
    "--x\n",
    "10e400",
    "99999999999999999999",
]


def whole(text: str, tables: Any) -> str:
    checked = check(parse(text), tables)
    return [print_for(lower(checked.tree, engine), engine) for engine in ("postgres", "spark", "trino", "duckdb")][-1]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ra FROM dbo.raw WHERE " + "(" * DEEP + "ra = 1" + ")" * DEEP,
        "SELECT " + "(" * DEEP,
        "SELECT ra FROM dbo.raw WHERE " + "NOT (" * 300 + "ra = 1" + ")" * 300,
        "SELECT " + "ABS(" * 300 + "ra" + ")" * 300 + " FROM dbo.raw",
        "SELECT " + "-" * DEEP + "ra FROM dbo.raw",
        "SELECT ra" + " + 1" * DEEP + " FROM dbo.raw",
        "SELECT ra" + " * 2 / 3" * 100 + " FROM dbo.raw",
        "SELECT ra FROM dbo.raw" + " UNION SELECT ra FROM dbo.raw" * 1000,
        "SELECT ra FROM " + ", ".join(f"dbo.raw t{number}" for number in range(1000)),
        "SELECT " + "a" * 2_000_000 + " FROM dbo.raw",
        "SELECT ra FROM dbo.raw WHERE ra IN (" + "1," * 200_000 + "1)",
        "SELECT '" + "x" * 100_000,
        "SELECT ra FROM " + "(SELECT ra FROM " * 300 + "dbo.raw" + ") q" * 300,
        "SELECT " + "DISTANCE(1, 2, 3, " * 20 + "ra" + ")" * 20 + " FROM dbo.raw",
        "WITH a0 AS (SELECT ra AS x, ra AS y FROM dbo.raw), "
        + ", ".join(f"a{n + 1} AS (SELECT p.*, q.* FROM a{n} AS p, a{n} AS q)" for n in range(30))
        + " SELECT * FROM a30",
        "WITH b0 AS (SELECT ra FROM dbo.raw), "
        + ", ".join(f"b{n + 1} AS (SELECT p.ra FROM b{n} AS p, b{n} AS q)" for n in range(40))
        + " SELECT ra FROM b40",
        "WITH c AS (SELECT ra FROM dbo.raw WHERE ra IN (" + "1, " * 10_000 + "1)) SELECT 1 AS a FROM "
        + ", ".join(f"c AS c{n}" for n in range(150)),
        "SELECT r0.ra FROM dbo.raw AS r0" + "".join(f" NATURAL JOIN dbo.raw AS r{n + 1}" for n in range(60)),
        "SELECT ra FROM dbo.raw WHERE " + " OR ".join(f"DISTANCE(ra, dec, {n % 360}, 1) < 1" for n in range(3000)),
        "SELECT ra FROM dbo.raw WHERE " + " AND ".join(f"(ra = {n} OR dec = {n})" for n in range(9000)),
        "SELECT " + "9" * 100_000 + " AS n FROM dbo.raw",
        "SELECT ra FROM dbo.raw ORDER BY " + "9" * 5_000,
        "SELECT " + "b" * 900_000 + " FROM dbo.raw",
        "SELECT IN_UNIT(ra, '" + "deg." * 10_000 + "deg') AS n FROM dbo.raw",
        "SELECT ra FROM information_schema.tables",
        "SELECT * FROM pg_catalog.pg_user",
        "SELECT * FROM duckdb_settings",
        "SELECT * FROM duckdb_tables()",
        "SELECT * FROM sqlite_master",
        'SELECT * FROM "/etc/passwd"',
        'SELECT * FROM "https://example.org/x.parquet"',
        "SELECT read_text('/etc/passwd') FROM dbo.raw",
        "SELECT getenv('HOME') FROM dbo.raw",
        "SELECT pg_sleep(10) FROM dbo.raw",
        "SELECT query('DROP TABLE x') FROM dbo.raw",
        "SELECT region_contains(s_region, 'x') FROM dbo.raw",
        "SELECT adql_point(ra, dec) FROM dbo.raw",
        'SELECT "_protected_by" FROM dbo.raw',
        'SELECT "_file" FROM dbo.raw',
        "SELECT rowid FROM dbo.raw",
        "SELECT raw FROM dbo.raw",
        "SELECT ra FROM dbo.raw WHERE object = '\\'; DROP TABLE x; --'; DROP TABLE x",
    ],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_hostile_queries_are_refused(text: str, tables: Any) -> None:
    with pytest.raises(AdqlError) as caught:
        whole(text, tables)
    assert "\n" not in caught.value.line()
    assert len(caught.value.line()) < 1000


LONG = {
    "or": ("SELECT ra FROM dbo.raw WHERE " + " OR ".join(f"(ra = {n} AND dec = 2)" for n in range(3000)), 1),
    "and": ("SELECT ra FROM dbo.raw WHERE " + " AND ".join(f"ra <> {n}.5" for n in range(3000)), 1),
    "texts": ("SELECT ra FROM dbo.raw WHERE dp_id IN (" + ", ".join(f"'x{n}'" for n in range(10_000)) + ", 'a')", 1),
    "numbers": ("SELECT ra FROM dbo.raw WHERE ra IN (" + ", ".join(f"{n}.0" for n in range(10_000)) + ")", 1),
    "joined": ("SELECT object" + " || object" * 3000 + " FROM dbo.raw", "b" * 3001),
    "sum": ("SELECT ob_id" + " + 7 - period" * 1500 + " FROM dbo.raw", 3 + 1500 * 2),
    "differences": ("SELECT 0.5" + " - ra" * 3000 + " FROM dbo.raw", -2999.5),
    "product": ("SELECT ra" + " * (ra + ra) * 0.5" * 1000 + " FROM dbo.raw", 1),
    "divisions": ("SELECT ra" + " * 2 / 2" * 49 + " FROM dbo.raw", 1),
    "zeros": ("SELECT " + "0" * 100_000 + "5 + ra AS n FROM dbo.raw ORDER BY " + "0" * 5_000 + "1", 6),
    "circles": (
        "SELECT ra FROM dbo.raw WHERE "
        + " OR ".join(f"1 = CONTAINS(POINT(ra, dec), CIRCLE({n % 350 + 1}, 2, 0.1))" for n in range(1000)),
        1,
    ),
    "union": ("SELECT ra FROM dbo.raw" + " UNION SELECT ra FROM dbo.raw" * 199, 1),
}
DEPTH = 250
NESTED = {
    "parentheses": ("SELECT ra FROM dbo.raw WHERE " + "(" * DEPTH + "ra = 1" + ")" * DEPTH, 1),
    "not": ("SELECT ra FROM dbo.raw WHERE " + "NOT (" * DEPTH + "ra = 1" + ")" * DEPTH, 1),
    "and, or": (
        "SELECT ra FROM dbo.raw WHERE " + "(" * DEPTH + "ra = 1" + " OR dec > 5) AND dec > 0)" * (DEPTH // 2),
        1,
    ),
    "arithmetic": ("SELECT " + "(1 - 2 * " * DEPTH + "ra * 0" + ")" * DEPTH + " FROM dbo.raw", (1 - 2**250) / 3),
    "functions": ("SELECT " + "ABS(" * DEPTH + "ra" + ")" * DEPTH + " FROM dbo.raw", 1),
    "casts": ("SELECT " + "CAST(1 - " * DEPTH + "ra" + " AS REAL)" * DEPTH + " FROM dbo.raw", 1),
    "tables": ("SELECT ra FROM " + "(SELECT ra FROM " * 190 + "dbo.raw" + ") q" * 190, 1),
    "exists": (
        "SELECT ra FROM dbo.raw WHERE " + "EXISTS (SELECT ra FROM dbo.raw WHERE " * 60 + "ra = 1" + ")" * 60,
        1,
    ),
}


@pytest.mark.parametrize(("text", "wanted"), [*LONG.values(), *NESTED.values()], ids=[*LONG, *NESTED])
def test_long_and_deep_queries_run(text: str, wanted: Any, tables: Any) -> None:
    limit = sys.getrecursionlimit()
    sql = print_for(lower(check(parse(text), tables).tree, "duckdb"), "duckdb")
    assert sys.getrecursionlimit() == limit
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE SCHEMA dbo; CREATE TABLE dbo.raw AS SELECT 'a' AS dp_id, 'b' AS object, 1.0::DOUBLE AS ra, "
            '2.0::DOUBLE AS "dec", 5::SMALLINT AS period, 3::BIGINT AS ob_id'
        )
        assert connection.execute(sql).fetchall() == [(pytest.approx(wanted) if wanted != "b" * 3001 else wanted,)]


@pytest.mark.parametrize("engine", ["postgres", "spark", "trino"])
@pytest.mark.parametrize("text", [NESTED["casts"][0], NESTED["and, or"][0]], ids=["casts", "conditions"])
def test_deep_queries_can_be_said_for_every_engine(text: str, engine: str, tables: Any) -> None:
    assert print_for(lower(check(parse(text), tables).tree, engine), engine).count("(") >= DEPTH


TEXTS = ["'; DROP TABLE x; --", "\\", "\\'", "$$x$$", "%s", "{0}", "\x00", "é\u202e", "a''b", "/*", "*/ --", '"', "`"]


@pytest.mark.parametrize("text", TEXTS)
def test_literals_and_names_cannot_break_out(text: str, tables: Any) -> None:
    quoted, named = text.replace("'", "''"), text.replace('"', '""')
    with duckdb.connect() as connection:
        register_functions(connection)
        connection.execute("CREATE SCHEMA dbo; CREATE TABLE dbo.raw (dp_id VARCHAR, object VARCHAR)")
        connection.execute("INSERT INTO dbo.raw VALUES ('a', ?)", [text.replace("\x00", "")])
        sql = whole(f"SELECT object, '{quoted}' AS \"{named}\" FROM dbo.raw", tables)
        if "\x00" not in text:
            assert connection.execute(sql).fetchall() == [(text, text)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
@example("SELECT -ra FROM dbo.raw GROUP BY 1 ORDER BY -1")
@example("SELECT COUNT(*) FROM dbo.raw ORDER BY ra")
def test_words_in_any_order(tables: Any, text: str) -> None:
    for query in (
        text,
        f"SELECT {text} FROM dbo.raw",
        f"SELECT ra FROM dbo.raw WHERE {text}",
        f"SELECT * FROM dbo.raw t {text}",
    ):
        try:
            whole(query, tables)
        except AdqlError as error:
            assert "\n" not in error.line()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text(tables: Any, text: str) -> None:
    for query in (
        text,
        f"SELECT ra FROM dbo.raw WHERE object = '{text}'",
        f'SELECT "{text}" FROM dbo.raw',
        f"SELECT {text} FROM dbo.raw",
    ):
        try:
            whole(query, tables)
        except AdqlError as error:
            assert error.line()
