"""Bands and magnitudes."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import NotFoundError
from dfs.etc.spectra.bands import band, bands
from dfs.etc.spectra.magnitudes import magnitude, zero_flux
from dfs.etc.spectra.sed import Sed


def test_bands_are_those_of_esos_calculator_first():
    assert bands()[:10] == ("U", "B", "V", "R", "I", "Z", "Y", "J", "H", "K")
    centres = [band(name).centre_nm for name in bands()[:10]]
    assert centres == sorted(centres)
    for name in bands():
        curve = band(name)
        assert curve.source
        assert np.all(np.diff(curve.wavelength_nm) > 0.0)
        assert np.all(curve.response >= 0.0)
        assert curve.vega_flux > 0.0


def test_the_curves_are_esos(test_data):
    for name in bands()[:10]:
        theirs = np.loadtxt(test_data / "instrument" / "eso-etc-bands" / f"phot_{name.lower()}.dat")
        at = theirs[:, 0] * (1e3 if theirs[0, 0] < 50 else 1.0)
        ours = np.interp(at, band(name).wavelength_nm, band(name).response)
        assert np.max(np.abs(ours - theirs[:, 1])) < 2e-4 * theirs[:, 1].max()


@pytest.mark.parametrize("name", ["Bessell_B", "Bessell_V", "Gaia_G", "SDSS_u", "SDSS_z", "2MASS_J", "2MASS_Ks"])
def test_vega_is_zero_in_the_bands_that_are_vegas(name):
    # the template is relative; only differences can be compared
    vega = Sed.of("template:Vega")
    assert magnitude(vega, name) == pytest.approx(magnitude(vega, "Gaia_RP"), abs=0.003)


def test_photons_are_counted():
    """ESO's fluxes of magnitude 0 in V and Y are Vega's (CALSPEC) with photons counted; with energy V would be 1.4 % off."""
    vega = Sed.of("template:Vega")
    assert magnitude(vega, "V") - magnitude(vega, "Bessell_V") == pytest.approx(0.0, abs=0.004)
    assert magnitude(vega, "Y") - magnitude(vega, "Bessell_V") == pytest.approx(0.0, abs=0.004)


@pytest.mark.parametrize(
    ("name", "offset"),  # AB less Vega: Blanton & Roweis 2007, AJ 133, 734, table 1
    [
        ("Bessell_U", 0.79),
        ("Bessell_B", -0.09),
        ("Bessell_V", 0.02),
        ("Bessell_R", 0.21),
        ("Bessell_I", 0.45),
        ("SDSS_r", 0.16),
        ("2MASS_J", 0.91),
        ("2MASS_H", 1.39),
        ("2MASS_Ks", 1.85),
    ],
)
def test_ab_and_vega_differ_as_published(name, offset):
    ratio = zero_flux(band(name), "ab") / band(name).vega_flux
    assert 2.5 * np.log10(ratio) == pytest.approx(offset, abs=0.03)


def test_an_unknown_band_lists_those_there_are():
    with pytest.raises(NotFoundError, match="no band is called 'Q'") as error:
        magnitude(Sed.of("flat_nu"), "Q")
    assert "SDSS_r" in error.value.accepted


@pytest.mark.parametrize(("name", "colour"), [("A0V", 0.0), ("G2V", 0.64), ("K5V", 1.15), ("M2V", 1.5)])
def test_stars_have_their_colours(name, colour):
    star = Sed.of(f"template:{name}")
    assert magnitude(star, "Bessell_B") - magnitude(star, "Bessell_V") == pytest.approx(colour, abs=0.07)
