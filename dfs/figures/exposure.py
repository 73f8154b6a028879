"""Figures of the exposure time calculator: quantities over wavelength, and signal-to-noise over time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, Range1d, Span
from bokeh.plotting import figure
from numpy.typing import NDArray

from dfs.figures.style import BLUE, GREY, PALETTE, VERMILION, hover, legend_above, new_figure

__all__ = ["by_time", "by_wavelength"]

_FLAT = 0.05  # of the value: nothing smaller fills the axis
_WIDE = 1e3
_DECADES_MOST = 6


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
    thin: Collection[str] = (),
    may_be_log: bool = False,
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
    thin
        Names of curves that stand back.
    may_be_log
        Whether the axis becomes logarithmic where the values span more than three decades.
    """
    levels = np.array([*(limits or {}).values()], dtype=float)
    axis = _axis([*(y for name, y in curves.items() if name not in thin), levels], may_be_log)
    is_log = "y_axis_type" in axis
    plot = new_figure(title, f"wavelength in {medium} (nm)", label, **axis)
    for (name, values), color in zip(curves.items(), PALETTE, strict=False):
        source = ColumnDataSource(
            {"x": wavelength_nm, "y": np.where(values > 0.0, values, np.nan) if is_log else values}
        )
        width = 0.6 if name in thin else 1.2
        line = plot.line("x", "y", source=source, color=color, line_width=width, legend_label=name)
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


def _axis(values: Sequence[NDArray[Any]], may_be_log: bool) -> dict[str, Any]:
    """Return the options of an axis for these values: none where bokeh's own range does.

    Wide ranges become logarithmic and end a decade under all but the lowest hundredth, at most six decades under the top; flat ones have
    5 per cent to either side, so that no rounding is enlarged.
    """
    known = np.concatenate(values)
    known = known[np.isfinite(known)]
    if known.size == 0:
        return {}
    low, high = float(known.min()), float(known.max())
    seen = known[known > high * 10.0**-_DECADES_MOST]
    if may_be_log and high > 0.0 and high > _WIDE * float(np.percentile(seen, 5.0)):
        return {"y_axis_type": "log", "y_range": Range1d(0.1 * float(np.percentile(seen, 1.0)), 2.0 * high)}
    middle = 0.5 * (low + high)
    if middle == 0.0 or high - low >= 2.0 * _FLAT * abs(middle):
        return {}
    half = _FLAT * abs(middle)
    return {"y_range": Range1d(middle - half, middle + half)}


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
