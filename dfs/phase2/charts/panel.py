"""A panel of the chart: a piece of sky with its marks, at a place on the paper."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dfs.instruments.field_of_view import Shape
from dfs.phase2.charts.marks import ChartMarks, MarkedStar, SlitMark, TrackPoint
from dfs.phase2.charts.pen import Pen, length
from dfs.phase2.charts.tangent import Tangent

__all__ = ["COLOURS", "INK", "Panel", "angle_text"]

INK = "#16202c"
COLOURS = {
    "field": "#1c5cab",
    "slit": "#c81e2b",
    "target": "#c81e2b",
    "reference": "#8a3ab9",
    "guide": "#12703a",
    "other": "#b35900",
    "track": "#b35900",
}
_LENGTHS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600)  # arcsec, of scale bars
_NEAREST_LABEL = 70.0  # pixels between the labels of a track


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel.

    Attributes
    ----------
    plane
        What it shows.
    corner
        Its upper left corner on the paper.
    """

    plane: Tangent
    corner: tuple[float, float]

    def place(self, ra_deg: float, dec_deg: float) -> tuple[float, float]:
        """Return where a position lies on the paper."""
        x, y = self.plane.pixel(ra_deg, dec_deg)
        return float(x) + self.corner[0], float(y) + self.corner[1]

    def shows(self, place: tuple[float, float], margin: float = 0.0) -> bool:
        """Tell whether a place of the paper lies in the panel, `margin` pixels from its border."""
        side = self.plane.pixels
        return all(margin <= at - start <= side - margin for at, start in zip(place, self.corner, strict=True))

    def frame(self, pen: Pen) -> None:
        """Draw the border, with a tick at each round offset from the centre."""
        x, y = self.corner
        side = float(self.plane.pixels)
        pen.line([(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)], INK, 1.6, halo=False)
        step = _round_length(self.plane.side_deg * 3600 / 12) / 3600 * self.plane.scale
        for count in range(-int(side / 2 / step), int(side / 2 / step) + 1):
            at, reach = side / 2 + count * step, 11.0 if count % 5 == 0 else 6.0
            for start, end in (
                ((x + at, y), (x + at, y + reach)),
                ((x + at, y + side), (x + at, y + side - reach)),
                ((x, y + at), (x + reach, y + at)),
                ((x + side, y + at), (x + side - reach, y + at)),
            ):
                pen.line([start, end], INK, 1.2, halo=False)

    def shapes(self, pen: Pen, marks: ChartMarks) -> None:
        """Draw the outlines of the field, turned about the target; along the parallactic angle the circle in which they turn."""
        if marks.angle_deg is None and marks.shapes:
            reach = max(math.hypot(*corner) for one in marks.shapes for corner in one.corners())
            centre = self.place(marks.ra_deg, marks.dec_deg)
            pen.circle(centre, reach / 60 * self.plane.scale, COLOURS["field"], 2.2)
            return
        for shape in marks.shapes:
            pen.polygon(self._outline(shape, marks), COLOURS["field"], 2.2)

    def slit(self, pen: Pen, marks: ChartMarks, slit: SlitMark) -> None:
        """Draw the slit; too narrow for an outline it is a line."""
        if slit.angle_deg is None:
            return
        half, along = slit.width_arcsec / 7200, slit.length_arcsec / 7200
        corners = [(-half, -along), (half, -along), (half, along), (-half, along)]
        places = [self._turned(marks, east, north, slit.angle_deg) for east, north in corners]
        if slit.width_arcsec / 3600 * self.plane.scale < 4:
            ends = [self._turned(marks, 0, north, slit.angle_deg) for north in (-along, along)]
            gap = min(14 / self.plane.scale, along / 3)  # the target stays visible
            inner = [self._turned(marks, 0, north, slit.angle_deg) for north in (-gap, gap)]
            for pair in zip(ends, inner, strict=True):
                pen.line(pair, COLOURS["slit"], 2.0)
        else:
            pen.polygon(places, COLOURS["slit"], 1.8)

    def target(self, pen: Pen, marks: ChartMarks, reach: float = 34.0) -> None:
        """Draw four strokes that point at the target and leave it free."""
        x, y = self.place(marks.ra_deg, marks.dec_deg)
        for dx, dy in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
            inner, outer = reach * 0.36, reach * 0.85
            pen.line([(x + dx * inner, y + dy * inner), (x + dx * outer, y + dy * outer)], COLOURS["target"], 2.4)

    def stars(self, pen: Pen, stars: Iterable[MarkedStar]) -> None:
        """Draw circles (guide stars: squares) around stars; an arrow at the border points at one outside."""
        for star in stars:
            colour = COLOURS[star.kind]
            at = self.place(star.ra_deg, star.dec_deg)
            if not self.shows(at, 8):
                self._outside(pen, at, f"{star.label}", colour)
                continue
            draw = pen.square if star.kind == "guide" else pen.circle
            draw(at, 15.0, colour, 2.2)
            beside = 1 if at[0] < self.corner[0] + self.plane.pixels * 0.75 else -1
            anchor = "lm" if beside > 0 else "rm"
            pen.text((at[0] + beside * 24, at[1]), star.label, 15, colour, anchor=anchor, halo=True)

    def track(self, pen: Pen, track: tuple[TrackPoint, ...]) -> None:
        """Draw where a moving target goes, with times."""
        places = [self.place(one.ra_deg, one.dec_deg) for one in track]
        seen = [(one, at) for one, at in zip(track, places, strict=True) if self.shows(at, 2)]
        if len(seen) < 2:
            return
        pen.line([at for _, at in seen], COLOURS["track"], 2.0)
        pen.arrow(seen[-2][1], seen[-1][1], COLOURS["track"], 2.0)
        labelled: tuple[float, float] | None = None
        for one, at in seen:
            if labelled is None or math.dist(at, labelled) > _NEAREST_LABEL:
                pen.circle(at, 3.0, COLOURS["track"], 2.0)
                pen.text((at[0] + 12, at[1] - 14), f"{one.at:%d %b %H:%M}", 14, COLOURS["track"], halo=True)
                labelled = at

    def motion(self, pen: Pen, marks: ChartMarks) -> None:
        """Draw whence proper motion brought the target, where that can be seen."""
        east, north = marks.moved_arcsec
        pixels = math.hypot(east, north) / 3600 * self.plane.scale
        if pixels < 20:
            return
        end = self.place(marks.ra_deg, marks.dec_deg)
        scale = self.plane.scale / 3600
        start = (end[0] + east * scale, end[1] + north * scale)
        short = max(0.0, 1 - 9 / pixels)
        tip = (start[0] + (end[0] - start[0]) * short, start[1] + (end[1] - start[1]) * short)
        pen.arrow(start, tip, COLOURS["track"], 2.0, head=min(12.0, pixels * 0.6))

    def compass(self, pen: Pen, reach: float = 66.0) -> None:
        """Draw arrows to north and east, on white, in the upper right corner."""
        right, top = self.corner[0] + self.plane.pixels, self.corner[1]
        x, y = right - 34, top + reach + 44
        pen.box((right - reach - 72, top + 14), (reach + 58, reach + 58), "#ffffffdd")
        pen.arrow((x, y), (x, y - reach), INK)
        pen.arrow((x, y), (x - reach, y), INK)
        pen.text((x, y - reach - 12), "N", 19, INK, anchor="mm", bold=True)
        pen.text((x - reach - 12, y), "E", 19, INK, anchor="mm", bold=True)

    def scale(self, pen: Pen) -> None:
        """Draw a bar of a round length, with the length, on white, in the lower left corner."""
        arcsec = _round_length(self.plane.side_deg * 3600 * 0.2)
        pixels = arcsec / 3600 * self.plane.scale
        x, y = self.corner[0] + 32, self.corner[1] + self.plane.pixels - 30
        width = max(pixels, length(angle_text(arcsec), 18))
        pen.box((x - 16, y - 44), (width + 32, 60), "#ffffffdd")
        pen.line([(x, y), (x + pixels, y)], INK, 3.0, halo=False)
        for end in (x, x + pixels):
            pen.line([(end, y - 6), (end, y + 6)], INK, 3.0, halo=False)
        pen.text((x + pixels / 2, y - 21), angle_text(arcsec), 18, INK, anchor="mm", bold=True)

    def _outline(self, shape: Shape, marks: ChartMarks) -> list[tuple[float, float]]:
        """Return the outline; the edges of a box are straight in the plane that touches the sky at the target."""
        points = shape.corners()
        if shape.kind == "circle":
            east, north = shape.offset_arcmin
            around = np.linspace(0, 2 * np.pi, 90, endpoint=False)
            radius = shape.size_arcmin[0] / 2
            points = [(east + radius * math.sin(one), north + radius * math.cos(one)) for one in around]
        angle = marks.angle_deg or 0.0
        return [self._turned(marks, east / 60, north / 60, angle) for east, north in points]

    def _turned(self, marks: ChartMarks, east_deg: float, north_deg: float, angle_deg: float) -> tuple[float, float]:
        """Return the place of an offset from the target given at position angle 0, turned from north through east."""
        sine, cosine = math.sin(math.radians(angle_deg)), math.cos(math.radians(angle_deg))
        east, north = east_deg * cosine + north_deg * sine, north_deg * cosine - east_deg * sine
        return self.place(*self.plane.moved(marks.ra_deg, marks.dec_deg, east, north))

    def _outside(self, pen: Pen, at: tuple[float, float], label: str, colour: str) -> None:
        half = self.plane.pixels / 2
        x, y = self.corner[0] + half, self.corner[1] + half
        dx, dy = at[0] - x, at[1] - y
        if not math.isfinite(dx + dy):
            return
        reach = (half - 16) / max(abs(dx), abs(dy))
        tip, foot = ((x + dx * part, y + dy * part) for part in (reach, reach - 30 / math.hypot(dx, dy)))
        away = math.hypot(dx, dy) / self.plane.scale * 3600
        pen.arrow(foot, tip, colour)
        anchor = "rm" if foot[0] > x else "lm"
        inwards = -10 if foot[0] > x else 10
        pen.text(
            (foot[0] + inwards, foot[1]), f"{label}, {angle_text(away)} away", 15, colour, anchor=anchor, halo=True
        )


def angle_text(arcsec: float) -> str:
    """Return an angle for people: ``30"``, ``1.5'``, ``1 deg``."""
    if arcsec < 60:
        return f'{arcsec:.3g}"'
    if arcsec < 3600:
        return f"{arcsec / 60:.3g}'"
    return f"{arcsec / 3600:.3g}°"


def _round_length(arcsec: float) -> float:
    return float(max((one for one in _LENGTHS if one <= arcsec), default=_LENGTHS[0]))
