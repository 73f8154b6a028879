from __future__ import annotations

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.instruments import Grism
from dfs.model import Image
from dfs.recipes.steps.identify import LampLines
from dfs.recipes.steps.solve_arc import ArcSettings, guess_pixel, solve_arc


def lamp_for(bench, seed=7, count=30):
    """Random lines at least 2.3 widths apart, every third with a faint listed companion, and listed lines that do not shine."""
    rng = np.random.default_rng(seed)
    strong = np.sort(rng.uniform(bench.wavelength(8.0), bench.wavelength(bench.nx - 9.0), 200))
    kept = [strong[0]]
    for one in strong[1:]:
        if one - kept[-1] > 2.3 * (bench.width + 1.5 * bench.sigma) * bench.step_nm and len(kept) < count:
            kept.append(one)
    kept = np.array(kept)
    flux = 10.0 ** rng.uniform(3.0, 4.7, len(kept))
    companions, faint = kept[::3] + 1.1, 0.05 * flux[::3]
    dead = rng.uniform(kept.min(), kept.max(), 5)
    wavelength = np.concatenate([kept, companions, dead])
    intensity = np.concatenate([flux * 2.0 ** rng.normal(0, 0.7, len(kept)), faint, np.full(5, 2.0)])
    order = np.argsort(wavelength)
    lamp = LampLines(wavelength[order], np.full(len(order), "X I"), intensity[order], np.zeros(len(order), dtype=bool))
    return lamp, np.concatenate([kept, companions]), np.concatenate([flux, faint])


def guess_for(bench, shift=0.0, scale=1.0):
    """A straight-line guess: knows neither the bend nor the slit."""
    middle = 0.5 * bench.nx

    def pixel_of(wavelength):
        straight = (wavelength - bench.start_nm) / bench.step_nm
        return middle + scale * (straight - middle) + shift

    return pixel_of


def check(bench, solved, tolerance):
    x, rows = np.meshgrid(np.linspace(0, bench.nx - 1, 80), np.arange(*bench.lit, 4.0))
    # a line seen at (x + displacement, row) has the wavelength of x
    wavelength = solved.solution.wavelength_nm(x + bench.displacement(x, rows), rows)
    error = (wavelength - bench.wavelength(x)) / bench.step_nm
    low, high = solved.solution.calibrated_nm
    inside = (bench.wavelength(x) > low) & (bench.wavelength(x) < high)
    assert np.abs(error[inside]).max() < tolerance
    return error


@pytest.mark.parametrize(
    ("shift", "scale", "shape"),
    [(0.0, 1.0, (4.7, 0.8)), (25.0, 1.01, (4.7, 0.8)), (-30.0, 0.99, (0.3, 1.6)), (5.0, 1.0, (8.0, 1.0))],
)
def test_the_solution_is_the_truth(bench, shift, scale, shape):
    bench.width, bench.sigma = shape
    lamp, wavelengths, fluxes = lamp_for(bench)
    image = bench.draw(wavelengths, fluxes)
    solved = solve_arc(image, lamp, guess_for(bench, shift, scale), ArcSettings())
    check(bench, solved, 0.12)
    solution = solved.solution
    assert solution.lines >= 12
    assert solution.rms_px < 0.1
    assert solution.rms_px < solution.rms_loo_px < 0.2
    assert solution.coefficients.shape[1] - 1 <= 4
    assert abs(solved.rows[0] - bench.lit[0]) <= 3
    used = solved.lines.wavelength_nm[solved.lines.used]
    assert solution.calibrated_nm == (used.min(), used.max())
    assert sum(high - low for low, high in solution.extrapolated_nm) == pytest.approx(
        np.diff(solution.range_nm)[0] - np.diff(solution.calibrated_nm)[0]
    )


def test_the_width_of_lines_is_measured(bench):
    lamp, wavelengths, fluxes = lamp_for(bench)
    solved = solve_arc(bench.draw(wavelengths, fluxes), lamp, guess_for(bench), ArcSettings())
    assert solved.solution.fwhm_px == pytest.approx(4.75, abs=0.25)


