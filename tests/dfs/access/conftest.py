"""An observatory with people, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from dfs.access.passwords import hash_password
from dfs.observatory import Observatory
from dfs.store.tables import users

PASSWORD = "seven small stones"  # noqa: S105 - of test accounts


@dataclass
class MovedClock:
    """A clock that stands until the test moves it."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(datetime.fromisoformat("2022-02-01T00:00:00+00:00"))


@pytest.fixture(scope="session")
def hashed() -> str:
    """The hash of the PI's password, made once: making one is meant to be slow."""
    return hash_password(PASSWORD)


@pytest.fixture
def observatory(tmp_path: Path, clock: MovedClock, hashed: str) -> Iterator[Observatory]:
    """An observatory of its own with the PI `pi` of 108.22F6 and the users `friend` and `other`."""
    with Observatory.open(tmp_path / "observatory", clock=clock) as opened:
        opened.accounts.add("pi", None, email="pi@example.org")
        with opened.database.write() as connection:
            connection.execute(update(users).where(users.c.name == "pi").values(password=hashed))
        opened.accounts.add("friend", None, email="friend@example.org")
        opened.accounts.add("other", None, email="other@example.org")
        opened.relations.relate("pi", "pi", "108.22F6")
        opened.relations.relate("other", "pi", "109.AAAA.001")
        yield opened


@pytest.fixture
def password() -> str:
    return PASSWORD
