"""The response of telescope, instrument and detector, as a standard star shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure
from numpy.typing import NDArray

from dfs.figures.spectrum import readable_unit, shade_extrapolated
from dfs.figures.style import BLUE, VERMILION, hover, legend_above, new_figure

__all__ = ["response_figure"]


def response_figure(
    wavelength_nm: NDArray[Any],
    response: NDArray[Any],
    node_nm: NDArray[Any],
    node_response: NDArray[Any],
    *,
    unit: str,
    title: str = "Response",
    extrapolated_nm: Sequence[tuple[float, float]] = (),
) -> figure:
    """Return the fitted response (line) with the nodes of the standard's table (dots), logarithmic, in `unit`.

    `extrapolated_nm` (intervals beyond the nodes) is shaded; the axis shows a decade below the lowest node at most.
    """
    plot = new_figure(title, "wavelength in air (nm)", f"response ({readable_unit(unit)})", y_axis_type="log")
    plot.line(wavelength_nm, response, color=BLUE, line_width=1.6, legend_label="fit")
    source = ColumnDataSource({"x": node_nm, "y": node_response})
    dots = plot.scatter("x", "y", source=source, size=6, color=VERMILION, fill_alpha=0.5, legend_label="table nodes")
    plot.add_tools(hover(("node (nm)", "@x{0.0}"), ("response", "@y{0.000e0}"), renderers=[dots]))
    shade_extrapolated(plot, extrapolated_nm)
    positive = node_response[np.isfinite(node_response) & (node_response > 0)]
    if positive.size:
        plot.y_range = Range1d(float(positive.min()) / 10, float(positive.max()) * 3)
    legend_above(plot)
    return plot
