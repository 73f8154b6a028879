"""Spectrophotometric standards: numbers, and how they are found."""

import numpy as np
import pytest

from dfs.errors import DataError, NotFoundError
from dfs.recipes.steps.standards import find_standard, standard_of, standards

# Synthetic V of the tables against photometry by Landolt 1992/2007 and in Hamuy et al. 1992: (name, V).
PHOTOMETRY = (
    ("EG 21", 11.38),
    ("Feige 110", 11.83),
    ("LTT 3218", 11.86),
    ("EG 274", 11.03),
    ("HR 718", 4.28),
    ("LTT 7987", 12.23),
)


@pytest.mark.parametrize(("name", "visual"), PHOTOMETRY)
def test_tables_agree_with_photometry(name: str, visual: float) -> None:
    star = find_standard(name)
    # AB magnitude at 555.6 nm (AB and V agree there by definition, white dwarfs to 0.03).
    magnitude = np.interp(555.6, star.wavelength_nm, star.magnitude)
    assert magnitude == pytest.approx(visual, abs=0.05)


def test_flux_of_a_band_is_the_mean_of_a_flat_f_nu() -> None:
    star = find_standard("EG21")
    index = int(np.argmin(np.abs(star.wavelength_nm - 500.0)))
    wavelength = np.linspace(4975.0, 5025.0, 20001)
    f_lambda = 10 ** (-0.4 * (star.magnitude[index] + 48.59)) * 2.99792458e18 / wavelength**2
    assert star.flux[index] == pytest.approx(np.mean(f_lambda), rel=1e-5)


def test_every_table_is_whole() -> None:
    stars = standards()
    assert len(stars) == 30
    for star in stars:
        assert np.all(np.diff(star.wavelength_nm) > 0), star.name
        assert np.all((star.magnitude > 3) & (star.magnitude < 16)), star.name
        # The largest step is the telluric A band, which the tables still hold.
        steps = np.abs(np.diff(star.magnitude))
        assert np.max(steps) < 0.8, star.name
        assert np.max(steps[star.wavelength_nm[1:] < 680.0], initial=0.0) < 0.5, star.name
        assert star.source.startswith("Hamuy et al. 1992")
        assert find_standard(star.name) is star


def test_found_by_position() -> None:
    # The pointing of EFOSC.2022-01-29T01:12:03.548, and 30 arcsec from it.
    assert standard_of({"RA": 47.6295, "DEC": -68.59913, "OBJECT": "STD"}).name == "EG 21"
    assert standard_of({"RA": 47.6295, "DEC": -68.591}).name == "EG 21"


def test_found_by_name_whatever_its_spelling() -> None:
    assert find_standard("ltt-377").name == "CD-32 241"
    assert find_standard("LTT 745").name == "LTT 745-46A"
    assert standard_of({"RA": 10.0, "DEC": 0.0, "OBJECT": "eg_274"}).name == "EG 274"
    assert standard_of({"RA": 47.63, "DEC": -68.6}, name="Feige110").name == "Feige 110"


def test_unknown_stars_are_named_with_the_nearest() -> None:
    with pytest.raises(DataError) as caught:
        standard_of({"RA": 47.6, "DEC": -67.6, "OBJECT": "J0310"}, "frame.fits")
    assert "EG 21 at 1.0" in caught.value.message
    assert caught.value.where == "frame.fits"
    assert "star" in caught.value.hint
    with pytest.raises(DataError):
        standard_of({"OBJECT": "nothing"})
    with pytest.raises(NotFoundError) as unknown:
        find_standard("Vega")
    assert "EG 21" in unknown.value.accepted


def test_within_keeps_whole_bands_only() -> None:
    part = find_standard("EG 21").within(400.0, 500.0)
    assert part.wavelength_nm[0] == 405.0
    assert part.wavelength_nm[-1] == 495.0


@pytest.mark.real
def test_numbers_are_those_of_the_published_tables(test_data) -> None:
    """Against the archive's own files, read on their own."""
    folder = test_data / "stds" / "ctiostan"
    if not folder.is_dir():
        pytest.skip(f"no tables of standards in {folder}")
    for name, file in (
        ("EG 21", "eg21"),
        ("CD-32 9927", "cd32d9927"),
        ("HR 5501", "hr5501"),
        ("LTT 745-46A", "ltt745"),
    ):
        theirs, ours = np.loadtxt(folder / f"{file}.dat"), find_standard(name)
        np.testing.assert_allclose(10 * ours.wavelength_nm, theirs[:, 0])
        np.testing.assert_allclose(ours.magnitude, theirs[:, 1])
        np.testing.assert_allclose(10 * ours.width_nm, theirs[:, 2])
