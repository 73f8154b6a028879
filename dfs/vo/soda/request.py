"""What a SODA request asks for, parsed at the edge: one file, and the part of it that is wanted."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from dfs.errors import NotFoundError, UsageError
from dfs.sky.regions import Circle, Polygon, Range, Region, parse

__all__ = ["Cut", "NoOverlap", "SodaRequest", "parse_request"]

_SHAPES = {"CIRCLE": Circle, "POLYGON": Polygon}
_WITHOUT = {"TIME": "no product here has a time axis", "POL": "no product here has a polarization axis"}
_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Cut:
    """The part that is wanted.

    Attributes
    ----------
    region
        Of the sky, ICRS; None: all of it.
    band_m
        (shortest, longest) wavelength in vacuum, metres; either may be infinite. None: all.
    text
        The parameters as given, for the header: name -> value.
    """

    region: Region | None = None
    band_m: tuple[float, float] | None = None
    text: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SodaRequest:
    """A file, by its identifier, and the part of it that is wanted."""

    identifier: str
    cut: Cut


def parse_request(pairs: Iterable[tuple[str, str]]) -> SodaRequest:
    """Return the request that the parameters of SODA 1.0 make.

    Parameters
    ----------
    pairs
        (name, value), names in any letter case. ``ID`` once; one of ``CIRCLE``, ``POLYGON`` and ``POS``; ``BAND``. Parameters of other
        standards (``RUNID``, ``RESPONSEFORMAT``) are passed over.

    Raises
    ------
    UsageError
        A value that cannot be, a parameter given twice, or one for an axis that no product has.
    """
    given: dict[str, str] = {}
    for name, value in pairs:
        key = name.upper()
        if key in _WITHOUT:
            raise UsageError(
                f"{key} is not supported: {_WITHOUT[key]}", where=key, accepted="ID, CIRCLE, POLYGON, POS, BAND"
            )
        if key not in {"ID", "CIRCLE", "POLYGON", "POS", "BAND"} or not value.strip():
            continue
        if len(value) > _LONGEST:
            raise UsageError(f"{key} is too long", where=key, accepted=f"{_LONGEST} characters")
        if key in given:
            raise UsageError(f"{key} is given twice", where=key, accepted="one value of each parameter in a request")
        given[key] = value.strip()
    if "ID" not in given:
        raise UsageError("no file is named", where="ID", accepted="the ID of a row of the links document, or a DP ID")
    shapes = [key for key in ("CIRCLE", "POLYGON", "POS") if key in given]
    if len(shapes) > 1:
        raise UsageError(f"{' and '.join(shapes)} together", where=shapes[1], accepted="one of CIRCLE, POLYGON, POS")
    region = _region(shapes[0], given[shapes[0]]) if shapes else None
    band = _band(given["BAND"]) if "BAND" in given else None
    text = tuple((key, given[key]) for key in (*shapes, "BAND") if key in given)
    return SodaRequest(given["ID"], Cut(region, band, text))


def _region(key: str, value: str) -> Region:
    """Return the region of CIRCLE, POLYGON (bare numbers, degrees, ICRS) or POS (a shape and its numbers)."""
    shape = parse(value if key == "POS" else f"{key} {value}")
    wanted = _SHAPES.get(key, (Circle, Polygon, Range))
    if not isinstance(shape, wanted) or value.upper().startswith("BOX"):
        raise UsageError(
            f"{value[:60]!r} is not for {key}", where=key, accepted="CIRCLE, RANGE or POLYGON with numbers in degrees"
        )
    return shape


def _band(value: str) -> tuple[float, float]:
    accepted = (
        "two wavelengths in vacuum in metres, the shorter first, e.g. 5e-07 6e-07; -Inf and +Inf leave a side open"
    )
    words = value.split()
    try:
        limits = [float(word) for word in words]
    except ValueError:
        raise UsageError(f"{value[:60]!r} is no interval", where="BAND", accepted=accepted) from None
    if len(limits) == 1:
        limits *= 2
    if len(limits) != 2 or any(math.isnan(one) for one in limits) or limits[0] > limits[1]:
        raise UsageError(f"{value[:60]!r} is no interval", where="BAND", accepted=accepted)
    return limits[0], limits[1]


class NoOverlap(NotFoundError):  # noqa: N818 - nothing went wrong: there is nothing to send
    """The file holds nothing of what was asked for; over HTTP 204, as SODA 1.0 says."""

    status = 204
