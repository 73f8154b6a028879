"""Name and password: who gets in, how often one may try, and what the answers do not tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from dfs.access import passwords
from dfs.access.failures import NotSignedInError, TooManyTriesError
from dfs.errors import DfsError, UsageError
from dfs.observatory import Observatory
from dfs.store.tables import users


def outcome(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except (NotSignedInError, TooManyTriesError) as error:
        return type(error).__name__, error.line()


def test_the_right_password(observatory: Observatory, password: str) -> None:
    assert observatory.sign_in.with_password("pi", password).member.name == "pi"
    with observatory.database.read() as connection:
        kept = connection.execute(select(users.c.password).where(users.c.name == "pi")).scalar_one()
    assert kept.startswith("$argon2id$")
    assert password not in kept


def test_wrong_unknown_closed_and_passwordless_are_one(observatory: Observatory, password: str) -> None:
    observatory.accounts.add("gone", password)
    observatory.accounts.deactivate("gone")
    tries = [
        ("pi", "wrong"),
        ("nobody", password),
        ("gone", password),
        ("friend", ""),
        ("friend", password),
        ("PI", password),
    ]
    tries += [("p\0i", password), ("", "")]
    said = {outcome(partial(observatory.sign_in.with_password, *one)) for one in tries}
    assert said == {("NotSignedInError", "name or password is wrong")}


def test_unknown_names_cost_as_much_as_wrong_passwords(
    observatory: Observatory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is one hash to verify, of the same cost: what is counted is the work, not the time of a busy machine."""
    work: list[str] = []
    hasher = passwords._hasher()

    class Counted:
        def hash(self, password: str) -> str:
            return hasher.hash(password)

        def verify(self, hashed: str, password: str) -> bool:
            work.append(hashed.rsplit("$", 2)[0])
            return hasher.verify(hashed, password)

    monkeypatch.setattr(passwords, "_hasher", Counted)
    for name in ("pi", "nobody", "friend"):
        outcome(lambda name=name: observatory.sign_in.with_password(name, "wrong"))  # type: ignore[misc]
    assert len(work) == 3
    assert len(set(work)) == 1


@pytest.mark.parametrize("name", ["pi", "nobody"])
def test_five_failures_a_minute(observatory: Observatory, clock: Any, password: str, name: str) -> None:
    for _ in range(5):
        assert outcome(lambda: observatory.sign_in.with_password(name, "wrong"))[0] == "NotSignedInError"
        clock.move(seconds=1)
    with pytest.raises(TooManyTriesError) as caught:
        observatory.sign_in.with_password(name, password)
    assert (caught.value.status, caught.value.retry_after_s) == (429, 55)
    for _ in range(20):  # those are not counted, or whoever knows a name could lock its owner out for ever
        assert outcome(lambda: observatory.sign_in.with_password(name, "wrong"))[0] == "TooManyTriesError"
    clock.move(seconds=54)
    assert outcome(lambda: observatory.sign_in.with_password(name, "wrong"))[0] == "TooManyTriesError"
    clock.move(seconds=1)
    assert outcome(lambda: observatory.sign_in.with_password(name, "wrong"))[0] == "NotSignedInError"


def test_others_do_not_wait(observatory: Observatory, password: str) -> None:
    for _ in range(6):
        outcome(lambda: observatory.sign_in.with_password("nobody", "wrong"))
    assert observatory.sign_in.with_password("pi", password).member.name == "pi"


def test_however_the_name_is_written_it_is_counted_once(observatory: Observatory) -> None:
    names = ["pi", "PI", "Pi", "p\x00i", "pI\n", "pi"]
    said = [outcome(lambda name=name: observatory.sign_in.with_password(name, "wrong"))[0] for name in names]  # type: ignore[misc]
    assert said == ["NotSignedInError"] * 5 + ["TooManyTriesError"]


def test_successes_do_not_count(observatory: Observatory, password: str) -> None:
    for _ in range(7):
        assert observatory.sign_in.with_password("pi", password)


def test_tries_at_once_count_too(observatory: Observatory) -> None:
    with ThreadPoolExecutor(12) as pool:
        said = list(pool.map(lambda _: outcome(lambda: observatory.sign_in.with_password("pi", "wrong"))[0], range(12)))
    assert sorted(said) == ["NotSignedInError"] * 5 + ["TooManyTriesError"] * 7


def test_basic_is_throttled_and_follows_changes_at_once(observatory: Observatory, password: str) -> None:
    assert observatory.sign_in.basic("pi", password).name == "pi"
    for _ in range(5):
        assert outcome(lambda: observatory.sign_in.basic("pi", "wrong"))[0] == "NotSignedInError"
    assert outcome(lambda: observatory.sign_in.basic("pi", "wrong"))[0] == "TooManyTriesError"
    assert observatory.sign_in.basic("pi", password).name == "pi"  # proved before: no new try
    observatory.accounts.set_password("pi", "eight large stones")
    assert outcome(lambda: observatory.sign_in.basic("pi", password))[0] == "TooManyTriesError"


def test_a_flood_of_sign_ins_is_turned_away(observatory: Observatory, password: str) -> None:
    def attempt(number: int) -> str:
        try:
            observatory.sign_in.with_password(f"nobody{number}", password)
        except DfsError as error:
            return type(error).__name__
        return "signed in"

    with ThreadPoolExecutor(60) as pool:
        found = Counter(pool.map(attempt, range(60)))
    assert set(found) == {"NotSignedInError", "ServiceError"}
    assert observatory.sign_in.with_password("pi", password).member.name == "pi"


def test_many_requests_at_once_with_the_right_password_are_one_try(observatory: Observatory, password: str) -> None:
    with ThreadPoolExecutor(20) as pool:
        found = [pool.submit(outcome, partial(observatory.sign_in.basic, "pi", password)) for _ in range(20)]
    assert {one.result().name for one in found} == {"pi"}


@pytest.mark.parametrize(
    "password", ["short", "seven77", "password", "PassWord", "11111111", "abababab", "x" * 1025, "pi@example.org"]
)
def test_guessable_passwords(observatory: Observatory, password: str) -> None:
    with pytest.raises(UsageError) as caught:
        observatory.accounts.set_password("pi", password)
    assert repr(password) not in caught.value.line()


@pytest.mark.parametrize("password", ["tutorial", "nur acht Zeichen Länge 😀", "aaaa bbbb cccc", "x" * 1000 + "yz"])
def test_any_characters_will_do(observatory: Observatory, password: str) -> None:
    observatory.accounts.set_password("pi", password)
    assert observatory.sign_in.with_password("pi", password)
