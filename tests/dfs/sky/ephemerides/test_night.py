"""Sunset, twilight, sunrise and the Moon's rise against astropy's Sun and Moon."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.sky.ephemerides import LA_SILLA, PARANAL, Site, mjd_of, moment_of, night, night_of

NAMES = {"sunset": -0.8333, "nautical_dusk": -12, "dusk": -18, "dawn": -18, "civil_dawn": -6, "sunrise": -0.8333}


@pytest.mark.parametrize("evening", ["2004-02-29", "2026-11-21", "2044-06-21"])
@pytest.mark.parametrize("site", [PARANAL, LA_SILLA], ids=lambda site: site.name)
def test_the_sun_stands_where_it_should_at_each_twilight(judge, site: Site, evening: str) -> None:
    """Ten seconds before and after, astropy's Sun is on either side of the altitude that defines the event."""
    found = night(site, evening)
    at = np.array([mjd_of(getattr(found, name)) for name in NAMES])
    before, after = (judge.body("sun", site, at + sign * 10 / 86400)[0] for sign in (-1, 1))
    wanted = np.array(list(NAMES.values()))
    assert ((before - wanted) * (after - wanted) < 0).all()
    assert found.date == date.fromisoformat(evening)
    order = [found.sunset, found.civil_dusk, found.nautical_dusk, found.dusk, found.dawn, found.nautical_dawn]
    assert order == sorted(order)
    assert found.sunset.date() in {found.date, found.date + timedelta(days=1)}


def test_the_moon_rises_and_sets_when_its_limb_meets_the_horizon(judge) -> None:
    for day in range(0, 30, 3):
        found = night(PARANAL, date(2026, 11, 1) + timedelta(days=day))
        for at, kind in found.moon_events:
            low, high = (judge.body("moon", PARANAL, np.array([mjd_of(at) + s / 86400]))[0][0] for s in (-15, 15))
            assert (low < -0.8333 < high) if kind == "rise" else (high < -0.8333 < low)


def test_samples_cover_the_night_in_whole_steps() -> None:
    found = night(PARANAL, "2026-06-21")
    times = [moment_of(at) for at in found.sky.mjd]
    assert times[0] <= found.sunset < times[1]
    assert times[-2] < found.sunrise <= times[-1]
    assert {one.minute % 5 for one in times} == {0}
    assert found.dark_hours == pytest.approx(10.68, abs=0.02)


def test_an_instant_has_its_night() -> None:
    assert night_of(PARANAL, datetime(2026, 11, 22, 9, 0, tzinfo=UTC)).date == date(2026, 11, 21)
    assert night_of(PARANAL, datetime(2026, 11, 22, 18, 0, tzinfo=UTC)).date == date(2026, 11, 22)
    assert night_of(PARANAL, datetime(2026, 11, 22, 23, 59, tzinfo=UTC)).date == date(2026, 11, 22)


def test_what_is_no_date_is_told() -> None:
    with pytest.raises(UsageError, match="is no date") as told:
        night(PARANAL, "21.11.2026")
    assert told.value.accepted == "YYYY-MM-DD"


@pytest.mark.parametrize("evening", ["0001-01-01", "1971-12-31", "2101-01-01", "9999-12-31"])
def test_nights_out_of_reach_are_told(evening: str) -> None:
    with pytest.raises(UsageError, match="no night for") as told:
        night(PARANAL, evening)
    assert told.value.accepted == "the years 1972 to 2100"


def test_where_the_sun_does_not_set_is_told() -> None:
    with pytest.raises(UsageError, match="no dark night"):
        night(Site("Tromso", 69.6, 18.9, 0.0), "2026-06-21")
