from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfs.recipes.steps.identify import LampLines, identify

NX = 1000


def lamp(seed: int = 5, count: int = 45) -> LampLines:
    rng = np.random.default_rng(seed)
    wavelength = np.sort(rng.uniform(380, 690, count))
    return LampLines(wavelength, np.full(count, "X I"), 10.0 ** rng.uniform(0, 3, count), np.zeros(count, dtype=bool))


def guess(wavelength):
    return (wavelength - 385.0) / 0.3


def truth(wavelength, shift, stretch, bend):
    x = guess(wavelength)
    u = x / (0.5 * (NX - 1)) - 1
    return x + shift + stretch * 0.5 * (NX - 1) * u + bend * (u**2 - 0.3)


def seen(lines: LampLines, shift, stretch, bend, seed=1):
    """Positions and fluxes of the stronger lines, with a factor of three of scatter and a few lines nobody listed."""
    rng = np.random.default_rng(seed)
    x = truth(lines.wavelength_nm, shift, stretch, bend)
    flux = lines.intensity * 3.0 ** rng.normal(0, 0.7, len(x))
    keep = (x > 5) & (x < NX - 5) & (flux > np.percentile(flux, 40))
    strange = rng.uniform(0, NX, 4)
    order = np.argsort(np.concatenate([x[keep], strange]))
    return (
        np.concatenate([x[keep] + rng.normal(0, 0.1, keep.sum()), strange])[order],
        np.concatenate([flux[keep], np.full(4, np.percentile(flux, 60))])[order],
    )


@given(st.floats(-38, 38), st.floats(-0.018, 0.018), st.floats(-2.5, 2.5), st.integers(0, 10))
@settings(max_examples=25, deadline=None)
def test_the_pattern_is_found(shift, stretch, bend, seed):
    lines = lamp(seed)
    x, flux = seen(lines, shift, stretch, bend, seed)
    found = identify(x, flux, lines, guess, NX, 4.5, largest_shift_px=40.0)
    assert found is not None
    inside = (guess(lines.wavelength_nm) > 60) & (guess(lines.wavelength_nm) < NX - 60)
    error = found.pixel(guess(lines.wavelength_nm)) - truth(lines.wavelength_nm, shift, stretch, bend)
    assert np.abs(error[inside]).max() < 2.0
    assert found.score > found.rival


def test_another_lamp_does_not_fit():
    x, flux = seen(lamp(1), 3.0, 0.0, 0.0)
    right = identify(x, flux, lamp(1), guess, NX, 4.5, largest_shift_px=40.0)
    wrong = identify(x, flux, lamp(2), guess, NX, 4.5, largest_shift_px=40.0)
    assert right is not None
    assert wrong is None or wrong.score / wrong.rival < 0.7 * right.score / right.rival


@pytest.mark.parametrize("count", [0, 2])
def test_too_few_lines_are_no_pattern(count):
    x = np.linspace(100, 900, count)
    assert identify(x, np.ones(count), lamp(), guess, NX, 4.5, largest_shift_px=40.0) is None


def test_within_cuts_the_list():
    lines = lamp().within(400.0, 500.0)
    assert lines.wavelength_nm.min() >= 400.0
    assert lines.wavelength_nm.max() <= 500.0
    assert len(lines.ion) == len(lines.intensity) == len(lines.blend) == len(lines.wavelength_nm)
