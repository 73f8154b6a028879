"""Samples of spectra and bands, and how wide a line is on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.instruments.optics.curves import Curve
from dfs.instruments.optics.nouns import Disperser
from dfs.instruments.optics.wavelengths import band_samples, line_width_nm, pixel_samples, vacuum_nm

RANGE = (400.0, 800.0)
BARE = Disperser("GR", "GR", {"none": RANGE})


def test_even_steps() -> None:
    centres, widths = pixel_samples(replace(BARE, dispersion_nm=0.2), RANGE, 4096, 2)
    assert centres.size == 1000
    assert centres[0] == pytest.approx(400.2)
    np.testing.assert_allclose(widths, 0.4)


def test_steps_of_an_echelle() -> None:
    centres, widths = pixel_samples(replace(BARE, sampling=50000.0), RANGE, 4096, 1)
    np.testing.assert_allclose(centres / widths, 50000.0, rtol=2e-5)
    assert centres[-1] == pytest.approx(800.0, abs=0.05)


def test_steps_of_a_curve() -> None:
    nodes = np.array(RANGE)
    curve = Curve("one", "dispersion_nm", nodes, np.array([0.1, 0.3]), "a manual", "")
    centres, widths = pixel_samples(replace(BARE, dispersion=curve), RANGE, 4096, 1)
    np.testing.assert_allclose(widths, np.interp(centres, nodes, [0.1, 0.3]), rtol=2e-3)


@pytest.mark.parametrize("binning", [1, 2, 3, 4])
def test_a_polynomial_keeps_to_its_pixels(binning: int) -> None:
    one = replace(BARE, polynomial=(600.0, 0.1, 1e-6), pivot=2048.0)
    centres, widths = pixel_samples(one, (100.0, 1100.0), 4096, binning)
    place = np.arange(0, 4096, binning) + (binning - 1) / 2.0 - 2048.0
    expected = 600.0 + 0.1 * place + 1e-6 * place**2
    nearest = centres[np.abs(centres[:, None] - expected).argmin(axis=0)]
    np.testing.assert_allclose(nearest, expected, atol=1e-4)
    np.testing.assert_allclose(widths, binning * 0.1, rtol=0.05)


def test_a_band_is_sampled_where_it_passes() -> None:
    coarse = np.arange(300.0, 1100.0, 0.25)
    centres, widths = band_samples(coarse, np.where((coarse > 500) & (coarse < 510), 0.8, 0.0))
    assert 499 < centres[0] < 501
    assert 509 < centres[-1] < 511
    assert centres.size == 400
    np.testing.assert_allclose(widths, widths[0])


def test_a_band_that_passes_nothing() -> None:
    with pytest.raises(DataError, match="nothing passes"):
        band_samples(np.arange(300.0, 400.0), np.zeros(100))


def test_two_resolving_powers_part_slit_and_rest() -> None:
    one = replace(BARE, resolution=((0.3, 1500.0), (1.0, 500.0)), resolution_at_nm=600.0)
    nm, step = np.array([500.0, 600.0, 700.0]), np.array([0.1, 0.1, 0.1])
    assert line_width_nm(one, nm, step, 1.0, 1.0)[1] == pytest.approx(600 / 500)
    assert line_width_nm(one, nm, step, 0.3, 1.0)[1] == pytest.approx(600 / 1500)
    assert line_width_nm(one, nm, step, 0.5, 2.0)[1] == pytest.approx(600 / 500)


def test_a_grism_keeps_pixels_an_echelle_power() -> None:
    nm, step = np.array([500.0, 600.0, 700.0]), np.array([0.1, 0.12, 0.14])
    grism = replace(BARE, resolution=((1.0, 500.0),), resolution_at_nm=600.0)
    np.testing.assert_allclose(line_width_nm(grism, nm, step, 1.0, 1.0), [1.0, 1.2, 1.4])
    echelle = replace(grism, resolution_law="constant")
    np.testing.assert_allclose(line_width_nm(echelle, nm, step, 2.0, 1.0), nm / 250.0)


def test_a_width_that_no_slit_changes() -> None:
    curve = Curve("lsf", "resolution", np.array(RANGE), np.array([1000.0, 2000.0]), "a manual", "")
    nm = np.array([400.0, 800.0])
    np.testing.assert_allclose(line_width_nm(replace(BARE, fwhm=curve), nm, nm, 1.0, 1.0), 0.4)


def test_vacuum_stays_vacuum() -> None:
    nm = np.array([500.0, 1500.0])
    assert vacuum_nm(nm, "vacuum") is nm
    assert vacuum_nm(nm, "air")[0] == pytest.approx(500.13944, abs=1e-4)
