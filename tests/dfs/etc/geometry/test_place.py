"""Slits and apertures against their formulas at every pixel, and against sums."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.etc.extraction.eso import odd_pixels
from dfs.etc.geometry.image import quality_at, reference_nm, seeing_of
from dfs.etc.geometry.place import place_of
from dfs.etc.request import Sky
from dfs.instruments.optics import Choice, light_path
from dfs.sky.image_quality import slit_fraction


@pytest.mark.parametrize("slit", [0.28, 1.0])
@pytest.mark.parametrize("seeing", [0.4, 0.8, 2.0])
def test_nodes_do_not_show(slit: float, seeing: float) -> None:
    light = light_path(Choice("FORS2", "lss", disperser="300V", filter="GG435", slit_arcsec=slit))
    exact = quality_at(light, seeing, 1.5, light.wavelength_nm)
    place = place_of(light, seeing, 1.5)
    np.testing.assert_allclose(place.fwhm, exact, rtol=1e-5)
    np.testing.assert_allclose(place.strip(9.0, extended=False).slit_fraction, slit_fraction(slit, exact), rtol=1e-5)


def test_the_aperture_is_the_smallest_odd_number_of_pixels() -> None:
    assert [odd_pixels(size) for size in (0.2, 1.0, 1.01, 10.67, 11.0, 11.2, 12.0)] == [1, 1, 3, 11, 11, 13, 13]


def test_image_quality_is_that_at_the_reference_wavelength() -> None:
    light = light_path(Choice("FORS2", "lss", disperser="300V"))
    seeing = seeing_of(light, Sky(airmass=1.4, seeing_arcsec=None, image_quality_arcsec=0.9))
    assert quality_at(light, seeing, 1.4, np.array([reference_nm(light)]))[0] == pytest.approx(0.9, abs=1e-9)
