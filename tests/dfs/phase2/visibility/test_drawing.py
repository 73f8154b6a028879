"""What is drawn of blocks."""

from __future__ import annotations

import pytest

from dfs.figures.visibility import NightFigure, period_figure
from dfs.phase2.visibility import night_data, period, period_data, windows
from dfs.sky.ephemerides import PARANAL, night


def test_a_night_shows_windows_limits_and_twilight(block, run) -> None:
    shown = night(PARANAL, "2026-11-21")
    drawn = night_data([block(airmass=2.0), block(ra="x", airmass=2.0)], run, shown)
    (target,) = drawn.targets
    (window,) = windows(block(airmass=2.0), run, shown).windows
    assert target.windows == ((window.start, window.end),)
    assert target.limit_deg == pytest.approx(30.0)
    edges = [one for begin, end, _ in drawn.shades for one in (begin, end)]
    assert {shown.sunset, shown.dusk, shown.dawn, shown.sunrise} <= set(edges)
    assert [name for _, _, name in drawn.shades] == [
        "day", "civil", "nautical", "astronomical", "astronomical", "nautical", "civil", "day"
    ]  # fmt: skip
    assert NightFigure(drawn).plot.title.text == "Paranal, night of 2026-11-21"


def test_full_sidereal_hours_are_marked(block, run) -> None:
    shown = night(PARANAL, "2026-11-21")
    for at, label in night_data([block()], run, shown).sidereal:
        from dfs.sky.ephemerides import local_sky, mjd_of

        hours = local_sky(PARANAL, [mjd_of(at)]).sidereal_deg[0] / 15
        assert (hours - float(label.removesuffix(" h")) + 12) % 24 - 12 == pytest.approx(0, abs=1e-4)


def test_a_run_is_drawn(block, run) -> None:
    found = period([block(airmass=1.6), block(airmass=1.6, ra="10:00:00")], run)
    assert period_figure(period_data(found, "118.23XY.001")).title.text == "118.23XY.001"
