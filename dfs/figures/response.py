"""The response of telescope, instrument and detector, as a standard star shows it."""

from __future__ import annotations

from typing import Any

from bokeh.models import ColumnDataSource
from bokeh.plotting import figure
from numpy.typing import NDArray

from dfs.figures.style import BLUE, VERMILION, hover, new_figure

__all__ = ["response_figure"]


def response_figure(
    wavelength_nm: NDArray[Any],
    response: NDArray[Any],
    node_nm: NDArray[Any],
    node_response: NDArray[Any],
    *,
    unit: str,
    title: str = "Response",
) -> figure:
    """Return the fitted response (line) with the nodes of the standard's table (dots), logarithmic, in `unit`."""
    plot = new_figure(title, "wavelength in air (nm)", f"response ({unit})", y_axis_type="log")
    plot.line(wavelength_nm, response, color=BLUE, line_width=1.6, legend_label="fit")
    source = ColumnDataSource({"x": node_nm, "y": node_response})
    dots = plot.scatter("x", "y", source=source, size=6, color=VERMILION, fill_alpha=0.5, legend_label="table nodes")
    plot.add_tools(hover(("node (nm)", "@x{0.0}"), ("response", "@y{0.000e0}"), renderers=[dots]))
    plot.legend.label_text_font_size = "8pt"
    return plot
