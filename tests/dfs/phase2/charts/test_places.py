"""Where things are drawn: the chart's plane and what is resampled onto it, against astropy's WCS."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import DataError, NotFoundError
from dfs.phase2.charts import ArchiveImages, Blank, FirstOf, FitsImage, StarCatalogue, Tangent

_spec = importlib.util.spec_from_file_location("charts_sample", Path(__file__).with_name("sample.py"))
assert _spec is not None
assert _spec.loader is not None
sample = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sample)

PLANE = Tangent(*sample.CENTRE, side_deg=8 / 60, pixels=400)
STARS = [(53.4015, -36.1404), (53.4515, -36.1104), (53.3515, -36.1504), (53.42, -36.19)]


@given(st.floats(0, 360, exclude_max=True), st.floats(-89.9, 89.9), st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))
@settings(max_examples=60, deadline=None)
def test_the_plane_is_that_of_a_tangential_wcs(ra: float, dec: float, east: float, north: float) -> None:
    plane = Tangent(ra, dec, 1.0, 1000)
    x, y = plane.at(east, north)
    there = plane.sky(x, y)
    theirs = plane.wcs().pixel_to_world_values(x - 0.5, y - 0.5)
    assert (there[0] - theirs[0] + 180) % 360 - 180 == pytest.approx(0, abs=1e-9 / np.cos(np.radians(there[1])))
    assert there[1] == pytest.approx(theirs[1], abs=1e-9)
    assert np.hypot(*np.subtract(plane.pixel(*there), (x, y))) < 1e-5


def test_north_is_up_and_east_to_the_left() -> None:
    x, y = PLANE.pixel([53.4015, 53.45], [-36.10, -36.1404])
    assert y[0] < 200
    assert x[0] == pytest.approx(200, abs=0.1)
    assert x[1] < 200


def test_what_is_behind_has_no_place() -> None:
    x, _ = PLANE.pixel(sample.CENTRE[0] + 180, -sample.CENTRE[1])
    assert np.isnan(x)


@pytest.mark.parametrize(("turned", "mirrored"), [(0.0, False), (25.0, False), (190.0, False), (-60.0, True)])
def test_stars_of_an_image_lie_where_the_wcs_says(turned: float, mirrored: bool, tmp_path: Path) -> None:
    file = sample.image(tmp_path / "mosaic.fits", STARS, turned_deg=turned, mirrored=mirrored)
    painted = FitsImage(file).paint(PLANE)
    assert painted.band == "R_SPECIAL"
    for ra, dec in STARS:
        x, y = (float(one) for one in PLANE.pixel(ra, dec))
        near = painted.ink[int(y) - 6 : int(y) + 7, int(x) - 6 : int(x) + 7]
        if not np.isfinite(near).all():
            continue  # in the gap between the chips
        weight = np.where(near > 0.5, near, 0)
        rows, columns = np.mgrid[: near.shape[0], : near.shape[1]]
        found = (columns * weight).sum() / weight.sum() + int(x) - 6 + 0.5
        assert found == pytest.approx(x, abs=0.7)
        assert (rows * weight).sum() / weight.sum() + int(y) - 6 + 0.5 == pytest.approx(y, abs=0.7)
    sky = painted.ink[np.isfinite(painted.ink)]
    assert 0.0 < np.median(sky) < 0.2, "the sky is light"


def test_an_image_of_elsewhere_is_told(tmp_path: Path) -> None:
    file = sample.image(tmp_path / "mosaic.fits", [])
    with pytest.raises(NotFoundError, match="does not show"):
        FitsImage(file).paint(Tangent(10.0, 20.0, 0.1, 100))
    with pytest.raises(DataError, match="cannot be read"):
        FitsImage(tmp_path / "none.fits").paint(PLANE)


def test_the_archive_is_asked_for_its_image(tmp_path: Path) -> None:
    file = sample.image(tmp_path / "mosaic.fits", STARS)

    class Finder:
        def covering(self, ra_deg: float, dec_deg: float, radius_deg: float) -> Path | None:
            return file if abs(ra_deg - 53.4) < 1 and radius_deg > 0 and dec_deg < 0 else None

    assert np.isfinite(ArchiveImages(Finder()).paint(PLANE).ink).mean() > 0.9
    with pytest.raises(NotFoundError, match="archive has no image"):
        ArchiveImages(Finder()).paint(Tangent(10.0, 20.0, 0.1, 100))
    first = FirstOf([ArchiveImages(Finder()), Blank()])
    assert first.paint(Tangent(10.0, 20.0, 0.1, 100)).origin == "no image"
    with pytest.raises(NotFoundError, match="no image of this place"):
        FirstOf([ArchiveImages(Finder())]).paint(Tangent(10.0, 20.0, 0.1, 100))


def test_catalogue_stars_lie_where_they_should_and_bright_ones_are_larger(tmp_path: Path) -> None:
    from astropy.table import Table

    ra, dec = zip(*STARS, strict=True)
    table = Table({"RA_ICRS": ra, "DE_ICRS": dec, "Gmag": [10.0, 14.0, 18.0, np.nan]})
    table.write(tmp_path / "stars.csv", format="ascii.csv")
    painted = StarCatalogue.read(tmp_path / "stars.csv").paint(PLANE)
    areas = []
    for place in STARS:
        x, y = (float(one) for one in PLANE.pixel(*place))
        assert painted.ink[int(y), int(x)] > 0.3
        areas.append(float(painted.ink[int(y) - 8 : int(y) + 9, int(x) - 8 : int(x) + 9].sum()))
    assert areas[0] > areas[1] > areas[2]
    assert painted.finer is not None
    larger = painted.finer(Tangent(*STARS[0], side_deg=1 / 60, pixels=100))
    assert larger.ink[50, 50] > 0.9
    with pytest.raises(NotFoundError, match="no star"):
        StarCatalogue.read(tmp_path / "stars.csv").paint(Tangent(10.0, 20.0, 0.1, 100))
    with pytest.raises(DataError, match="no column mag"):
        StarCatalogue.of_table(Table({"ra": [1.0], "dec": [1.0]}))


def test_sexagesimal_and_hour_columns_are_read() -> None:
    from astropy.table import Table

    text = Table({"ra": ["03:33:36.36"], "dec": ["-36:08:25.4"], "mag": [12.0]})
    assert StarCatalogue.of_table(text).paint(PLANE).ink[200, 200] > 0.9
    hours = Table({"ra": [53.4015 / 15], "dec": [-36.1404], "mag": [12.0]})
    hours["ra"].unit = "hourangle"
    assert StarCatalogue.of_table(hours).paint(PLANE).ink[200, 200] > 0.9
