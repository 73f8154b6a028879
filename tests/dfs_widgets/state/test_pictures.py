"""Views of files: what is drawn, what goes beside it, what cannot be drawn."""

from __future__ import annotations

import json

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from dfs.errors import DataError
from dfs_widgets.state.pictures import picture_type, view_of


def image(path, shape=(40, 60), **cards):
    header = fits.Header(cards)
    header["CTYPE1"], header["CTYPE2"] = "RA---TAN", "DEC--TAN"
    header["CRPIX1"], header["CRPIX2"], header["CRVAL1"], header["CRVAL2"] = 20.0, 30.0, 99.05, -31.22
    header["CD1_1"], header["CD1_2"], header["CD2_1"], header["CD2_2"] = -1e-4, 2e-5, 1e-5, 1e-4
    data = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    fits.PrimaryHDU(data, header).writeto(path)
    return data


@pytest.mark.parametrize("dark", [True, False])
def test_an_image_comes_with_its_values_and_its_place(tmp_path, dark):
    data = image(tmp_path / "a.fits")
    content = view_of(tmp_path / "a.fits", dark=dark)
    shown = content.shown
    assert shown["kind"] == "image"
    assert np.array_equal(np.frombuffer(content.bytes, "<f4").reshape(shown["ny"], shown["nx"]), data)
    assert shown["full"] == [60, 40]
    assert shown["cuts"]["min, max"] == (0.0, float(data.max()))
    truth = WCS(fits.getheader(tmp_path / "a.fits"))
    told = shown["wcs"]
    assert told["crpix"] == pytest.approx(truth.wcs.crpix)
    assert told["crval"] == pytest.approx(truth.wcs.crval)
    assert np.array(told["cd"]) == pytest.approx(truth.pixel_scale_matrix)
    json.dumps(shown["item"], default=str)


def test_a_large_image_is_averaged(tmp_path):
    data = image(tmp_path / "a.fits", (1500, 3000))
    shown = view_of(tmp_path / "a.fits", dark=False)
    assert shown.shown["block"] == 3
    values = np.frombuffer(shown.bytes, "<f4").reshape(shown.shown["ny"], shown.shown["nx"])
    assert values.shape == (500, 1000)
    assert values[7, 9] == pytest.approx(data[21:24, 27:30].mean(), rel=1e-6)


def test_an_empty_image_is_drawn_all_the_same(tmp_path):
    fits.PrimaryHDU(np.full((8, 8), np.nan, dtype=np.float32)).writeto(tmp_path / "a.fits")
    assert view_of(tmp_path / "a.fits", dark=False).shown["wcs"] is None


def test_what_is_no_fits_file_is_told(tmp_path):
    (tmp_path / "a.fits").write_bytes(b"nothing of the kind")
    with pytest.raises(DataError):
        view_of(tmp_path / "a.fits", dark=False)


def test_pictures_are_known_by_their_first_bytes():
    assert picture_type(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert picture_type(b"\x89PNG\r\n") == "image/png"
