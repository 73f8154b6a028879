"""Tabulated spectra: what the numbers may be."""

from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import UsageError
from dfs.etc.request import Target
from dfs.etc.spectra.rate import photon_rate
from dfs.etc.spectra.samples import Samples
from dfs.etc.spectra.sed import Sed

WAVES = [300.0, 600.0, 1000.0]


@pytest.mark.parametrize("highest", [1e308, 1e101, 1e-101, 1e-320])
@pytest.mark.parametrize("is_absolute", [False, True])
def test_fluxes_beyond_what_can_be_computed_are_refused(highest, is_absolute):
    with pytest.raises(UsageError, match="a flux of at most"):
        Samples.checked(WAVES, [highest] * 3, is_absolute=is_absolute)


@pytest.mark.parametrize("nodes", [[1e-300, 500.0], [500.0, 1e300]])
def test_wavelengths_beyond_what_can_be_computed_are_refused(nodes):
    with pytest.raises(UsageError, match="wavelengths of"):
        Samples.checked(nodes, [1.0, 1.0])


def test_what_is_no_number_is_told():
    for column in (["a", "b"], [10**400, 1], [{}, 1], [None, "x"]):
        with pytest.raises(UsageError, match="not a number"):
            Samples.checked([1.0, 2.0], column)


@pytest.mark.parametrize("scale", [1e-100, 1e-30, 1e30, 1e100])
def test_the_scale_of_a_relative_spectrum_does_not_matter(scale):
    middles = np.linspace(400.0, 900.0, 9)
    flux = np.array([1.0, 2.0, 0.5])
    rates = [
        photon_rate(Target(Sed("table", samples=Samples.checked(WAVES, flux * by)), magnitude=20.0), middles, 1.0)
        for by in (0.5, 0.5 * scale if scale > 1.0 else scale)
    ]
    assert rates[1] == pytest.approx(rates[0], rel=1e-12)


def test_a_target_brighter_than_any_is_refused():
    absolute = Sed("table", samples=Samples.checked(WAVES, [1e90] * 3, is_absolute=True))
    with pytest.raises(UsageError, match="brighter than can be computed"):
        photon_rate(Target(absolute), np.array([500.0]), 1.0)


def test_the_dark_tail_of_a_spectrum_may_be_as_faint_as_it_likes():
    samples = Samples.checked(WAVES, [1e-320, 1.0, 1e-200])
    assert photon_rate(Target(Sed("table", samples=samples), magnitude=20.0), np.array([600.0]), 1.0) > 0.0
