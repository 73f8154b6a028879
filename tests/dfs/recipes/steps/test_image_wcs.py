"""Celestial coordinates against the textbook's formulas, and headers that claim nonsense."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import DataError
from dfs.recipes.steps.image_wcs import Affine, CelestialFrame, celestial_frame, pixel_mapping

SCALE = 6.688889e-05
# The header of the first image of run 108.22F6.001, as far as it concerns coordinates.
HEADER = {
    "CTYPE1": "RA---TAN",
    "CTYPE2": "DEC--TAN",
    "CRVAL1": 152.565583,
    "CRVAL2": -1.010586,
    "CRPIX1": 517.0,
    "CRPIX2": 488.25,
    "CDELT1": 2.0,
    "CDELT2": 2.0,
    "CD1_1": SCALE,
    "CD1_2": 0.0,
    "CD2_1": 0.0,
    "CD2_2": SCALE,
    "RADECSYS": "FK5",
    "EQUINOX": 2000.0,
}


def frame(angle: float = 0.3, ra: float = 10.0, dec: float = -60.0) -> CelestialFrame:
    c, s = SCALE * np.cos(angle), SCALE * np.sin(angle)
    return CelestialFrame((ra, dec), (100.0, 200.0), np.array([[-c, s], [s, c]]))


def project(ra, dec, ra0, dec0):
    a, d, a0, d0 = (np.radians(one) for one in (ra, dec, ra0, dec0))
    bottom = np.sin(d0) * np.sin(d) + np.cos(d0) * np.cos(d) * np.cos(a - a0)
    return np.degrees(np.cos(d) * np.sin(a - a0) / bottom), np.degrees(
        (np.cos(d0) * np.sin(d) - np.sin(d0) * np.cos(d) * np.cos(a - a0)) / bottom
    )


@given(st.floats(0, 359.9), st.floats(-89, 89), st.floats(0, 6.28), st.floats(0, 1000), st.floats(0, 1000))
@settings(max_examples=40, deadline=None)
def test_pixels_and_sky_agree_with_the_textbook(ra, dec, angle, x, y) -> None:
    one = frame(angle, ra, dec)
    world = one.sky(x, y)
    assert np.allclose(project(*world, ra, dec), one.cd @ (x - 100.0, y - 200.0), atol=1e-9)
    assert np.allclose(one.pixel(*world), (x, y), atol=1e-6)


def test_the_far_side_of_the_sky_has_no_pixel() -> None:
    assert np.isnan(frame().pixel(190.0, 60.0)).all()


def test_cards_mean_the_same_to_others() -> None:
    one = frame()
    header = fits.Header([(card.keyword, card.value, card.comment) for card in one.cards()])
    assert not any(name in header for name in ("CDELT1", "PC1_1", "CROTA2"))
    assert np.allclose(WCS(header).all_pix2world(17.0, 31.0, 0), one.sky(17.0, 31.0), atol=1e-10)


def test_trimming_moves_the_reference_pixel() -> None:
    raw = celestial_frame(HEADER, pixel_scale_arcsec=0.24)
    trimmed = celestial_frame(HEADER, pixel_scale_arcsec=0.24, trimmed=(6, 4))
    assert raw.crpix == (516.0, 487.25)
    assert np.allclose(raw.sky(106.0, 54.0), trimmed.sky(100.0, 50.0), atol=1e-12)
    assert (raw.radesys, raw.parity) == ("FK5", 1)
    assert raw.pixel_scale_arcsec == pytest.approx(0.2408, abs=1e-4)


@pytest.mark.parametrize(
    ("changes", "keyword"),
    [
        ({"CTYPE1": "PIXEL"}, "CTYPE1"),
        ({"CTYPE2": None}, "CTYPE2"),
        ({"CRVAL2": None}, "CRVAL2"),
        ({"EQUINOX": "J2000"}, "EQUINOX"),
        ({"CRPIX1": "middle"}, "CRPIX1"),
        ({"CD2_2": None}, "CD2_2"),
        ({"CD1_1": 2 * SCALE, "CD2_2": 2 * SCALE}, "CD1_1"),
        ({"CD1_1": 0.0}, "CD1_1"),
        ({"CD1_1": float("nan")}, "CD1_1"),
    ],
)
def test_headers_that_claim_nonsense_are_named(changes: dict, keyword: str) -> None:
    with pytest.raises(DataError) as caught:
        celestial_frame(HEADER | changes, pixel_scale_arcsec=0.24, where="odd.fits")
    assert (caught.value.where, caught.value.keyword) == ("odd.fits", keyword)


def test_mapping_between_frames_is_that_of_the_sky() -> None:
    here, there = frame(0.3), frame(0.8, 10.002, -60.001)
    mapping = pixel_mapping(here, there, (1000, 1000))
    x, y = np.array([0.0, 500.0, 900.0]), np.array([900.0, 500.0, 0.0])
    assert np.allclose(mapping(x, y), there.pixel(*here.sky(x, y)), atol=0.01)
    opposite = pixel_mapping(here, frame(0.3, 190.0, 60.0), (10, 10))
    assert not np.isfinite(opposite.shift).any()


def test_a_correction_puts_sources_where_the_catalogue_has_them() -> None:
    claimed = frame()
    # Sources are seen at p; the catalogue's positions fall on q = truth(p) in the claimed frame.
    truth = Affine(np.array([[1.001, -0.02], [0.02, 1.001]]), np.array([7.0, -3.0]))
    x, y = np.array([10.0, 500.0]), np.array([800.0, 30.0])
    assert np.allclose(claimed.corrected(truth).sky(x, y), claimed.sky(*truth(x, y)), atol=1e-10)


def test_maps_follow_one_another() -> None:
    first = Affine(np.array([[0.0, -1.0], [1.0, 0.0]]), np.array([3.0, 4.0]))
    then = Affine(np.array([[2.0, 0.0], [0.0, 2.0]]), np.array([1.0, 1.0]))
    assert np.allclose(then.after(first)(5.0, 6.0), then(*first(5.0, 6.0)))
