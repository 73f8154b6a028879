"""The engine: results, limits, TAP_SCHEMA, and what a query must never do."""

from __future__ import annotations

import gc
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from dfs.access.rows import RowRule
from dfs.access.user import EmbeddedUser
from dfs.clock import SystemClock
from dfs.errors import DfsError, ServiceError, UsageError
from dfs.vo.engine import QueryEngine
from dfs.vo.engine.running import Running

TESTER, NOBODY = EmbeddedUser("tester"), EmbeddedUser("nobody")
ENDLESS = (
    "SELECT COUNT(*) FROM sky.places AS a, sky.places AS b, sky.places AS c, sky.places AS d "
    "WHERE a.flux + b.flux + c.flux + d.flux > 5"
)


def table(engine, query, user=TESTER, **options):
    return engine.run(query, user=user, **options).to_table()


def test_a_result_is_described(engine):
    found = table(engine, "SELECT TOP 3 name, ra, grade FROM sky.places WHERE ra IS NULL ORDER BY name")
    assert found["ra"].unit == "deg"
    assert found["ra"].description == "Right ascension"
    assert np.all(found["ra"].mask)
    assert found["grade"].dtype == np.int32
    assert len(found) == 3


def test_a_limit_cuts_and_says_so(engine):
    with engine.run("SELECT name FROM sky.places", user=TESTER, maxrec=7) as result:
        assert sum(batch.num_rows for batch in result.batches()) == 7
        assert result.overflow
    with engine.run("SELECT name FROM sky.places UNION SELECT name FROM sky.notes", user=TESTER, maxrec=7) as result:
        assert sum(batch.num_rows for batch in result.batches()) == 7
        assert result.overflow
    with engine.run("SELECT TOP 7 name FROM sky.places", user=TESTER, maxrec=7) as result:
        assert sum(batch.num_rows for batch in result.batches()) == 7
        assert not result.overflow
    with engine.run("SELECT name FROM sky.places", user=TESTER, maxrec=0) as result:
        assert list(result.batches()) == []
        assert result.overflow
    with pytest.raises(UsageError):
        engine.run("SELECT name FROM sky.places", user=TESTER, maxrec=-1)


def test_a_committed_row_is_found_by_the_next_query(sky, engine):
    for number in range(3):
        sky.put({"name": f"new{number}", "ra": 77.0, "dec": 7.0, "mjd": 59050.0, "instrument": "UVES", "grade": 1})
        found = table(engine, "SELECT name FROM sky.places WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(77, 7, 0.001))")
        assert f"new{number}" in set(found["name"])
    for number in range(3):
        sky.remove(f"new{number}")
    assert len(table(engine, "SELECT name FROM sky.places WHERE name LIKE 'new%'")) == 0


def test_a_query_ends_at_its_limit(engine):
    began = time.monotonic()
    with pytest.raises(ServiceError, match=r"took longer than 0\.5 s") as caught:
        table(engine, ENDLESS, timeout_s=0.5)
    assert "asynchronous" in caught.value.hint
    assert time.monotonic() - began < 20
    assert len(table(engine, "SELECT TOP 1 name FROM sky.places")) == 1


def test_closing_stops_a_query(engine):
    stopped = threading.Event()
    result = engine.run(
        "SELECT a.name FROM sky.places AS a, sky.places AS b, sky.places AS c WHERE a.flux > b.flux + c.flux",
        user=TESTER,
    )

    def read() -> None:
        with pytest.raises(ServiceError, match="stopped"):
            for _ in result.batches():
                pass
        stopped.set()

    reader = threading.Thread(target=read)
    reader.start()
    time.sleep(0.3)
    result.close()
    reader.join(20)
    assert stopped.is_set()
    result.close()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT name FROM sky.places; DROP TABLE sky.places",
        "COPY sky.places TO '/tmp/x'",
        "ATTACH '/tmp/x.db'",
        "PRAGMA database_list",
        "SET threads = 1",
        "SELECT getenv('HOME') FROM sky.places",
        'SELECT name FROM "rows of places"',
        "SELECT _file FROM sky.places",
        "SELECT _protected_by FROM sky.places",
        'SELECT "_hpx" FROM sky.places',
        "SELECT rowid FROM sky.places",
    ],
)
def test_a_query_reaches_nothing_but_its_tables(engine, query):
    with pytest.raises(DfsError):
        table(engine, query)


@pytest.mark.parametrize("name", ["SQRT", "ASIN", "ABS"])
def test_what_is_nested_too_deep_for_duckdb_is_the_query_s_fault(engine, name):
    try:
        table(engine, "SELECT " + f"{name}(" * 250 + "flux" + ")" * 250 + " AS x FROM sky.places")
    except UsageError as error:
        assert "nested too deep" in error.line()  # noqa: PT017 - some levels fit, others do not


def test_duckdb_itself_is_locked(sky, engine):
    table(engine, "SELECT TOP 1 name FROM sky.places WHERE flux > 0 OR flux < 1")
    cursor = sky.opened.snapshot().generation.cursor()
    for text in (
        "SELECT * FROM read_text('/etc/passwd')",
        "SET memory_limit = '9GB'",
        "ATTACH '/tmp/x.db'",
        "INSTALL httpfs",
    ):
        with pytest.raises(Exception, match=r"(?i)locked|disabled|not allowed|cannot"):
            cursor.sql(text).fetchall()


