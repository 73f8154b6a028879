"""Fields are covered: every point of a field lies in a frame, and no frame lies beside the field."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.phase2.survey import (
    VISTA_TILE,
    Band,
    Box,
    Circle,
    Pointing,
    Polygon,
    Tiling,
    dithers,
    pawprints,
    tile_field,
    tiling_for,
)
from dfs.phase2.survey.fields import points_in

FIELDS = {
    "circle": Circle(10.0, -30.0, 0.8),
    "turned box": Box(0.1, 20.0, 0.7, 1.5, 30.0),
    "far south": Box(200.0, -80.0, 2.0, 1.0),
    "over 0 h": Band(359.2, 0.8, -1.0, 0.7),
    "triangle": Polygon(((10.0, -10.0), (11.5, -10.0), (11.0, -8.5))),
}
TILINGS = {
    "frames": Tiling(15.0, 12.0),
    "overlapping": Tiling(24.0, 20.0, overlap=0.25),
    "hexagons": Tiling(20.0, 20.0, "hexagonal"),
    "tiles of VISTA": VISTA_TILE,
}


def in_frames(points: np.ndarray, pointings: list[Pointing], tiling: Tiling) -> np.ndarray:
    """How many frames each point lies in: astropy's offsets, onto the plane of each frame."""
    sky = SkyCoord(*np.degrees([np.arctan2(points[:, 1], points[:, 0]), np.arcsin(points[:, 2])]) * u.deg)
    half_width, half_height = np.radians(tiling.width_arcmin / 120), np.radians(tiling.height_arcmin / 120)
    count = np.zeros(len(points), dtype=int)
    for one in pointings:
        there = sky.transform_to(SkyCoord(one.ra_deg * u.deg, one.dec_deg * u.deg).skyoffset_frame())
        x, y = np.tan(there.lon.rad), np.tan(there.lat.rad) / np.cos(there.lon.rad)
        near = np.abs(there.lon.deg) < 90
        if tiling.pattern == "hexagonal":
            count += near & (np.hypot(x, y) <= half_width)
        else:
            count += near & (np.abs(x) <= half_width) & (np.abs(y) <= half_height)
    return count


@pytest.mark.parametrize("tiling", TILINGS)
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_covered(field: str, tiling: str) -> None:
    pointings = tile_field(FIELDS[field], TILINGS[tiling])
    points = points_in(FIELDS[field], FIELDS[field].radius_deg / 15)
    count = in_frames(points, pointings, TILINGS[tiling])
    assert np.mean(count > 0) > 0.995, "all but slivers at the edge"


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 359), st.floats(-75, 30), st.floats(0.3, 0.7), st.sampled_from(sorted(TILINGS)))
def test_any_circle_is_covered(ra: float, dec: float, radius: float, name: str) -> None:
    pointings = tile_field(Circle(ra, dec, radius), TILINGS[name])
    sliver = 1.5 * TILINGS[name].height_arcmin / 60 / 24  # what is narrower at the edge may be left out
    points = points_in(Circle(ra, dec, radius - sliver), radius / 12)
    assert in_frames(points, pointings, TILINGS[name]).min() > 0
    assert len({one.name for one in pointings}) == len(pointings)


def test_no_more_frames_than_are_needed() -> None:
    """A square degree by frames of six arcminutes: 100, and a row more where rows do not begin at its edge."""
    assert 100 <= len(tile_field(Box(50.0, 0.0, 1.0, 1.0), Tiling(6.0, 6.0))) <= 121
    assert len(tile_field(Circle(50.0, -40.0, 0.02), Tiling(6.0, 6.0))) == 1


def test_overlap_is_shared_by_neighbours() -> None:
    pointings = tile_field(Box(50.0, 0.0, 1.0, 0.05), Tiling(10.0, 10.0, overlap=0.3))
    steps = np.diff([one.ra_deg for one in pointings]) * 60
    np.testing.assert_allclose(steps, 7.0, rtol=1e-3)


def test_six_pawprints_fill_a_tile_twice() -> None:
    """Detectors of 11.6 arcmin, 90 % of one apart in x and 42.5 % in y: away from the edges each place is exposed twice or more."""
    size, pitches = 11.61 / 60, (-1.5, -0.5, 0.5, 1.5)
    detectors = [
        (paw.ra_deg - 30.0 + x * 1.9 * size, paw.dec_deg + y * 1.425 * size)
        for paw in pawprints(Pointing("1", 30.0, 0.0))
        for x in pitches
        for y in pitches
    ]
    centres = np.array(detectors)
    x, y = np.meshgrid(np.linspace(-0.70, 0.70, 81), np.linspace(-0.50, 0.50, 61))
    within = (np.abs(x[..., None] - centres[:, 0]) <= size / 2) & (np.abs(y[..., None] - centres[:, 1]) <= size / 2)
    assert within.sum(-1).min() >= 2


def test_dithers_lie_on_hexagons() -> None:
    found = dithers(Pointing("7", 40.0, -30.0), 7, 20.0)
    assert [one.name for one in found] == [f"7d{k}" for k in range(1, 8)]
    sky = SkyCoord([one.ra_deg for one in found] * u.deg, [one.dec_deg for one in found] * u.deg)
    np.testing.assert_allclose(sky[0].separation(sky[1:]).arcsec, 20.0, rtol=1e-5)
    np.testing.assert_allclose(sky[1:-1].separation(sky[2:]).arcsec, 20.0, rtol=1e-5)
    assert len(dithers(Pointing("7", 40.0, -30.0), 19, 20.0)) == 19


def test_pawprints_and_dithers_follow_each_tile() -> None:
    whole = tile_field(Circle(30.0, -20.0, 0.1), VISTA_TILE)
    split = tile_field(Circle(30.0, -20.0, 0.1), Tiling(88.5, 61.0, pawprints=True, dithers=3, dither_arcsec=10.0))
    assert len(split) == 18 * len(whole)


def test_instruments_have_frames_of_their_own() -> None:
    assert tiling_for("FORS2").width_arcmin == pytest.approx(6.8, abs=0.2)
    assert tiling_for("VIRCAM", ["VIRCAM_img_obs_tile6"]) == VISTA_TILE
    assert tiling_for("VIRCAM", ["VIRCAM_img_obs_paw"]).pawprints
    assert tiling_for("FLAMES").pattern == "hexagonal"


WRONG = {
    "pole": (lambda: tile_field(Circle(0.0, -89.5, 1.0), Tiling(7, 7)), "pole"),
    "too many": (lambda: tile_field(Circle(0.0, 0.0, 20.0), Tiling(2, 2)), "pointings would be needed"),
    "overlap": (lambda: Tiling(7, 7, overlap=1.0), "1.0 is not possible"),
    "pattern": (lambda: Tiling(7, 7, "round"), "round"),
    "size": (lambda: Tiling(0, 7), "0 is not possible"),
    "dither": (lambda: Tiling(7, 7, dithers=3), "not possible"),
    "radius": (lambda: Circle(0, 0, -1), "radius"),
    "band": (lambda: Band(0, 10, 5, -5), "declinations"),
    "corners": (lambda: Polygon(((0, 0), (1, 1))), "corners"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_told(case: str) -> None:
    make, words = WRONG[case]
    with pytest.raises(UsageError, match=words) as told:
        make()
    assert told.value.accepted
