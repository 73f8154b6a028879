from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.recipes.steps.flexure import sky_shift, stellar_shift
from dfs.recipes.steps.reference_lines import BALMER_LINES, SKY_LINES
from dfs.recipes.steps.shift import LineShift, combine
from dfs.recipes.steps.sky_spectrum import sky_spectrum
from dfs.recipes.steps.wavelength import WavelengthSolution

SKY = [line.wavelength_nm for line in SKY_LINES]


@pytest.fixture
def red_bench(bench):
    """Reaches from 500 to 690 nm: several sky lines."""
    bench.start_nm = 500.0
    return bench


def solution_of(bench, rms=0.05) -> WavelengthSolution:
    """The bench's own wavelengths as a solution (fitted here, on a grid)."""
    x, rows = (one.ravel() for one in np.meshgrid(np.linspace(-5, bench.nx + 5, 60), np.linspace(*bench.lit, 20)))
    u = (x + bench.displacement(x, rows)) / (0.5 * (bench.nx - 1)) - 1
    v = rows / (0.5 * (bench.ny - 1)) - 1
    matrix = np.polynomial.legendre.legvander2d(v, u, [4, 4])
    c = np.linalg.lstsq(matrix, bench.wavelength(x), rcond=None)[0].reshape(5, 5)
    ends = bench.wavelength(np.array([15.0, bench.nx - 15.0]))
    return WavelengthSolution(
        c, (bench.ny, bench.nx), (ends[0], ends[1]), (bench.lit[0] + 2, bench.lit[1] - 3), rms_loo_px=rms, fwhm_px=4.75
    )


@pytest.mark.parametrize("shift", [0.0, -1.7, 11.3, -27.6])
def test_sky_lines_tell_the_displacement(red_bench, shift):
    image = red_bench.draw(SKY, [600.0 * 0.7**n for n in range(len(SKY))], shift=shift)
    found = sky_shift(image, solution_of(red_bench))
    assert found is not None
    assert found.px == pytest.approx(shift, abs=4 * found.error_px)
    assert found.error_px < 0.12
    assert found.per_px == 0.0
    moved = found.apply(solution_of(red_bench))
    assert moved.pixel(557.7339) == pytest.approx(solution_of(red_bench).pixel(557.7339) + found.px, abs=1e-6)


def test_a_broad_slit_a_star_and_cosmic_rays(red_bench):
    image = red_bench.draw(SKY[:3], [200.0, 60.0, 100.0], shift=9.6, widen=5 / 1.2, seed=4)
    image.data[70:84] += 3000.0
    image.variance[70:84] += 3000.0
    rng = np.random.default_rng(5)
    image.data[rng.integers(0, red_bench.ny, 200), rng.integers(0, red_bench.nx, 200)] += 4000.0
    found = sky_shift(image, solution_of(red_bench), slit_ratio=5 / 1.2)
    assert found is not None
    assert found.px == pytest.approx(9.6, abs=max(0.5, 4 * found.error_px))
    assert next(line.name for line in found.used) == "[O I]"


def test_the_error_of_the_sky_shift_is_honest(red_bench):
    solution = solution_of(red_bench, rms=0.0)
    pulls = []
    for seed in range(25):
        image = red_bench.draw([557.7339], [25.0], shift=2.3, seed=seed)
        found = sky_shift(image, solution, lines=SKY_LINES[:1])
        pulls.append((found.px - 2.3) / found.error_px)
    assert 0.5 < np.std(pulls) < 1.4
    assert abs(np.mean(pulls)) < 0.6


def test_no_sky_line_no_shift(red_bench):
    assert sky_shift(red_bench.draw([], []), solution_of(red_bench)) is None
    blue = solution_of(red_bench)
    assert sky_shift(red_bench.draw(SKY, [500.0] * len(SKY)), blue, lines=[]) is None


def test_a_change_along_the_dispersion_is_believed_when_sure(red_bench):
    image = red_bench.draw(SKY, [900.0] * len(SKY), shift=3.0, stretch=0.006)
    found = sky_shift(image, solution_of(red_bench, rms=0.02))
    assert found is not None
    assert found.per_px == pytest.approx(0.006, abs=0.0015)
    assert found.px == pytest.approx(3.0, abs=0.3)


