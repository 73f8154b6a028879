"""Windows of a night against astropy, minute by minute; time windows, sidereal windows, twilight, the run's validity; reasons."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import AltAz, EarthLocation, SkyCoord, get_body
from astropy.time import Time
from astropy.utils import iers

from dfs.model.phase2 import SiderealWindow, TimeWindow
from dfs.phase2.visibility import all_windows, windows
from dfs.sky.ephemerides import LA_SILLA, PARANAL, mjd_of, night

EVENING = "2026-11-21"
PLACE = EarthLocation.from_geodetic(-70.4051 * u.deg, -24.6276 * u.deg, 2648 * u.m)


@pytest.fixture
def shown():
    return night(PARANAL, EVENING)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=UTC)


def clock(found) -> list[tuple[str, str]]:
    return [(f"{one.start:%d %H:%M}", f"{one.end:%d %H:%M}") for one in found.windows]


CASES = {
    "airmass": ({"airmass": 1.6}, "2026-11-21"),
    "Moon close": ({"airmass": 2.4, "moonDistance": 170}, "2026-11-17"),
    "dark only": ({"airmass": 2.4, "fli": 0.4}, "2026-11-17"),
    "far from the Moon": ({"airmass": 2.0, "moonDistance": 40, "fli": 0.9}, "2026-12-20"),
}


@pytest.mark.parametrize("case", CASES)
def test_windows_are_those_of_astropy_minute_by_minute(block, run, case: str) -> None:
    values, evening = CASES[case]
    found = windows(block(execution_s=0.0, **values), run, night(PARANAL, evening))
    shown = night(PARANAL, evening)
    minutes = np.arange(np.ceil(mjd_of(shown.sunset) * 1440), np.floor(mjd_of(shown.sunrise) * 1440)) / 1440
    with iers.conf.set_temp("auto_download", value=False), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        times = Time(minutes, format="mjd")
        frame = AltAz(obstime=times, location=PLACE)
        target = SkyCoord("03h33m36.4s", "-36d08m25s").transform_to(frame)
        moon, sun = (get_body(one, times, PLACE).transform_to(frame) for one in ("moon", "sun"))
        lit = (1 - np.cos(moon.separation(sun).rad)) / 2
    down = moon.alt.deg < -0.8333
    good = (sun.alt.deg < -18) & (target.secz <= values["airmass"]) & (target.alt.deg > 20)
    good &= down | (target.separation(moon).deg >= values.get("moonDistance", 0))
    good &= down | (lit <= values.get("fli", 1.0))
    ours = np.zeros(len(minutes), dtype=bool)
    for one in found.windows:
        ours |= (minutes >= mjd_of(one.start)) & (minutes <= mjd_of(one.end))
    edges = np.flatnonzero(np.diff(good.astype(int)))
    differ = np.flatnonzero(ours != good)
    assert good.any()
    assert all(np.abs(edges - one).min() <= 1 for one in differ), "a minute at an edge, no more"


def test_a_block_fits_whole(block, run, shown) -> None:
    """It may begin until its own length before the end of the stretch; longer than the stretch it does not fit."""
    (one,) = windows(block(airmass=1.6), run, shown).windows
    assert one.end - one.latest_start == timedelta(seconds=3000)
    too_long = windows(block(airmass=1.6), run, shown, duration_s=(one.end - one.start).total_seconds() + 60)
    assert (too_long.windows, too_long.code) == ((), "length")
    minutes = (one.end - one.start) / timedelta(minutes=1)
    assert too_long.reason == f"the longest stretch is {minutes:.0f} min, the block takes {minutes + 1:.0f} min"


def test_a_time_window_is_for_the_start(block, run, shown) -> None:
    asked = (TimeWindow(at("22T03:00"), at("22T03:10")), TimeWindow(at("22T20:00"), at("22T21:00")))
    (one,) = windows(block(airmass=2.0, absolute=asked), run, shown).windows
    assert (one.start, one.latest_start) == (at("22T03:00"), at("22T03:10"))
    assert one.end == at("22T04:00")


def test_a_time_window_by_day_is_told(block, run, shown) -> None:
    found = windows(block(airmass=2.0, absolute=(TimeWindow(at("22T14:00"), at("22T16:00")),)), run, shown)
    assert (found.windows, found.code) == ((), "absolute")


def test_a_sidereal_window_is_for_the_whole_block(block, run, shown) -> None:
    found = windows(block(airmass=3.0, sidereal=(SiderealWindow(120, 180),)), run, shown)
    (one,) = found.windows
    assert 59.8 < (one.end - one.start) / timedelta(minutes=1) < 59.9, "an hour of sidereal time"
    assert windows(block(airmass=3.0, sidereal=(SiderealWindow(120, 160),)), run, shown).code == "length"


@pytest.mark.parametrize(
    "asked",
    [(SiderealWindow(1380, 1440), SiderealWindow(0, 60)), (SiderealWindow(1380, 60),)],
    ids=["two that touch", "over midnight"],
)
def test_sidereal_windows_join_at_midnight(block, run, shown, asked) -> None:
    with_moon_up = windows(block(ra="00:33:00", execution_s=3000.0, sidereal=asked, twilight=-60), run, shown)
    assert len(with_moon_up.windows) == 1
    (one,) = with_moon_up.windows
    assert one.end - one.start > timedelta(minutes=65), "longer than either part: it lies across 0 h"


@pytest.mark.parametrize("minutes", [-40, 0, 30])
def test_twilight_counts_from_the_end_of_the_evenings(block, run, shown, minutes: int) -> None:
    (one,) = windows(block(ra="00:33:00", dec="-40:00:00", airmass=2.0, twilight=minutes), run, shown).windows
    assert one.start == pytest.approx(shown.dusk + timedelta(minutes=minutes), abs=timedelta(seconds=1))


def test_nothing_ends_after_the_morning(block, run, shown) -> None:
    (one,) = windows(block(ra="08:00:00", dec="-40:00:00", airmass=2.0, twilight=-60), run, shown).windows
    assert one.end <= shown.dawn + timedelta(seconds=1)


@pytest.mark.parametrize(
    "change", [{"valid_to": at("20T16:00")}, {"valid_from": at("25T16:00")}], ids=["over", "early"]
)
def test_outside_the_run_there_is_nothing(block, run, shown, change) -> None:
    found = windows(block(airmass=2.0), replace(run, **change), shown)
    assert (found.windows, found.code) == ((), "run")
    assert "validity" in found.reason


REASONS = {
    "never up": ({"dec": "+70:00:00", "airmass": 2.0}, "airmass", "below the horizon"),
    "never high": ({"dec": "+40:00:00", "airmass": 1.6}, "airmass", "at best 2."),
    "by day": ({"ra": "16:00:00", "airmass": 1.6}, "airmass", "below the horizon"),
    "impossible": ({"airmass": 0.9}, "airmass", "above 0.9"),
    "no position": ({"ra": "00:00:00", "dec": "00:00:00"}, "target", "no position"),
    "unreadable": ({"ra": "3h33m"}, "target", "target.ra: '3h33m'"),
    "equinox": ({"target": {"equinox": "B1900"}}, "target", "B1900"),
    "Moon": (
        {"airmass": 2.0, "moonDistance": 170, "execution_s": 0.0, "ra": "01:00:00"},
        "together",
        "closer than 170 deg",
    ),
    "ephemeris": ({"ephemeris": "nothing"}, "target", "at least two records"),
}


@pytest.mark.parametrize("case", REASONS)
def test_a_reason_is_told_where_there_is_no_window(block, run, shown, case: str) -> None:
    given, code, words = REASONS[case]
    found = windows(block(**given), run, shown)
    assert found.windows == ()
    assert found.code == code
    assert words in found.reason


def test_what_blocks_is_told_with_its_times(block, run, shown) -> None:
    found = windows(block(airmass=1.3), run, shown)
    codes = {one.code for one in found.blocked}
    assert {"airmass", "twilight", "darkness"} <= codes
    (evening,) = [one for one in found.blocked if one.code == "twilight"]
    assert (evening.start, evening.end) == (shown.sunset, shown.dusk)
    for one in found.blocked:
        assert shown.sunset <= one.start < one.end <= shown.sunrise


def test_a_telescope_does_not_follow_through_the_zenith(block, run, shown) -> None:
    found = windows(block(dec="-24:37:00", airmass=2.0), run, shown)
    (one,) = [one for one in found.blocked if one.code == "zenith"]
    assert one.end - one.start == pytest.approx(
        timedelta(minutes=26), abs=timedelta(minutes=2)
    )  # 6 deg at 15 deg/h, cos dec
    assert len(found.windows) == 2


def test_a_calibration_block_needs_no_sky(block, run, shown) -> None:
    (one,) = windows(block(kind="CB"), run, shown).windows
    assert one.end == pytest.approx(shown.dawn, abs=timedelta(seconds=1))


def test_many_blocks_are_as_each_alone(block, run, shown) -> None:
    blocks = [block(ra=f"{hour:02d}:00:00", airmass=1.8, ob_id=hour) for hour in range(0, 24, 3)] + [block(ra="x")]
    assert [one.windows for one in all_windows(blocks, run, shown)] == [windows(b, run, shown).windows for b in blocks]


def test_a_moving_target_is_seen_while_its_ephemeris_lasts(block, run) -> None:
    records = [
        f'INS.EPHEM.RECORD "2026-11-22T{hour:02d}:00:00, 0, 04 00 {hour * 4:02d}.0, -30 00 00.0, 0.0144, 0.0, 14, 0, *"'
        for hour in range(2, 6)
    ]
    found = windows(block(ephemeris="\n".join(records), airmass=2.0), run, night(PARANAL, EVENING))
    assert clock(found) == [("22 02:00", "22 05:00")]
    assert "ephemeris" in {one.code for one in found.blocked}


def test_proper_motion_moves_the_window(block, run) -> None:
    """A star that moves 10 deg north in 27 years is up for less long in the south."""
    shown = night(LA_SILLA, "2027-01-10")
    at_la_silla = replace(run, telescope="LSntt")
    still = windows(block(airmass=2.0), at_la_silla, shown)
    fast = windows(block(airmass=2.0, target={"proper_motion_dec": 1333.0 * 2}), at_la_silla, shown)
    assert fast.windows[0].end < still.windows[0].end
    assert fast.lowest_airmass > still.lowest_airmass
