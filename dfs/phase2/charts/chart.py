"""A finding chart: background, marks and column put together, as JPEG that ESO takes.

What has to be on it (ESO, phase 2, finding chart requirements): run, PI, name of block and target, the target's position, the whole
field of the instrument, north and east, a scale bar with its length, the image's wavelength, dark on light, reference and guide
stars, slits; JPEG of less than 1 MiB.
"""

from __future__ import annotations

import io
import math
from contextlib import suppress
from datetime import datetime
from typing import Any

import numpy as np

from dfs.errors import NotFoundError, UsageError
from dfs.instruments.field_of_view import FieldOfView, field_of_view
from dfs.model.phase2 import ObservationBlock, ObservingRun
from dfs.phase2.charts.backgrounds import Background, Painted
from dfs.phase2.charts.column import write_column
from dfs.phase2.charts.marks import ChartMarks, marks_of
from dfs.phase2.charts.panel import Panel
from dfs.phase2.charts.pen import Pen
from dfs.phase2.charts.tangent import Tangent

__all__ = ["LARGEST", "draw_chart", "rendered"]

LARGEST = 2**20  # bytes
_SIDE = 1040  # of the chart
_MARGIN = 32
_COLUMN = 330
_INSET = 300
_WIDTH = _MARGIN + _SIDE + 28 + _COLUMN + 24
_HEIGHT = _SIDE + 2 * _MARGIN
_AIR = 1.22  # of the field, around it
_LEAST_ARCMIN = 2.0
_FURTHEST = 1.7  # a star so much further out than the field widens the chart; beyond, an arrow points at it
_NO_DATA = np.array([225, 230, 236], dtype=np.uint8)
_DARKEST = 0.93


def draw_chart(
    block: ObservationBlock,
    run: ObservingRun,
    background: Background,
    *,
    at: datetime | None = None,
    field: FieldOfView | None = None,
) -> bytes:
    """Return the finding chart of `block` as JPEG, north up and east to the left.

    Parameters
    ----------
    block, run
        What to point at, and whose it is.
    background
        The sky: `ArchiveImages`, `FitsImage`, `StarCatalogue`, `HipsCutout`, `Blank`, or `FirstOf` several.
    at
        When: for proper and other motion; default: the first time window, else the middle of the run.
    field
        The instrument's field of view, where it is not the one that the package knows.

    Raises
    ------
    UsageError
        The target cannot be read, or the block has none.
    NotFoundError
        The background has nothing there, or the instrument's field is not known.
    """
    if block.kind == "CB":
        raise UsageError(f"{block.name} is a calibration block: it has no target", hint="charts are for OBs")
    view = field or field_of_view(block.instrument)
    marks = marks_of(block, run, at, view)
    plane = Tangent(marks.ra_deg, marks.dec_deg, _side_deg(marks), _SIDE)
    return rendered(block, run, marks, background.paint(plane), plane)


def rendered(block: ObservationBlock, run: ObservingRun, marks: ChartMarks, painted: Painted, plane: Tangent) -> bytes:
    """Return the chart of a background that was painted."""
    from PIL import Image

    paper = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    paper.paste(Image.fromarray(_printed(painted)), (_MARGIN, _MARGIN))
    pen = Pen(_WIDTH, _HEIGHT)
    main = Panel(plane, (_MARGIN, _MARGIN))
    main.compass(pen)  # their white grounds hide nothing of the field
    main.scale(pen)
    main.shapes(pen, marks)
    if marks.slit is not None:
        main.slit(pen, marks, marks.slit)
    main.track(pen, marks.track)
    main.stars(pen, marks.stars)
    main.motion(pen, marks)
    main.target(pen, marks)
    _trim(pen)
    left = _MARGIN + _SIDE + 28
    below = write_column(pen, block, run, marks, painted, (left, _MARGIN + 4), _COLUMN)
    inset = _inset(plane, marks)
    main.frame(pen)
    paper = pen.over(paper)
    if inset is not None and below + 70 + _INSET < _HEIGHT:
        _draw_inset(paper, painted, main, inset, marks, left)
    return _jpeg(paper)


