"""The document that ``POST /visibility`` answers: a night and, every five minutes, the Moon and each block.

Its shape is the one that the public client p2esm 0.1.5 reads; a negative air mass means below the horizon.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

from dfs.errors import UsageError
from dfs.model.phase2 import ObservationBlock, ObservingRun
from dfs.phase2.visibility.curves import Curves, curves
from dfs.sky.ephemerides import moment_of, night, pointing_of, site_of

__all__ = ["night_curves", "visibility_document"]


def night_curves(evening: date | str, observed: Sequence[tuple[ObservingRun, ObservationBlock]]) -> dict[str, Any]:
    """Return the visibility of blocks, each with its run, in the night that begins on the date `evening`.

    Raises
    ------
    UsageError
        A date that is none; blocks at both observatories, whose nights differ; a block whose position cannot be read, named.
    """
    telescopes = [run.telescope for run, _ in observed] or [""]
    if len({site_of(one).name for one in telescopes}) > 1:
        raise UsageError("the blocks are of both observatories", where="targets", accepted="blocks of one observatory")
    return visibility_document([block for _, block in observed], telescopes[0], evening)


def visibility_document(blocks: Sequence[ObservationBlock], telescope: str, evening: date | str) -> dict[str, Any]:
    """Return the visibility of `blocks` at `telescope` (the P2 API's name) in the night that begins on the date `evening`.

    Calibration blocks have a night but no curve.  Errors are those of `night_curves`.
    """
    shown = night(site_of(telescope), evening)
    drawn = curves([block for block in blocks if block.kind == "OB"], shown)
    for block, wrong in zip(drawn.blocks, drawn.wrong, strict=True):
        if wrong is not None:
            raise UsageError(wrong.message, where=f"OB {block.ob_id} {wrong.where}".rstrip(), accepted=wrong.accepted)
    times = {
        "sunset": shown.sunset,
        "nauticalDusk": shown.nautical_dusk,
        "start": shown.dusk,
        "end": shown.dawn,
        "nauticalDawn": shown.nautical_dawn,
        "sunrise": shown.sunrise,
    }
    return {
        "night": {name: _text(at) for name, at in times.items()},
        "data": _rows(drawn, 90.0 - pointing_of(telescope).zenith_gap_deg),
    }


def _rows(drawn: Curves, highest: float) -> list[dict[str, Any]]:
    sky = drawn.night.sky
    moon = np.round(sky.moon_altitude, 4).tolist()
    rows: list[dict[str, Any]] = [
        {"time": _text(moment_of(at)), "moon": {"elevation": up}} for at, up in zip(sky.mjd.tolist(), moon, strict=True)
    ]
    airmass = np.where(np.isfinite(drawn.airmass), drawn.airmass, -1.0)
    values = (np.round(one, 4).tolist() for one in (drawn.altitude_deg, airmass, drawn.moon_distance_deg))
    for block, altitudes, airmasses, distances in zip(drawn.blocks, *values, strict=True):
        for row, altitude, mass, distance in zip(rows, altitudes, airmasses, distances, strict=True):
            known = altitude == altitude  # noqa: PLR0124 - false for NaN: outside the ephemeris
            row[f"{block.ob_id}"] = {
                "elevation": altitude if known else -90.0,
                "airmass": mass if known else -1.0,
                "moonDistance": distance if known else 0.0,
                "crossesZenith": known and altitude > highest,
            }
    return rows


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
