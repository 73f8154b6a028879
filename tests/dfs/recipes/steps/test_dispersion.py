from __future__ import annotations

import numpy as np
import pytest

from dfs.recipes.steps.dispersion import ArcLines, fit_dispersion, measure_arc
from dfs.recipes.steps.identify import LampLines
from dfs.recipes.steps.line_profile import LineProfile

PROFILE = LineProfile(4.7, 0.8)


def lamp_of(wavelengths, intensities, blend=None) -> LampLines:
    wavelengths = np.asarray(wavelengths, dtype=float)
    marks = np.zeros(len(wavelengths), dtype=bool) if blend is None else np.asarray(blend)
    return LampLines(wavelengths, np.full(len(wavelengths), "X I"), np.asarray(intensities, dtype=float), marks)


def drawn(shape, centres, fluxes, *, nx=500, seed=1, noise=2.0):
    expected = 10.0 + sum(f * shape(np.arange(nx) - c, 4.7, 0.8) for c, f in zip(centres, fluxes, strict=True))
    return expected + np.random.default_rng(seed).normal(0, noise, nx), np.full(nx, noise**2)


def measured(shape, centres, fluxes, predicted=None, intensities=None, **options) -> ArcLines:
    data, variance = drawn(shape, centres, fluxes, **options)
    lamp = lamp_of(400 + 0.3 * np.asarray(centres), intensities or fluxes)
    places = np.asarray(centres if predicted is None else predicted, dtype=float)
    return measure_arc(data, variance, np.zeros(len(data), dtype=bool), lamp, places, PROFILE)


def test_a_known_neighbour_does_not_displace_a_line(shape):
    centres, fluxes = [100.3, 104.8, 300.2, 296.4], [1000.0, 700.0, 2000.0, 900.0]
    order = np.argsort(centres)
    centres, fluxes = list(np.array(centres)[order]), list(np.array(fluxes)[order])
    lines = measured(shape, centres, fluxes, predicted=np.array(centres) + 0.4)
    strong = lines.used
    assert strong.sum() >= 2
    assert np.abs(lines.x[strong] - np.array(centres)[strong]).max() < 0.05


def test_lines_too_close_to_part_are_not_used(shape):
    lines = measured(shape, [100.0, 102.0], [1000.0, 900.0])
    assert not lines.used.any()


def test_a_neighbour_nobody_listed_shows_in_the_misfit(shape):
    data, variance = drawn(shape, [200.0, 203.5], [1000.0, 800.0])
    lamp = lamp_of([460.0], [1000.0])
    lines = measure_arc(data, variance, np.zeros(500, dtype=bool), lamp, np.array([200.0]), PROFILE)
    assert lines.verdict[0] == "misfit"


def test_saturated_faint_and_edge_lines_are_named(shape):
    data, variance = drawn(shape, [2.0, 100.0, 200.0, 300.0], [1000.0, 1000.0, 1000.0, 15.0])
    saturated = np.zeros(500, dtype=bool)
    saturated[101] = True
    lamp = lamp_of([400.6, 430.0, 460.0, 490.0], [1000.0] * 4)
    lines = measure_arc(data, variance, saturated, lamp, np.array([2.0, 100.0, 200.0, 300.0]), PROFILE)
    assert dict(zip(lines.wavelength_nm.tolist(), lines.verdict.tolist(), strict=True)) == {
        400.6: "edge",
        430.0: "saturated",
        460.0: "used",
        490.0: "faint",
    }


def test_marked_blends_are_never_references(shape):
    data, variance = drawn(shape, [100.0, 200.0], [1000.0, 1000.0])
    lamp = lamp_of([430.0, 460.0], [1000.0, 1000.0], [True, False])
    lines = measure_arc(data, variance, np.zeros(500, dtype=bool), lamp, np.array([100.0, 200.0]), PROFILE)
    assert lines.wavelength_nm.tolist() == [460.0]


def arc_lines(count=20, *, scatter=0.05, seed=2, outliers=()):
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(10, 990, count))
    wavelength = 350 + 0.28 * x + 2e-5 * x**2 - 8e-9 * x**3
    x_seen = x + rng.normal(0, scatter, count)
    for number in outliers:
        x_seen[number] += 1.5
    zero = np.zeros(count)
    return ArcLines(
        wavelength, np.full(count, "X I"), x_seen, np.full(count, scatter), zero + 1e3, zero + 1, zero, zero,
        np.full(count, "used", dtype="U10"), zero,
    )  # fmt: skip


def test_leave_one_out_is_what_refitting_gives():
    lines = arc_lines()
    fit, after = fit_dispersion(lines, 1000, 3)
    assert after.used.all()
    u, weight = lines.x / 499.5 - 1, 1 / np.hypot(lines.x_error, 0.03)
    alone = []
    for number in range(len(lines)):
        rest = np.arange(len(lines)) != number
        c = np.polynomial.legendre.legfit(u[rest], lines.wavelength_nm[rest], 3, w=weight[rest])
        alone.append(np.polynomial.legendre.legval(u[number], c) - lines.wavelength_nm[number])
    alone = np.array(alone) / fit.slope_nm(lines.x)
    assert fit.rms_loo_px == pytest.approx(np.sqrt(np.mean(alone**2)), rel=1e-6)
    assert fit.rms_px < fit.rms_loo_px


def test_outliers_are_left_out_and_named():
    fit, after = fit_dispersion(arc_lines(outliers=(4, 13)), 1000, 3)
    assert list(np.flatnonzero(after.verdict == "outlier")) == [4, 13]
    assert after.residual_px[4] == pytest.approx(1.5, abs=0.2)
    assert fit.rms_px < 0.1


def test_good_lines_are_rarely_thrown_away():
    lost = [int((~fit_dispersion(arc_lines(seed=seed), 1000, 3)[1].used).sum()) for seed in range(40)]
    assert np.mean(lost) < 0.5


def test_too_few_lines_make_no_fit():
    assert fit_dispersion(arc_lines(count=5), 1000, 4) is None


def test_pixel_inverts_the_dispersion():
    fit, _ = fit_dispersion(arc_lines(), 1000, 3)
    x = np.linspace(0, 999, 40)
    np.testing.assert_allclose(fit.pixel(fit.wavelength_nm(x)), x, atol=1e-3)
    assert np.isnan(fit.pixel(np.array([5000.0]))).all()
