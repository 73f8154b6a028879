"""Footprints against astropy's WCS."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from hypothesis import given
from hypothesis import strategies as st

from dfs.archive.tables.footprints import footprint_of


def image(ra: float, dec: float, *, angle: float = 0.0, size: tuple[int, int] = (100, 60), step: float = 1e-3) -> dict:
    sine, cosine = np.sin(angle), np.cos(angle)
    return {
        "NAXIS": 2,
        "NAXIS1": size[0],
        "NAXIS2": size[1],
        "CTYPE1": "RA---TAN",
        "CTYPE2": "DEC--TAN",
        "CRVAL1": ra,
        "CRVAL2": dec,
        "CRPIX1": 31.0,
        "CRPIX2": 12.5,
        "CD1_1": -step * cosine,
        "CD1_2": step * sine,
        "CD2_1": step * sine,
        "CD2_2": step * cosine,
    }


@given(st.floats(0, 360), st.floats(-89.9, 89.9), st.floats(0, 6.28))
def test_corners_are_those_of_astropy(ra: float, dec: float, angle: float) -> None:
    header = image(ra, dec, angle=angle)
    (ring,) = footprint_of(header, []).polygons
    corners = WCS(fits.Header(header)).all_pix2world([[0.5, 0.5], [100.5, 0.5], [100.5, 60.5], [0.5, 60.5]], 1)
    ours, theirs = (SkyCoord(one[:, 0], one[:, 1], unit="deg") for one in (ring, corners))
    assert ours.separation(theirs).arcsec.max() < 1e-4


def test_other_projections_are_astropys() -> None:
    header = image(80.0, -69.0) | {"CTYPE1": "RA---ZPN", "CTYPE2": "DEC--ZPN", "PV2_1": 1.0, "PV2_3": 42.0}
    found = footprint_of(header, [])
    corners = WCS(fits.Header(header)).all_pix2world([[0.5, 0.5]], 1)
    assert found.polygons[0][0] == pytest.approx(corners[0], abs=1e-9)
    assert found.centre == pytest.approx((79.946, -68.982), abs=0.01)


def test_a_mosaic_is_a_union_and_its_errors_are_left_out() -> None:
    chips = [{**image(10.0, 0.0), "XTENSION": "IMAGE"}, {**image(10.2, 0.0), "XTENSION": "IMAGE"}]
    error = {**image(10.0, 0.0), "HDUCLAS2": "ERROR"}
    found = footprint_of({"RA": 10.1, "DEC": 0.0}, [*chips, error])
    text = found.text()
    assert text is not None
    assert text.startswith("UNION J2000 ( POLYGON ")
    assert text.count("POLYGON") == 2
    assert found.centre == (10.1, 0.0)
    assert found.diameter == pytest.approx(np.hypot(0.3, 0.06), abs=1e-3)


def test_a_catalogue_has_its_outline() -> None:
    corners = {"FPRA1": 350.0, "FPDE1": -1.0, "FPRA2": 10.0, "FPDE2": -1.0, "FPRA3": 10.0, "FPDE3": 1.0}
    found = footprint_of(corners, [])
    assert found.text() == "POLYGON J2000 350.0 -1.0 10.0 -1.0 10.0 1.0"
    assert found.centre is not None
    assert found.centre[0] == pytest.approx(3.33, abs=0.1)


def test_a_spectrum_is_a_point_with_an_aperture() -> None:
    found = footprint_of({"RA": 10.0, "DEC": -5.0, "NAXIS": 0}, [{"APERTURE": 0.001}])
    assert found.text() == "POSITION J2000 10.0 -5.0"
    assert found.diameter == 0.001


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"RA": 10.0},
        {"RA": 400.0, "DEC": 0.0},
        image(10.0, 0.0) | {"CD1_1": "x"},
        image(10.0, 0.0) | {"NAXIS1": 0},
        image(10.0, 95.0),
        image(float("nan"), 0.0),
    ],
)
def test_what_a_header_does_not_tell_is_missing(header: dict) -> None:
    found = footprint_of(header, [])
    assert found.polygons == () or len(found.polygons) == 1  # a half WCS may still be one to astropy
    if found.polygons:
        assert np.isfinite(found.polygons[0]).all()
    else:
        assert found.text() is None
