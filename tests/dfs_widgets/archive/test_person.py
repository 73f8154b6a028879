"""Whoever sits at the page: known again when it is loaded anew, forgotten when he leaves."""

from __future__ import annotations

import pytest

pytest.importorskip("anywidget")

from dfs.errors import AccessError
from dfs_widgets.archive.person import Person
from dfs_widgets.parts import Bar


class Desk:
    """A server that knows one account and one token."""

    name, asks_for_name = "server", True

    def __init__(self) -> None:
        self.user_name = self.token = ""

    def sign_in(self, name: str, password: str) -> None:
        if password != "right":  # noqa: S105 - of a test
            raise AccessError("name and password do not fit")
        self.user_name, self.token = name, "t-1"

    def resume(self, token: str) -> None:
        if token != "t-1":  # noqa: S105 - of a test
            raise AccessError("the token holds no more")
        self.user_name, self.token = "ada", token

    def sign_out(self) -> None:
        self.user_name = self.token = ""


@pytest.fixture
def at_the_page(monkeypatch):
    """Desk, bar, person, and what the browser was told to keep."""
    kept: list[str] = []
    monkeypatch.setattr(Bar, "send", lambda _, message: kept.append(message["token"]))
    desk, bar = Desk(), Bar()
    return desk, bar, Person(desk, bar), kept


def test_the_tab_keeps_the_token_until_he_signs_out(at_the_page):
    _, bar, person, kept = at_the_page
    assert person.sign_in("ada", "right")
    assert (bar.user, kept) == ("ada", ["t-1"])
    assert person.sign_out()
    assert (bar.user, kept[-1]) == ("", "")


def test_a_page_loaded_anew_knows_him(at_the_page):
    desk, bar, person, _ = at_the_page
    assert person.resume("t-1")
    assert (bar.user, desk.user_name) == ("ada", "ada")


def test_a_token_that_holds_no_more_is_forgotten_without_a_word(at_the_page):
    _, bar, person, kept = at_the_page
    assert not person.resume("stale")
    assert (bar.user, bar.sign_in_error, kept) == ("", "", [""])


def test_a_wrong_password_keeps_nothing(at_the_page):
    _, bar, person, kept = at_the_page
    assert not person.sign_in("ada", "wrong")
    assert kept == []
    assert "do not fit" in bar.sign_in_error
