"""The document of POST /visibility, read as p2esm reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.phase2.visibility import night_curves, visibility_document, windows
from dfs.sky.ephemerides import PARANAL, night


def test_it_reads_as_the_public_client_reads_it(block) -> None:
    told = json.loads(json.dumps(visibility_document([block(), block(ra="16:00:00", ob_id=8)], "UT1", "2026-11-21")))
    instants = [datetime.fromisoformat(told["night"][name]) for name in
                ("sunset", "nauticalDusk", "start", "end", "nauticalDawn", "sunrise")]  # fmt: skip
    assert instants == sorted(instants)
    times = [datetime.fromisoformat(one["time"]) for one in told["data"]]
    assert {(b - a).total_seconds() for a, b in pairwise(times)} == {300.0}
    assert all(-90 <= one["moon"]["elevation"] <= 90 for one in told["data"])
    rows = [one["7"] for one in told["data"]]
    up = np.array([one["elevation"] for one in rows])
    airmass = np.array([one["airmass"] for one in rows])
    np.testing.assert_allclose(airmass[up > 0], 1 / np.sin(np.radians(up[up > 0])), rtol=1e-4)
    assert max(up) == pytest.approx(90 - (36.140 - 24.628), abs=0.3)
    assert {one["8"]["airmass"] for one in told["data"] if one["8"]["elevation"] < 0} == {-1.0}
    assert not any(one["crossesZenith"] for one in rows)


def test_the_zenith_is_crossed_where_the_telescope_cannot_follow(block) -> None:
    told = visibility_document([block(dec="-24:37:00")], "UT1", "2026-11-21")
    crossing = [one["7"]["elevation"] > 87 for one in told["data"]]
    assert any(crossing)
    assert crossing == [one["7"]["crossesZenith"] for one in told["data"]]


def test_a_moving_target_is_below_the_horizon_outside_its_ephemeris(block) -> None:
    records = [f'INS.EPHEM.RECORD "2026-11-22T0{h}:00:00, 0, 04 00 00.0, -30 00 00.0, 0.0, 0.0"' for h in (3, 4)]
    told = visibility_document([block(ephemeris="\n".join(records))], "UT1", "2026-11-21")
    known = [one for one in told["data"] if one["7"]["airmass"] > 0]
    assert (known[0]["time"], known[-1]["time"]) == ("2026-11-22T03:00:00Z", "2026-11-22T04:00:00Z")
    json.dumps(told, allow_nan=False)


def test_calibrations_have_a_night_and_no_curve(block, run) -> None:
    told = night_curves("2026-11-21", [(run, block(kind="CB"))])
    assert set(told["data"][0]) == {"time", "moon"}
    assert night_curves("2026-11-21", [])["night"] == told["night"]


@pytest.mark.parametrize(
    ("evening", "given", "where"),
    [("21 Nov", {}, "night"), ("2026-11-21", {"ra": "x"}, "OB 7 target.ra")],
    ids=["date", "position"],
)
def test_what_is_wrong_is_told(block, run, evening: str, given, where: str) -> None:
    with pytest.raises(UsageError) as told:
        night_curves(evening, [(run, block(**given))])
    assert told.value.where == where


def test_two_observatories_have_two_nights(block, run) -> None:
    with pytest.raises(UsageError, match="both observatories"):
        night_curves("2026-11-21", [(run, block()), (replace(run, telescope="LSntt"), block())])


def test_it_agrees_with_the_windows(block, run) -> None:
    told = visibility_document([block()], "UT1", "2026-11-21")
    best = min(one["7"]["airmass"] for one in told["data"] if one["7"]["airmass"] > 0)
    assert windows(block(), run, night(PARANAL, "2026-11-21")).lowest_airmass == pytest.approx(best, abs=1e-3)
