"""Shapes are integrated exactly, whatever the bins."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.modeling.models import BlackBody
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from dfs.etc.spectra.formulas import shape_of
from dfs.etc.spectra.samples import Samples
from dfs.etc.spectra.sed import Sed
from dfs.etc.spectra.shapes import LineShape, TableShape

TEXTS = ["flat_lambda", "flat_nu", "powerlaw:-1.5", "blackbody:5800", "template:G2V", "line:600:0.3:1e-16", "line:600"]


@pytest.mark.parametrize("text", TEXTS)
@settings(deadline=None, max_examples=40)
@given(cuts=st.lists(st.floats(420.0, 880.0), min_size=1, max_size=30), redshift=st.floats(-0.05, 0.3))
def test_bins_add_up(text, cuts, redshift):
    edges = np.unique([410.0, *cuts, 890.0])
    shape = shape_of(Sed.of(text), redshift)
    parts = shape.integrals(edges[:-1], edges[1:])
    whole = shape_of(Sed.of(text), redshift).integrals(np.linspace(410, 890, 97)[:-1], np.linspace(410, 890, 97)[1:])
    for some, all_of_it in zip(parts, whole, strict=True):
        assert np.sum(some) == pytest.approx(np.sum(all_of_it), rel=1e-5)


@pytest.mark.parametrize("text", ["flat_nu", "powerlaw:2.5", "blackbody:3000", "template:M5V", "line:600:0.3"])
def test_integrals_against_quadrature(text):
    shape = shape_of(Sed.of(text), 0.01)
    low, high = np.array([600.0, 605.0]), np.array([605.0, 613.7])
    energy, photons = shape.integrals(low, high)
    for place in range(2):
        breaks = shape.nodes()
        breaks = breaks[(breaks > low[place]) & (breaks < high[place])]
        options = {"points": breaks, "limit": 500} if breaks.size else {}
        true = quad(lambda x: float(shape.density(np.array([x]))[0]), low[place], high[place], **options)[0]
        weighted = quad(lambda x: x * float(shape.density(np.array([x]))[0]), low[place], high[place], **options)[0]
        assert energy[place] == pytest.approx(true, rel=1e-8, abs=1e-12)
        assert photons[place] == pytest.approx(weighted, rel=1e-8, abs=1e-9)


def test_black_body_is_plancks():
    x = np.linspace(300.0, 2500.0, 200)
    for kelvin in (300.0, 3000.0, 5800.0, 1e5):
        unit = u.erg / (u.s * u.cm**2 * u.AA * u.sr)
        theirs = BlackBody(kelvin * u.K, scale=1.0 * unit)(x * u.nm).value
        ours = shape_of(Sed.of(f"blackbody:{kelvin}")).density(x)
        assert ours / ours[-1] == pytest.approx(theirs / theirs[-1], rel=1e-6)


@settings(deadline=None, max_examples=40)
@given(
    centre=st.floats(500.0, 600.0),
    fwhm=st.one_of(st.just(0.0), st.floats(1e-4, 5.0)),
    step=st.floats(0.01, 7.0),
)
def test_a_line_keeps_its_flux_whatever_the_sampling(centre, fwhm, step):
    edges = np.arange(450.0, 650.0 + step, step)
    energy, photons = LineShape(centre, fwhm, 1e-16).integrals(edges[:-1], edges[1:])
    assert 10.0 * np.sum(energy) == pytest.approx(1e-16, rel=1e-9)
    assert np.sum(photons) / np.sum(energy) == pytest.approx(centre, rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(redshift=st.floats(-0.5, 8.0))
def test_redshift_and_back(redshift):
    samples = Samples.checked([300.0, 400.0, 500.0, 900.0], [1.0, 3.0, 0.0, 2.0])
    there = TableShape(samples, redshift)
    moved = Samples.checked(there.nodes(), there.density(there.nodes()))
    back = TableShape(moved, 1.0 / (1.0 + redshift) - 1.0)
    x = np.linspace(301.0, 899.0, 50)
    assert back.density(x) == pytest.approx(TableShape(samples).density(x), rel=1e-9, abs=1e-12)
    low, high = there.covers_nm
    energy = there.integrals(np.array([low]), np.array([high]))[0][0]
    assert energy == pytest.approx(TableShape(samples).integrals(np.array([300.0]), np.array([900.0]))[0][0], rel=1e-9)


def test_a_table_ends_where_it_ends_or_goes_on():
    samples = Samples.checked([500.0, 600.0], [1.0, 2.0])
    low, high = np.array([480.0, 595.0, 620.0]), np.array([490.0, 605.0, 630.0])
    assert TableShape(samples).integrals(low, high)[0] == pytest.approx([0.0, 5 * 1.975, 0.0])
    assert TableShape(samples, goes_on=True).integrals(low, high)[0] == pytest.approx([10.0, 5 * 1.975 + 10.0, 20.0])
