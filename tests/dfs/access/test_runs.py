"""Which scope covers which run."""

from __future__ import annotations

import pytest

from dfs.access import Protection, Standing, row_protection, row_rule
from dfs.access.runs import covers, is_programme, programme_of


@pytest.mark.parametrize(
    ("run", "programme"),
    [
        ("108.22F6.001", "108.22F6"),
        ("095.A-0123(B)", "095.A-0123"),
        ("60.A-9022(C)", "60.A-9022"),
        ("108.22F6", "108.22F6"),
        ("095.A-0123", "095.A-0123"),
        ("something else", "something else"),
        ("108.22F6.0012", "108.22F6.0012"),
        ("(B)", "(B)"),
        ("", ""),
    ],
)
def test_programme_of_a_run(run: str, programme: str) -> None:
    assert programme_of(run) == programme
    assert covers(programme, run) is bool(run)
    assert covers(run, programme) is (run == programme and bool(run))


def test_programmes_and_runs_are_told_apart() -> None:
    assert [is_programme(one) for one in ("108.22F6", "095.A-0123", "60.A-9022")] == [True] * 3
    assert [is_programme(one) for one in ("108.22F6.001", "095.A-0123(B)", "demo", "")] == [False] * 4


@pytest.mark.parametrize(
    "hostile", ["A|108.22F6.001", "A@2000-01-01T00:00:00.000", "A/108.22F6.001", "108.22F6.001@1999|B", "%41", "A'; --"]
)
def test_a_header_cannot_forge_a_key(hostile: str) -> None:
    """A run named in a header with the key's own marks is that very name, and nobody's share."""
    for restrictions in (((hostile, "9999"),), ((hostile, "9999"), ("108.22F6.002", "9999"))):
        key, until = row_protection(Protection(restrictions, metadata_protected=True, instrument="X/108.22F6.001"))
        assert key is not None
        assert until == "9999"
        for scopes in ({"108.22F6.001", "108.22F6", "A", "B"}, {"108.22F6.002"}):
            assert key not in row_rule(Standing("u", programmes=frozenset(scopes)), [key], "2022").keys
        share = Standing("u", programmes=frozenset({hostile, "108.22F6"}))
        assert row_rule(share, [key], "2022").keys == {key}
        team = Standing("u", instruments=frozenset({"X/108.22F6.001"}))
        assert row_rule(team, [key], "2022").keys == {key}
