"""Figures of the exposure time calculator: quantities over wavelength, and signal-to-noise over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, Span
from bokeh.plotting import figure
from numpy.typing import NDArray

from dfs.figures.style import BLUE, GREY, PALETTE, VERMILION, hover, legend_above, new_figure

__all__ = ["by_time", "by_wavelength"]


def by_wavelength(
    wavelength_nm: NDArray[Any],
    curves: Mapping[str, NDArray[Any]],
    *,
    title: str,
    label: str,
    medium: str,
    at_nm: float | None = None,
    limits: Mapping[str, float] | None = None,
    shaded_nm: Sequence[tuple[float, float]] = (),
    units: Mapping[str, str] | None = None,
) -> figure:
    """Return a figure of quantities over wavelength.

    Parameters
    ----------
    wavelength_nm, curves
        Shape (n,); name -> shape (n,).
    title, label, medium
        What is drawn, the text at its axis with the unit, and the medium of the wavelengths.
    at_nm
        Wavelength of interest, marked.
    limits
        Name -> value of a dashed line across.
    shaded_nm
        Intervals that are marked, where it saturates.
    units
        Name -> unit shown with the value under the pointer.
    """
    plot = new_figure(title, f"wavelength in {medium} (nm)", label)
    for (name, values), color in zip(curves.items(), PALETTE, strict=False):
        source = ColumnDataSource({"x": wavelength_nm, "y": values})
        line = plot.line("x", "y", source=source, color=color, line_width=1.2, legend_label=name)
        unit = (units or {}).get(name, "")
        pairs = (("wavelength (nm)", "@x{0.00}"), (name, f"@y{{0.000a}} {unit}".strip()))
        plot.add_tools(hover(*pairs, renderers=[line], mode="vline"))
    if shaded_nm:
        from dfs.figures.spectrum import shade_extrapolated

        shade_extrapolated(plot, shaded_nm)
    for name, value in (limits or {}).items():
        plot.line(wavelength_nm[[0, -1]], [value, value], color=VERMILION, line_dash="dashed", legend_label=name)
    if at_nm is not None:
        plot.add_layout(Span(location=at_nm, dimension="height", line_color=GREY, line_dash="dotted", line_width=1))
    legend_above(plot)
    return plot


def by_time(
    time_s: NDArray[Any],
    snr: NDArray[Any],
    *,
    title: str,
    chosen: tuple[float, float],
    longest_safe_s: float | None = None,
) -> figure:
    """Return a figure of signal-to-noise over exposure time, the answer marked.

    Parameters
    ----------
    time_s, snr
        Shape (n,).
    chosen
        Time and signal-to-noise of the answer.
    longest_safe_s
        Time from which on a pixel is full, marked where it lies within the plot.
    """
    plot = new_figure(title, "time on the target (s)", "signal-to-noise")
    source = ColumnDataSource({"x": time_s, "y": snr})
    line = plot.line("x", "y", source=source, color=BLUE, line_width=1.4)
    plot.scatter([chosen[0]], [chosen[1]], color=VERMILION, size=8)
    plot.add_tools(hover(("time (s)", "@x{0.0}"), ("S/N", "@y{0.00}"), renderers=[line], mode="vline"))
    if longest_safe_s is not None and np.min(time_s) <= longest_safe_s <= np.max(time_s):
        plot.add_layout(Span(location=longest_safe_s, dimension="height", line_color=VERMILION, line_dash="dashed"))
    return plot