def test_hidden_rows_leak_through_nothing(engine):
    hidden = {row["name"] for row in table(engine, "SELECT name FROM sky.places")} - {
        row["name"] for row in table(engine, "SELECT name FROM sky.places", user=NOBODY)
    }
    assert len(hidden) > 20
    one = min(hidden)
    for query in (
        f"SELECT * FROM sky.places WHERE name = '{one}'",
        f"SELECT a.name FROM sky.places AS a JOIN sky.notes AS n ON a.name = n.name WHERE n.name = '{one}'",
        f"SELECT name FROM sky.places WHERE name IN (SELECT name FROM sky.places WHERE name = '{one}')",
        f"WITH c AS (SELECT * FROM sky.places) SELECT name FROM c WHERE name = '{one}'",
    ):
        assert len(table(engine, query, user=NOBODY)) == 0
        assert len(table(engine, query, user=NOBODY)) == 0  # once more, from what was kept


def test_hidden_rows_do_not_show_by_errors(engine):
    """DuckDB may work out what stands in WHERE before the condition that hides a row."""
    names = [row["name"] for row in table(engine, "SELECT name FROM sky.places", user=NOBODY)]
    hidden = {row["name"] for row in table(engine, "SELECT name FROM sky.places")} - set(names)
    far = "CAST(1e6 * (ABS(SIN(p.ra)) + 1e300 * ABS(p.dec)) AS INTEGER)"
    for one in sorted(hidden)[:5]:
        for fails in (far, "CAST(p.name AS DOUBLE PRECISION)", "CAST(ROUND(p.dec * 1e300) AS BIGINT) * 9000000000"):
            for query in (
                f"SELECT p.name FROM sky.places AS p, sky.places AS n WHERE p.name = n.name AND n.name = '{one}' AND {fails} > 0",
                f"SELECT p.name FROM sky.places AS p WHERE p.name IN (SELECT name FROM sky.notes WHERE name = '{one}') AND {fails} > 0",
            ):
                assert len(table(engine, query, user=NOBODY)) == 0


def test_tap_schema_describes_every_table_and_itself(engine):
    tables = table(engine, "SELECT * FROM TAP_SCHEMA.tables ORDER BY table_index")
    names = list(tables["table_name"])
    assert set(names) == {
        "sky.Places", "sky.notes", *(f"TAP_SCHEMA.{one}" for one in ("schemas", "tables", "columns", "keys", "key_columns"))
    }  # fmt: skip
    columns = table(engine, "SELECT * FROM TAP_SCHEMA.columns")
    declared = {(one.name, column.name) for one in engine.tables() for column in one.columns}
    assert {(row["table_name"], row["column_name"].strip('"')) for row in columns} == declared
    assert set(table(engine, "SELECT schema_name FROM TAP_SCHEMA.schemas")["schema_name"]) == {"sky", "TAP_SCHEMA"}
    joined = table(
        engine,
        "SELECT k.from_table, c.from_column, k.target_table FROM TAP_SCHEMA.keys AS k JOIN TAP_SCHEMA.key_columns AS c ON k.key_id = c.key_id",
    )
    assert ("TAP_SCHEMA.columns", "table_name", "TAP_SCHEMA.tables") in [tuple(row) for row in joined]
    ra = columns[(columns["table_name"] == "sky.Places") & (columns["column_name"] == "ra")][0]
    assert (ra["unit"], ra["ucd"], ra["datatype"]) == ("deg", "pos.eq.ra;meta.main", "double")


def test_many_threads_get_their_own_answers(engine):
    wrong: list[object] = []

    def ask(number: int) -> None:
        for turn in range(6):
            name = f"a{(number * 37 + turn) % 90}"
            found = set(table(engine, f"SELECT name FROM sky.places WHERE name = '{name}'")["name"])
            if found != {name}:
                wrong.append((name, found))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_generation_goes_when_its_last_query_ends(truth_of_one, shared):
    truth = truth_of_one
    with truth.index() as index:
        engine = QueryEngine(index, SystemClock(), lambda _user, _keys, now: RowRule(now, everything=True))
        result = engine.run("SELECT name FROM sky.places", user=TESTER)
        old = index.snapshot().generation.folder
        index.rebuild()
        assert len(table(engine, "SELECT name FROM sky.places")) == 1
        assert result.to_table()["name"][0] == "one"
        del result
        gc.collect()
        index.rebuild()
        assert not old.exists()


def test_a_page_further_on_is_found_among_the_first_rows_too(engine, monkeypatch):
    runs, query = [], Running._query
    monkeypatch.setattr(Running, "_query", lambda self, *what: runs.append(1) or query(self, *what))
    everything = "SELECT name FROM sky.places WHERE mjd > 59010 ORDER BY mjd DESC, name"
    found = table(engine, f"{everything} OFFSET 20", maxrec=10)
    assert runs == [1]
    assert list(found["name"]) == list(table(engine, everything)["name"][20:30])


def test_a_column_described_anew_is_so_in_the_next_answer(truth_of_one):
    truth = truth_of_one
    with truth.index() as index:
        engine = QueryEngine(index, SystemClock(), lambda _user, _keys, now: RowRule(now, everything=True))
        assert table(engine, "SELECT flux FROM sky.places")["flux"].unit == "Jy"
        places = truth.source.declared[0]
        columns = tuple(replace(one, unit="mJy") if one.name == "flux" else one for one in places.columns)
        truth.source.declared[0] = replace(places, columns=columns)
        truth.put({"name": "two", "ra": 1.0, "dec": 2.0})
        assert table(engine, "SELECT flux FROM sky.places")["flux"].unit == "mJy"
