"""One small frame of each instrument, with keywords that agree with each other, and labelled as simulated."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from astropy import units as u
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.io import fits
from astropy.time import Time
from astropy.utils import iers

from dfs.instruments.eso import known_instrument, known_instruments
from dfs_sims.figures import DATA
from dfs_sims.gallery import gallery


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> list[fits.Header]:
    folder = tmp_path_factory.mktemp("gallery")
    gallery(folder)
    headers = []
    for path in sorted(folder.rglob("*.fits")):
        with fits.open(path, checksum=True) as opened:
            headers.append(opened[0].header.copy())
            assert path.name == opened[0].header["ARCFILE"]
    return headers


def test_every_known_instrument_but_that_of_the_night_is_there(frames: list[fits.Header]) -> None:
    tables = {known_instrument(one["INSTRUME"]).table for one in frames}
    assert tables == {one.table for one in known_instruments()} - {"efosc"} | {"other"}


def test_each_says_that_it_is_simulated(frames: list[fits.Header]) -> None:
    assert all(one["ORIGIN"] == "DFS-SIM" and one["ESO SIM STATE"] is True for one in frames)


def test_the_altitude_is_that_of_astropy(frames: list[fits.Header]) -> None:
    """To the precession since 2000, 0.15 degree, and a little refraction nobody asked for."""
    offline = iers.conf.set_temp("auto_download", value=False), iers.conf.set_temp("iers_degraded_accuracy", "ignore")
    with offline[0], offline[1]:
        _compare(frames)


def _compare(frames: list[fits.Header]) -> None:
    for one in frames:
        site = EarthLocation(one["ESO TEL GEOLON"] * u.deg, one["ESO TEL GEOLAT"] * u.deg, one["ESO TEL GEOELEV"] * u.m)
        at = AltAz(obstime=Time(one["MJD-OBS"], format="mjd"), location=site)
        truth = SkyCoord(one["RA"], one["DEC"], unit="deg").transform_to(at).alt.deg
        assert one["ESO TEL ALT"] == pytest.approx(truth, abs=0.4)


def test_programmes_are_those_of_the_demonstration(frames: list[fits.Header]) -> None:
    runs = tomllib.loads((DATA / "runs.toml").read_text())
    assert {one["ESO OBS PROG ID"] for one in frames} == {"116.SIM3.001", "116.SIM4.001"}
    assert {one["programme"] for one in runs.values()}.isdisjoint({"116.SIM3.001", "116.SIM4.001"})


def test_the_same_each_time(frames: list[fits.Header], tmp_path: Path) -> None:
    gallery(tmp_path)
    sums = {path.name: fits.getheader(path)["DATASUM"] for path in tmp_path.rglob("*.fits")}
    assert sums == {one["ARCFILE"]: one["DATASUM"] for one in frames}
