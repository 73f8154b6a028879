"""Zero points and catalogues."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.model import Card, Column, Frame, Table
from dfs.recipes.steps.image_wcs import CelestialFrame
from dfs.recipes.steps.zeropoint import Catalogue, read_catalogue, tie, zero_point

SCALE = 6.688889e-05
FRAME = CelestialFrame((150.0, -2.0), (500.0, 500.0), np.array([[SCALE, 0.0], [0.0, SCALE]]))


def test_zero_points_scatter_as_their_errors_say() -> None:
    random = np.random.default_rng(1)
    pulls = []
    for _ in range(200):
        mag = random.uniform(14, 18, 12)
        flux = 10 ** (-0.4 * (mag - 25.5))
        error = 0.02 * flux
        seen = zero_point(mag + random.normal(0, 0.01, 12), np.full(12, 0.01), flux + random.normal(0, error), error)
        assert seen is not None
        pulls.append((seen.mag - 25.5) / seen.error)
    assert np.std(pulls) == pytest.approx(1.0, abs=0.15)
    assert abs(np.mean(pulls)) < 0.25


def test_scatter_beyond_the_errors_enters_the_error() -> None:
    random = np.random.default_rng(2)
    mag = random.uniform(14, 18, 40)
    flux = 10 ** (-0.4 * (mag - 25.5 + random.normal(0, 0.05, 40)))
    found = zero_point(mag, np.full(40, 0.001), flux, 0.001 * flux)
    assert found is not None
    assert found.error == pytest.approx(0.05 / np.sqrt(40), rel=0.4)
    assert found.scatter == pytest.approx(0.05, rel=0.4)


def test_variables_and_wrong_matches_are_left_out() -> None:
    mag = np.linspace(14, 18, 20)
    flux = 10 ** (-0.4 * (mag - 25.5))
    flux[3] *= 2
    flux[11] /= 3
    flux[15] = np.nan
    found = zero_point(mag, np.full(20, 0.01), flux, 0.005 * np.abs(flux), "AB")
    assert found is not None
    assert found.mag == pytest.approx(25.5, abs=1e-6)
    assert (found.stars, found.rejected, found.system) == (17, 2, "AB")


def test_one_star_is_a_zero_point_and_none_is_none() -> None:
    single = zero_point(np.array([15.0]), np.array([0.02]), np.array([1000.0]), np.array([10.0]))
    assert single is not None
    assert single.mag == pytest.approx(22.5)
    assert single.error == pytest.approx(np.hypot(0.02, 1.0857 * 0.01), rel=1e-3)
    assert single.scatter is None
    assert zero_point(np.array([15.0]), np.array([0.0]), np.array([10.0]), np.array([5.0])) is None
    assert zero_point(np.empty(0), np.empty(0), np.empty(0), np.empty(0)) is None


def stars(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, Catalogue]:
    random = np.random.default_rng(seed)
    x, y = random.uniform(20, 980, (2, count))
    ra, dec = FRAME.sky(x, y)
    return x, y, Catalogue("c", ra, dec, np.linspace(14, 19, count), np.zeros(count))


@pytest.mark.parametrize("count", [4, 30])
def test_a_catalogue_replaces_the_pointing(count: int) -> None:
    x, y, catalogue = stars(3, count)
    # The telescope looked 8 px East and 20 px South of where the header says: stars appear the other way.
    noise = np.random.default_rng(4).normal(0, 0.1, (2, count))
    found = tie(catalogue, FRAME, x - 8 + noise[0], y + 20 + noise[1], (1000, 1000), near_px=40)
    assert found is not None
    assert len(found.star) == count
    assert found.shift_arcsec == pytest.approx((8 * 0.2408, -20 * 0.2408), abs=0.05)
    ra, dec = found.frame.sky(x - 8, y + 20)
    assert np.abs(dec - catalogue.dec_deg).max() * 3600 < 0.1
    assert np.abs(ra - catalogue.ra_deg).max() * 3600 < 0.1
    assert found.rms_arcsec == pytest.approx(0.024, rel=0.6)


def test_a_turned_camera_is_seen_by_many_stars() -> None:
    x, y, catalogue = stars(5, 40)
    c, s = np.cos(0.001), np.sin(0.001)
    u, v = 500 + c * (x - 500) - s * (y - 500) + 3, 500 + s * (x - 500) + c * (y - 500) - 2
    found = tie(catalogue, FRAME, u, v, (1000, 1000), near_px=40)
    assert found is not None
    assert np.abs(found.frame.sky(u, v)[1] - catalogue.dec_deg).max() * 3600 < 0.005
    assert found.rms_arcsec is not None
    assert found.rms_arcsec < 0.005


def test_one_or_two_stars_leave_the_pointing_alone() -> None:
    x, y, catalogue = stars(6, 2)
    more = np.random.default_rng(1).uniform(0, 1000, (2, 3))
    found = tie(catalogue, FRAME, np.append(x + 2, more[0]), np.append(y, more[1]), (1000, 1000), near_px=10)
    assert found is not None
    assert found.frame is FRAME
    assert found.rms_arcsec is None
    assert found.source.tolist() == [0, 1]


def test_strangers_are_not_matched() -> None:
    _, _, catalogue = stars(7, 15)
    x, y, _ = stars(8, 40)
    assert tie(catalogue, FRAME, x, y, (1000, 1000), near_px=40) is None
    assert tie(catalogue, FRAME, np.empty(0), np.empty(0), (1000, 1000), near_px=40) is None


def table(**columns: object) -> Table:
    return Table(
        tuple(Column(name, np.asarray(values)) for name, values in columns.items()), (Card("PHOTSYS", "Vega"),)
    )


def test_catalogues_are_read_by_band() -> None:
    frame = Frame(
        "PHOT_STANDARDS",
        "t",
        {},
        table(ra=[1.0, 2.0, 3.0], dec=[0.0] * 3, mag=[10.0, 11.0, 12.0], band=["V", "R", "V "]),
    )
    found = read_catalogue(frame, "V")
    assert found.mag.tolist() == [10.0, 12.0]
    assert found.mag_error.tolist() == [0.0, 0.0]
    assert found.system == "VEGA"
    with pytest.raises(DataError, match="no star of band 'B'"):
        read_catalogue(frame, "B")
    with pytest.raises(DataError) as caught:
        read_catalogue(Frame("PHOT_STANDARDS", "t", {}, table(ra=[1.0], dec=[1.0])), "V")
    assert caught.value.keyword == "MAG"
