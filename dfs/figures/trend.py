"""A quality parameter over time: points with error bars by setup, outliers marked, the header's claim as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure
from numpy.typing import NDArray

from dfs.figures.style import GREY, PALETTE, VERMILION, hover, new_figure

__all__ = ["TrendPoint", "find_outliers", "trend_figure"]

_SERIES_COLOURS = tuple(colour for colour in PALETTE if colour != VERMILION)  # vermilion is kept for outliers
_MARKERS = ("circle", "square", "triangle", "diamond", "inverted_triangle", "hex")  # a second sign beside the colour
_MJD_OF_UNIX_EPOCH = 40587.0
_MS_PER_DAY = 86_400_000.0


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One value of a trend.

    Attributes
    ----------
    series
        Legend label; points of one label share colour and sign.
    mjd
        Time (UTC) as modified Julian date.
    value, error
        In the figure's unit; the error is one standard deviation.
    claim
        What the header says of the same quantity.
    name
        Shown when the pointer rests on the point: the product.
    is_outlier
        Marked in any case; others are marked when they lie far from their series.
    """

    series: str
    mjd: float
    value: float
    error: float | None = None
    claim: float | None = None
    name: str = ""
    is_outlier: bool = False


def trend_figure(points: Sequence[TrendPoint], quantity: str, unit: str, *, title: str = "") -> figure:
    """Return the trend of `quantity` in `unit` over time.

    Parameters
    ----------
    points
        In any order, of any number of series.
    quantity, unit
        For the axis; ``""`` for a pure number.
    title
        Default: the quantity.
    """
    label = f"{quantity} ({unit})" if unit else quantity
    plot = new_figure(title or quantity, "time (UTC)", label, x_axis_type="datetime")
    for index, series in enumerate(dict.fromkeys(point.series for point in points)):
        _draw_series(plot, series, [point for point in points if point.series == series], index)
    for claim in sorted({point.claim for point in points if point.claim is not None}):
        plot.hspan(
            y=[claim], line_color=GREY, line_dash="dashed", line_width=1.4, legend_label=f"header says {claim:g}"
        )
    plot.legend.label_text_font_size = "8pt"
    plot.legend.click_policy = "hide"
    plot.legend.background_fill_alpha = 0.7
    return plot


def find_outliers(values: NDArray[np.float64], limit: float = 5.0) -> NDArray[np.bool_]:
    """Return which values lie more than `limit` robust standard deviations (1.4826 MAD) from the median.

    Fewer than five values, or a spread of zero, tell no outliers.
    """
    distance = np.abs(values - np.median(values)) if len(values) else values
    spread = 1.4826 * float(np.median(distance)) if len(values) >= 5 else 0.0
    return distance > limit * spread if spread > 0 else np.zeros(len(values), dtype=bool)


def _draw_series(plot: figure, series: str, points: Sequence[TrendPoint], index: int) -> None:
    values = np.array([point.value for point in points], dtype=float)
    errors = np.array([point.error or 0.0 for point in points], dtype=float)
    outlier = find_outliers(values) | np.array([point.is_outlier for point in points], dtype=bool)
    colour = _SERIES_COLOURS[index % len(_SERIES_COLOURS)]
    source = ColumnDataSource(
        {
            "time": [(point.mjd - _MJD_OF_UNIX_EPOCH) * _MS_PER_DAY for point in points],
            "value": values,
            "low": values - errors,
            "high": values + errors,
            "error": errors,
            "colour": np.where(outlier, VERMILION, colour).tolist(),
            "name": [point.name for point in points],
        }
    )
    plot.segment("time", "low", "time", "high", source=source, color="colour", line_width=1.2, legend_label=series)
    marker = _MARKERS[index % len(_MARKERS)]
    dots = plot.scatter(
        "time", "value", source=source, marker=marker, size=8, color="colour", fill_alpha=0.65, legend_label=series
    )
    plot.add_tools(
        hover(
            ("time", "@time{%F %H:%M:%S}"),
            ("value", "@value{0.0000} ± @error{0.0000}"),
            ("product", "@name"),
            renderers=[dots],
            formatters={"@time": "datetime"},
        )
    )
