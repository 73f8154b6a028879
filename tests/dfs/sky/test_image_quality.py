"""Image quality against ESO's calculator, and what apertures and slits keep."""

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.sky.image_quality import (
    encircled_energy,
    fried_parameter_m,
    image_quality,
    seeing_for,
    seeing_of_category,
    slit_fraction,
)

PIXEL = 0.125  # FORS2, standard resolution, as ESO's calculator has it


def test_encircled_energy_of_esos_fors2_cases() -> None:
    # ESO ETC 2.0 v118, v_HIGH, seeing 0.8 arcsec, air mass 1: aperture of 11 pixels, encircled energy 0.947115
    quality = image_quality(0.8, 1.0, 555.0)
    diameter = 2 * int(np.ceil((2 * quality / PIXEL - 1) / 2)) + 1
    assert diameter == 11
    assert encircled_energy(diameter * PIXEL / 2, quality) == pytest.approx(0.947115, abs=1e-3)


def test_seeing_through_a_large_telescope() -> None:
    # R. Bacon's pyetc quotes ESO: seeing 0.8 arcsec at air mass 1, 550 nm, 8.2 m: 0.655 arcsec, to 0.02
    assert image_quality(0.8, 1.0, 550.0) == pytest.approx(0.655, abs=0.02)


def test_wide_outer_scale_gives_kolmogorov() -> None:
    seeing = image_quality(0.8, 1.5, 700.0, diameter_m=8.2, outer_scale_m=1e12)
    expected = np.hypot(0.8 * 1.5**0.6 * (700 / 500) ** -0.2, 0.000212 * 700 / 8.2)
    assert seeing == pytest.approx(expected, rel=1e-3)


def test_fried_parameter_of_one_arcsecond() -> None:
    assert fried_parameter_m(1.0) == pytest.approx(0.1007, abs=1e-4)  # the textbook's 10 cm


def test_arguments_broadcast() -> None:
    seeing, wavelength = np.array([0.6, 0.8, 1.2])[:, None], np.linspace(350, 1000, 65)
    quality = image_quality(seeing, 1.2, wavelength)
    assert quality.shape == (3, 65)
    assert np.all(np.diff(quality, axis=1) < 0)
    assert np.all(np.diff(quality, axis=0) > 0)


def test_seeing_for_is_the_inverse() -> None:
    for airmass, wavelength in ((1.0, 400.0), (1.7, 2200.0)):
        seeing = seeing_for(0.7, airmass, wavelength)
        assert image_quality(seeing, airmass, wavelength) == pytest.approx(0.7, abs=1e-9)
    with pytest.raises(UsageError):
        seeing_for(0.0, 1.0, 500.0)


def test_slit_and_aperture() -> None:
    assert slit_fraction(1.0, 1.0) == pytest.approx(0.76096811, abs=1e-8)  # erf(sqrt(ln 2))
    assert slit_fraction(50.0, 1.0) == pytest.approx(1.0)
    assert encircled_energy(0.5, 1.0) == pytest.approx(0.5)
    assert slit_fraction(1.0, 1.0, offset_arcsec=0.3) < slit_fraction(1.0, 1.0)


def test_categories() -> None:
    assert seeing_of_category(50) == 0.8
    with pytest.raises(UsageError) as caught:
        seeing_of_category(40)
    assert "85" in caught.value.accepted


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan")])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_seeing_airmass_or_wavelength_that_is_not_positive(bad: float, place: int) -> None:
    given = [0.8, 1.0, 550.0]
    given[place] = bad
    with pytest.raises(UsageError):
        image_quality(*given)
