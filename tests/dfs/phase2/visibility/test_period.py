"""Hours of a run against the windows of its nights; why a block is never observable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from dfs.model.phase2 import SiderealWindow, TimeWindow
from dfs.phase2.visibility import never_observable, period, windows
from dfs.sky.ephemerides import PARANAL, night


@pytest.fixture
def short(run):
    """Forty nights of the run."""
    return replace(run, valid_to=datetime(2026, 12, 11, 16, tzinfo=UTC))


def test_each_night_of_the_run_is_there(block, run, short) -> None:
    found = period([block(airmass=1.6)], short)
    assert found.nights[0] == date(2026, 11, 1)
    assert found.nights[-1] == date(2026, 12, 10)
    assert len(found.nights) == 40
    assert len(period([block(airmass=1.6)], run).nights) == 151


def test_hours_are_those_of_the_windows(block, short) -> None:
    blocks = [
        block(ra=f"{hour:02d}:00:00", airmass=1.8, fli=0.5, moonDistance=40, execution_s=1200.0)
        for hour in range(0, 24, 4)
    ]
    found = period(blocks, short)
    for k in range(0, 40, 9):
        for i, one in enumerate(blocks):
            seen = windows(one, short, night(PARANAL, found.nights[k])).windows
            hours = sum((window.end - window.start) / timedelta(hours=1) for window in seen)
            assert found.hours[i, k] == pytest.approx(hours, abs=0.35)


def test_the_moon_fills_and_empties(block, run) -> None:
    found = period([block(airmass=1.6)], run)
    full = {one for one, lit in zip(found.nights, found.moon_lit, strict=True) if lit > 0.99}
    assert date(2026, 11, 24) in full
    assert date(2026, 12, 23) in full
    assert found.dark_hours.min() == pytest.approx(7.4, abs=0.1)


def test_hours_of_a_time_window_are_exact(block, short) -> None:
    opening = datetime(2026, 11, 22, 3, 1, tzinfo=UTC)
    one = block(airmass=2.0, absolute=(TimeWindow(opening, opening + timedelta(minutes=2)),))
    found = period([one], short)
    assert found.hours.sum() == pytest.approx((3000 + 120) / 3600, abs=1e-6)
    assert found.nights[int(np.argmax(found.hours[0]))] == date(2026, 11, 21)
    assert found.never == (None,)


def test_a_long_time_window_bounds_the_hours(block, short) -> None:
    opening = datetime(2026, 11, 10, 16, tzinfo=UTC)
    windowed = block(airmass=2.0, absolute=(TimeWindow(opening, opening + timedelta(days=9)),))
    hours, free = (period([one], short).hours[0] for one in (windowed, block(airmass=2.0)))
    assert (hours[9:18] == free[9:18]).all()
    assert hours.sum() == hours[9:18].sum()
    assert never_observable([windowed], short) == {}


NEVER = {
    "north": ({"dec": "+75:00:00", "airmass": 2.0}, "airmass", "below the horizon"),
    "too low": ({"dec": "+30:00:00", "airmass": 1.5}, "airmass", "at best 1.7"),
    "season": ({"ra": "17:00:00", "airmass": 1.2}, "airmass", "at best"),
    "day window": (
        {
            "airmass": 2.0,
            "absolute": (TimeWindow(datetime(2026, 11, 22, 14, tzinfo=UTC), datetime(2026, 11, 22, 16, tzinfo=UTC)),),
        },
        "absolute",
        "no time window",
    ),
    "sidereal": ({"ra": "18:00:00", "airmass": 2.9, "sidereal": (SiderealWindow(900, 960),)}, "sidereal", "sidereal"),
    "too long": ({"airmass": 1.1, "execution_s": 36000.0}, "length", "the block takes 600 min"),
    "unreadable": ({"dec": "-95:00:00"}, "target", "target.dec"),
}


@pytest.mark.parametrize("case", NEVER)
def test_why_a_block_can_never_be_observed(block, short, case: str) -> None:
    given, code, words = NEVER[case]
    found = never_observable([block(**given), block(airmass=2.0, ob_id=8)], short)
    assert set(found) == {7}
    assert found[7].code == code
    assert words in found[7].reason


def test_what_is_seen_in_few_nights_is_not_never(block, short) -> None:
    """Only the first or last nights of the run see it: those that the first, coarse look leaves out, too."""
    late = block(ra="11:50:00", airmass=1.6, execution_s=1200.0)
    hours = period([late], short).hours[0]
    assert 0 < np.count_nonzero(hours) < 15
    assert never_observable([late], short) == {}


def test_a_calibration_block_can_always_be_taken(block, short) -> None:
    assert never_observable([block(kind="CB")], short) == {}
    found = period([block(kind="CB")], short)
    assert (found.hours[0] == found.dark_hours).all()


def test_no_block_no_answer(short) -> None:
    assert period([], short).hours.shape == (0, 40)
    assert never_observable([], short) == {}
