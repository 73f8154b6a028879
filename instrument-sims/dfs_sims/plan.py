"""The plan of the demonstration night: which frames, when, where. Times from one fixed date, so that nights can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from dfs_sims.exposure import Block, Exposure, mjd_of
from dfs_sims.horizon import pointing, sidereal_seconds
from dfs_sims.targets import Target, field_figures, galaxy, standard, star

__all__ = ["night_plan"]

# New Moon: the night of 18 January 2026.
_DAY = datetime(2026, 1, 18, tzinfo=UTC)
_FIRST_OB = 4600100
_OVERHEAD_S = 30.3  # between exposures of a template: read-out, transfer, shutter (frames of run 108.22F6.001)
_SKY_FLATS_S = (3.3005, 4.6012, 6.5021, 9.2008)


def night_plan(random: np.random.Generator) -> tuple[Exposure, ...]:
    """Return the exposures of the night in order of time; `random` draws milliseconds and dither offsets."""
    blocks = [*_calibrations(), *_sky_flats(), *_long_slit(), *_images(random)]
    return tuple(_exposures(blocks, random))


# (kind, block, slit, exposure times, offsets)
_Planned = tuple[str, Block, str, tuple[float, ...], tuple[tuple[float, float], ...]]


def _exposures(blocks: list[_Planned], random: np.random.Generator) -> Iterator[Exposure]:
    index = 0
    taken: dict[str, int] = {}
    for kind, block, slit, seconds, offsets in blocks:
        start = block.start + timedelta(seconds=24 if block.has_target else 13)
        for number, one in enumerate(seconds, start=1):
            taken[kind] = taken.get(kind, 0) + 1
            moment = start + timedelta(milliseconds=int(random.integers(0, 1000)))
            offset = offsets[number - 1] if offsets else (0.0, 0.0)
            yield Exposure(index, kind, block, moment, one, slit, number, len(seconds), taken[kind], offset)
            index += 1
            start = start + timedelta(seconds=round(one) + _OVERHEAD_S)


def _calibrations() -> list[_Planned]:
    bias = Block("BIAS", _FIRST_OB, _DAY + timedelta(hours=19, minutes=2, seconds=25))
    flats = Block("SpecFlats", _FIRST_OB + 1, _DAY + timedelta(hours=19, minutes=17, seconds=39))
    arc = Block("HeAr-Arcs", _FIRST_OB + 2, _DAY + timedelta(hours=19, minutes=36, seconds=16))
    return [
        ("bias", bias, "Holes_Mask", (0.0,) * 5, ()),
        ("flat", flats, "slit#1.2", (10.312, 10.3131, 10.3126, 10.3117, 10.3122), ()),
        ("arc", arc, "slit#1.2", (1.6049,), ()),
    ]


def _sky_flats() -> list[_Planned]:
    """Return twilight flats near the zenith, the telescope moved between them."""
    start = _DAY + timedelta(days=1, minutes=4, seconds=57)
    ra = (sidereal_seconds(mjd_of(start)) / 240.0 + 8.0) % 360.0
    block = Block("SkyFlats", _FIRST_OB + 3, start, "SKY,FLAT", ra, -36.3)
    return [("sky_flat", block, "Free", _SKY_FLATS_S, ((0.0, 0.0), (15.0, 0.0), (15.0, 15.0), (0.0, 15.0)))]


def _long_slit() -> list[_Planned]:
    midnight = _DAY + timedelta(days=1)
    return [
        (
            "standard",
            _on(standard(), 4, midnight + timedelta(hours=1, minutes=11, seconds=39)),
            "slit#5.0",
            (15.0033,),
            (),
        ),
        (
            "spectrum",
            _on(galaxy(), 5, midnight + timedelta(hours=2, minutes=20, seconds=6)),
            "slit#1.2",
            (600.0026, 600.0031),
            (),
        ),
        (
            "spectrum",
            _on(star(), 6, midnight + timedelta(hours=3, minutes=41, seconds=12)),
            "slit#1.2",
            (600.0022, 600.0028),
            (),
        ),
    ]


def _on(target: Target, number: int, start: datetime) -> Block:
    """Return the block of a long-slit target, the slit along the parallactic angle as the real frames have it."""
    where = pointing(target.ra_deg, target.dec_deg, mjd_of(start))
    angle = (where.parallactic_deg + 90.0 + 180.0) % 360.0 - 180.0
    name = f"FluxCalib-{target.name}" if target is standard() else target.name
    return Block(
        name, _FIRST_OB + number, start, target.name, target.ra_deg, target.dec_deg, round(angle, 3), has_target=True
    )


def _images(random: np.random.Generator) -> list[_Planned]:
    field = field_figures()
    start = _DAY + timedelta(days=1, hours=4, minutes=51, seconds=31)
    block = Block(
        f"{field['name']}-img", _FIRST_OB + 7, start, field["name"], field["ra_deg"], field["dec_deg"], has_target=True
    )
    steps = np.round(random.uniform(-12.0, 12.0, (5, 2)), 2)
    steps[0] = 0.0
    offsets = tuple((float(east), float(north)) for east, north in steps)
    return [("image", block, "Free", (180.0057, 180.0092, 180.0061, 180.0049, 180.0088), offsets)]
