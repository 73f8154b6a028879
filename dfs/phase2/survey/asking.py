"""A survey as users ask for it: plain numbers, quantities, coordinates; read into fields, tilings and visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dfs.errors import UsageError
from dfs.model.phase2 import ObservingRun
from dfs.model.sexagesimal import DEC_FORMAT, RA_FORMAT, dec_deg, ra_deg
from dfs.phase2.survey.epochs import Epochs
from dfs.phase2.survey.fields import Band, Box, Circle, Field, Polygon
from dfs.phase2.survey.frames import tiling_for
from dfs.phase2.survey.plan import SurveyPlan, plan_survey
from dfs.phase2.survey.tilings import Tiling, tile_field

__all__ = ["read_field", "read_tiling", "survey_of"]

_FIELDS = (
    "{ra, dec, radius}, {ra, dec, width, height[, angle]}, {ra_from, ra_to, dec_from, dec_to}, "
    "(SkyCoord, radius), a list of three or more corners; degrees or quantities"
)
_TILINGS = "{width, height (arcmin), pattern (square, hexagonal), overlap (0-0.9), dithers, dither (arcsec), pawprints}"


def survey_of(
    field: Any,
    patterns: Sequence[Mapping[str, Any]],
    run: ObservingRun,
    *,
    name: str = "survey",
    tiling: Any = None,
    every: Any = 0.0,
    epochs: int = 1,
    tolerance: Any = None,
    together: bool = False,
) -> SurveyPlan:
    """Return the plan of a survey.

    Parameters
    ----------
    field
        A `Field`; or ``{ra, dec, radius}``, ``{ra, dec, width, height, angle}``, ``{ra_from, ra_to, dec_from, dec_to}`` in degrees;
        ``(SkyCoord, radius)``; three or more corners.
    patterns
        Whole documents of the blocks to copy: one, or one for each set-up that is taken right after the other.
    tiling
        A `Tiling`, its words, or the name of a pattern; None: frames as large as the instrument's field.
    every, tolerance
        Seconds, a quantity or a `timedelta`.
    epochs, together
        Number of visits; the whole field right after one another in each.

    Raises
    ------
    UsageError
        What cannot be read or is impossible, with what is accepted.
    """
    templates = [str(one.get("templateName")) for block in patterns for one in block.get("templates") or ()]
    pointings = tile_field(read_field(field), read_tiling(tiling, run.instrument, templates))
    visits = Epochs(epochs, _seconds(every, "every"), None if tolerance is None else _seconds(tolerance, "tolerance"))
    return plan_survey(name, pointings, patterns, run, visits, together=together)


def read_field(asked: Any) -> Field:
    """Return the field that `asked` describes; see `survey_of`."""
    if isinstance(asked, Circle | Box | Band | Polygon):
        return asked
    if isinstance(asked, Mapping):
        return _named(asked)
    if isinstance(asked, Sequence) and not isinstance(asked, str):
        if len(asked) == 2 and hasattr(asked[0], "icrs"):
            return Circle(*_position(asked[0]), _number(asked[1], "radius", "deg"))
        if len(asked) >= 3:
            return Polygon(tuple(_position(one) for one in asked))
    raise UsageError(f"{asked!r} is no field", where="survey.field", accepted=_FIELDS)


def read_tiling(asked: Any, instrument: str, templates: Sequence[str] = ()) -> Tiling:
    """Return the tiling that `asked` describes; what it does not say is as the instrument's field of view has it."""
    if isinstance(asked, Tiling):
        return asked
    usual = tiling_for(instrument, templates)
    if asked is None:
        return usual
    words: Mapping[str, Any] = {"pattern": asked} if isinstance(asked, str) else asked
    names = {"width": "width_arcmin", "height": "height_arcmin", "dither": "dither_arcsec"}
    units = {"width": "arcmin", "height": "arcmin", "dither": "arcsec"}
    plain = ("pattern", "overlap", "dithers", "pawprints")
    if not isinstance(words, Mapping) or any(one not in (*names, *plain) for one in words):
        raise UsageError(f"{asked!r} is no tiling", where="survey.tiling", accepted=_TILINGS)
    given = {name: getattr(usual, name) for name in ("width_arcmin", "height_arcmin", "pattern", "pawprints")}
    given |= {names[word]: _number(words[word], word, units[word]) for word in names if word in words}
    given |= {word: words[word] for word in plain if word in words}
    return Tiling(**given)


def _named(asked: Mapping[str, Any]) -> Field:
    words = set(asked)
    if words == {"ra_from", "ra_to", "dec_from", "dec_to"}:
        return Band(*(_angle(asked[one], one) for one in ("ra_from", "ra_to", "dec_from", "dec_to")))
    if words == {"ra", "dec", "radius"}:
        return Circle(_angle(asked["ra"], "ra"), _angle(asked["dec"], "dec"), _number(asked["radius"], "radius", "deg"))
    if words - {"angle"} == {"ra", "dec", "width", "height"}:
        sizes = [_number(asked.get(one, 0.0), one, "deg") for one in ("width", "height", "angle")]
        return Box(_angle(asked["ra"], "ra"), _angle(asked["dec"], "dec"), *sizes)
    raise UsageError(f"no field has {', '.join(sorted(map(str, words)))}", where="survey.field", accepted=_FIELDS)


def _position(asked: Any) -> tuple[float, float]:
    if hasattr(asked, "icrs"):
        return float(asked.icrs.ra.deg), float(asked.icrs.dec.deg)
    if isinstance(asked, Sequence) and len(asked) == 2 and not isinstance(asked, str):
        return _angle(asked[0], "ra"), _angle(asked[1], "dec")
    raise UsageError(f"{asked!r} is no position", where="survey.field", accepted="(ra, dec) in degrees, a SkyCoord")


def _angle(value: Any, name: str) -> float:
    """Return degrees of a number, a quantity, or text with colons."""
    if not isinstance(value, str):
        return _number(value, name, "deg")
    read, accepted = (ra_deg, RA_FORMAT) if name.startswith("ra") else (dec_deg, DEC_FORMAT)
    try:
        return read(value)
    except ValueError:
        raise UsageError(f"{value!r} is not readable", where=f"survey.field.{name}", accepted=accepted) from None


def _seconds(value: Any, name: str) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else _number(value, name, "s")


def _number(value: Any, name: str, unit: str) -> float:
    try:
        return float(value.to_value(unit)) if hasattr(value, "to_value") else float(value)
    except (TypeError, ValueError):
        raise UsageError(
            f"{value!r} is not readable", where=f"survey.{name}", accepted=f"a number ({unit}) or a quantity"
        ) from None
