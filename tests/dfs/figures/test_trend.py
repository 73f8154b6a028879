"""The trend figure: times, error bars, outliers, the header's claim."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from bokeh.embed import file_html
from bokeh.models import GlyphRenderer, HSpan, Scatter, Segment
from bokeh.plotting import figure

from dfs.figures.style import VERMILION
from dfs.figures.trend import TrendPoint, find_outliers, trend_figure


def points(values: list[float], series: str = "2x2") -> list[TrendPoint]:
    return [TrendPoint(series, 59605.0 + day, value, 0.5, 7.8, f"product {day}") for day, value in enumerate(values)]


def glyphs(plot: figure, kind: type) -> list[GlyphRenderer]:
    return [one for one in plot.renderers if isinstance(one.glyph, kind)]


def test_points_stand_at_their_time_with_their_error() -> None:
    plot = trend_figure(points([10.0, 11.0]), "ron_e", "electron")
    data = glyphs(plot, Scatter)[0].data_source.data
    times = [datetime.fromtimestamp(time / 1000, UTC).isoformat() for time in data["time"]]
    assert times == ["2022-01-26T00:00:00+00:00", "2022-01-27T00:00:00+00:00"]
    assert data["low"].tolist() == [9.5, 10.5]
    assert data["high"].tolist() == [10.5, 11.5]
    assert len(glyphs(plot, Segment)) == 1
    assert (plot.xaxis[0].axis_label, plot.yaxis[0].axis_label) == ("time (UTC)", "ron_e (electron)")


def test_the_claim_of_the_header_is_a_line() -> None:
    (span,) = glyphs(trend_figure(points([10.0, 11.0]), "ron_e", "electron"), HSpan)
    assert span.data_source.data["y"] == [7.8]


def test_outliers_have_a_colour_of_their_own() -> None:
    values = [10.0, 10.1, 9.9, 10.05, 9.95, 15.0]
    plot = trend_figure([*points(values), *points(values[:3], "1x1")], "ron_e", "electron")
    first, second = (one.data_source.data["colour"] for one in glyphs(plot, Scatter))
    assert [colour == VERMILION for colour in first] == [False] * 5 + [True]
    assert VERMILION not in second
    assert first[0] != second[0], "each series has a colour of its own"


@pytest.mark.parametrize("count", [0, 1, 4])
def test_few_values_tell_no_outlier(count: int) -> None:
    assert not find_outliers(np.array([1.0, 1.0, 1.0, 100.0][:count])).any()


def test_equal_values_tell_no_outlier() -> None:
    assert not find_outliers(np.ones(10)).any()


def test_a_jump_of_ten_sigma_is_found_and_clean_noise_is_not() -> None:
    noise = np.random.default_rng(5).normal(0, 1, 1000)
    assert find_outliers(noise).mean() <= 0.001
    noise[500] += 10
    assert find_outliers(noise)[500]


def test_the_figure_becomes_a_page() -> None:
    assert "ron_e" in file_html(trend_figure(points([10.0]), "ron_e", ""), title="trend")
