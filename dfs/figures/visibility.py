"""Altitude through a night: plain data in, bokeh figure out; observable hours of a run: `dfs.figures.run_visibility`.

A figure may be given new data and redraws itself without being made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    DatetimeTickFormatter,
    FixedTicker,
    LinearAxis,
    Range1d,
)
from numpy.typing import NDArray

from dfs.figures.run_visibility import PeriodData, period_figure
from dfs.figures.style import GREY, PALETTE, VERMILION, hover, new_figure

__all__ = ["NightData", "NightFigure", "PeriodData", "TargetCurve", "period_figure"]

Array = NDArray[np.float64]

_COLOURS = (PALETTE[0], PALETTE[2], PALETTE[5], PALETTE[4], VERMILION)
_MOON = PALETTE[1]
_SHADES = {"day": 0.30, "civil": 0.22, "nautical": 0.14, "astronomical": 0.07}  # of grey, the darker sky the less of it
_AIRMASSES = (1.0, 1.1, 1.2, 1.4, 1.6, 2.0, 3.0)
_MJD_OF_UNIX_EPOCH = 40587.0
_MS_PER_DAY = 86_400_000.0


@dataclass(frozen=True, slots=True)
class TargetCurve:
    """One target: its name, altitude and air mass and distance from the Moon at each time, windows, lowest altitude allowed."""

    name: str
    altitude_deg: Array
    airmass: Array
    moon_distance_deg: Array
    windows: tuple[tuple[datetime, datetime], ...] = ()
    limit_deg: float | None = None


@dataclass(frozen=True, slots=True)
class NightData:
    """What a night's figure shows.

    Attributes
    ----------
    mjd
        Times of all curves (UTC).
    shades
        ``(begin, end, "day" | "civil" | "nautical" | "astronomical")``: stretches that are not dark.
    sidereal
        ``(time, label)`` of the upper axis.
    """

    title: str
    mjd: Array
    shades: tuple[tuple[datetime, datetime, str], ...]
    moon_altitude_deg: Array
    moon_label: str
    sidereal: tuple[tuple[datetime, str], ...]
    targets: tuple[TargetCurve, ...]


class NightFigure:
    """Altitude and air mass of targets through a night, with the Moon, twilight, limits and windows.

    Parameters
    ----------
    data
        What to show first; `show` replaces it.

    Attributes
    ----------
    plot
        The bokeh figure.
    """

    def __init__(self, data: NightData, *, height: int = 360) -> None:
        self.plot = new_figure("", "time (UTC)", "altitude (deg)", height=height, x_axis_type="datetime")
        self.plot.y_range = Range1d(0, 90)
        self.plot.x_range = Range1d()
        self.plot.xaxis[0].formatter = DatetimeTickFormatter(hours="%H:%M", minutes="%H:%M", days="%H:%M")
        self._shades = ColumnDataSource({"left": [], "right": [], "alpha": []})
        self._moon = ColumnDataSource({"time": [], "altitude": []})
        self._curves = ColumnDataSource({"time": [], "altitude": [], "colour": [], "name": []})
        self._points = ColumnDataSource({"time": [], "altitude": [], "name": [], "airmass": [], "moon": []})
        self._windows = ColumnDataSource({"time": [], "altitude": [], "colour": []})
        self._limits = ColumnDataSource({"left": [], "right": [], "altitude": [], "colour": []})
        self._axes()
        self._draw()
        self.show(data)

    def show(self, data: NightData) -> None:
        """Show other data in the same figure."""
        times = _milliseconds(data.mjd)
        self.plot.title.text = data.title
        self.plot.x_range.start, self.plot.x_range.end = float(times[0]), float(times[-1])
        self._shades.data = {
            "left": [_ms(one[0]) for one in data.shades],
            "right": [_ms(one[1]) for one in data.shades],
            "alpha": [_SHADES[one[2]] for one in data.shades],
        }
        self._moon.data = {"time": times, "altitude": data.moon_altitude_deg}
        self._sidereal.ticker = FixedTicker(ticks=[_ms(at) for at, _ in data.sidereal])
        self._sidereal.major_label_overrides = {_ms(at): label for at, label in data.sidereal}
        self._moon_legend.label = {"value": data.moon_label}
        self._show_targets(times, data.targets)

    def _show_targets(self, times: Array, targets: Sequence[TargetCurve]) -> None:
        colours = [_COLOURS[i % len(_COLOURS)] for i in range(len(targets))]
        self._curves.data = {
            "time": [times for _ in targets],
            "altitude": [one.altitude_deg for one in targets],
            "colour": colours,
            "name": [one.name for one in targets],
        }
        empty = np.empty(0)
        self._points.data = {
            "time": np.tile(times, len(targets)),
            "altitude": np.concatenate([empty, *(one.altitude_deg for one in targets)]),
            "airmass": np.concatenate([empty, *(one.airmass for one in targets)]),
            "moon": np.concatenate([empty, *(one.moon_distance_deg for one in targets)]),
            "name": [one.name for one in targets for _ in times],
        }
        cut = [
            (_within(times, span), one.altitude_deg, colour)
            for one, colour in zip(targets, colours, strict=True)
            for span in one.windows
        ]
        self._windows.data = {
            "time": [inside for inside, _, _ in cut],
            "altitude": [np.interp(inside, times, altitude) for inside, altitude, _ in cut],
            "colour": [colour for _, _, colour in cut],
        }
        limited = [(one.limit_deg, c) for one, c in zip(targets, colours, strict=True) if one.limit_deg is not None]
        self._limits.data = {
            "left": [float(times[0])] * len(limited),
            "right": [float(times[-1])] * len(limited),
            "altitude": [limit for limit, _ in limited],
            "colour": [colour for _, colour in limited],
        }

    def _axes(self) -> None:
        ticks = {float(np.degrees(np.arcsin(1 / one))): f"{one:g}" for one in _AIRMASSES}
        airmass = LinearAxis(axis_label="airmass", ticker=FixedTicker(ticks=list(ticks)), major_label_overrides=ticks)
        self._sidereal = LinearAxis(axis_label="local sidereal time")
        for axis, place in ((airmass, "right"), (self._sidereal, "above")):
            axis.axis_label_text_font_style = "normal"
            self.plot.add_layout(axis, place)

    def _draw(self) -> None:
        self.plot.quad(
            left="left",
            right="right",
            bottom=0,
            top=90,
            fill_alpha="alpha",
            source=self._shades,
            color=GREY,
            line_alpha=0,
        )
        moon = {"color": _MOON, "line_dash": "dashed", "line_width": 1.5, "legend_label": "Moon"}
        self.plot.line("time", "altitude", source=self._moon, **moon)
        (self._moon_legend,) = self.plot.legend[0].items
        limit = {"line_color": "colour", "line_dash": "dotted", "line_width": 1.2}
        self.plot.segment("left", "altitude", "right", "altitude", source=self._limits, **limit)
        self.plot.multi_line(
            "time",
            "altitude",
            source=self._windows,
            line_color="colour",
            line_width=7,
            line_alpha=0.3,
            line_cap="round",
        )
        self.plot.multi_line(
            "time", "altitude", source=self._curves, line_color="colour", line_width=2, legend_field="name"
        )
        dots = self.plot.scatter("time", "altitude", source=self._points, size=8, alpha=0)
        self.plot.add_tools(
            hover(
                ("", "@name"),
                ("time", "@time{%H:%M} UTC"),
                ("altitude", "@altitude{0.0} deg, airmass @airmass{0.00}"),
                ("from the Moon", "@moon{0} deg"),
                renderers=[dots],
                formatters={"@time": "datetime"},
            )
        )
        self.plot.legend.label_text_font_size = "8pt"
        self.plot.legend.background_fill_alpha = 0.7


def _within(times: Array, span: tuple[datetime, datetime]) -> Array:
    """Return the times inside a span, its ends included."""
    begin, end = _ms(span[0]), _ms(span[1])
    return np.concatenate([[begin], times[(times > begin) & (times < end)], [end]])


def _ms(at: datetime) -> float:
    return (at - datetime(1970, 1, 1, tzinfo=at.tzinfo)).total_seconds() * 1000.0


def _milliseconds(mjd: Array) -> Array:
    return np.asarray((mjd - _MJD_OF_UNIX_EPOCH) * _MS_PER_DAY, dtype=np.float64)
