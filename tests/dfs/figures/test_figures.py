"""Figures hold what they were given, with units at the axes, and survive odd data."""

from __future__ import annotations

import io

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.models import BoxAnnotation
from PIL import Image

from dfs.figures.arc import arc_residuals_figure
from dfs.figures.image import display_range, image_figure, thumbnail_png
from dfs.figures.response import response_figure
from dfs.figures.spectrum import spectrum_figure

GRID = np.linspace(400.0, 600.0, 50)


def test_a_spectrum_says_its_units_and_shades_what_is_extrapolated() -> None:
    flux = np.full(50, 1e-16)
    flux[7] = np.nan
    plot = spectrum_figure(
        GRID,
        flux,
        flux / 10,
        title="EG21",
        unit="erg cm**(-2) s**(-1) angstrom**(-1)",
        extrapolated_nm=[(580.0, 600.0)],
        lines_nm={"Hb": 486.1},
    )
    assert plot.xaxis.axis_label == "wavelength in air (nm)"
    assert plot.yaxis.axis_label == "flux (erg cm⁻² s⁻¹ Å⁻¹)"
    shades = [one for one in plot.select(BoxAnnotation) if one.left == 580.0]
    assert [one.right for one in shades] == [600.0]
    Document().add_root(plot)


def test_a_spectrum_without_a_finite_value_is_drawn() -> None:
    Document().add_root(spectrum_figure(GRID, GRID * np.nan, title="empty", unit=""))


def test_residuals_keep_rejected_lines_apart() -> None:
    used = GRID > 500
    plot = arc_residuals_figure(GRID, np.zeros(50), used, rms_px=0.05)
    sizes = [len(renderer.data_source.data["x"]) for renderer in plot.renderers]
    assert sizes == [used.sum(), (~used).sum()]


def test_a_response_is_drawn_on_a_logarithmic_axis() -> None:
    plot = response_figure(GRID, GRID * 0 + 1e-16, GRID[::5], GRID[::5] * 0 + 1e-16, unit="erg cm**(-2) adu**(-1)")
    assert type(plot.y_scale).__name__ == "LogScale"


@pytest.mark.parametrize("fill", [np.nan, 7.0])
def test_flat_and_empty_images_are_drawn(fill: float) -> None:
    data = np.full((700, 300), fill)
    low, high = display_range(data)
    assert high > low
    Document().add_root(image_figure(data, "flat", "adu"))


def test_a_thumbnail_has_its_first_row_at_the_bottom() -> None:
    data = np.zeros((480, 480))
    data[:100] = np.linspace(50, 100, 100)[:, None]
    picture = np.asarray(Image.open(io.BytesIO(thumbnail_png(data, side=240))))
    assert picture.shape == (240, 240)
    assert picture[-1].mean() > picture[0].mean()
    assert picture[:180].max() == picture[0].min()
