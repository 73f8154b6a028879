"""The library of templates."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pytest

from dfs.errors import NotFoundError
from dfs.etc.spectra.curves import curve, curve_names, meta
from dfs.etc.spectra.sed import Sed
from dfs.etc.spectra.templates import template, templates


@pytest.mark.parametrize("folder", ["bands", "templates"])
def test_every_curve_names_its_source(folder):
    assert curve_names(folder)
    for name in curve_names(folder):
        assert len(meta(folder, name)["source"]) > 20, name
        numbers = curve(folder, name)
        assert numbers.wavelength_nm.size == numbers.value.size >= 10
        assert not numbers.value.flags.writeable


def test_what_astronomers_ask_for_is_there():
    wanted = {"O5V", "B0V", "A0V", "F5V", "G2V", "K0V", "M0V", "M5V", "K2III", "M5III", "GD71", "Vega", "elliptical"}
    wanted |= {"S0", "Sa", "Sb", "Sbc", "Scd", "Im", "starburst1", "quasar", "planetary-nebula"}
    assert wanted <= set(templates())
    for name in templates():
        found = template(name)
        low, high = found.samples.wavelength_nm[[0, -1]]
        assert low <= 319.0, name
        assert high >= 754.0, name
        assert found.label
        assert found.remark


def test_the_library_is_small():
    folder = resources.files("dfs.etc.spectra") / "curves"
    size = sum(len(one.read_bytes()) for part in folder.iterdir() for one in part.iterdir())
    assert size < 1_500_000


def test_names_of_any_case():
    assert Sed.of("template:g2v") == Sed.of("template:G2V")
    with pytest.raises(NotFoundError, match="no template") as error:
        Sed.of("template:G9X")
    assert "elliptical" in error.value.accepted


def test_a_nebula_has_lines_of_the_ratio_of_atoms():
    samples = template("planetary-nebula").samples

    def flux(low, high):
        inside = (samples.wavelength_nm > low) & (samples.wavelength_nm < high)
        return np.trapezoid(samples.flux[inside], samples.wavelength_nm[inside])

    assert flux(500.5, 501.2) / flux(495.8, 496.3) == pytest.approx(2.98, abs=0.03)
    assert flux(656.2, 656.6) / flux(486.1, 486.4) == pytest.approx(2.86, abs=0.02)
