"""Residuals of a wavelength solution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, Span
from bokeh.plotting import figure
from numpy.typing import NDArray

from dfs.figures.spectrum import shade_extrapolated
from dfs.figures.style import BLUE, GREY, hover, legend_above, new_figure

__all__ = ["arc_residuals_figure"]


def arc_residuals_figure(
    wavelength_nm: NDArray[Any],
    residual_px: NDArray[Any],
    used: NDArray[np.bool_],
    *,
    rms_px: float,
    title: str = "Arc line residuals",
    extrapolated_nm: Sequence[tuple[float, float]] = (),
) -> figure:
    """Return residual (pixel) against wavelength (nm), used lines filled, rejected ones open, +-rms dashed."""
    plot = new_figure(title, "wavelength in air (nm)", "line position - solution (pixel)", height=260)
    for chosen, label, fill in ((used, "used", 0.85), (~used, "rejected", 0.0)):
        source = ColumnDataSource({"x": wavelength_nm[chosen], "y": residual_px[chosen]})
        dots = plot.scatter("x", "y", source=source, size=7, color=BLUE, fill_alpha=fill, legend_label=label)
        plot.add_tools(hover(("line (nm)", "@x{0.000}"), ("residual (px)", "@y{0.000}"), renderers=[dots]))
    plot.add_layout(Span(location=0, dimension="width", line_color=GREY, line_width=1))
    for sign in (-1, 1):
        plot.add_layout(
            Span(location=sign * rms_px, dimension="width", line_color=GREY, line_dash="dashed", line_width=1)
        )
    shade_extrapolated(plot, extrapolated_nm)
    legend_above(plot)
    return plot
