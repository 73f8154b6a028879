"""Observable hours through the nights of a run: plain data in, bokeh figure out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, FixedTicker, LinearColorMapper, Range1d
from bokeh.palettes import cividis
from bokeh.plotting import figure
from numpy.typing import NDArray

from dfs.figures.style import GREY, PALETTE, hover, new_figure

__all__ = ["PeriodData", "period_figure"]

Array = NDArray[np.float64]

_MOON = PALETTE[1]
_MS_PER_DAY = 86_400_000.0


@dataclass(frozen=True, slots=True)
class PeriodData:
    """Blocks through a run: ``hours`` is (blocks, nights); the Moon's lit fraction and the dark hours of each night."""

    title: str
    names: tuple[str, ...]
    nights: tuple[date, ...]
    hours: Array
    moon_lit: Array
    dark_hours: Array


def period_figure(data: PeriodData) -> figure:
    """Return the hours in which blocks can be observed, night by night.

    One block: bars below the line of dark hours; several: a row of colours for each.  The more of the Moon is lit, the deeper the yellow behind.
    """
    times = np.array([_ms(one) for one in data.nights])
    height = 320 if len(data.names) == 1 else min(900, 140 + 16 * len(data.names))
    options: dict[str, Any] = {"x_axis_type": "datetime"}
    if len(data.names) > 1:
        return _rows(data, times, new_figure(data.title, "night", "", height=height, **options))
    plot = new_figure(data.title, "night", "hours", height=height, **options)
    source = ColumnDataSource(
        {
            "time": times,
            "hours": data.hours[0],
            "dark": data.dark_hours,
            "lit": data.moon_lit,
            "full": data.moon_lit / 3,
        }
    )
    top = float(max(data.dark_hours.max(), 1.0))
    plot.y_range = Range1d(0, top * 1.08)
    plot.vbar("time", width=_MS_PER_DAY, top=top * 1.08, fill_alpha="full", source=source, color=_MOON, line_alpha=0)
    bars = plot.vbar("time", width=0.8 * _MS_PER_DAY, top="hours", source=source, color=PALETTE[0], line_alpha=0)
    plot.line("time", "dark", source=source, color=GREY, legend_label="dark")
    _tell(plot, bars, ("observable", "@hours{0.0} of @dark{0.0} h"), ("Moon", "@lit{0%} lit"))
    return plot


def _rows(data: PeriodData, times: Array, plot: figure) -> figure:
    rows, nights = data.hours.shape
    mapper = LinearColorMapper(palette=["#ffffff00", *cividis(255)[60:]], low=0, high=float(max(data.hours.max(), 1.0)))
    source = ColumnDataSource(
        {
            "time": np.tile(times, rows),
            "row": np.repeat(np.arange(rows)[::-1], nights),
            "hours": data.hours.ravel(),
            "name": [name for name in data.names for _ in range(nights)],
            "lit": np.tile(data.moon_lit, rows),
        }
    )
    colour = {"field": "hours", "transform": mapper}
    cells = plot.rect("time", "row", width=_MS_PER_DAY, height=0.86, source=source, fill_color=colour, line_alpha=0)
    plot.yaxis.ticker = FixedTicker(ticks=list(range(rows)))
    plot.yaxis.major_label_overrides = dict(enumerate(reversed(data.names)))
    plot.y_range = Range1d(-0.6, rows - 0.4)
    _tell(plot, cells, ("", "@name"), ("observable", "@hours{0.0} h"), ("Moon", "@lit{0%} lit"))
    return plot


def _tell(plot: figure, renderer: Any, *lines: tuple[str, str]) -> None:
    plot.add_tools(hover(("night", "@time{%F}"), *lines, renderers=[renderer], formatters={"@time": "datetime"}))


def _ms(day: date) -> float:
    return (datetime(day.year, day.month, day.day) - datetime(1970, 1, 1)).total_seconds() * 1000.0  # noqa: DTZ001 - a day, no instant
