"""Turning to another instrument or mode: what still makes sense is kept, the rest goes back to its default."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dfs.etc.controls.choices import choices

if TYPE_CHECKING:
    from dfs.instruments.optics import Optics

__all__ = ["fitted", "is_infrared", "option_of"]

_IN_ORDER = ("mode", "grism", "filter", "collimator", "detector", "read_mode", "binning", "polarimetry")
_DIT_S = 10.0


def option_of(value: Any, options: Iterable[Any]) -> Any:
    """Return the option that `value` names, whole or by a part that means one only; None where there is none."""
    said = str(value).strip().lower()
    every = list(options)
    exact = [one for one in every if str(one.value).lower() == said]
    parts = exact or [one for one in every if said and said in str(one.value).lower()]
    return parts[0] if len(parts) == 1 else None


def is_infrared(optics: Optics, given: Mapping[str, Any]) -> bool:
    """Tell whether the detector sums NDIT integrations of DIT seconds."""
    options = choices(optics, given)["detector"]
    chosen = option_of(given.get("detector", ""), options) or next(iter(options), None)
    return bool(chosen is not None and optics.detectors[chosen.value].infrared)


def fitted(given: Mapping[str, Any], optics: Optics, kind: str | None = None) -> dict[str, Any]:
    """Return what of a question the instrument can do.

    Parameters
    ----------
    given
        The flat mapping, its instrument already that of `optics`.
    kind
        Of what was observed before (``image``, ``spectrum``, ``cube``): a mode that is lost gives way to another of its kind.
    """
    now = dict(given)
    for name in _IN_ORDER:
        if name in now and option_of(now[name], choices(optics, now)[name]) is None:
            del now[name]
        if name == "mode" and "mode" not in now:
            alike = [one.name for one in optics.modes.values() if one.kind == kind]
            now["mode"] = alike[0] if alike else next(iter(optics.modes))
    if "slit" in now and not _has_slit(now, optics):
        del now["slit"]
    return _timed(now, infrared=is_infrared(optics, now))


def _has_slit(given: Mapping[str, Any], optics: Optics) -> bool:
    try:
        width = float(given["slit"])
    except (TypeError, ValueError):
        return False
    mode = optics.modes.get(given["mode"])
    offered = [float(one.value) for one in choices(optics, given)["slit"]]
    if offered or mode is None or mode.slit_range_arcsec is None:
        return any(math.isclose(width, one, abs_tol=1e-6) for one in offered)
    return mode.slit_range_arcsec[0] <= width <= mode.slit_range_arcsec[1]


def _timed(given: dict[str, Any], *, infrared: bool) -> dict[str, Any]:
    """Say the same exposure time as the detector has it: whole, or DIT and NDIT."""
    try:
        if infrared and "snr" in given:
            return {"dit": _DIT_S, **given}
        if infrared and "exposure" in given:
            whole = float(given["exposure"])
            dit = min(_DIT_S, whole)
            given = {**given, "dit": dit, "ndit": max(1, math.ceil(whole / dit - 1e-9))}
            del given["exposure"]
        if not infrared and ("dit" in given or "ndit" in given):
            whole = float(given.pop("dit", _DIT_S)) * float(given.pop("ndit", 1))
            if "snr" not in given and "exposure" not in given:
                given["exposure"] = whole
    except (TypeError, ValueError):
        return given  # a number that is none is told beside its field
    return given
