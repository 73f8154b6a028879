"""The figures of a night and of a run: what stands where, and that a figure takes other data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from bokeh.embed import file_html
from bokeh.models import LinearAxis, MultiLine, Quad, Segment, VBar
from bokeh.plotting import figure

from dfs.figures.theme import theme
from dfs.figures.visibility import NightData, NightFigure, PeriodData, TargetCurve, period_figure

START = datetime(2026, 11, 22, tzinfo=UTC)
MJD = 61366.0 + np.arange(25) / 72.0


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def curve(name: str, **given) -> TargetCurve:
    altitude = 60 * np.sin(np.linspace(0, np.pi, 25))
    return TargetCurve(name, altitude, 1 / np.maximum(np.sin(np.radians(altitude)), 0.01), np.full(25, 50.0), **given)


def data(*targets: TargetCurve, title: str = "Paranal") -> NightData:
    return NightData(
        title=title,
        mjd=MJD,
        shades=((after(0), after(1), "day"), (after(1), after(2), "astronomical")),
        moon_altitude_deg=np.linspace(30, -30, 25),
        moon_label="Moon, 92% lit",
        sidereal=((after(1), "0 h"), (after(2), "1 h")),
        targets=targets,
    )


def sources(plot: figure, kind: type) -> list[dict]:
    return [one.data_source.data for one in plot.renderers if isinstance(one.glyph, kind)]


def test_a_window_lies_on_its_curve() -> None:
    plot = NightFigure(data(curve("A", windows=((after(2.1), after(5.05)),), limit_deg=30.0))).plot
    windows, curves = sources(plot, MultiLine)
    (times,) = windows["time"]
    assert (times[0], times[-1]) == (after(2.1).timestamp() * 1000, after(5.05).timestamp() * 1000)
    np.testing.assert_allclose(windows["altitude"][0], np.interp(times, curves["time"][0], curves["altitude"][0]))
    assert sources(plot, Segment)[0]["altitude"] == [30.0]
    assert sources(plot, Quad)[0]["alpha"][0] > sources(plot, Quad)[0]["alpha"][1], "the darker the sky the less grey"


def test_the_right_axis_tells_airmass_and_the_upper_one_sidereal_time() -> None:
    plot = NightFigure(data(curve("A"))).plot
    (right,), (upper,) = ([one for one in place if isinstance(one, LinearAxis)] for place in (plot.right, plot.above))
    assert right.axis_label == "airmass"
    at_two = next(altitude for altitude, label in right.major_label_overrides.items() if label == "2")
    assert at_two == pytest.approx(30.0)
    assert upper.major_label_overrides == {after(1).timestamp() * 1000: "0 h", after(2).timestamp() * 1000: "1 h"}


def test_other_data_redraw_the_same_figure() -> None:
    shown = NightFigure(data(curve("A")))
    plot, before = shown.plot, len(shown.plot.renderers)
    shown.show(data(curve("B"), curve("C", limit_deg=20.0), title="La Silla"))
    assert shown.plot is plot
    assert len(plot.renderers) == before
    assert plot.title.text == "La Silla"
    assert sources(plot, MultiLine)[1]["name"] == ["B", "C"]
    shown.show(data())
    assert sources(plot, MultiLine)[1]["name"] == []


@pytest.mark.parametrize("names", [("A",), ("A", "B", "C")], ids=["one", "several"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_run_is_drawn(names: tuple[str, ...], dark: bool) -> None:
    nights = tuple(date(2026, 11, 1) + timedelta(days=k) for k in range(30))
    hours = np.tile(np.linspace(0, 8, 30), (len(names), 1))
    plot = period_figure(PeriodData("run", names, nights, hours, np.linspace(0, 1, 30), np.full(30, 8.0)))
    if len(names) == 1:
        assert sources(plot, VBar)[1]["hours"].tolist() == hours[0].tolist()
    else:
        assert plot.yaxis[0].major_label_overrides == {2: "A", 1: "B", 0: "C"}
    assert "run" in file_html(plot, theme=theme(dark=dark))


def test_a_run_without_an_hour_is_drawn() -> None:
    nights = (date(2026, 11, 1), date(2026, 11, 2))
    for names in (("A",), ("A", "B")):
        period_figure(PeriodData("", names, nights, np.zeros((len(names), 2)), np.zeros(2), np.full(2, 8.0)))
