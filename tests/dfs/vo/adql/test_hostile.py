# ruff: noqa: S608, PT017 - these tests write queries
"""Whatever is sent, the answer is a query or an AdqlError, and nothing but tables of the archive is ever read."""

from __future__ import annotations

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
        "SELECT ra FROM dbo.raw WHERE " + "NOT (" * 40 + "ra = 1" + ")" * 40,
        "SELECT " + "ABS(" * 200 + "ra" + ")" * 200 + " FROM dbo.raw",
        "SELECT " + "-" * DEEP + "ra FROM dbo.raw",
        "SELECT ra" + " + 1" * DEEP + " FROM dbo.raw",
        "SELECT ra FROM dbo.raw" + " UNION SELECT ra FROM dbo.raw" * 1000,
        "SELECT ra FROM " + ", ".join(f"dbo.raw t{number}" for number in range(1000)),
        "SELECT " + "a" * 2_000_000 + " FROM dbo.raw",
        "SELECT ra FROM dbo.raw WHERE ra IN (" + "1," * 200_000 + "1)",
        "SELECT '" + "x" * 100_000,
        "SELECT ra FROM " + "(SELECT ra FROM " * 50 + "dbo.raw" + ") q" * 50,
        "SELECT " + "DISTANCE(1, 2, 3, " * 20 + "ra" + ")" * 20 + " FROM dbo.raw",
        "WITH a0 AS (SELECT ra AS x, ra AS y FROM dbo.raw), "
        + ", ".join(f"a{n + 1} AS (SELECT p.*, q.* FROM a{n} AS p, a{n} AS q)" for n in range(30))
        + " SELECT * FROM a30",
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


def test_what_is_deep_within_bounds_goes_through(tables: Any) -> None:
    whole("SELECT ra FROM dbo.raw WHERE " + "NOT (" * 30 + "ra = 1" + ")" * 30, tables)
    whole("SELECT " + "1 + 2 * -(ra / " * 31 + "ra" + ")" * 31 + " FROM dbo.raw", tables)
    whole("SELECT ra FROM dbo.raw WHERE " + " OR ".join(f"ra = {number} AND dec = 3" for number in range(1000)), tables)
    whole("SELECT object" + " || object" * 1000 + " FROM dbo.raw", tables)
    whole("SELECT ra FROM dbo.raw WHERE dp_id IN (" + ", ".join(f"'x{number}'" for number in range(3000)) + ")", tables)
    whole("SELECT ra FROM dbo.raw WHERE ra IN (" + ", ".join(f"{number}.5" for number in range(3000)) + ")", tables)
    whole("SELECT ra FROM " + "(SELECT ra FROM " * 25 + "dbo.raw" + ") q" * 25, tables)
    whole("SELECT ra FROM dbo.raw" + " UNION SELECT ra FROM dbo.raw" * 99, tables)
    whole("SELECT ra FROM dbo.raw" + " INTERSECT SELECT ra FROM dbo.raw" * 99, tables)
    whole("SELECT ra" + " + 1.5 / ra" * 99 + " FROM dbo.raw", tables)


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
