from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.vo.tap.limits import TapLimits
from dfs.vo.tap.request import QueryRequest, read_request

LIMITS = TapLimits()
Q = ("QUERY", "SELECT 1 AS one FROM t")


def test_names_in_any_case_and_what_tap_does_not_know() -> None:
    read = read_request([("query", Q[1]), ("Lang", "adql"), ("maxrec", "7"), ("PHASE", "RUN"), ("x", "y")], [], LIMITS)
    assert read == QueryRequest(Q[1], 7)


def test_a_large_maxrec_is_clamped() -> None:
    assert read_request([Q, ("MAXREC", "9" * 30)], [], LIMITS).maxrec == LIMITS.rows_hard
    assert read_request([Q], [], LIMITS).maxrec == LIMITS.rows_default
    assert read_request([Q, ("MAXREC", "0")], [], LIMITS).maxrec == 0


@pytest.mark.parametrize(
    "given",
    [
        [],
        [("QUERY", " ")],
        [Q, ("LANG", "SQL")],
        [Q, ("REQUEST", "getCapabilities")],
        [Q, ("MAXREC", "-1")],
        [Q, ("MAXREC", "1e3")],
        [Q, ("MAXREC", "٣")],
        [Q, ("QUERY", "another")],
        [("QUERY", "x" * (LIMITS.query_characters + 1))],
        [Q, ("UPLOAD", "t,file:///etc/passwd")],
        [Q, ("UPLOAD", "t,param:other")],
        [Q, ("UPLOAD", "t")],
        [Q, ("UPLOAD", "1t,param:t")],
        [Q, ("UPLOAD", "t;drop,param:t")],
        [Q, ("UPLOAD", "t,param:t;T,param:t")],
    ],
)
def test_what_cannot_be_is_refused(given: list[tuple[str, str]]) -> None:
    with pytest.raises(UsageError):
        read_request(given, ["t"], LIMITS)


def test_uploads_come_by_semicolon_or_again() -> None:
    given = [Q, ("UPLOAD", "a,param:t; b,param:u"), ("upload", "c,param:t")]
    assert read_request(given, ["t", "u"], LIMITS).uploads == {"a": "t", "b": "u", "c": "t"}


@given(st.lists(st.tuples(st.sampled_from(["QUERY", "MAXREC", "UPLOAD", "FORMAT", "LANG", "REQUEST"]), st.text())))
def test_any_text_is_read_or_refused(given: list[tuple[str, str]]) -> None:
    try:
        read = read_request(given, ["t"], LIMITS)
    except UsageError:
        return
    assert read.query.strip()
    assert 0 <= read.maxrec <= LIMITS.rows_hard
