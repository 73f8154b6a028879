"""Spectra of targets against synphot: the same curves and samples, its integrals."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from astropy import units as u

from dfs.etc.request import Target
from dfs.etc.spectra import Sed, magnitude, photon_rate
from dfs.etc.spectra.bands import band
from dfs.etc.spectra.templates import template

pytestmark = pytest.mark.truth
synphot = pytest.importorskip("synphot", reason="synphot is not installed")

GRID = np.linspace(400.0, 900.0, 4096)
STEP = float(GRID[1] - GRID[0])
OPEN = np.linspace(3900.0, 9100.0, 52001) * u.AA  # no filter: where synphot samples the spectrum
CASES = [
    ("flat_lambda", "V"),
    ("flat_nu", "R"),
    ("powerlaw:-1.5", "I"),
    ("blackbody:5800", "V"),
    ("blackbody:3000", "K"),
    ("template:G2V", "V"),
    ("template:M5V", "SDSS_i"),
    ("template:starburst1", "B"),
    ("template:Vega", "J"),
]


def theirs(text: str, redshift: float = 0.0):
    """Return the spectrum as synphot makes it."""
    from synphot import models

    kind, _, rest = text.partition(":")
    wide = np.linspace(2500.0, 26000.0, 47001) * u.AA
    if kind == "flat_lambda":
        return synphot.SourceSpectrum(models.ConstFlux1D, amplitude=1.0 * synphot.units.FLAM)
    if kind == "flat_nu":
        return synphot.SourceSpectrum(models.ConstFlux1D, amplitude=1.0 * u.Jy)
    if kind == "powerlaw":
        flux = (wide.value / 5500.0) ** float(rest) * 1e-12 * synphot.units.FLAM
        return synphot.SourceSpectrum(models.Empirical1D, points=wide, lookup_table=flux)
    if kind == "blackbody":
        return synphot.SourceSpectrum(models.BlackBodyNorm1D, temperature=float(rest))
    samples = template(rest).samples
    flux = samples.flux * 1e-12 * synphot.units.FLAM
    source = synphot.SourceSpectrum(models.Empirical1D, points=samples.wavelength_nm * 10.0 * u.AA, lookup_table=flux)
    source.z_type = "conserve_flux"
    source.z = redshift
    return source


def through(name: str):
    """Return our curve of a band as synphot takes it."""
    curve = band(name)
    return synphot.SpectralElement(
        synphot.models.Empirical1D, points=curve.wavelength_nm * 10.0 * u.AA, lookup_table=curve.response
    )


@pytest.mark.parametrize(("text", "name"), CASES)
def test_photons_of_a_magnitude(text, name, table):
    target = Target(Sed.of(text), magnitude=22.0, band=name, system="ab")
    ours = photon_rate(target, GRID, STEP)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scaled = theirs(text).normalize(22.0 * u.ABmag, through(name), force="extrap")
        element = synphot.SpectralElement(synphot.models.Empirical1D, points=OPEN, lookup_table=np.ones(OPEN.size))
        seen = synphot.Observation(scaled, element, binset=GRID * 10.0 * u.AA, force="extrap")
    per_m2_nm = seen.binflux.value * 1e4 * 10.0
    inner = slice(2, -2)  # at the ends their bins are halves
    ratio = ours[inner] / per_m2_nm[inner]
    worst = ratio[np.argmax(np.abs(ratio - 1.0))]
    table(f"spectra: {text}, {name} 22 AB: photons of all 4092 bins, worst ratio", float(worst), 1.0, 0.002)
    total = float(np.sum(ours[inner]) / np.sum(per_m2_nm[inner]))
    table(f"spectra: {text}, {name} 22 AB: photons together", total, 1.0, 0.001)


@pytest.mark.parametrize(
    ("text", "blue", "red", "redshift"),
    [
        ("template:G2V", "B", "V", 0.0),
        ("template:K2III", "V", "I", 0.0),
        ("template:quasar", "SDSS_g", "SDSS_r", 1.5),
        ("template:E", "R", "K", 0.8),
        ("template:planetary-nebula", "B", "V", 0.001),
    ],
)
def test_colours(text, blue, red, redshift, table):
    found = []
    for name in (blue, red):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seen = synphot.Observation(theirs(text, redshift), through(name), force="taper")
            found.append(seen.effstim(u.ABmag).value)
    sed = Sed.of(text)
    ours = magnitude(sed, blue, "ab", redshift=redshift) - magnitude(sed, red, "ab", redshift=redshift)
    table(f"spectra: {text} at z {redshift:g}: {blue} - {red} (mag)", ours, found[0] - found[1], 0.002)
