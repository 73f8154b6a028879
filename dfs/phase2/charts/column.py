"""The column beside the chart: whose it is, what it shows, how to read it."""

from __future__ import annotations

from collections.abc import Iterator

from dfs.model.phase2 import ObservationBlock, ObservingRun
from dfs.model.sexagesimal import dec_text, ra_text
from dfs.phase2.charts.backgrounds import Painted
from dfs.phase2.charts.marks import ChartMarks
from dfs.phase2.charts.panel import COLOURS, INK, angle_text
from dfs.phase2.charts.pen import Pen, length

__all__ = ["write_column"]

_GREY = "#5b6673"
_RULE = "#c5ccd4"
_LABEL_WIDTH = 82
_STARS = {"guide": "Guide star", "reference": "Ref. star"}


def write_column(
    pen: Pen,
    block: ObservationBlock,
    run: ObservingRun,
    marks: ChartMarks,
    painted: Painted,
    corner: tuple[float, float],
    width: float,
) -> float:
    """Write the column from `corner` down; return where it ends."""
    x, y = corner
    pen.text((x, y + 14), run.prog_id, _fitting(run.prog_id, 27, width), INK, bold=True)
    y += 42
    for label, lines, colour in _entries(block, run, marks, painted):
        if label == "-":
            pen.line([(x, y + 3), (x + width, y + 3)], _RULE, 1.0, halo=False)
            y += 14
            continue
        pen.text((x, y + 9), label, 14, _GREY)
        for line in lines:
            size = _fitting(line, 17, width - _LABEL_WIDTH)
            pen.text((x + _LABEL_WIDTH, y + 9), line, size, colour)
            y += 24
    return y


def _entries(
    block: ObservationBlock, run: ObservingRun, marks: ChartMarks, painted: Painted
) -> Iterator[tuple[str, list[str], str]]:
    """Yield label, lines and colour of each entry; a label ``-`` is a rule."""
    target = block.target
    yield "PI", [run.pi_name or "not named"], INK
    yield "OB", [block.name], INK
    yield "-", [], ""
    yield "Target", [target.name], COLOURS["target"]
    yield "RA", [f"{ra_text(marks.ra_deg)}"], INK
    yield "Dec", [_signed(dec_text(marks.dec_deg))], INK
    yield "", [f"ICRS, epoch {_year(marks):.1f}"], INK
    if any(marks.moved_arcsec):
        motion = f"{target.proper_motion_ra:+.4g}, {target.proper_motion_dec:+.4g}"
        yield "Motion", [f'{motion} "/yr'], INK
    if marks.track:
        yield (
            "Moves",
            [f"{marks.track[0].at:%Y-%m-%d %H:%M} UT", f"to {marks.track[-1].at:%Y-%m-%d %H:%M} UT"],
            COLOURS["track"],
        )
    yield "-", [], ""
    yield "Field", [block.instrument, *_field(marks)], COLOURS["field"]
    if marks.slit is not None:
        size = f"{angle_text(marks.slit.width_arcsec)} x {angle_text(marks.slit.length_arcsec)}"
        yield "Slit", [size, f"PA {_angle(marks.slit.angle_deg)}"], COLOURS["slit"]
    if marks.setup:
        yield "Setup", _wrapped(marks.setup, 26), INK
    for star in marks.stars:
        place = f"{ra_text(star.ra_deg, 2)} {_signed(dec_text(star.dec_deg, 1))}"
        lines = [star.label, place] if star.kind == "other" else [place]
        yield _STARS.get(star.kind, "Star"), lines, COLOURS[star.kind]
    yield "-", [], ""
    yield "Image", [painted.origin], INK
    yield "Band", [painted.band or "not known"], INK


def _field(marks: ChartMarks) -> list[str]:
    labels = list(dict.fromkeys(one.label for one in marks.shapes))
    return [*labels[:3], f"PA {_angle(marks.angle_deg)}"]


def _angle(angle: float | None) -> str:
    return "parallactic" if angle is None else f"{angle:.4g}° (N to E)"


def _signed(text: str) -> str:
    return text if text.startswith("-") else f"+{text}"


def _year(marks: ChartMarks) -> float:
    return marks.at.year + (marks.at.timetuple().tm_yday - 1) / 365.25


def _fitting(text: str, size: int, width: float) -> int:
    """Return the greatest size, at most `size`, in which the text fits."""
    while size > 9 and length(text, size) > width:
        size -= 1
    return size


def _wrapped(text: str, letters: int) -> list[str]:
    lines = [""]
    for word in text.split(", "):
        if lines[-1] and len(lines[-1]) + len(word) > letters:
            lines.append("")
        lines[-1] += f"{', ' if lines[-1] else ''}{word}"
    return lines[:4]
