"""The access policy at every door, against an oracle written from docs/access.md: thousands of random cases, and the millisecond of release."""

from __future__ import annotations

import os
import random
import runpy
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import httpx
import pytest
import uvicorn

from dfs.access import Action, permits, row_protection, row_rule
from dfs.archive.restrictions import protections
from dfs.clock import isoformat
from dfs.server.app import make_app
from dfs.server.process import listen, url_of

HERE = Path(__file__).parent
oracle = SimpleNamespace(**runpy.run_path(str(HERE / "access_oracle.py")))
worlds = SimpleNamespace(**runpy.run_path(str(HERE / "access_world.py")))

CASES = 10_000


@pytest.fixture(scope="module")
def seed(pytestconfig: pytest.Config) -> int:
    drawn = 20220127 if os.environ.get("CI") == "true" else random.SystemRandom().randrange(2**32)
    with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        sys.stderr.write(f"seed of the access matrix: {drawn}\n")
    return drawn


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, seed: int) -> Iterator[Any]:
    with worlds.drawn_world(tmp_path_factory.mktemp("world"), seed) as drawn:
        yield drawn


def times(world: Any, dice: random.Random) -> datetime:
    """A moment when something happens: some release, to the millisecond, or just beside it."""
    name = dice.choice(world.files)
    edges = [world.facts["frames"][name]["archived"], *oracle.restrictions(world.facts, name).values()]
    return dice.choice(edges) + timedelta(milliseconds=dice.choice([-1, 0, 0, 1, dice.randrange(-(10**10), 10**10)]))


def test_the_oracle_is_short_and_shares_nothing() -> None:
    text = (HERE / "access_oracle.py").read_text()
    assert len(text.splitlines()) < 80
    assert "dfs" not in text.split('"""')[2]


def test_policy(world: Any, seed: int) -> None:
    dice = random.Random(seed)
    with world.observatory.database.read() as connection:
        kept = protections(connection)
    standings = {name: world.observatory.acting(world.user(name)).standing for name in world.users}
    answers = {True: 0, False: 0}
    for _ in range(CASES):
        name, file, action = dice.choice(world.users), dice.choice(world.files), dice.choice(list(Action))
        now = times(world, dice)
        expected = oracle.may(world.facts, name, action.name, file, now)
        answers[expected] += 1
        assert permits(standings[name], action, kept[file], isoformat(now)) is expected, (name, action, file, now)
    assert min(answers.values()) > CASES / 20, answers


