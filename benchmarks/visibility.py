"""Altitude of 1,000 blocks through a night, a whole run, and a redraw, against astropy and astroplan.

Usage: python benchmarks/visibility.py

astroplan is asked when the interpreter that DFS_ASTROPLAN names has it (a virtual environment of its own will do:
``python -m venv V && V/bin/pip install astroplan``, then ``DFS_ASTROPLAN=V/bin/python``).  Best of several.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

BLOCKS, SAMPLES = 1_000, 105
EVENING = "2026-11-21"

ASTROPLAN = """
import json, sys, time, warnings
import numpy as np
warnings.simplefilter("ignore")
from astropy.utils import iers
iers.conf.auto_download = False
iers.conf.iers_degraded_accuracy = "warn"
from astropy import units as u
from astropy.coordinates import EarthLocation, SkyCoord
from astropy.time import Time
from astroplan import AirmassConstraint, AtNightConstraint, FixedTarget, MoonSeparationConstraint, Observer, is_event_observable
from astroplan import observability_table  # noqa: F401
given = json.load(sys.stdin)
place = EarthLocation.from_geodetic(given["longitude"] * u.deg, given["latitude"] * u.deg, given["height"] * u.m)
observer = Observer(place)
targets = SkyCoord(given["ra"] * u.deg, given["dec"] * u.deg)
times = Time(given["mjd"], format="mjd")
start = time.perf_counter()
observer.altaz(times, targets, grid_times_targets=True).alt
altitude = time.perf_counter() - start
named = [FixedTarget(one, name=str(i)) for i, one in enumerate(targets[:100])]
constraints = [AirmassConstraint(1.6), AtNightConstraint.twilight_astronomical(), MoonSeparationConstraint(30 * u.deg)]
start = time.perf_counter()
for constraint in constraints:
    constraint(observer, named, times=times, grid_times_targets=True)
print(json.dumps([altitude, time.perf_counter() - start]))
"""


def best(call: Callable[[], object], times: int = 7) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found)


def astropys(ra: np.ndarray, dec: np.ndarray, mjd: np.ndarray) -> tuple[float, np.ndarray]:
    """Return seconds, and altitudes (targets, instants)."""
    from astropy import units as u
    from astropy.coordinates import AltAz, EarthLocation, SkyCoord
    from astropy.time import Time
    from astropy.utils import iers

    from dfs.sky.ephemerides import PARANAL

    iers.conf.auto_download = False
    place = EarthLocation.from_geodetic(
        PARANAL.longitude_deg * u.deg, PARANAL.latitude_deg * u.deg, PARANAL.height_m * u.m
    )
    targets = SkyCoord(ra[:, None] * u.deg, dec[:, None] * u.deg)

    def altitude() -> np.ndarray:
        return targets.transform_to(AltAz(obstime=Time(mjd[None, :], format="mjd"), location=place)).alt.deg

    return best(altitude, 3), altitude()


def astroplans(ra: np.ndarray, dec: np.ndarray, mjd: np.ndarray) -> list[float] | None:
    """Return seconds for the altitudes of all, and for three constraints on 100 of them; None without astroplan."""
    from dfs.sky.ephemerides import PARANAL

    python = os.environ.get("DFS_ASTROPLAN", sys.executable)
    if subprocess.run([python, "-c", "import astroplan"], capture_output=True, check=False).returncode:
        return None
    given = {
        "ra": ra.tolist(),
        "dec": dec.tolist(),
        "mjd": mjd.tolist(),
        "longitude": PARANAL.longitude_deg,
        "latitude": PARANAL.latitude_deg,
        "height": PARANAL.height_m,
    }
    done = subprocess.run(
        [python, "-c", ASTROPLAN], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1], file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def a_run():
    from dfs.model.phase2 import ObservingRun

    span = (datetime(2026, 11, 1, 16, tzinfo=UTC), datetime(2027, 4, 1, 16, tzinfo=UTC))
    return ObservingRun(1, "118.0001.001", "", "FORS2", "UT1", "118.0", 118, "SM", 1, *span)


def blocks_of(ra: np.ndarray, dec: np.ndarray) -> list:
    from dfs.model.phase2 import Constraints, ObservationBlock, Target
    from dfs.model.sexagesimal import dec_text, ra_text

    limits = Constraints("set", {"airmass": 1.6, "fli": 0.5, "moonDistance": 30, "twilight": 0})
    return [
        ObservationBlock(i, 1, 1, f"block {i}", "FORS2", "118.0", execution_s=2400.0, target=target, constraints=limits)
        for i, target in enumerate(Target("t", ra_text(a), dec_text(d)) for a, d in zip(ra, dec, strict=True))
    ]


def main() -> None:
    from dfs.figures.visibility import NightFigure
    from dfs.phase2.visibility import all_windows, curves, never_observable, night_data, period
    from dfs.sky.ephemerides import (
        PARANAL,
        airmass_of,
        altitude_of,
        azimuth_of,
        direction,
        local_sky,
        night,
        separation,
    )

    warnings.simplefilter("ignore")
    random = np.random.default_rng(1)
    ra, dec = random.uniform(0, 360, BLOCKS), np.degrees(np.arcsin(random.uniform(-1, 0.4, BLOCKS)))
    tonight, run = night(PARANAL, EVENING), a_run()
    mjd = tonight.sky.mjd[:SAMPLES]

    def altitude() -> np.ndarray:
        return altitude_of(direction(ra, dec), local_sky(PARANAL, mjd))

    def everything() -> None:
        sky, places = local_sky(PARANAL, mjd), direction(ra, dec)
        up = altitude_of(places, sky)
        azimuth_of(places, sky), airmass_of(up), separation(places, sky, sky.moon)

    mine = best(altitude)
    seconds, theirs = astropys(ra, dec, mjd)
    rows = [
        (f"dfs: altitude, {BLOCKS} targets x {SAMPLES} instants, the sky made anew", mine),
        ("dfs: altitude, azimuth, air mass, distance from the Moon", best(everything)),
        ("astropy AltAz: altitude and azimuth", seconds),
    ]
    asked = astroplans(ra, dec, mjd)
    if asked is not None:
        rows += [("astroplan: altitude", asked[0]), ("astroplan: three constraints on 100 of the targets", asked[1])]
    print(f"{'what':<72} {'ms':>9} {'/ours':>8}")
    for name, value in rows:
        print(f"{name:<72} {1e3 * value:9.2f} {value / mine:8.1f}")
    print(f"greatest difference of altitude from astropy {np.abs(altitude() - theirs).max() * 3600:.2f} arcsec")
    blocks = blocks_of(ra, dec)
    shown = NightFigure(night_data(blocks[:1], run, tonight))
    period(blocks[:1], run)
    for name, value in (
        ("curves of 1,000 blocks, coordinates read from text", best(lambda: curves(blocks, tonight))),
        ("windows with reasons of 1,000 blocks in a night", best(lambda: all_windows(blocks, run, tonight), 3)),
        ("redraw of a night's figure for one block", best(lambda: shown.show(night_data(blocks[:1], run, tonight)))),
        ("one block through the 151 nights of a run", best(lambda: period(blocks[:1], run))),
        ("1,000 blocks through the 151 nights of a run", best(lambda: period(blocks, run), 2)),
        ("which of 1,000 blocks can never be observed, and why", best(lambda: never_observable(blocks, run), 2)),
        (
            "the sky of a night, not made before",
            best(lambda: night.__globals__["_night"].__wrapped__(PARANAL, 740000, 5)),
        ),
    ):
        print(f"{name:<72} {1e3 * value:9.2f}")


if __name__ == "__main__":
    main()
