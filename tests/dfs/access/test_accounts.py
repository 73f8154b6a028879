"""Accounts: made, changed, closed, by whom; and what of them stays."""

from __future__ import annotations

import pytest

from dfs.access import Member
from dfs.errors import AccessError, ConflictError, NotFoundError, UsageError
from dfs.observatory import Observatory


def test_an_account_is_made_and_audited_without_its_password(observatory: Observatory, password: str) -> None:
    made = observatory.accounts.add("Astro", password, email=" Astro@Example.ORG ", roles=["support"])
    assert (made.name, made.email, made.roles, made.active) == ("Astro", "astro@example.org", ("support",), True)
    (entry,) = observatory.audit.entries("Astro")
    assert entry.details == {"did": "added", "roles": ["support"]}
    assert all(password not in str(one) for one in observatory.audit.entries())
    assert made in observatory.accounts.list()


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "-a", "ä", "x" * 81, "a/b", "a\n", "anonymous", "Anonymous", "a>b", "a~b", "<script>"]
)
def test_names_that_cannot_be(observatory: Observatory, name: str) -> None:
    with pytest.raises(UsageError):
        observatory.accounts.add(name, None)


def test_a_name_and_an_address_are_given_once(observatory: Observatory) -> None:
    for name in ("pi", "PI"):
        with pytest.raises(ConflictError, match="taken"):
            observatory.accounts.add(name, None)
    with pytest.raises(ConflictError, match="e-mail"):
        observatory.accounts.add("pi2", None, email="PI@example.org")
    with pytest.raises(UsageError, match="e-mail"):
        observatory.accounts.add("pi3", None, email="no address")
    with pytest.raises(UsageError, match="role"):
        observatory.accounts.add("pi4", None, roles=["king"])


def test_a_closed_account_leaves_its_name_only(observatory: Observatory, password: str) -> None:
    observatory.relations.relate("friend", "coi", "108.22F6")
    observatory.accounts.deactivate("friend")
    (closed,) = [one for one in observatory.accounts.list() if one.name == "friend"]
    assert (closed.active, closed.email, closed.full_name, closed.roles) == (False, None, "", ())
    assert observatory.relations.list(user="friend") == []
    assert [one.revoked_by for one in observatory.relations.list(user="friend", history=True)] != [None]
    assert [one.details["did"] for one in observatory.audit.entries("friend")] == ["added", "deactivated"]
    with pytest.raises(ConflictError):
        observatory.accounts.add("friend", password)
    with pytest.raises(NotFoundError):
        observatory.accounts.set_password("friend", password)
    with pytest.raises(NotFoundError):
        observatory.relations.relate("friend", "coi", "108.22F6")
    observatory.accounts.add("friend2", None, email="friend@example.org")  # the address is free again
    observatory.audit.verify()


@pytest.mark.parametrize("roles", [[], ["support"], ["archive"]])
def test_who_may_not_change_accounts(observatory: Observatory, roles: list[str], password: str) -> None:
    observatory.accounts.set_roles("other", roles)
    theirs = observatory.acting(Member("other")).accounts
    for act in (
        lambda: theirs.add("new", None),
        lambda: theirs.set_password("friend", password),
        lambda: theirs.deactivate("friend"),
        lambda: theirs.set_roles("other", ["owner"]),
    ):
        with pytest.raises(AccessError):
            act()
    theirs.set_password("other", password)  # one's own


def test_an_operator_cannot_rise(observatory: Observatory, password: str) -> None:
    observatory.accounts.set_roles("other", ["operator"])
    observatory.accounts.add("boss", password, roles=["owner"])
    theirs = observatory.acting(Member("other")).accounts
    theirs.add("new", None)
    theirs.set_password("friend", password)
    for act in (
        lambda: theirs.add("new2", None, roles=["support"]),
        lambda: theirs.set_roles("other", ["owner"]),
        lambda: theirs.set_password("boss", password),
        lambda: theirs.deactivate("boss"),
    ):
        with pytest.raises(AccessError):
            act()


def test_only_those_who_may_see_other_peoples_relations(observatory: Observatory) -> None:
    theirs = observatory.acting(Member("other")).relations
    assert [one.scope for one in theirs.list(user="other")] == ["109.AAAA.001"]
    for act in (theirs.list, lambda: theirs.list(user="pi"), lambda: theirs.list(scope="108.22F6")):
        with pytest.raises(AccessError):
            act()
    with pytest.raises(AccessError):
        theirs.relate("other", "pi", "108.22F6")
    with pytest.raises(AccessError):
        theirs.unrelate("pi", "pi", "108.22F6")
