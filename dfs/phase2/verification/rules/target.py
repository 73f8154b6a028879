"""Rules on a block's target."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from dfs.model.phase2 import Fix, Severity
from dfs.model.sexagesimal import DEC_FORMAT, RA_FORMAT, dec_deg, dec_text, ra_deg, ra_text
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.views import BlockView

__all__: list[str] = []

_LARGEST_MOTION = 10.4  # arcsec/yr: Barnard's star, 10.39 (Gaia DR3)
_SIDEREAL_RATE = 15.04  # arcsec/s: faster than the sky turns, nothing is tracked (assumed as a limit)
_LETTERED = re.compile(r"([+-]?)\s*(\d+)\s*[hd°]\s*(\d+)\s*['m′]\s*(\d+(?:\.\d*)?)\s*(?:[s\"″]|'')?", re.ASCII)


@rule("ra-format", "block", "ESO's P2 API (its messages, as tom_eso quotes them)")
def ra_format(view: BlockView) -> Iterator[Problem]:
    """The right ascension can be read."""
    if view.block.kind == "OB":
        yield from _unreadable("target.ra", view.block.target.ra, ra_deg, RA_FORMAT, _ra_mended)


@rule("dec-format", "block", "ESO's P2 API (its messages, as tom_eso quotes them)")
def dec_format(view: BlockView) -> Iterator[Problem]:
    """The declination can be read."""
    if view.block.kind == "OB":
        yield from _unreadable("target.dec", view.block.target.dec, dec_deg, DEC_FORMAT, _dec_mended)


@rule("target-missing", "block", "ESO, service mode rules")
def target_missing(view: BlockView) -> Iterator[Problem]:
    """An OB has a target: a position other than that of a new block, or an ephemeris."""
    if view.block.kind == "OB" and not view.block.ephemeris.strip() and view.position == (0.0, 0.0):
        yield Problem("target", "the target's position is that of a new block, 00:00:00 00:00:00", "a position")


@rule("target-name", "block", "ESO, service mode rules")
def target_name(view: BlockView) -> Iterator[Problem]:
    """A target has a name."""
    name = view.block.target.name.strip()
    if view.block.kind == "OB" and name in {"", "No name"}:
        own = view.block.name.strip()
        fix = Fix("name it as the block", own) if own not in {"", "No name"} else None
        yield Problem("target.name", "the target has no name", "a name", fix)


@rule("equinox", "block", "ESO's P2 API")
def equinox(view: BlockView) -> Iterator[Problem]:
    """The equinox is J2000 or B1950."""
    value = view.block.target.equinox
    if view.block.kind == "OB" and value not in {"J2000", "B1950"}:
        fix = Fix("J2000", "J2000") if str(value).strip() in {"", "2000", "2000.0", "j2000"} else None
        yield Problem("target.equinox", f"equinox {value!r} is not known", "J2000, B1950", fix)


@rule("epoch", "block", "assumed: Bradley's catalogue to the end of the observatory")
def epoch(view: BlockView) -> Iterator[Problem]:
    """The epoch is a year from 1750 to 2100."""
    value = view.block.target.epoch
    if view.block.kind == "OB" and not 1750 <= value <= 2100:
        yield Problem(
            "target.epoch", f"epoch {value:g} is no year of an observation", "1750 to 2100", Fix("2000", 2000.0)
        )


@rule("proper-motion", "block", "Gaia DR3: no star moves faster than Barnard's, 10.39 arcsec/yr")
def proper_motion(view: BlockView) -> Iterator[Problem]:
    """Proper motions are in arcsec/yr, and none exceeds that of Barnard's star."""
    target = view.block.target
    for key, value in (("properMotionRa", target.proper_motion_ra), ("properMotionDec", target.proper_motion_dec)):
        if not abs(value) <= _LARGEST_MOTION:
            fix = Fix("it is in mas/yr", value / 1000) if abs(value) / 1000 <= _LARGEST_MOTION else Fix("none", 0.0)
            message = f"{value:g} arcsec/yr is faster than any star"
            yield Problem(f"target.{key}", message, f"-{_LARGEST_MOTION} to {_LARGEST_MOTION} arcsec/yr", fix)


@rule("differential-rate", "block", "assumed: the rate at which the sky turns")
def differential_rate(view: BlockView) -> Iterator[Problem]:
    """Additional tracking rates, in arcsec/s, stay below the rate at which the sky turns."""
    target = view.block.target
    for key, value in (("differentialRa", target.differential_ra), ("differentialDec", target.differential_dec)):
        if not abs(value) < _SIDEREAL_RATE:
            yield Problem(
                f"target.{key}",
                f"{value:g} arcsec/s cannot be tracked",
                f"below {_SIDEREAL_RATE} arcsec/s",
                Fix("none", 0.0),
            )


@rule("rates-and-ephemeris", "block", "assumed: the ephemeris gives the rates", Severity.WARNING)
def rates_and_ephemeris(view: BlockView) -> Iterator[Problem]:
    """A target with an ephemeris has no tracking rates of its own."""
    target = view.block.target
    if view.block.ephemeris.strip():
        for key, value in (("differentialRa", target.differential_ra), ("differentialDec", target.differential_dec)):
            if value:
                yield Problem(f"target.{key}", "the ephemeris gives the rate, too", "0", Fix("leave it out", 0.0))


def _unreadable(
    path: str, text: str, read: Callable[[str], float], accepted: str, mended: Callable[[str], str | None]
) -> Iterator[Problem]:
    try:
        read(text)
    except ValueError:
        better = mended(text)
        fix = Fix(f"write it {better}", better) if better else None
        yield Problem(path, f"{text!r} cannot be read", accepted, fix)


def _ra_mended(text: str) -> str | None:
    """Return what was meant by units in letters (``01h44m04.09s``) or by degrees with decimals (``26.017``, from 24 on or with a point)."""
    found = _LETTERED.fullmatch(text.strip())
    if found is not None and found[1] != "-":
        return _checked(f"{int(found[2]):02d}:{int(found[3]):02d}:{found[4]}", ra_deg)
    degrees = _number(text)
    return ra_text(degrees) if degrees is not None and 0 <= degrees < 360 else None


def _dec_mended(text: str) -> str | None:
    found = _LETTERED.fullmatch(text.strip().replace("−", "-"))
    if found is not None:
        return _checked(f"{found[1]}{int(found[2]):02d}:{int(found[3]):02d}:{found[4]}", dec_deg)
    if "−" in text:  # a minus sign pasted from a paper
        return _checked(text.replace("−", "-").strip(), dec_deg)
    degrees = _number(text)
    return dec_text(degrees) if degrees is not None and abs(degrees) <= 90 else None


def _checked(text: str, read: Callable[[str], float]) -> str | None:
    try:
        read(text)
    except ValueError:
        return None
    return text


def _number(text: str) -> float | None:
    """Return degrees written with a decimal point; whole numbers are too likely to be something else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if "." in text and math.isfinite(value) else None
