"""The same observatory on PostgreSQL: ingest, several writers, audit, backup from it and restoration into it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dfs.access import Action, Member
from dfs.errors import AccessError, ServiceError, UsageError
from dfs.observatory import Observatory

pytestmark = pytest.mark.truth


@pytest.fixture
def url(postgresql: str, request: pytest.FixtureRequest) -> str:
    """Give the URL of a new, empty database."""
    import psycopg

    name = f"db{abs(hash(request.node.name))}"
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{postgresql}/{name}".replace("postgresql:", "postgresql+psycopg:")


def fill(observatory: Observatory, folder: Path, numbers: range) -> None:
    for number in numbers:
        page = folder / f"{number}.html"
        page.write_text(f"<p>{number}</p>")
        first_raw = f"EFOSC.2022-01-26T12:00:00.{number:03d}"
        observatory.archive.ingest(page, kind="report", category="REPORT", first_raw=first_raw)


def test_an_observatory_on_postgresql(tmp_path: Path, url: str) -> None:
    with Observatory.open(tmp_path / "obs", database_url=url) as observatory:
        fill(observatory, tmp_path, range(5))
        fill(observatory, tmp_path, range(5))
        assert len(observatory.archive.list()) == 5
        assert observatory.archive.verify().findings == ()
        assert observatory.audit.verify() == 6
        with observatory.database.write() as connection, pytest.raises(Exception, match="append-only"):
            connection.exec_driver_sql("DELETE FROM audit")
    assert not (tmp_path / "obs" / "observatory.sqlite").exists()


def test_writers_wait_for_each_other(tmp_path: Path, url: str) -> None:
    Observatory.open(tmp_path / "obs", database_url=url).close()
    children = []
    for writer in range(6):
        child = os.fork()
        if child == 0:
            with Observatory.open(tmp_path / "obs", database_url=url) as observatory:
                (tmp_path / str(writer)).mkdir()
                fill(observatory, tmp_path / str(writer), range(writer * 10, writer * 10 + 10))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 6
    with Observatory.open(tmp_path / "obs", database_url=url) as observatory:
        assert len(observatory.archive.list()) == 60
        assert observatory.audit.verify() == 61


def test_from_postgresql_to_sqlite_and_back(tmp_path: Path, url: str, postgresql: str) -> None:
    with Observatory.open(tmp_path / "obs", database_url=url) as observatory:
        fill(observatory, tmp_path, range(5))
        entries, files = observatory.audit.entries(), observatory.archive.list()
        observatory.backup(tmp_path / "backup")
    Observatory.restore(tmp_path / "backup", tmp_path / "on-sqlite")
    with Observatory.open(tmp_path / "on-sqlite") as observatory:
        assert observatory.audit.entries()[:-1] == entries
        assert [one.sha256 for one in observatory.archive.list()] == [one.sha256 for one in files]
        observatory.backup(tmp_path / "second")
    with pytest.raises(UsageError, match="holds an observatory"):
        Observatory.restore(tmp_path / "second", tmp_path / "third", database_url=url)

    import psycopg

    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE again")
    again = f"{postgresql}/again".replace("postgresql:", "postgresql+psycopg:")
    Observatory.restore(tmp_path / "second", tmp_path / "third", database_url=again)
    with Observatory.open(tmp_path / "third", database_url=again) as observatory:
        assert observatory.archive.verify().findings == ()
        fill(observatory, tmp_path, range(5, 8))
        assert observatory.audit.verify() == len(entries) + 2 + 3


def test_a_server_that_is_gone_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ServiceError) as caught:
        Observatory.open(tmp_path, database_url="postgresql+psycopg://me:secret@127.0.0.1:1/x?connect_timeout=1")
    assert "\n" not in caught.value.line()
    assert "secret" not in caught.value.line()


def test_accounts_tokens_and_programmes_on_postgresql(tmp_path: Path, url: str) -> None:
    with Observatory.open(tmp_path / "observatory", database_url=url) as observatory:
        observatory.accounts.add("pi", "seven small stones", email="pi@example.org")
        observatory.accounts.add("friend", None, email="friend@example.org")
        observatory.relations.relate("pi", "pi", "108.22F6")
        token = observatory.sign_in.with_password("pi", "seven small stones")
        pi = observatory.acting(observatory.tokens.read(token.text).member)
        for wrong in ("p\0i", "nobody", "nobody\n"):
            with pytest.raises(AccessError):
                observatory.sign_in.with_password(wrong, "wrong")
        pi.delegations.grant("data", "108.22F6", "friend@example.org")
        friend = observatory.acting(Member("friend"))
        assert friend.standing.programmes == {"108.22F6"}
        pi.delegations.revoke_all()
        assert friend.standing.programmes == frozenset()
        fill(observatory, tmp_path, range(3))
        assert observatory.programmes.set("108.22F6", proprietary_days=7, metadata_protected=True) == 0
        assert observatory.doors.permitted(Action.DATA, [one.dp_id for one in observatory.archive.list()])
        assert not friend.doors.permitted(Action.DATA, [one.dp_id for one in observatory.archive.list()])
        assert observatory.archive.verify().findings == ()
        observatory.signing_keys.rotate(at_once=True)
        with pytest.raises(AccessError):
            observatory.tokens.read(token.text)
        observatory.accounts.deactivate("pi")
        assert observatory.audit.verify() > 10
