"""What is typed, as a value, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs_widgets.state.p2.values import read_days, read_value, read_windows, write_days, write_value


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("number", "0.7", 0.7),
        ("number", "3", 3),
        ("number", "1,5", 1.5),
        ("integer", "3.0", 3),
        ("boolean", "T", True),
        ("boolean", "false", False),
        ("keyword", " GRIS_300V ", "GRIS_300V"),
        ("numlist", "1 -2.5, 3", [1, -2.5, 3]),
        ("intlist", "", []),
        ("keywordlist", "A B", ["A", "B"]),
        ("string", "two words", "two words"),
        ("number", "", None),
    ],
)
def test_values_are_read_by_their_type(kind, typed, value):
    assert read_value(kind, typed) == value


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("number", "soon"),
        ("number", "nan"),
        ("number", "1e999"),
        ("integer", "1.5"),
        ("boolean", "maybe"),
        ("intlist", "1 x"),
    ],
)
def test_what_is_no_value_says_what_is_accepted(kind, typed):
    with pytest.raises(UsageError) as caught:
        read_value(kind, typed, "SEQ.NEXPO")
    assert caught.value.where == "SEQ.NEXPO"
    assert caught.value.accepted


@given(
    st.one_of(
        st.tuples(st.just("number"), st.floats(-1e6, 1e6).map(lambda x: float(f"{x:.6g}"))),
        st.tuples(st.just("integer"), st.integers(-(10**9), 10**9)),
        st.tuples(st.just("boolean"), st.booleans()),
        st.tuples(st.just("numlist"), st.lists(st.integers(-99, 99), max_size=5)),
    )
)
def test_what_is_shown_reads_back(pair):
    kind, value = pair
    assert read_value(kind, write_value(value)) == value


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("14d", 14 * 86400), ("1d 6h", 108000), ("90min", 5400), ("2", 2 * 86400), ("1.5 h", 5400), ("", None)],
)
def test_spans_of_time(text, seconds):
    assert read_days(text) == seconds


@given(st.integers(0, 400 * 1440).map(lambda minutes: minutes * 60))
def test_spans_of_time_read_back(seconds):
    assert read_days(write_days(seconds) if seconds else "0 d") == seconds


@pytest.mark.parametrize("text", ["soon", "-3d", "3 weeks", "d"])
def test_no_span_of_time(text):
    with pytest.raises(UsageError, match="no span of time"):
        read_days(text)


def test_windows_are_read_whole():
    assert read_windows("absolute", [{"from": "2026-11-03 02:30", "to": "2026-11-03T05:00:30Z"}]) == [
        {"from": "2026-11-03T02:30", "to": "2026-11-03T05:00"}
    ]
    assert read_windows("sidereal", [{"from": "1:30", "to": "24:00"}])[0]["to"] == "24:00"
    with pytest.raises(UsageError, match="no time"):
        read_windows("absolute", [{"from": "2026-11-03T02:30", "to": ""}])
    with pytest.raises(UsageError, match="sidereal"):
        read_windows("sidereal", [{"from": "25:00", "to": "26:00"}])
