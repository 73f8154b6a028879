"""What a result shows: itself in a line, a table, plots, words for each term."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u

from dfs.errors import UsageError
from dfs.etc.engine.calculation import calculate
from dfs.etc.request import Exposure, Request, Target
from dfs.etc.result import Result
from dfs.etc.showing.growth import input_flux, passed, peaks, snr_by_time
from dfs.etc.spectra import Sed
from dfs.etc.terms import TERMS
from dfs.instruments.optics import Choice


@pytest.fixture(scope="module")
def spectrum() -> Result:
    choice = Choice("FORS2", "lss", disperser="300V", slit_arcsec=1.0)
    return calculate(Request(choice, Target(Sed.of("flat_lambda"), 21.0), exposure=Exposure(600.0, count=2)))


@pytest.fixture(scope="module")
def image() -> Result:
    return calculate(Request(Choice("FORS2"), Target(Sed.of("flat_lambda"), 21.0), exposure=Exposure(60.0)))


def test_a_line_and_quantities(spectrum: Result) -> None:
    assert "GRIS_300V" in repr(spectrum)
    assert len(repr(spectrum)) < 120
    assert spectrum.exposure == 600.0 * u.s


def test_a_table_with_units(spectrum: Result, image: Result) -> None:
    assert len(spectrum.table) == spectrum.wavelength_nm.size
    assert spectrum.table["wavelength"].unit == u.nm
    assert len(image.table) == 1


def test_plots_of_the_classic_page(spectrum: Result, image: Result) -> None:
    assert len(spectrum.plot(percent=30.0).children) == 6
    assert [one.title.text for one in image.plot().children[:2]] == ["Efficiency", "Input spectrum"]
    assert len(image.plot().children) == 3


def test_a_word_for_each_term(spectrum: Result) -> None:
    text = spectrum.describe()
    for name in (*TERMS, "variance: target", "variance: read-out", "full_well_e", "sky in V", "version of calculator"):
        assert name in text


def test_other_times_are_what_calculate_answers(spectrum: Result) -> None:
    times, snr = snr_by_time(spectrum, 50.0, 3)
    np.testing.assert_allclose(times, [300.0, 600.0, 900.0])
    assert snr[1] == pytest.approx(spectrum.snr, rel=1e-12)
    assert peaks(spectrum).max() == pytest.approx(spectrum.saturation.peak_e)
    with pytest.raises(UsageError, match="per cent"):
        snr_by_time(spectrum, 100.0)


def test_target_and_sky_are_drawn_in_the_same_aperture(spectrum: Result) -> None:
    first = spectrum.plot().children[0]
    curves = {one.label.value: one.renderers[0].data_source.data["y"] for one in first.above[-1].items}
    assert list(curves) == ["target, in the aperture", "sky, in the aperture", "sky, in one pixel"]
    np.testing.assert_allclose(curves["sky, in the aperture"], spectrum.variance["sky"], rtol=1e-6)
    np.testing.assert_array_equal(curves["sky, in one pixel"], spectrum.sky_e)


def test_the_band_of_an_image(image: Result) -> None:
    light = image.light
    through = passed(image)
    assert through.shape == input_flux(image).shape == light.wavelength_nm.shape
    assert np.all(through <= light.throughput)
    weight = light.throughput * light.width_nm
    assert np.sum(through * light.width_nm) / np.sum(weight) == pytest.approx(float(image.atmosphere[0]))
    assert np.sum(input_flux(image) * weight) / np.sum(weight) == pytest.approx(float(image.flux[0]))
