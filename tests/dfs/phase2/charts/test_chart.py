"""Finding charts: what is on them, how large they are, what is refused."""

from __future__ import annotations

import importlib.util
import io
import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from dfs.errors import NotFoundError, ServiceError, UsageError
from dfs.instruments.field_of_view import _files, field_of_view
from dfs.model.phase2 import Parameter, Target, TimeWindow
from dfs.phase2.charts import Blank, HipsCutout, StarCatalogue, Tangent, draw_chart, marks_of
from dfs.phase2.charts.panel import COLOURS, Panel
from dfs.phase2.charts.pen import printable

_spec = importlib.util.spec_from_file_location("charts_sample", Path(__file__).with_name("sample.py"))
assert _spec is not None
assert _spec.loader is not None
sample = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sample)

RUN = sample.RUN
PLANE = Tangent(*sample.CENTRE, side_deg=8.3 / 60, pixels=1000)
EPHEMERIS = "\n".join(
    f'INS.EPHEM.RECORD "2022-11-05T{6 + step // 6:02d}:{step % 6}0:00.0000, 2459888.0, '
    f'03 33 {36 + 0.5 * step:07.4f}, -36 08 {25 - step:06.3f}, 0.0101, 0.00167, 14.1, 0.0, *"'
    for step in range(12)
)


class Recorder:
    """A pen that writes down what it is asked to draw."""

    def __init__(self) -> None:
        self.lines: list[tuple[list[tuple[float, float]], str]] = []
        self.texts: list[tuple[tuple[float, float], str]] = []
        self.rings: list[tuple[tuple[float, float], str]] = []

    def line(self, points: Any, colour: str, width: float = 2.0, *, halo: bool = True) -> None:
        self.lines.append((list(points), colour))

    def polygon(self, points: Any, colour: str, width: float = 2.0) -> None:
        self.lines.append((list(points), colour))

    def arrow(self, start: Any, end: Any, colour: str, width: float = 2.4, head: float = 13.0) -> None:
        self.lines.append(([start, end], colour))

    def circle(self, centre: Any, radius: float, colour: str, width: float = 2.0) -> None:
        self.rings.append((centre, colour))

    square = circle

    def box(self, *_: Any) -> None:
        pass

    def text(self, place: Any, text: str, *_: Any, **__: Any) -> None:
        self.texts.append((place, text))


