"""Targets as users give them: by name, as SkyCoord, as coordinates in any form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.errors import UsageError
from dfs.model.sexagesimal import dec_text, ra_text
from dfs.phase2.client.names import Names
from dfs.phase2.client.quantities import plain_value
from dfs.phase2.client.trees import Document
from dfs.phase2.formats.tables.cells import read_cell

__all__ = ["target_document"]

# word -> (key of the P2 API, unit)
_MORE = {
    "proper_motion_ra": ("properMotionRa", "arcsec / yr"),
    "proper_motion_dec": ("properMotionDec", "arcsec / yr"),
    "differential_ra": ("differentialRa", "arcsec / s"),
    "differential_dec": ("differentialDec", "arcsec / s"),
    "epoch": ("epoch", "yr"),
    "equinox": ("equinox", ""),
}


def target_document(
    names: Names, target: Any = None, dec: Any = None, *, ra: Any = None, name: str | None = None, **more: Any
) -> Document:
    """Return the document of a target; see `dfs.phase2.client.block.Block.target`."""
    if hasattr(target, "icrs") and hasattr(target, "separation"):
        found = _of_coordinate(target, name or "target")
    elif isinstance(target, Mapping):
        found = dict(target)
    elif ra is not None or dec is not None:
        found = _of_pair(target if ra is None else ra, dec)
        called = name or (target if isinstance(target, str) and ra is not None else None)
        found["name"] = (
            called
            or f"J{found['ra'][:2]}{found['ra'][3:5]}{'' if found['dec'][0] == '-' else '+'}{found['dec'][:-7].replace(':', '')}"
        )
    elif isinstance(target, str):
        found = names.target(target)
    else:
        raise UsageError(f"{target!r} is no target", where="target", accepted="a name, a SkyCoord, ra and dec")
    if name is not None:
        found["name"] = name
    return found | _further(more)


def _further(more: Mapping[str, Any]) -> Document:
    wrong = next((one for one in more if one not in _MORE), None)
    if wrong is not None:
        raise UsageError(f"a target has no {wrong!r}", where="target", accepted=", ".join(_MORE))
    return {
        _MORE[word][0]: _checked(_MORE[word][0], plain_value(word, value, _MORE[word][1]))
        for word, value in more.items()
    }


def _of_pair(ra: Any, dec: Any) -> Document:
    if ra is None or dec is None:
        raise UsageError("a position needs both its coordinates", where="target", accepted="ra and dec")
    given = {"ra": _degrees(ra), "dec": _degrees(dec)}
    return {key: _checked(f"target.{key}", value) for key, value in given.items()}


def _degrees(value: Any) -> Any:
    return float(value.to_value("deg")) if hasattr(value, "to_value") else value


def _checked(field: str, value: Any) -> Any:
    try:
        return read_cell(field if "." in field else f"target.{field}", value)
    except ValueError as error:
        said, _, accepted = str(error).partition("; accepted: ")
        raise UsageError(said, where=field, accepted=accepted) from None


def _of_coordinate(coordinate: Any, name: str) -> Document:
    """Return a SkyCoord in ICRS, with its proper motion and epoch where it has them."""
    if not coordinate.isscalar:
        raise UsageError(
            f"{len(coordinate)} positions for one target",
            where="target",
            accepted="one",
            hint="run.from_table makes a block each",
        )
    at = coordinate.icrs
    found: Document = {"name": name, "ra": ra_text(float(at.ra.deg)), "dec": dec_text(float(at.dec.deg))}
    if "s" in coordinate.data.differentials:
        found["properMotionRa"] = round(float(at.pm_ra_cosdec.to_value("arcsec / yr")), 9)
        found["properMotionDec"] = round(float(at.pm_dec.to_value("arcsec / yr")), 9)
        if coordinate.obstime is not None:
            found["epoch"] = round(float(coordinate.obstime.jyear), 4)
    return found