def test_sky_spectrum_is_that_of_dark_rows(red_bench):
    image = red_bench.draw([557.7339], [1000.0], noise=False)
    image.data[60:70] += 500.0
    spectrum, variance = sky_spectrum(image, solution_of(red_bench))
    peak = round(float(red_bench.pixel(557.7339)))
    assert np.median(spectrum) == pytest.approx(20.0, rel=0.01)
    assert spectrum[peak - 15 : peak + 16].sum() - 31 * 20.0 == pytest.approx(1000.0, rel=0.01)
    assert np.sqrt(np.median(variance)) < np.sqrt(56.0 / 80)
    objects = np.zeros(red_bench.ny, dtype=bool)
    objects[55:75] = True
    given, _ = sky_spectrum(image, solution_of(red_bench), objects)
    np.testing.assert_allclose(given, spectrum, rtol=0.02)


def white_dwarf(bench, shift, *, seed=1, velocity=0.0, counts=8000.0):
    """Broad Stark-like lines on a response that rises by a factor of three, with Poisson noise."""
    x = np.arange(bench.nx) - shift
    wavelength = bench.wavelength(x)
    flux = counts * (0.5 + x / bench.nx)
    for line in BALMER_LINES:
        centre = line.wavelength_nm * (1 + velocity / 299792.458)
        flux = flux * (1 - 0.5 / (1 + np.abs((wavelength - centre) / 2.2) ** 1.6))
    return np.random.default_rng(seed).poisson(flux) + 0.0, flux


@pytest.mark.parametrize("shift", [0.0, 10.3, -17.4, 28.0])
def test_hydrogen_lines_tell_the_displacement_of_the_star(bench, shift):
    bench.start_nm = 375.0
    spectrum, variance = white_dwarf(bench, shift)
    found = stellar_shift(spectrum, variance, solution_of(bench))
    assert found is not None
    assert found.px == pytest.approx(shift, abs=0.35)
    assert len(found.used) >= 3
    assert found.per_px == 0.0


def test_a_known_velocity_is_taken_off(bench):
    bench.start_nm = 375.0
    spectrum, variance = white_dwarf(bench, 4.0, velocity=300.0)
    solution = solution_of(bench)
    at_rest, moving = (stellar_shift(spectrum, variance, solution, velocity_km_s=v) for v in (0.0, 300.0))
    # 300 km/s at 434 nm are 0.434 nm or 1.4 px
    assert at_rest.px - moving.px == pytest.approx(0.434 / 0.302, abs=0.15)
    assert moving.px == pytest.approx(4.0, abs=0.35)


def test_a_star_without_lines_has_no_shift(bench):
    rng = np.random.default_rng(1)
    flat = rng.poisson(5000.0, bench.nx).astype(float)
    assert stellar_shift(flat, flat, solution_of(bench)) is None


def test_a_spectrum_of_other_length_is_refused(bench):
    with pytest.raises(DataError, match="599 pixels"):
        stellar_shift(np.ones(599), np.ones(599), solution_of(bench))


def line(px, error, x, used=True):
    return LineShift("X", 500.0, x, px, error, used)


def test_combining_lines(bench):
    solution = solution_of(bench)
    both = combine([line(1.0, 0.1, 100.0), line(1.3, 0.2, 500.0)], solution, "test")
    assert both.px == pytest.approx((1.0 / 0.01 + 1.3 / 0.04) / (1 / 0.01 + 1 / 0.04))
    assert both.error_px > (1 / (1 / 0.01 + 1 / 0.04)) ** 0.5 * 0.999
    odd = combine([line(1.0, 0.1, 100.0), line(5.0, 0.5, 500.0)], solution, "test")
    assert odd.px == pytest.approx(1.0)
    assert [one.used for one in odd.lines] == [True, False]
    assert combine([line(1.0, 0.1, 100.0, used=False)], solution, "test") is None


def test_a_shift_is_written_as_cards(bench):
    both = combine([line(1.0, 0.1, 100.0), line(1.3, 0.2, 500.0)], solution_of(bench), "test")
    cards = {card.keyword: card.value for card in both.cards("SKY")}
    assert cards["ESO DRS WAVE SKY SHIFT"] == pytest.approx(both.px, abs=1e-4)
    assert cards["ESO DRS WAVE SKY NLINES"] == 2