def _separation(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return distance (arcsec) and position angle (deg) by astropy."""
    from astropy import units
    from astropy.coordinates import SkyCoord

    start, end = (SkyCoord(*place, unit=units.deg) for place in (one, other))
    return start.separation(end).arcsec, start.position_angle(end).deg


def test_the_field_and_slit_turn_from_north_through_east() -> None:
    block = sample.block(acquisition=[Parameter("TEL.ROT.OFFANGLE", "number", -30.0)])
    marks = marks_of(block, RUN)
    assert marks.angle_deg == pytest.approx(30.0)  # FORS2: the rotator's angle is minus the position angle
    assert marks.slit is not None
    assert (marks.slit.width_arcsec, marks.slit.length_arcsec) == (1.31, 408)
    pen, panel = Recorder(), Panel(PLANE, (0.0, 0.0))
    panel.slit(pen, marks, marks.slit)  # type: ignore[arg-type]
    ends = [tuple(float(one) for one in PLANE.sky(*line[0][0])) for line in pen.lines]
    found = sorted(_separation(sample.CENTRE, end) for end in ends)  # type: ignore[arg-type]
    assert [one[0] for one in found] == pytest.approx([204, 204], abs=0.1)
    assert sorted(one[1] for one in found) == pytest.approx([30, 210], abs=0.1)
    panel.shapes(pen, marks)  # type: ignore[arg-type]
    outline = [tuple(float(one) for one in PLANE.sky(*point)) for point in pen.lines[-1][0]]
    furthest = max(_separation(sample.CENTRE, point) for point in outline)  # type: ignore[arg-type]
    assert furthest[0] == pytest.approx(3.4 * math.sqrt(2) * 60, abs=0.2)
    assert (furthest[1] - 30) % 90 == pytest.approx(45, abs=0.1)


def test_the_scale_bar_is_as_long_as_it_says_and_the_compass_points_north() -> None:
    pen, panel = Recorder(), Panel(PLANE, (0.0, 0.0))
    panel.scale(pen)  # type: ignore[arg-type]
    ((start, end), _), *_ = pen.lines
    assert pen.texts[0][1] == "1'"
    assert (end[0] - start[0]) / PLANE.scale * 60 == pytest.approx(1.0)
    pen = Recorder()
    panel.compass(pen)  # type: ignore[arg-type]
    arrows = {text: line for (line, _), (_, text) in zip(pen.lines, pen.texts, strict=True)}
    assert arrows["N"][1][1] < arrows["N"][0][1]
    assert arrows["N"][1][0] == arrows["N"][0][0]
    assert arrows["E"][1][0] < arrows["E"][0][0]


def test_the_reference_star_of_a_blind_offset_and_the_guide_star() -> None:
    block = sample.block(
        acquisition=[
            Parameter("TEL.TARG.OFFSETALPHA", "number", 60.0),
            Parameter("TEL.TARG.OFFSETDELTA", "number", -80.0),
            Parameter("TEL.GS1.ALPHA", "coord", "03:33:50.100"),
            Parameter("TEL.GS1.DELTA", "coord", "-36:05:10.000"),
            Parameter("TEL.GS2.ALPHA", "coord", "00:00:00.000"),
            Parameter("TEL.GS2.DELTA", "coord", "00:00:00.000"),
        ]
    )
    reference, guide = marks_of(block, RUN).stars
    away, angle = _separation((reference.ra_deg, reference.dec_deg), sample.CENTRE)
    assert (away, angle) == pytest.approx((100.0, math.degrees(math.atan2(60, -80))), abs=0.05)
    assert (guide.ra_deg, guide.dec_deg) == pytest.approx((53.45875, -36.0861111))
    pen, panel = Recorder(), Panel(PLANE, (0.0, 0.0))
    panel.stars(pen, [reference, guide])  # type: ignore[arg-type]
    assert [colour for _, colour in pen.rings] == [COLOURS["reference"], COLOURS["guide"]]
    assert [text for _, text in pen.texts] == ["reference star", "guide star"]
    far = replace(guide, dec_deg=-35.5)
    panel.stars(pen, [far])  # type: ignore[arg-type]
    assert "away" in pen.texts[-1][1]


def test_proper_motion_and_old_equinoxes_are_applied() -> None:
    target = Target("x", "03:33:36.360", "-36:08:25.440", proper_motion_ra=1.5, proper_motion_dec=-0.8)
    marks = marks_of(sample.block(target), RUN, at=datetime(2023, 1, 1, tzinfo=UTC))
    away, angle = _separation(sample.CENTRE, (marks.ra_deg, marks.dec_deg))
    assert away == pytest.approx(23 * math.hypot(1.5, 0.8), abs=0.05)
    assert angle == pytest.approx(math.degrees(math.atan2(1.5, -0.8)), abs=0.1)
    old = marks_of(sample.block(Target("x", "03:31:41.0", "-36:18:27", equinox="B1950")), RUN)
    assert _separation(sample.CENTRE, (old.ra_deg, old.dec_deg))[0] < 20


def test_a_moving_target_has_its_track() -> None:
    block = sample.block(ephemeris=EPHEMERIS)
    marks = marks_of(block, RUN)
    assert marks.at == datetime(2022, 11, 5, 6, tzinfo=UTC)
    assert len(marks.track) > 10
    late = marks_of(
        replace(
            block, absolute=(TimeWindow(datetime(2022, 11, 5, 7, tzinfo=UTC), datetime(2022, 11, 5, 8, tzinfo=UTC)),)
        ),
        RUN,
    )
    assert late.ra_deg > marks.ra_deg
    pen = Recorder()
    Panel(Tangent(marks.ra_deg, marks.dec_deg, 3 / 60, 800), (0.0, 0.0)).track(pen, marks.track)  # type: ignore[arg-type]
    assert "05 Nov 06:00" in pen.texts[0][1]
    with pytest.raises(NotFoundError, match="does not reach"):
        marks_of(block, RUN, at=datetime(2024, 1, 1, tzinfo=UTC))


def _chart(**changes: Any) -> bytes:
    rng = np.random.default_rng(3)
    ra, dec = rng.uniform(53.2, 53.6, 300), rng.uniform(-36.3, -36.0, 300)
    stars = StarCatalogue(ra, dec, rng.uniform(9, 20, 300), "stars", "G")
    block = changes.pop("block", sample.block())
    return draw_chart(block, RUN, stars, **changes)


def test_a_chart_is_a_jpeg_of_less_than_a_mebibyte() -> None:
    content = _chart()
    assert len(content) < 2**20
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "JPEG"
    grey = np.asarray(picture.convert("L"))
    assert np.median(grey) > 240, "dark on light"
    assert grey.min() < 60


def test_noise_all_over_stays_below_a_mebibyte() -> None:
    class Noise:
        def paint(self, plane: Tangent) -> Any:
            from dfs.phase2.charts import Painted

            rng = np.random.default_rng(1)
            return Painted(rng.uniform(0, 1, (plane.pixels, plane.pixels)).astype(np.float32), "noise")

    assert len(draw_chart(sample.block(), RUN, Noise())) < 2**20


@pytest.mark.parametrize("instrument", sorted(_files()))
def test_every_instrument_has_a_chart(instrument: str) -> None:
    view = field_of_view(instrument)
    assert view.sources is not None
    assert all(view.sources.values())
    block = replace(sample.block(instrument=instrument), templates=())
    content = draw_chart(block, RUN, Blank())
    assert content.startswith(b"\xff\xd8\xff")


def test_a_parallactic_slit_has_no_angle() -> None:
    block = sample.block(acquisition=[Parameter("TEL.ROT.OFFANGLE", "number", 9999)])
    marks = marks_of(block, RUN)
    assert marks.angle_deg is None
    assert marks.slit is not None
    assert marks.slit.angle_deg is None
    pen = Recorder()
    Panel(PLANE, (0.0, 0.0)).shapes(pen, marks)  # type: ignore[arg-type]
    assert not pen.lines, "a field that turns is drawn as the circle it turns in"
    assert [colour for _, colour in pen.rings] == [COLOURS["field"]]
    assert len(_chart(block=block)) > 10_000


def test_what_cannot_be_drawn_is_told() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        draw_chart(sample.block(Target("x", "25:00:00", "0")), RUN, Blank())
    with pytest.raises(UsageError, match="calibration block"):
        draw_chart(replace(sample.block(), kind="CB"), RUN, Blank())
    with pytest.raises(NotFoundError, match="not known"):
        draw_chart(sample.block(instrument="CRIRES"), RUN, Blank())


def test_letters_that_the_font_lacks_are_spelt() -> None:
    assert printable("Müller α Cen −3° Ångström Ωx") == "Muller alpha Cen -3° Angstrom omegax"


def _cutouts(counts: Any, status: int = 200) -> httpx.Client:
    from astropy.io import fits

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.params["hips"] == "CDS/P/DSS2/red"
        buffer = io.BytesIO()
        fits.PrimaryHDU(counts).writeto(buffer)
        return httpx.Response(status, content=buffer.getvalue())

    return httpx.Client(transport=httpx.MockTransport(answer))


def test_a_survey_cutout_is_drawn_north_up() -> None:
    counts = np.random.default_rng(1).normal(100, 3, (800, 800)).astype(np.float32)
    counts[700:704, 100:104] = 5000  # upper left: FITS counts rows from the south
    painted = HipsCutout(client=_cutouts(counts)).paint(PLANE)
    y, x = np.unravel_index(int(painted.ink.argmax()), painted.ink.shape)
    assert (x, y) == (pytest.approx(127, abs=6), pytest.approx(122, abs=6))
    assert painted.band == "0.66 um"
    with pytest.raises(NotFoundError, match="does not show"):
        HipsCutout(client=_cutouts(np.zeros((10, 10), np.float32))).paint(PLANE)
    with pytest.raises(ServiceError, match="cannot be fetched"):
        HipsCutout(client=_cutouts(counts, 503)).paint(PLANE)
