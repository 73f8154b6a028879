"""What a chart has to mark, read from the block: target, field, slit, stars, and the track of a moving target."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from dfs.errors import NotFoundError, UsageError
from dfs.instruments.field_of_view import FieldOfView, Rotation, Shape, Slit, field_of_view
from dfs.model.phase2 import ObservationBlock, ObservingRun, ObTemplate, Target
from dfs.model.sexagesimal import dec_deg, ra_deg

__all__ = ["ChartMarks", "MarkedStar", "SlitMark", "TrackPoint", "marks_of", "place_of"]

_YEAR = timedelta(days=365.25)
_TRACK_POINTS = 60
_COORDINATES = re.compile(r"(.+)\.(?:ALPHA|RA)$", re.ASCII)
_SETUP = re.compile(r"\b(?:FILT|GRIS|GRAT|WLEN|OPTI)\w*\b", re.ASCII)
_NOTHING = {"", "free", "none", "open", "default"}


@dataclass(frozen=True, slots=True)
class MarkedStar:
    """A star that the acquisition uses."""

    label: str
    kind: str  # guide, reference, other
    ra_deg: float
    dec_deg: float


@dataclass(frozen=True, slots=True)
class SlitMark:
    """A slit on the sky; `angle_deg` None: along the parallactic angle."""

    width_arcsec: float
    length_arcsec: float
    angle_deg: float | None


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """Where a moving target is at an instant."""

    at: datetime
    ra_deg: float
    dec_deg: float


@dataclass(frozen=True, slots=True)
class ChartMarks:
    """Everything that is drawn on a chart's background.

    Attributes
    ----------
    ra_deg, dec_deg
        The target at `at` (ICRS).
    moved_arcsec
        By how much proper motion has moved it since the epoch of its coordinates: east, north.
    angle_deg
        Position angle of the field; None: parallactic.
    setup
        Filters and grisms, as the templates name them.
    """

    at: datetime
    ra_deg: float
    dec_deg: float
    moved_arcsec: tuple[float, float] = (0.0, 0.0)
    angle_deg: float | None = 0.0
    shapes: tuple[Shape, ...] = ()
    slit: SlitMark | None = None
    stars: tuple[MarkedStar, ...] = ()
    track: tuple[TrackPoint, ...] = ()
    setup: str = ""


def marks_of(
    block: ObservationBlock, run: ObservingRun, at: datetime | None = None, view: FieldOfView | None = None
) -> ChartMarks:
    """Return what a chart of `block` marks, as of `at` (default: the first time window, else the middle of the run).

    Raises
    ------
    UsageError
        The target's coordinates, or its ephemeris, cannot be read.
    NotFoundError
        Nothing is known of the instrument's field of view, or the ephemeris does not reach `at`.
    """
    view = view or field_of_view(block.instrument)
    names = [one.name for one in block.templates]
    track = _track(block, at) if block.ephemeris.strip() else ()
    at = _when(block, run, at, track)
    ra, dec, moved = _of_track(track, at) if track else place_of(block.target, at)
    angle = _angle(block, view.rotation)
    return ChartMarks(
        at=at,
        ra_deg=ra,
        dec_deg=dec,
        moved_arcsec=moved,
        angle_deg=angle,
        shapes=tuple(view.shapes_for(names)),
        slit=_slit(block, view.slit_for(names), angle),
        stars=tuple(_stars(block, ra, dec)),
        track=track,
        setup=_setup(block.templates),
    )


def place_of(target: Target, at: datetime) -> tuple[float, float, tuple[float, float]]:
    """Return right ascension and declination (ICRS, degrees) of `target` at `at`, and its motion since its epoch (arcsec east, north)."""
    from dfs.sky.ephemerides import coordinates, direction, from_b1950, moved

    try:
        there = direction(target.ra_deg, target.dec_deg)
    except ValueError as error:
        where = f"{target.ra!r} {target.dec!r}"
        raise UsageError(f"the position {where} cannot be read", where="target", accepted=str(error)) from None
    if target.equinox == "B1950":
        there = from_b1950(there)
    years = (at - datetime(2000, 1, 1, 12, tzinfo=UTC)) / _YEAR + 2000.0 - target.epoch
    motion = (target.proper_motion_ra * years, target.proper_motion_dec * years)
    ra, dec = coordinates(moved(there, motion[0], motion[1], 1.0))
    return float(ra), float(dec), motion


def _when(block: ObservationBlock, run: ObservingRun, at: datetime | None, track: Sequence[TrackPoint]) -> datetime:
    if at is not None:
        return at
    first = min((one.start for one in block.absolute), default=None)
    if track:
        return first if first is not None and track[0].at <= first <= track[-1].at else track[0].at
    return first or run.valid_from + (run.valid_to - run.valid_from) / 2


def _track(block: ObservationBlock, at: datetime | None) -> tuple[TrackPoint, ...]:
    """Return the ephemeris as points: of the day from `at` on (or from the first window), else of its first day."""
    from dfs.sky.ephemerides import coordinates, mjd_of, moment_of, read_track

    track = read_track(block.ephemeris)
    begin, end = moment_of(track.mjd[0]), moment_of(track.mjd[-1])
    if at is not None and not begin <= at <= end:
        raise NotFoundError(
            f"the ephemeris does not reach {at:%Y-%m-%dT%H:%M}",
            accepted=f"{begin:%Y-%m-%dT%H:%M} to {end:%Y-%m-%dT%H:%M}",
        )
    windows = [one.start for one in block.absolute if begin <= one.start <= end]
    start = at or min(windows, default=begin)
    stop = min(end, start + timedelta(days=1))
    instants = np.linspace(mjd_of(start), mjd_of(stop), _TRACK_POINTS)
    ra, dec = coordinates(track.at(instants))
    points = zip(instants, ra, dec, strict=True)
    return tuple(TrackPoint(moment_of(when), float(x), float(y)) for when, x, y in points if np.isfinite(x))


def _of_track(track: Sequence[TrackPoint], at: datetime) -> tuple[float, float, tuple[float, float]]:
    nearest = min(track, key=lambda one: abs(one.at - at))
    return nearest.ra_deg, nearest.dec_deg, (0.0, 0.0)


def _value(templates: Sequence[ObTemplate], names: Sequence[str]) -> Any:
    """Return the value of the first of `names` that a template has, set."""
    for name in names:
        for template in templates:
            value = template.value(name)
            if value is not None:
                return value
    return None


def _angle(block: ObservationBlock, rotation: Rotation) -> float | None:
    value = _value(block.templates, rotation.parameters)
    try:
        number = float(value) if value is not None else 0.0
    except (TypeError, ValueError):
        number = 0.0
    if value is not None and number in rotation.parallactic:
        return None
    return (rotation.sign * number + rotation.zero_deg + 180.0) % 360.0 - 180.0


def _slit(block: ObservationBlock, slit: Slit | None, angle: float | None) -> SlitMark | None:
    if slit is None:
        return None
    width = slit.width(_value(block.templates[::-1], slit.parameters))
    return SlitMark(width, slit.length_arcsec, None if angle is None else angle + slit.angle_deg)


def _stars(block: ObservationBlock, ra: float, dec: float) -> list[MarkedStar]:
    """Return the reference star of a blind offset, and each star whose coordinates the acquisition gives."""
    acquisition = block.acquisition
    if acquisition is None:
        return []
    found = []
    east, north = (_offset(acquisition.value(f"TEL.TARG.OFFSET{axis}")) for axis in ("ALPHA", "DELTA"))
    if east or north:  # they lead from the reference star to the target
        there = _away(ra, dec, -east, -north)
        found.append(MarkedStar("reference star", "reference", *there))
    for parameter in acquisition.parameters:
        name = _COORDINATES.fullmatch(parameter.name)
        if name is None or parameter.type != "coord":
            continue
        place = _coordinates(
            parameter.value, acquisition.value(f"{name[1]}.DELTA", acquisition.value(f"{name[1]}.DEC"))
        )
        if place is not None:
            guide = ".GS" in parameter.name
            found.append(MarkedStar("guide star" if guide else name[1], "guide" if guide else "other", *place))
    return found


def _away(ra_deg: float, dec_deg: float, east_arcsec: float, north_arcsec: float) -> tuple[float, float]:
    """Return the place so far east and north of another."""
    from dfs.sky.ephemerides import coordinates, direction, moved

    ra, dec = coordinates(moved(direction(ra_deg, dec_deg), east_arcsec, north_arcsec, 1.0))
    return float(ra), float(dec)


def _offset(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _coordinates(ra: Any, dec: Any) -> tuple[float, float] | None:
    try:
        place = ra_deg(str(ra)), dec_deg(str(dec))
    except ValueError:
        return None
    return None if place == (0.0, 0.0) else place


def _setup(templates: Sequence[ObTemplate]) -> str:
    """Return filters and grisms of the science templates, each once."""
    found: list[str] = []
    for template in templates:
        if template.type == "acquisition" and len(templates) > 1:
            continue
        for parameter in template.parameters:
            values = parameter.value if isinstance(parameter.value, list) else [parameter.value]
            if _SETUP.search(parameter.name):
                found += [text for one in values if (text := str(one or "").strip()).lower() not in _NOTHING]
    return ", ".join(dict.fromkeys(found))
