"""Traces of drawn stars."""

import numpy as np
import pytest

from dfs.errors import DataError
from dfs.recipes.steps.trace import trace_source


def traced(scene, seed=1, **choices):
    image = scene.draw(seed)
    data = image.data - scene.sky()
    return trace_source(data, image.variance.astype(float), image.good(), scene.star_row, 4.5, **choices)


def test_bright_star_is_followed_to_a_twentieth_of_a_pixel(scene) -> None:
    trace = traced(scene)
    assert np.max(np.abs(trace.row - scene.trace())) < 0.1
    assert np.sqrt(np.mean((trace.row - scene.trace()) ** 2)) < 0.05
    assert np.median(trace.fwhm) == pytest.approx(scene.fwhm, rel=0.05)
    assert trace.order >= 1


def test_faint_star_has_a_stiff_trace(scene_class) -> None:
    trace = traced(scene_class(star_e=120.0, bend=0.0))
    assert trace.order <= 1
    assert np.max(np.abs(trace.row - 70.3)) < 0.8


def test_trace_goes_on_straight_where_the_star_has_faded(scene_class) -> None:
    scene = scene_class(star_e=3000.0, bend=2.0)
    x = np.arange(scene.nx)
    scene.flux_shape = 1.0 / (1.0 + np.exp(-(x - 150) / 12.0))
    trace = traced(scene)
    assert np.max(np.abs(np.diff(trace.row[:100], 2))) < 1e-9
    assert abs(trace.row[0] - scene.trace()[0]) < 1.0


def test_cosmic_rays_are_left_out(scene) -> None:
    image = scene.draw()
    data = image.data - scene.sky()
    data[75:78, 200:206] += 30000.0
    trace = trace_source(data, image.variance.astype(float), image.good(), scene.star_row, 4.5)
    assert np.max(np.abs(trace.row - scene.trace())) < 0.15


def test_no_star_no_trace(scene_class) -> None:
    with pytest.raises(DataError, match="no spectrum can be traced") as caught:
        traced(scene_class(star_e=0.0), where="frame.fits")
    assert caught.value.where == "frame.fits"
    assert "position_px" in caught.value.hint
