"""The relational store: settings of SQLite, writers one after the other, errors in one line."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from dfs.errors import ConflictError, ServiceError, UsageError
from dfs.store import Database, tables
from dfs.store.opening import make_store

USER = {"full_name": "", "roles": [], "created": "2022-01-26T00:00:00.000"}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/observatory.sqlite", busy_timeout_s=20)
    make_store(tmp_path, opened, lambda _: None)
    yield opened
    opened.close()


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(select(tables.users.c.name).order_by(tables.users.c.name)).scalars())


def test_sqlite_is_set_to_survive_a_power_cut_and_to_serve_many(database: Database) -> None:
    with database.read() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20_000}


def test_others_on_the_machine_do_not_read_it(database: Database, tmp_path: Path) -> None:
    with database.write() as connection:
        connection.execute(insert(tables.users).values(name="somebody", **USER))
        modes = {one.name: one.stat().st_mode & 0o007 for one in tmp_path.glob("observatory.sqlite*")}
    assert set(modes) >= {"observatory.sqlite", "observatory.sqlite-wal"}
    assert set(modes.values()) == {0}


def test_a_file_moved_or_replaced_while_it_is_open_is_told(database: Database, tmp_path: Path) -> None:
    """What is written to a file that lies nowhere any more would be lost, and who lost his rights would keep them."""
    file, aside = tmp_path / "observatory.sqlite", tmp_path / "aside.sqlite"
    with database.write() as connection:
        connection.execute(insert(tables.users).values(name="somebody", **USER))
    file.rename(aside)
    with pytest.raises(ServiceError, match="moved or replaced"):
        names(database)
    assert not file.exists()
    file.write_bytes(aside.read_bytes())
    with pytest.raises(ServiceError, match="moved or replaced"), database.write():
        pass
    aside.rename(file)
    assert names(database) == ["somebody"]


def test_a_full_disk_is_named_as_what_may_be_wrong(database: Database) -> None:
    with pytest.raises(ServiceError) as caught, database.errors():
        raise sqlite3.OperationalError("disk I/O error")
    assert "disk is full" in caught.value.line()


def test_a_write_is_committed_whole_or_not_at_all(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(tables.users).values(name="kept", **USER))

    def fail() -> None:
        with database.write() as connection:
            connection.execute(insert(tables.users).values(name="lost", **USER))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert names(database) == ["kept"]


def test_a_reader_sees_one_state_while_another_writes(database: Database, tmp_path: Path) -> None:
    other = Database(f"sqlite:///{tmp_path}/observatory.sqlite")
    count = select(tables.users.c.name)
    with database.read() as reader:
        before = reader.execute(count).all()
        with other.write() as writer:
            writer.execute(insert(tables.users).values(name="new", **USER))
        assert reader.execute(count).all() == before == []
    assert names(database) == ["new"]
    other.close()


def test_what_a_writer_looked_at_is_still_true_when_it_commits(database: Database) -> None:
    """Forty processes' worth of read-then-write in eight processes: a lost update would show in the sum."""
    with database.write() as connection:
        connection.execute(insert(tables.users).values(name="counter", **{**USER, "full_name": "0"}))
    database.close()
    children = []
    for _ in range(8):
        child = os.fork()
        if child == 0:
            for _ in range(5):
                with database.write() as connection:
                    found = int(connection.execute(select(tables.users.c.full_name)).scalar_one())
                    time.sleep(0.002)
                    connection.execute(text("UPDATE users SET full_name = :value"), {"value": str(found + 1)})
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    with database.read() as connection:
        assert connection.execute(select(tables.users.c.full_name)).scalar_one() == "40"


def test_a_broken_constraint_is_a_conflict(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(tables.users).values(name="a", **USER))
    with pytest.raises(ConflictError), database.write() as connection:
        connection.execute(insert(tables.users).values(name="a", **USER))
    with pytest.raises(ConflictError), database.write() as connection:
        connection.execute(insert(tables.provenance).values(child="x", parent="y", position=0))


def test_a_database_that_stays_busy_is_told_in_one_line(database: Database, tmp_path: Path) -> None:
    hasty = Database(f"sqlite:///{tmp_path}/observatory.sqlite", busy_timeout_s=0.2)
    with database.write(), pytest.raises(ServiceError) as caught, hasty.write():
        pass
    hasty.close()
    assert "locked" in caught.value.line()
    assert "another process" in caught.value.line()


def test_a_damaged_database_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "observatory.sqlite"
    file.write_bytes(b"this is no database, and long enough to be looked at" * 100)
    damaged = Database(f"sqlite:///{file}")
    with pytest.raises(ServiceError) as caught, damaged.read():
        pass
    assert str(file) in caught.value.line()
    assert "\n" not in caught.value.line()


@pytest.mark.parametrize(
    "url", ["mysql://host/name", "nonsense", "sqlite://", "sqlite:///:memory:", "postgresql+nodriver://host/name"]
)
def test_an_url_we_cannot_use_is_told(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Database(url)
    assert "database_url" in caught.value.line()


def test_a_password_is_never_shown() -> None:
    database = Database("postgresql+psycopg://me:secret@127.0.0.1:1/name?connect_timeout=1")
    with pytest.raises(ServiceError) as caught, database.read():
        pass
    assert "secret" not in database.name
    assert "secret" not in caught.value.line()
    assert "me:***@" in caught.value.line()


def test_the_audit_trail_cannot_be_changed_or_shortened(database: Database, tmp_path: Path) -> None:
    row = dict.fromkeys(("at", "who", "action", "subject", "details", "previous", "digest"), "x")
    with database.write() as connection:
        connection.execute(insert(tables.audit).values(sequence=1, **row))
    for statement in ("UPDATE audit SET who = 'y'", "DELETE FROM audit"):
        connection = sqlite3.connect(tmp_path / "observatory.sqlite")
        with closing(connection), pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
