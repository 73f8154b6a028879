"""One look for pages, notebooks and reports: palette, fonts, grid, light and dark."""

from __future__ import annotations

from typing import Any

from bokeh.models import HoverTool
from bokeh.plotting import figure

__all__ = ["BLUE", "GREY", "ORANGE", "PALETTE", "VERMILION", "new_figure"]

# Okabe & Ito (2008), told apart by colour-blind readers; black left to the text.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442")
BLUE, ORANGE, _GREEN, VERMILION = PALETTE[:4]
GREY = "#8A8F98"

_WIDTH, _HEIGHT = 860, 320


def new_figure(title: str, x_label: str, y_label: str, *, height: int = _HEIGHT, **options: Any) -> figure:
    """Return an empty figure in the house style.

    Parameters
    ----------
    title, x_label, y_label
        Labels name the quantity and its unit: ``"wavelength in air (nm)"``.
    height
        Height in screen pixels; the width follows the page.
    **options
        Passed on to `bokeh.plotting.figure`.
    """
    settings: dict[str, Any] = {
        "width": _WIDTH,
        "height": height,
        "sizing_mode": "stretch_width",
        "tools": "pan,box_zoom,wheel_zoom,reset,save",
        "active_drag": "box_zoom",
        "toolbar_location": "right",
        "output_backend": "canvas",
    }
    plot = figure(title=title, x_axis_label=x_label, y_axis_label=y_label, **(settings | options))
    plot.toolbar.logo = None
    plot.title.text_font_size = "11pt"
    plot.xgrid.grid_line_alpha = 0.35
    plot.ygrid.grid_line_alpha = 0.35
    plot.axis.axis_label_text_font_style = "normal"
    plot.axis.minor_tick_line_alpha = 0.4
    return plot


def legend_above(plot: figure) -> None:
    """Put the legend above the frame, where it hides no point; a click hides what it names."""
    legend = plot.legend[0]
    plot.center = [one for one in plot.center if one is not legend]
    plot.add_layout(legend, "above")
    legend.orientation = "horizontal"
    legend.click_policy = "hide"
    legend.label_text_font_size = "8pt"
    legend.padding = 0
    legend.margin = 2
    legend.border_line_alpha = 0


def hover(*pairs: tuple[str, str], **options: Any) -> HoverTool:
    """Return a hover tool that shows `pairs` of (name, ``@column``)."""
    return HoverTool(tooltips=list(pairs), **options)
