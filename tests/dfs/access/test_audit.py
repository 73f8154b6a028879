"""The audit trail: who did what, and every kind of tampering found."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from dfs.access import EmbeddedUser
from dfs.clock import FixedClock
from dfs.errors import DataError
from dfs.observatory import Observatory
from dfs.store.format import FORMAT

Tamper = Callable[..., None]


@pytest.fixture
def observatory(tmp_path: Path) -> Iterator[Observatory]:
    clock = FixedClock(datetime.fromisoformat("2022-01-27T04:46:29.093+00:00"))
    with Observatory.open(tmp_path, clock=clock, user=EmbeddedUser("astronomer")) as opened:
        with opened.database.write() as connection:
            for number in range(10):
                opened.audit.append(connection, "test", f"subject {number}", number=number, note="ä")
        yield opened


@pytest.fixture
def tamper(observatory: Observatory) -> Tamper:
    """Change the database behind its back, past the triggers that forbid it."""

    def act(statement: str, *values: object) -> None:
        with closing(sqlite3.connect(observatory.root / "observatory.sqlite")) as connection, connection:
            connection.execute("DROP TRIGGER audit_no_update")
            connection.execute("DROP TRIGGER audit_no_delete")
            connection.execute(statement, values)

    return act


def test_a_row_tells_who_did_what_and_when(observatory: Observatory) -> None:
    (entry,) = observatory.audit.entries("subject 3")
    assert (entry.sequence, entry.at, entry.who) == (5, "2022-01-27T04:46:29.093", "astronomer")
    assert (entry.action, entry.details) == ("test", {"number": 3, "note": "ä"})
    assert observatory.audit.verify() == 11


@pytest.mark.parametrize("column", ["at", "who", "action", "subject", "details", "previous", "digest"])
@pytest.mark.parametrize("sequence", [1, 6, 11])
def test_a_changed_row_is_found(observatory: Observatory, tamper: Tamper, column: str, sequence: int) -> None:
    tamper(f"UPDATE audit SET {column} = {column} || 'x' WHERE sequence = ?", sequence)  # noqa: S608
    with pytest.raises(DataError, match=rf"row {sequence}\b"):
        observatory.audit.verify()


@pytest.mark.parametrize("sequence", [1, 6])
def test_a_removed_row_is_found(observatory: Observatory, tamper: Tamper, sequence: int) -> None:
    tamper("DELETE FROM audit WHERE sequence = ?", sequence)
    with pytest.raises(DataError, match=rf"row {sequence}\b"):
        observatory.audit.verify()


def test_a_removed_row_with_the_rest_moved_up_is_found(observatory: Observatory, tamper: Tamper) -> None:
    tamper("DELETE FROM audit WHERE sequence = 11")
    with closing(sqlite3.connect(observatory.root / "observatory.sqlite")) as connection, connection:
        connection.execute("DELETE FROM audit WHERE sequence = 6")
        for number in range(7, 11):
            connection.execute("UPDATE audit SET sequence = ? WHERE sequence = ?", (number - 1, number))
    with pytest.raises(DataError, match=r"row 6\b"):
        observatory.audit.verify()


def test_two_rows_exchanged_are_found(observatory: Observatory, tamper: Tamper) -> None:
    tamper("UPDATE audit SET sequence = CASE sequence WHEN 4 THEN 105 ELSE 104 END WHERE sequence IN (4, 5)")
    with closing(sqlite3.connect(observatory.root / "observatory.sqlite")) as connection, connection:
        connection.execute("UPDATE audit SET sequence = sequence - 100 WHERE sequence > 100")
    with pytest.raises(DataError, match=r"row 4\b"):
        observatory.audit.verify()


def test_a_shortened_trail_is_told_by_the_head_in_a_backup(
    observatory: Observatory, tamper: Tamper, tmp_path: Path
) -> None:
    made = observatory.backup(tmp_path.parent / f"{tmp_path.name}-backup")
    tamper("DELETE FROM audit WHERE sequence > 8")
    length = observatory.audit.verify()
    with observatory.database.read() as connection:
        assert (length, observatory.audit.head(connection)) == (8, (8, observatory.audit.head(connection)[1]))
    assert made.audit_rows == 11


def test_a_row_is_written_with_its_change_or_not_at_all(observatory: Observatory) -> None:
    def change() -> None:
        with observatory.database.write() as connection:
            observatory.audit.append(connection, "test", "never")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    assert observatory.audit.entries("never") == []
    assert observatory.audit.verify() == 11


def test_a_new_observatory_knows_who_made_it(observatory: Observatory) -> None:
    with observatory.database.read() as connection:
        assert connection.exec_driver_sql("SELECT name, roles, created FROM users").all() == [
            ("astronomer", '["owner"]', "2022-01-27T04:46:29.093")
        ]
    first = observatory.audit.entries()[0]
    assert (first.action, first.who, first.details) == ("create", "astronomer", {"format": FORMAT})
