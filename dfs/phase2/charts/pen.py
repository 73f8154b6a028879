"""Drawing with smooth lines: on a canvas twice as fine as the chart, reduced at the end; lines and letters stand on white."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

__all__ = ["Pen", "length", "printable"]

Point = tuple[float, float]
FINE = 2  # canvas pixels in a pixel of the chart
_HALO = (255, 255, 255, 215)
_SPELT = {"µ": "u", "−": "-", "–": "-"}


class Pen:
    """Draws on a transparent canvas, in pixels of the chart.

    Parameters
    ----------
    width, height
        Size of the chart.
    """

    def __init__(self, width: int, height: int) -> None:
        from PIL import Image, ImageDraw

        self._canvas = Image.new("RGBA", (width * FINE, height * FINE), (255, 255, 255, 0))
        self._draw = ImageDraw.Draw(self._canvas)

    def over(self, chart: Any) -> Any:
        """Return `chart` (an RGB image of Pillow) with what was drawn over it."""
        from PIL import Image

        reduced = self._canvas.resize(chart.size, Image.Resampling.BOX)
        chart.paste(reduced.convert("RGB"), (0, 0), reduced.getchannel("A"))
        return chart

    def line(self, points: Sequence[Point], colour: str, width: float = 2.0, *, halo: bool = True) -> None:
        """Draw a line through points."""
        fine = [(x * FINE, y * FINE) for x, y in points]
        if halo:
            self._draw.line(fine, fill=_HALO, width=round((width + 2.4) * FINE), joint="curve")
        self._draw.line(fine, fill=colour, width=max(1, round(width * FINE)), joint="curve")

    def polygon(self, points: Sequence[Point], colour: str, width: float = 2.0) -> None:
        """Draw a closed outline."""
        self.line([*points, points[0], points[1]], colour, width)

    def circle(self, centre: Point, radius: float, colour: str, width: float = 2.0) -> None:
        """Draw a circle."""
        for tint, extra in ((_HALO, 1.2), (colour, 0.0)):
            reach = radius + width / 2 + extra
            box = [(at + sign * reach) * FINE for sign in (-1, 1) for at in centre]
            self._draw.ellipse(box, outline=tint, width=round((width + 2 * extra) * FINE))

    def square(self, centre: Point, half: float, colour: str, width: float = 2.0) -> None:
        """Draw a square."""
        x, y = centre
        self.polygon(
            [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)], colour, width
        )

    def box(self, corner: Point, size: Point, fill: str, outline: str = "") -> None:
        """Draw a filled rectangle."""
        x, y = corner
        fine = [x * FINE, y * FINE, (x + size[0]) * FINE, (y + size[1]) * FINE]
        self._draw.rectangle(fine, fill=fill, outline=outline or None, width=FINE)

    def arrow(self, start: Point, end: Point, colour: str, width: float = 2.4, head: float = 13.0) -> None:
        """Draw an arrow."""
        away = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5 or 1.0
        x, y = (end[0] - start[0]) / away, (end[1] - start[1]) / away
        foot = (end[0] - x * head, end[1] - y * head)
        self.line([start, foot], colour, width)
        side = head * 0.42
        tip = [end, (foot[0] - y * side, foot[1] + x * side), (foot[0] + y * side, foot[1] - x * side)]
        self._draw.polygon([(a * FINE, b * FINE) for a, b in tip], fill=colour)

    def text(
        self,
        place: Point,
        text: str,
        size: int,
        colour: str = "#16202c",
        *,
        anchor: str = "lm",
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """Write a line; `anchor` as Pillow's, ``lm``: `place` is the middle of its left end."""
        place = (place[0] * FINE, place[1] * FINE)
        font = _font(size * FINE)
        if halo:
            self._draw.text(
                place, printable(text), font=font, fill=_HALO, anchor=anchor, stroke_width=3 * FINE, stroke_fill=_HALO
            )
        stroke = size * FINE * 0.022 if bold else 0
        self._draw.text(
            place, printable(text), font=font, fill=colour, anchor=anchor, stroke_width=stroke, stroke_fill=colour
        )


@cache
def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size=size)


def length(text: str, size: int) -> float:
    """Return how wide a line is, in pixels of the chart."""
    return float(_font(size * FINE).getlength(printable(text))) / FINE


def printable(text: str) -> str:
    """Return the text in the letters that Pillow's own font has: accents are left out, Greek is spelt."""
    spelt = "".join(_SPELT.get(one) or _greek(one) or one for one in text)
    plain = unicodedata.normalize("NFKD", spelt.replace("°", "\0")).encode("ascii", "ignore").decode()
    return "".join(one for one in plain.replace("\0", "°") if one == "°" or one.isprintable())


def _greek(letter: str) -> str:
    """Return the name of a Greek letter; empty for others."""
    words = unicodedata.name(letter, "").split()
    return words[3].lower() if words[:1] == ["GREEK"] and words[2:3] == ["LETTER"] else ""