def _side_deg(marks: ChartMarks) -> float:
    """Return the side of the chart: the whole field at its angle, with air, and stars that are not too far out."""
    angle = math.radians(marks.angle_deg or 0.0)
    reach = _LEAST_ARCMIN / 2
    for shape in marks.shapes:
        for east, north in shape.corners():
            x = east * math.cos(angle) + north * math.sin(angle)
            y = north * math.cos(angle) - east * math.sin(angle)
            reach = max(reach, abs(x) * _AIR, abs(y) * _AIR)
    if marks.angle_deg is None:
        reach = max([reach, *(math.hypot(*corner) * 1.06 for one in marks.shapes for corner in one.corners())])
    limit = reach * _FURTHEST
    plane = Tangent(marks.ra_deg, marks.dec_deg, 1.0, 120)  # two pixels in an arcminute
    for star in marks.stars:
        x, y = (float(one) for one in plane.pixel(star.ra_deg, star.dec_deg))
        away = max(abs(x - 60), abs(y - 60)) / 2 * 1.1
        if away <= limit:
            reach = max(reach, away)
    return 2 * reach / 60


def _printed(painted: Painted) -> Any:
    """Return the background as RGB: dark on light, a light blue where there is nothing known."""
    known = np.isfinite(painted.ink)
    grey = np.round(255 * (1 - _DARKEST * np.where(known, painted.ink, 0.0))).astype(np.uint8)
    rgb = np.repeat(grey[:, :, None], 3, axis=2)
    rgb[~known] = _NO_DATA
    return rgb


def _trim(pen: Pen) -> None:
    """Cover what marks drew beyond the chart's border."""
    for corner, size in (
        ((0, 0), (_MARGIN, _HEIGHT)),
        ((0, 0), (_WIDTH, _MARGIN)),
        ((_MARGIN + _SIDE, 0), (_WIDTH, _HEIGHT)),
        ((0, _MARGIN + _SIDE), (_WIDTH, _MARGIN)),
    ):
        pen.box(corner, size, "#ffffff")


def _inset(plane: Tangent, marks: ChartMarks) -> Tangent | None:
    """Return the piece around the target that is shown larger: when there is a slit, or the field is wide."""
    side = plane.side_deg * 3600
    wanted = 60.0 if marks.slit is None else max(20.0, min(60.0, 25 * marks.slit.width_arcsec))
    if side < 3 * wanted:
        return None
    return Tangent(marks.ra_deg, marks.dec_deg, wanted / 3600, _INSET)


def _draw_inset(paper: Any, painted: Painted, main: Panel, plane: Tangent, marks: ChartMarks, left: float) -> None:
    """Draw the target enlarged, at the foot of the column."""
    corner = (round(left), _HEIGHT - _MARGIN - _INSET)
    whole = Tangent(plane.ra_deg, plane.dec_deg, plane.side_deg, _INSET)
    panel = Panel(whole, (0, 0))
    pen = Pen(_INSET, _INSET)
    if marks.slit is not None:
        panel.slit(pen, marks, marks.slit)
    panel.motion(pen, marks)
    panel.target(pen, marks, 40.0)
    panel.scale(pen)
    panel.frame(pen)
    paper.paste(pen.over(_enlarged(painted, main.plane, whole)), corner)
    title = Pen(_WIDTH, 24)
    title.text((left, 12), "the target, enlarged", 14, "#5b6673")
    above = (0, corner[1] - 28, _WIDTH, corner[1] - 4)
    paper.paste(title.over(paper.crop(above)), above[:2])


def _enlarged(painted: Painted, whole: Tangent, plane: Tangent) -> Any:
    """Return the background of the inset: painted anew where that is possible, else the chart's own, enlarged."""
    from PIL import Image

    if painted.finer is not None:
        with suppress(NotFoundError):  # the middle of the chart may be a gap of the mosaic
            return Image.fromarray(_printed(painted.finer(plane)))
    half = plane.side_deg * whole.scale / 2
    middle = whole.pixels / 2
    around = (middle - half, middle - half, middle + half, middle + half)
    size = (plane.pixels, plane.pixels)
    return Image.fromarray(_printed(painted)).resize(size, Image.Resampling.BICUBIC, box=around)


def _jpeg(picture: Any) -> bytes:
    """Return the JPEG in the best quality that stays below `LARGEST`."""
    for quality in (92, 85, 75, 60, 40):
        buffer = io.BytesIO()
        picture.save(buffer, format="JPEG", quality=quality, subsampling=0, optimize=True, dpi=(150, 150))
        if buffer.tell() < LARGEST:
            break
    return buffer.getvalue()
