"""The matrix of delegation: three kinds, each granted, replaced, revoked, granted twice, to nobody, to oneself, for somebody else's programme."""

from __future__ import annotations

import pytest

from dfs.access import Member
from dfs.access.delegations import KINDS, Delegations
from dfs.access.policy import Action, Protection, permits
from dfs.errors import AccessError, ConflictError, NotFoundError, UsageError
from dfs.observatory import Observatory

RUN = "108.22F6.001"
PROPRIETARY = Protection(((RUN, "9999-01-01T00:00:00.000"),))


@pytest.fixture
def mine(observatory: Observatory) -> Delegations:
    observatory.programmes.set(RUN, title="one run")
    observatory.programmes.set("108.22F6.002", title="another run")
    return observatory.acting(Member("pi")).delegations


def held(observatory: Observatory, name: str) -> set[tuple[str, str]]:
    return {(one.role, one.scope) for one in observatory.relations.list(user=name)}


def sees(observatory: Observatory, name: str) -> bool:
    return permits(observatory.acting(Member(name)).standing, Action.DATA, PROPRIETARY, "2022-02-01T00:00:00.000")


def audited(observatory: Observatory, name: str) -> list[tuple[str, str, str]]:
    return [(one.who, one.action, one.details["role"]) for one in observatory.audit.entries(f"user:{name}")]


@pytest.mark.parametrize("kind", KINDS)
def test_grant_and_revoke_count_at_once_and_are_audited(observatory: Observatory, mine: Delegations, kind: str) -> None:
    made = mine.grant(kind, RUN, " Friend@Example.org")
    assert held(observatory, "friend") == {(KINDS[kind], RUN)}
    assert (made.user, made.granted_by) == ("friend", "pi")
    assert sees(observatory, "friend") == (kind == "data")  # none implies another
    mine.revoke(kind, RUN, "friend@example.org")
    assert held(observatory, "friend") == set()
    assert not sees(observatory, "friend")
    assert audited(observatory, "friend") == [("pi", "grant", KINDS[kind]), ("pi", "revoke", KINDS[kind])]
    mine.grant(kind, RUN, "friend@example.org")  # and again
    assert len(observatory.relations.list(user="friend", history=True)) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_delegate(observatory: Observatory, mine: Delegations, kind: str) -> None:
    mine.grant(kind, RUN, "friend@example.org")
    mine.grant(kind, RUN, "other@example.org")
    replaced = kind == "phase2"
    assert ((KINDS[kind], RUN) in held(observatory, "friend")) is not replaced
    assert (KINDS[kind], RUN) in held(observatory, "other")
    assert (("pi", "revoke", KINDS[kind]) in audited(observatory, "friend")) is replaced


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_refused(observatory: Observatory, mine: Delegations, kind: str) -> None:
    mine.grant(kind, RUN, "friend@example.org")
    before = len(observatory.audit.entries())
    for email, programme, error, words in (
        ("friend@example.org", RUN, ConflictError, "already"),
        ("stranger@example.org", RUN, NotFoundError, "no account"),
        ("friend", RUN, NotFoundError, "no account"),
        ("", RUN, NotFoundError, "no account"),
        ("friend@example.or", RUN, NotFoundError, "no account"),
        ("pi@example.org", RUN, UsageError, "own delegate"),
        ("friend@example.org", "109.AAAA.001", AccessError, "not principal investigator"),
        ("friend@example.org", "999.ZZZZ.001", AccessError, "not principal investigator"),
        ("friend@example.org", "", UsageError, "no programme"),
        ("friend@example.org", "108.22F61", AccessError, "not principal investigator"),
    ):
        with pytest.raises(error, match=words):
            mine.grant(kind, programme, email)
    with pytest.raises(NotFoundError, match="is no"):
        mine.revoke(kind, RUN, "other@example.org")
    with pytest.raises(AccessError):
        mine.revoke(kind, "109.AAAA.001", "friend@example.org")
    with pytest.raises(UsageError, match="delegation"):
        mine.grant("everything", RUN, "friend@example.org")
    assert len(observatory.audit.entries()) == before


def test_a_delegate_does_not_delegate_on(observatory: Observatory, mine: Delegations) -> None:
    mine.grant("data", RUN, "friend@example.org")
    observatory.relations.relate("other", "coi", RUN)
    for name in ("friend", "other"):
        with pytest.raises(AccessError):
            observatory.acting(Member(name)).delegations.grant("data", RUN, "pi@example.org")


def test_delegate_all_and_revoke_all(observatory: Observatory, mine: Delegations) -> None:
    observatory.relations.relate("pi", "pi", "095.A-0123(B)")
    mine.grant("data", "095.A-0123(B)", "friend@example.org")
    assert [one.scope for one in mine.grant_all("data", "friend@example.org")] == ["108.22F6"]
    assert {one.scope for one in mine.grant_all("phase2", "friend@example.org")} == {
        RUN,
        "108.22F6.002",
        "095.A-0123(B)",
    }
    mine.grant("phase3", RUN, "other@example.org")
    assert len(mine.list()) == 6
    assert mine.revoke_all("data") == 2
    assert not sees(observatory, "friend")
    assert mine.revoke_all(email="friend@example.org") == 3
    assert held(observatory, "friend") == set()
    assert mine.revoke_all() == 1
    assert mine.list() == []
    assert observatory.relations.list(user="other") != []  # what he is to others' programmes stays


def test_whoever_has_no_programme_delegates_nothing(observatory: Observatory) -> None:
    theirs = observatory.acting(Member("friend")).delegations
    with pytest.raises(AccessError):
        theirs.grant_all("data", "other@example.org")
    assert theirs.revoke_all() == 0
    assert theirs.list() == []


def test_a_programme_covers_its_runs_for_data_but_phase_2_is_for_one_run(
    observatory: Observatory, mine: Delegations
) -> None:
    mine.grant("data", "108.22F6", "friend@example.org")
    assert sees(observatory, "friend")
    with pytest.raises(UsageError, match="one run") as caught:
        mine.grant("phase2", "108.22F6", "friend@example.org")
    assert caught.value.accepted == f"{RUN}, 108.22F6.002"


def test_an_operator_delegates_for_a_pi(observatory: Observatory) -> None:
    observatory.accounts.add("night", None, roles=["operator"])
    theirs = observatory.acting(Member("night")).delegations
    theirs.grant("data", RUN, "friend@example.org")
    with pytest.raises(UsageError, match="PI"):
        theirs.grant("data", RUN, "pi@example.org")
    assert observatory.audit.entries("user:friend")[0].who == "night"
    (seen,) = observatory.acting(Member("friend")).delegations.list()
    assert (seen.kind, seen.programme, seen.user) == ("data", RUN, "friend")


def test_others_see_nothing_of_it(observatory: Observatory, mine: Delegations) -> None:
    mine.grant("data", RUN, "friend@example.org")
    assert observatory.acting(Member("other")).delegations.list() == []
