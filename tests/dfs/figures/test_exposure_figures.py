"""Figures of the exposure time calculator: what their axes show."""

from __future__ import annotations

import numpy as np
import pytest
from bokeh.models import DataRange1d, LogScale
from hypothesis import given
from hypothesis import strategies as st

from dfs.figures.exposure import by_wavelength

NM = np.linspace(400.0, 700.0, 301)


def drawn(curves, **options):
    return by_wavelength(NM, curves, title="t", label="l", medium="air", **options)


def lines(plot):
    return {one.glyph.line_width for one in plot.renderers}


@given(st.floats(1e-20, 1e20), st.floats(0.0, 1e-9))
def test_a_flat_spectrum_stays_flat(level, rounding):
    plot = drawn({"flux": level * (1.0 + rounding * np.sin(NM))})
    low, high = plot.y_range.start, plot.y_range.end
    assert low == pytest.approx(0.95 * level)
    assert high == pytest.approx(1.05 * level)


def test_what_is_not_flat_has_the_range_of_its_values():
    for curve in (NM, np.zeros_like(NM), np.full_like(NM, np.nan)):
        assert isinstance(drawn({"flux": curve}).y_range, DataRange1d)
    assert isinstance(drawn({"flux": np.ones_like(NM)}, limits={"full": 2.0}).y_range, DataRange1d)


def test_more_than_three_decades_are_logarithmic_where_they_may_be():
    sky = np.where(np.arange(NM.size) % 50 == 0, 1e5, 10.0)
    sky[0] = 0.0
    assert not isinstance(drawn({"sky": sky}).y_scale, LogScale)
    plot = drawn({"sky": sky, "dark": sky / 1e4}, may_be_log=True, thin=("dark",))
    assert isinstance(plot.y_scale, LogScale)
    assert 0.0 < plot.y_range.start < 10.0
    assert plot.y_range.end > 1e5
    assert np.isnan(plot.renderers[0].data_source.data["y"][0])
    assert len(lines(plot)) == 2
    assert not isinstance(drawn({"sky": np.minimum(sky, 1e3)}, may_be_log=True).y_scale, LogScale)