def test_saturated_lines_are_not_used(bench, clip):
    lamp, wavelengths, fluxes = lamp_for(bench)
    brightest = wavelengths[np.argmax(fluxes)]
    image = clip(bench.draw(wavelengths, fluxes), 0.12 * fluxes.max())
    solved = solve_arc(image, lamp, guess_for(bench), ArcSettings())
    assert solved.saturated >= 1
    assert brightest not in solved.lines.wavelength_nm[solved.lines.used]
    check(bench, solved, 0.12)


def test_a_saturated_arc_is_refused(bench, clip):
    lamp, wavelengths, fluxes = lamp_for(bench)
    image = clip(bench.draw(wavelengths, 300 * fluxes), 20000.0)
    with pytest.raises(DataError, match="saturated") as caught:
        solve_arc(image, lamp, guess_for(bench), ArcSettings(), where="arc.fits")
    assert caught.value.where == "arc.fits"
    assert "shorter" in caught.value.hint


@pytest.mark.parametrize("level", [0.0, 20.0, 3000.0])
def test_a_lamp_that_is_off_is_told(bench, level):
    lamp, _, _ = lamp_for(bench)
    with pytest.raises(DataError, match=r"no emission lines|only .* emission lines") as caught:
        solve_arc(bench.draw([], [], level=level), lamp, guess_for(bench), ArcSettings(), where="arc.fits")
    assert "lamp off" in caught.value.hint


def test_the_wrong_lamp_is_told(bench):
    _, wavelengths, fluxes = lamp_for(bench)
    other, _, _ = lamp_for(bench, seed=99)
    with pytest.raises(DataError, match=r"pattern|fit of the arc|good lines") as caught:
        solve_arc(bench.draw(wavelengths, fluxes), other, guess_for(bench), ArcSettings())
    assert "lamp" in caught.value.line()


def test_two_lines_are_too_few(bench):
    lamp, wavelengths, _ = lamp_for(bench)
    with pytest.raises(DataError, match="emission lines"):
        solve_arc(bench.draw(wavelengths[5:7], [1e4, 1e4]), lamp, guess_for(bench), ArcSettings())


def test_a_frame_of_lost_pixels_is_refused(bench):
    lamp, _, _ = lamp_for(bench)
    shape = (bench.ny, bench.nx)
    empty = Image(np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.full(shape, 8, np.uint8))
    with pytest.raises(DataError, match="no emission lines"):
        solve_arc(empty, lamp, guess_for(bench), ArcSettings())


def test_cosmic_rays_and_dead_columns_do_no_harm(bench):
    lamp, wavelengths, fluxes = lamp_for(bench)
    image = bench.draw(wavelengths, fluxes)
    rng = np.random.default_rng(5)
    image.data[rng.integers(0, bench.ny, 150), rng.integers(0, bench.nx, 150)] += 3000.0
    image.data[:, 333] = 0.0
    image.mask[:, 333] = 1
    check(bench, solve_arc(image, lamp, guess_for(bench), ArcSettings()), 0.15)


def test_the_same_frame_gives_the_same_bits(bench):
    lamp, wavelengths, fluxes = lamp_for(bench)
    image = bench.draw(wavelengths, fluxes)
    one, two = (solve_arc(image, lamp, guess_for(bench), ArcSettings()).solution for _ in range(2))
    np.testing.assert_array_equal(one.coefficients, two.coefficients)


def test_guess_of_a_grism():
    grism = Grism(
        "Gr#X",
        "y",
        wavelength_increases=True,
        range_nm=(300.0, 600.0),
        dispersion_nm=0.15,
        guess=(450.0, 0.15, 1e-6),
        guess_pivot=1024.0,
    )
    pixel_of = guess_pixel(grism, 2, 1024)
    # unbinned pixel 1024 is the first of the binned pixel 512: its centre lies a quarter below that of the binned one
    assert pixel_of(np.array([450.0]))[0] == pytest.approx(511.75, abs=1e-3)
    assert np.isnan(pixel_of(np.array([5000.0])))[0]
    with pytest.raises(DataError, match="no first guess"):
        guess_pixel(Grism("Gr#Y", "y", wavelength_increases=True, range_nm=(300.0, 600.0), dispersion_nm=0.15), 2, 1024)
