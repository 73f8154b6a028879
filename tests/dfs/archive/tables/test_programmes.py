"""What identifiers of runs tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.archive.tables.programmes import period_of, programme_type


@pytest.mark.parametrize(("run", "period"), [
    ("091.B-0088(B)", 91),
    ("183.B-0100(B)", 83),
    ("077.D-0683(B)", 77),
    ("0103.B-0001(A)", 103),
    ("1100.A-0528", 100),
    ("60.A-9203(A)", 60),
    ("108.22F6.001", 108),
    ("110.23ZZ", 110),
    ("a name", None),
    ("", None),
    (None, None),
])  # fmt: skip
def test_the_period(run: str | None, period: int | None) -> None:
    assert period_of(run) == period


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    assert period_of(text) is None or period_of(text) >= 0


def test_the_type() -> None:
    assert [programme_type(name) for name in ("Normal", "LARGE", "gto", "nobody knows", None)] == [0, 4, 1, None, None]
