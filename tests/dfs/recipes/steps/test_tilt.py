from __future__ import annotations

import numpy as np
import pytest

from dfs.model import Flag, Image
from dfs.recipes.steps.line_profile import LineProfile
from dfs.recipes.steps.straighten import mean_of_rows
from dfs.recipes.steps.tilt import SlitGeometry, fit_geometry, lit_rows, straighten, trace_lines

WAVELENGTHS = np.linspace(388.0, 560.0, 9)
PROFILE = LineProfile(4.7, 0.8)


def geometry_of(bench, image):
    middle = 0.5 * (bench.lit[0] + bench.lit[1] - 1)
    start = bench.pixel(WAVELENGTHS)
    traces = trace_lines(image, start, PROFILE, bench.lit, first_row=middle, height=8)
    return traces, fit_geometry(traces, start, image.shape, middle)


def test_lit_rows_are_those_of_the_slit(bench):
    image = bench.draw(WAVELENGTHS, [3000.0] * 9)
    first, end = lit_rows(image)
    assert abs(first - bench.lit[0]) <= 3
    assert abs(end - bench.lit[1]) <= 3


def test_a_dark_frame_has_no_lit_rows(bench):
    dark = Image(*(np.zeros((50, 80), dtype=kind) for kind in (np.float32, np.float32, np.uint8)))
    assert lit_rows(dark) is None
    lost = Image(dark.data, dark.variance, np.full((50, 80), Flag.NO_DATA, dtype=np.uint8))
    assert lit_rows(lost) is None


def test_the_shape_of_the_slit_is_recovered(bench):
    image = bench.draw(WAVELENGTHS, [3000.0] * 9)
    _, geometry = geometry_of(bench, image)
    x, rows = np.meshgrid(np.linspace(20, 580, 15), np.arange(*bench.lit, 6.0))
    error = geometry.displacement(x, rows) - bench.displacement(x, rows)
    assert np.abs(error).max() < 0.08
    assert np.sqrt(np.mean(error**2)) < 0.03
    ends = (bench.lit[0], bench.lit[1] - 1)
    truth = bench.displacement(300.0, ends[1]) - bench.displacement(300.0, ends[0])
    assert geometry.tilt_px(ends, 300.0) == pytest.approx(truth, abs=0.06)
    edges = 0.5 * (bench.displacement(300.0, ends[1]) + bench.displacement(300.0, ends[0]))
    assert geometry.sagitta_px(ends, 300.0) == pytest.approx(-edges, abs=0.06)


def test_bad_rows_do_not_bend_the_fit(bench):
    image = bench.draw(WAVELENGTHS, [3000.0] * 9)
    image.data[60:68, 200:260] += 5000.0  # a streak nobody flagged
    _, geometry = geometry_of(bench, image)
    assert geometry.rms_px < 0.06


def second_moment(line):
    pixel = np.arange(len(line))
    middle = np.sum(pixel * line) / np.sum(line)
    return np.sum((pixel - middle) ** 2 * line) / np.sum(line)


def test_straightened_lines_are_narrow_and_keep_their_flux(bench):
    image = bench.draw(WAVELENGTHS, [3000.0] * 9, noise=False)
    _, geometry = geometry_of(bench, image)
    sharp, _, _ = straighten(image, geometry, bench.lit)
    around = slice(round(bench.pixel(WAVELENGTHS[4])) - 15, round(bench.pixel(WAVELENGTHS[4])) + 16)
    # a box of 4.7 blurred by 0.8, a pixel and linear interpolation: 4.7^2 / 12 + 0.8^2 + 1 / 12 + at most 1 / 4
    assert second_moment(sharp[around] - 20.0) < 4.7**2 / 12 + 0.8**2 + 1 / 12 + 1 / 4
    assert np.sum(sharp[around] - 20.0) == pytest.approx(3000.0, rel=0.005)


def test_saturation_is_carried_along(bench, clip):
    image = clip(bench.draw(WAVELENGTHS, [3000.0] * 8 + [4e5]), 20000.0)
    geometry = SlitGeometry(np.zeros((1, 1)), 80.0, image.shape)
    _, _, saturated = straighten(image, geometry, bench.lit)
    spectrum, _, again = mean_of_rows(image, bench.lit)
    assert saturated.any()
    assert again.any()
    assert np.isfinite(spectrum[again]).all()
    assert abs(np.flatnonzero(saturated).mean() - bench.pixel(WAVELENGTHS[8])) < 3


def test_lost_pixels_are_left_out(bench):
    image = bench.draw(WAVELENGTHS, [3000.0] * 9, noise=False)
    before = mean_of_rows(image, bench.lit)[1][110]
    image.data[40:50, 100:120] = 1e6
    image.mask[40:50, 100:120] = Flag.COSMIC
    spectrum, variance, _ = mean_of_rows(image, bench.lit)
    assert spectrum[100:120].max() < 2000
    assert variance[110] == pytest.approx(before * 138 / 128, rel=0.02)
    image.mask[:, 110] = Flag.BAD
    assert np.isnan(mean_of_rows(image, bench.lit)[0][110])