def test_rows(world: Any, seed: int) -> None:
    """The rule for rows, run by the engine as the condition it puts into queries."""
    dice = random.Random(seed)
    with world.observatory.database.read() as connection:
        kept = protections(connection)
    rows = [(file, *row_protection(what)) for file, what in kept.items()]
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE t (dp_id VARCHAR, _protected_by VARCHAR, _protected_until VARCHAR)")
        engine.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        for _ in range(CASES // len(rows)):
            name, now = dice.choice(world.users), times(world, dice)
            standing = world.observatory.acting(world.user(name)).standing
            rule = row_rule(standing, {key for _, key, _ in rows if key}, isoformat(now))
            condition = rule.condition("t", "x")
            where = f"WHERE {condition.sql('duckdb')}" if condition is not None else ""
            seen = {file for (file,) in engine.execute(f"SELECT dp_id FROM t AS x {where}").fetchall()}  # noqa: S608
            assert seen == {file for file in world.files if oracle.may(world.facts, name, "METADATA", file, now)}, (
                name,
                now,
            )


def test_the_doorkeeper_goes_by_clock_and_user(world: Any, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(100):
        name, now = dice.choice(world.users), times(world, dice)
        world.observatory.set_clock(now)
        doors = world.observatory.acting(world.user(name)).doors
        for action in Action:
            expected = [file for file in world.files if oracle.may(world.facts, name, action.name, file, now)]
            assert doors.permitted(action, world.files) == expected, (name, action, now)


def test_every_release_flips_at_its_millisecond(world: Any) -> None:
    with world.observatory.database.read() as connection:
        kept = protections(connection)
    nobody = world.observatory.acting(world.user(None)).standing
    closed = [(file, max(until.values())) for file in world.files if (until := oracle.restrictions(world.facts, file))]
    assert closed
    for file, until in closed:
        seen = [
            permits(nobody, Action.DATA, kept[file], isoformat(until + timedelta(milliseconds=one))) for one in (-1, 0)
        ]
        assert seen == [False, True], file


def visible(world: Any, name: str | None, now: datetime, *, products: bool) -> set[str]:
    """What the oracle lets somebody know of: raw frames, or products."""
    return {
        file
        for file in world.files
        if ("_PRODUCT_" in file) is products and oracle.may(world.facts, name, "METADATA", file, now)
    }


# Table -> (column with the DP ID, whether it holds products)
TABLES = {"dbo.raw": ("dp_id", False), "phase3v2.files": ("archive_id", True)}


def test_queries(world: Any, seed: int) -> None:
    """What comes out of tables, and what can be counted, grouped, joined and guessed."""
    dice = random.Random(seed)
    engine = world.observatory.tap.engine

    def ask(name: str | None, adql: str) -> list[tuple[Any, ...]]:
        with engine.run(adql, user=world.user(name)) as result:
            return [
                row
                for batch in result.batches()
                for row in zip(*(one.to_pylist() for one in batch.columns), strict=True)
            ]

    for _ in range(40):
        name, now = dice.choice(world.users), times(world, dice)
        world.observatory.set_clock(now)
        for table, (column, products) in TABLES.items():
            expected = visible(world, name, now, products=products)
            case = (table, name, now)
            assert {one for (one,) in ask(name, f"SELECT {column} FROM {table}")} == expected, case  # noqa: S608
            assert ask(name, f"SELECT COUNT(*) FROM {table}") == [(len(expected),)], case  # noqa: S608
            hidden = sorted({file for file in world.files if ("_PRODUCT_" in file) is products} - expected)
            for file in dice.sample(hidden, min(2, len(hidden))):
                for adql in (
                    f"SELECT COUNT(*) FROM {table} WHERE {column} = '{file}'",  # noqa: S608
                    f"SELECT COUNT(*) FROM {table} AS a JOIN {table} AS b ON a.{column} = b.{column} WHERE a.{column} = '{file}'",  # noqa: S608
                    f"SELECT COUNT(*) FROM dbo.raw WHERE EXISTS (SELECT 1 FROM {table} AS x WHERE x.{column} = '{file}')",  # noqa: S608
                ):
                    assert ask(name, adql) == [(0,)], (adql, case)


@pytest.fixture(scope="module")
def url(world: Any) -> Iterator[str]:
    """The world, really served."""
    with listen("127.0.0.1", 0) as socket:
        server = uvicorn.Server(uvicorn.Config(make_app(world.observatory), log_config=None, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield url_of(socket)
        server.should_exit = True
        thread.join()


def headers_of(world: Any, name: str | None) -> dict[str, str]:
    """A token for somebody; a closed account has none, and asks as nobody."""
    if name is None or name in world.facts["closed"]:
        return {}
    return {"Authorization": f"Bearer {world.observatory.tokens.issue(name).text}"}


def test_queries_over_http(world: Any, url: str, seed: int) -> None:
    dice = random.Random(seed)
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        for _ in range(20):
            name, now = dice.choice(world.users), times(world, dice)
            world.observatory.set_clock(now)
            for table, (column, products) in TABLES.items():
                form = {"LANG": "ADQL", "QUERY": f"SELECT {column} FROM {table}", "RESPONSEFORMAT": "csv"}  # noqa: S608
                answer = client.post("/tap/sync", data=form, headers=headers_of(world, name))
                assert answer.status_code == 200, answer.text
                assert set(answer.text.split()[1:]) == visible(world, name, now, products=products), (table, name, now)


# Doors to single files: what is asked for, and its address.
DOORS = {
    "download": (Action.DATA, "/files/{}"),
    "ESO download": (Action.DATA, "/dataPortal/file/{}"),
    "preview": (Action.DATA, "/previews/{}"),
    "header": (Action.METADATA, "/hdr?DpId={}"),
    "DataLink": (Action.METADATA, "/datalink/links?ID=ivo://eso.org/ID?{}"),
    "calibration selection": (Action.METADATA, "/calselector/v1/associations?dp_id={}&mode=Raw2Raw"),
    "cut-out": (Action.DATA, "/soda/sync?ID=ivo://eso.org/ID?{}&CIRCLE=99 -31 0.01"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("count", [60, pytest.param(CASES // len(DOORS) + 1, marks=pytest.mark.truth)])
def test_doors_to_single_files(world: Any, url: str, seed: int, door: str, count: int) -> None:
    """A door opens for those the oracle lets in; it says "may not" only to those who may know, and "no such file" to all others."""
    action, address = DOORS[door]
    dice = random.Random(f"{seed} {door}")
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        assert address.partition("{")[0].partition("?")[0] in served_paths(client)
        for _ in range(count):
            name, file, now = dice.choice(world.users), dice.choice(world.files), times(world, dice)
            world.observatory.set_clock(now)
            headers = headers_of(world, name)
            answer = client.get(address.format(file), headers=headers)
            nothing = client.get(
                address.format(unknown := f"EFOSC.2001-01-01T00:00:00.{dice.randrange(1000):03}"), headers=headers
            )
            case = (door, name, file, now, answer.status_code, answer.text[:300])
            if not oracle.may(world.facts, name, "METADATA", file, now):
                assert answer.status_code == nothing.status_code, case
                assert answer.text.replace(file, unknown) == nothing.text, case
            elif oracle.may(world.facts, name, action.name, file, now):
                assert answer.status_code not in {401, 403}, case
                assert answer.text.replace(file, unknown) != nothing.text, case
            else:  # clients of ESO's archive know "access denied" by 401 alone
                assert answer.status_code == (403 if headers and door != "ESO download" else 401), case


def served_paths(client: httpx.Client) -> set[str]:
    return {path.partition("{")[0] for path in client.get("/openapi.json").json()["paths"]}
