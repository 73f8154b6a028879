"""Photons of targets."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.errors import UsageError
from dfs.etc.request import Target
from dfs.etc.spectra import Sed, flux_density, photon_rate
from dfs.etc.spectra.formulas import line_nm
from dfs.sky.refraction import air_to_vacuum_nm

GRID = np.linspace(400.0, 900.0, 1001)
STEP = 0.5


def rate(text, **more):
    return photon_rate(Target(Sed.of(text), **more), GRID, STEP)


def test_a_flat_spectrum_has_the_photons_of_its_magnitude():
    density = 3.60994e-9 * 10 ** (-0.4 * 20) * u.erg / (u.s * u.cm**2 * u.AA)
    theirs = density.to_value(u.photon / (u.s * u.m**2 * u.nm), u.spectral_density(GRID * u.nm))
    assert rate("flat_lambda", magnitude=20.0) == pytest.approx(theirs, rel=1e-9)
    assert flux_density(Target(Sed.of("flat_lambda"), magnitude=20.0), GRID, STEP) == pytest.approx(density.value)


def test_ab_magnitudes_are_exact():
    density = (22.5 * u.ABmag).to_value(u.erg / (u.s * u.cm**2 * u.Hz))
    theirs = (density * u.erg / (u.s * u.cm**2 * u.Hz)).to_value(
        u.erg / (u.s * u.cm**2 * u.AA), u.spectral_density(GRID * u.nm)
    )
    for band in ("B", "V", "K", "SDSS_r", "Gaia_G"):
        target = Target(Sed.of("flat_nu"), magnitude=22.5, band=band, system="ab")
        assert flux_density(target, GRID, 1e-3) == pytest.approx(theirs, rel=2e-5)


@pytest.mark.parametrize("text", ["flat_lambda", "blackbody:4000", "template:Sbc", "powerlaw:1"])
@settings(deadline=None, max_examples=40)
@given(magnitude=st.floats(-10.0, 35.0))
def test_ten_times_brighter_is_ten_times_the_photons(text, magnitude):
    assert np.allclose(
        rate(text, magnitude=magnitude - 2.5), 10.0 * rate(text, magnitude=magnitude), rtol=1e-9, atol=0.0
    )


@settings(deadline=None, max_examples=40)
@given(centre=st.floats(410.0, 890.0), resolved=st.booleans())
def test_a_line_arrives_whole(centre, resolved):
    text = f"line:{centre}:{0.7 if resolved else 0}:3e-17"
    photons = np.sum(rate(text)) * STEP
    energy = (float(air_to_vacuum_nm(centre)) * u.nm).to_value(u.erg, u.spectral())  # quoted in air
    assert photons == pytest.approx(3e-17 / energy * 1e4, rel=1e-9)


def test_a_line_on_an_edge_is_counted_once():
    edges = np.geomspace(400.0, 900.0, 500)
    middles, widths = 0.5 * (edges[1:] + edges[:-1]), np.diff(edges)
    for edge in edges[10:-10:7]:
        target = Target(Sed.of(f"line:{float(edge)!r}:0:1e-16"))
        assert np.count_nonzero(photon_rate(target, middles, widths)) == 1


def test_samples_may_overlap_or_leave_gaps():
    target = Target(Sed.of("template:G2V"), magnitude=20.0)
    whole = photon_rate(target, np.array([500.0, 502.0, 504.0]), 2.0)
    some = photon_rate(target, np.array([500.0, 504.0]), 2.0)
    assert some == pytest.approx(whole[[0, 2]])


def test_redshift_moves_lines_and_template_is_scaled_afterwards():
    z = 0.1
    shifted = rate("line:500:0.4:1e-16", redshift=z)
    assert GRID[np.argmax(shifted)] == pytest.approx(550.0)
    from dfs.etc.spectra.magnitudes import magnitude

    target = Target(Sed.of("template:E"), magnitude=21.0, band="R", redshift=z)
    sampled = flux_density(target, GRID, STEP)
    again = Sed.of((GRID * u.nm, sampled * u.erg / (u.s * u.cm**2 * u.AA)))
    assert again.is_absolute
    assert magnitude(again, "V") == pytest.approx(
        21.0 + magnitude(target.sed, "V", redshift=z) - magnitude(target.sed, "R", redshift=z), abs=0.01
    )


def test_what_a_template_does_not_cover_is_named():
    target = Target(Sed.of("template:quasar"), magnitude=20.0)
    grid = np.linspace(800.0, 1300.0, 501)
    with pytest.raises(
        UsageError, match=r"template:quasar covers 100\.0 to 1135\.0 nm: 1135\.0 to 1300\.5 nm are missing"
    ):
        photon_rate(target, grid, 1.0)
    longer = flux_density(target, grid, 1.0, extrapolate=True)
    assert np.all(longer[grid > 1137.0] == pytest.approx(longer[-1]))
    assert longer[-1] > 0.0


def test_the_band_must_be_covered():
    target = Target(Sed.of("template:quasar"), magnitude=20.0, band="K")
    with pytest.raises(UsageError, match=r"of band K 1979\.4 to 2351\.8 nm are missing"):
        photon_rate(target, GRID, STEP)
    assert np.all(photon_rate(target, GRID, STEP, extrapolate=True) > 0.0)


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        ("flat_lambda", {}, "has no brightness"),
        ("line:600", {}, "has no brightness"),
        ("line:600:0:1e-16", {"magnitude": 20.0}, "not a magnitude"),
        ("flat_lambda", {"magnitude": float("nan")}, "nan"),
        ("flat_lambda", {"magnitude": 20.0, "redshift": -1.0}, "redshift"),
        ("blackbody:3", {"magnitude": 20.0}, "no light in band V"),
        ("flat_lambda", {"magnitude": 20.0, "system": "st"}, "system"),
    ],
)
def test_bad_targets(text, more, words):
    with pytest.raises(UsageError, match=words):
        rate(text, **more)


@pytest.mark.parametrize(("middles", "widths"), [([], 1.0), ([500.0], 0.0), ([float("nan")], 1.0), ([-5.0], 1.0)])
def test_bad_samples(middles, widths):
    with pytest.raises(UsageError, match="samples"):
        photon_rate(Target(Sed.of("flat_nu"), magnitude=20.0), middles, widths)


def test_the_answer_is_kept_and_cannot_be_changed():
    answer = rate("flat_nu", magnitude=20.0)
    with pytest.raises(ValueError, match="read-only"):
        answer[0] = 1.0


@pytest.mark.parametrize(("quoted", "vacuum"), [(656.28, 656.4614), (121.567, 121.567), (2166.12, 2166.12)])
def test_lines_are_where_spectroscopists_quote_them(quoted, vacuum):
    """H-alpha is quoted in air, Lyman alpha and Brackett gamma in vacuum."""
    assert line_nm(Sed.of(f"line:{quoted}")) == pytest.approx(vacuum, abs=2e-4)
    assert line_nm(Sed.of(f"line:{quoted}"), 1.0) == pytest.approx(2 * vacuum, abs=4e-4)
