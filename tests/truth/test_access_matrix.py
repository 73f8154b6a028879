"""The access policy at every door, against an oracle written from docs/access.md: thousands of random cases, and the millisecond of release."""

from __future__ import annotations

import os
import random
import runpy
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from dfs.access import Action, permits, row_protection, row_rule
from dfs.archive.restrictions import protections
from dfs.clock import isoformat

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
