"""Ephemeris files of moving targets: a real one, and broken ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.sky.ephemerides import coordinates, read_track
from dfs.sky.ephemerides.track import TOO_FEW

FIRST = 'INS.EPHEM.RECORD "2018-05-12T06:10:00.0000, 2458250.75694444450, 19 58 40.6181, +23 27 10.913, 0.01424823, 0.01923872, 14.1045, 0.000, *"'
SECOND = 'INS.EPHEM.RECORD "2018-05-12T06:20:00.0000, 2458250.76388888899, 19 58 41.2391, +23 27 22.456, 0.01423485, 0.01923505, 14.1041, 0.000, *"'
THIRD = 'INS.EPHEM.RECORD "2018-05-12T06:30:00.0000, 2458250.77083333349, 19 58 41.8596, +23 27 33.995, 0.01422202, 0.01923116, 14.1037, 0.000, *"'


def test_between_two_records_is_the_record_left_out() -> None:
    with_gap, full = read_track(f"{FIRST}\n{THIRD}\n"), read_track(f"{FIRST}\n{SECOND}\n{THIRD}\n")
    found = coordinates(with_gap.at(full.mjd[1:2]))
    wanted = coordinates(full.directions[1:2])
    assert abs(found[0] - wanted[0]) * 3600 < 0.05
    assert abs(found[1] - wanted[1]) * 3600 < 0.05


def test_outside_the_file_nothing_is_known() -> None:
    track = read_track(f"{FIRST}\n{THIRD}\n")
    at = np.array([track.mjd[0] - 1e-6, track.mjd[0], track.mjd[-1], track.mjd[-1] + 1e-6])
    assert np.isnan(track.at(at)[:, 0]).tolist() == [True, False, False, True]


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        ("", TOO_FEW, "ephemeris"),
        (FIRST, TOO_FEW, "ephemeris"),
        (f"{SECOND}\n{FIRST}", "not later", "line 2"),
        (f"{FIRST}\n{SECOND.replace('2018-05-12T06:20', '12.5.2018')}", "is no time", "line 2"),
        (f"# comment\n{FIRST}\n{SECOND.replace('19 58 41.2391', '25 58 41.2')}", "25 58 41.2", "line 3"),
        (f"{FIRST}\n{SECOND.replace('+23 27', '+93 27')}", "+93 27", "line 2"),
        (f"{FIRST}\n{SECOND.replace('0.01423485', 'fast')}", "fast", "line 2"),
        (f"{FIRST}\n{SECOND.replace('0.01423485', 'nan')}", "nan", "line 2"),
        (f'{FIRST}\nINS.EPHEM.RECORD "2018-05-12T06:20:00, 2458250.7"', "2 fields", "line 2"),
    ],
    ids=["empty", "one", "backwards", "time", "ra", "dec", "rate", "nan", "fields"],
)
def test_what_is_wrong_is_told_with_its_line(text: str, message: str, where: str) -> None:
    with pytest.raises(UsageError) as told:
        read_track(text)
    assert message in told.value.message
    assert told.value.where.endswith(where)
    assert told.value.accepted


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_track(f'{FIRST}\nINS.EPHEM.RECORD "{text.replace(chr(34), "")}"')


@pytest.mark.real
def test_a_real_file_reads_whole_and_every_other_record_gives_the_ones_between(test_data: Path) -> None:
    track = read_track((test_data / "ob" / "fcmaker" / "ephem.txt").read_text(encoding="utf-8"))
    assert len(track.mjd) == 217
    half = type(track)(track.mjd[::2], track.directions[::2], track.rate_ra[::2], track.rate_dec[::2])
    off = np.linalg.norm(half.at(track.mjd[1:-1:2]) - track.directions[1:-1:2], axis=-1)
    assert np.degrees(np.nanmax(off)) * 3600 < 0.02
