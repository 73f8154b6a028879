from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.phase2.periods import FIRST, next_period, period_of, validity


@pytest.mark.parametrize(
    ("period", "begin", "end"),
    [
        (108, "2021-10-01", "2022-04-01"),
        (110, "2022-10-01", "2023-04-01"),
        (113, "2024-04-01", "2024-10-01"),
        (115, "2025-04-01", "2025-10-01"),
        (116, "2025-10-01", "2026-05-01"),
        (117, "2026-05-01", "2027-05-01"),
        (118, "2027-05-01", "2028-05-01"),
    ],
)
def test_validity(period, begin, end):
    """P115 to P118 are those of ESO's client; 16:00 UT is that of its server."""
    assert [f"{one:%Y-%m-%d}" for one in validity(period)] == [begin, end]
    assert all(one.hour == 16 and one.tzinfo is UTC for one in validity(period))


@given(st.integers(FIRST, 200))
def test_periods_are_half_open_and_without_gaps(period):
    begin, end = validity(period)
    assert period_of(begin) == period
    assert period_of(end - timedelta(microseconds=1)) == period
    assert period_of(end) == period + 1 == next_period(begin)
    assert validity(period + 1)[0] == end


def test_what_is_no_period():
    with pytest.raises(UsageError, match="is no period"):
        validity(FIRST - 1)
    with pytest.raises(UsageError, match="before the first"):
        period_of(datetime(1980, 1, 1, tzinfo=UTC))
    with pytest.raises(UsageError, match="zone"):
        period_of(datetime(2022, 1, 1))  # noqa: DTZ001


def test_other_zones():
    assert period_of(datetime.fromisoformat("2022-10-01T11:59:00-04:00")) == 109
    assert period_of(datetime.fromisoformat("2022-10-01T12:00:00-04:00")) == 110
