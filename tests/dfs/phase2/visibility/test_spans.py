"""Stretches of time against the same questions asked of many single moments."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dfs.phase2.visibility.spans import common, outside, where_positive

MOMENTS = np.linspace(0.05, 9.95, 199)


@st.composite
def spans(draw) -> list[tuple[float, float]]:
    edges = sorted(draw(st.lists(st.integers(0, 10), min_size=0, max_size=8, unique=True)))
    return [(float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]


def inside(found, moment: float) -> bool:
    return any(begin <= moment <= end for begin, end in found)


@given(spans(), spans())
def test_common_is_both(first, second) -> None:
    found = common(first, second)
    assert found == sorted(found)
    for moment in MOMENTS:
        if moment % 1:
            assert inside(found, moment) == (inside(first, moment) and inside(second, moment))


@given(spans())
def test_outside_is_the_rest(given_spans) -> None:
    found = outside(given_spans, 2.0, 8.0)
    for moment in MOMENTS:
        if moment % 1:
            assert inside(found, moment) == (2.0 < moment < 8.0 and not inside(given_spans, moment))


def test_zeros_lie_between_the_samples() -> None:
    times = np.linspace(0, 6, 61)
    found = where_positive(times, np.sin(times))
    np.testing.assert_allclose(found, [(0.0, np.pi)], atol=1e-3)
    np.testing.assert_allclose(where_positive(times, -np.sin(times)), [(0, 0), (np.pi, 6.0)], atol=1e-3)
    assert where_positive(times, np.full(61, np.nan)) == []
    assert where_positive(times, np.ones(61)) == [(0.0, 6.0)]
