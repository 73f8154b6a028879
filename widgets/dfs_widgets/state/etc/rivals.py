"""What changes together: of two rivals one gives way, and takes its first value from what the other said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dfs_widgets.state.etc.beginnings import FIRST, LINE_FLUX, SHAPES, SPECTRUM

if TYPE_CHECKING:
    from dfs_widgets.state.etc.question import EtcQuestion

__all__ = ["rivals"]

_MONTH_D = 29.530589
_OF_LINE = frozenset({"sed", "line", "redshift"})
_PARTS_OF_SED = {"temperature": "blackbody", "index": "powerlaw", "template": "template"}


def rivals(now: EtcQuestion, name: str, value: Any, filled: Mapping[str, Any]) -> dict[str, Any]:
    """Return all of the flat mapping that changes when a control of the page takes a value; None: it is left open.

    Parameters
    ----------
    now
        What is asked.
    name, value
        Control of the page, and what it takes; None opens it.
    filled
        The flat mapping of the last answer, from which a rival takes its first value.
    """
    changes = _WHOLE[name](now, value, filled) if name in _WHOLE else {name: value}
    is_line = str(changes.get("sed", now.given.get("sed", ""))).startswith("line")
    # The calculator finds a line wherever it is; a wavelength asked before stays behind.
    return {**changes, "at": None} if is_line and name in _OF_LINE else changes


def _number(value: Any, otherwise: float) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return otherwise
    return found if math.isfinite(found) else otherwise


def _sed(now: EtcQuestion, value: Any, _: Mapping[str, Any]) -> dict[str, Any]:
    """Turn to another kind of spectrum; what the last needed and this cannot have goes."""
    if value == now.kind:
        return {}
    if value == SPECTRUM:
        return {"sed": "table", "mag": now.given.get("mag", FIRST["mag"])}  # the file itself comes next
    text = SHAPES.get(str(value)) or f"template:{_first_template()}"
    if value == "line":
        return {"sed": text, "mag": None, "line_flux": now.given.get("line_flux", LINE_FLUX)}
    return {"sed": text, "mag": now.given.get("mag", FIRST["mag"])}


def _first_template() -> str:
    from dfs_widgets.state.etc.templates import template_options

    found = template_options()
    return next(
        (one["value"] for one in found if one["value"].lower().startswith("g")), found[0]["value"] if found else ""
    )


def _part(name: str) -> Any:
    def change(now: EtcQuestion, value: Any, _: Mapping[str, Any]) -> dict[str, Any]:
        kept = {one: now.given[one] for one in ("line_flux",) if one in now.given}
        if name == "line":
            width = now.part("line_width")
            return {"sed": f"line:{value or ''}" + (f":{width}" if width else ""), **kept}
        if name == "line_width":
            return {"sed": f"line:{now.part('line')}" + (f":{value}" if value else ""), **kept}
        return {"sed": f"{_PARTS_OF_SED[name]}:{value or ''}"}

    return change


def _asked(now: EtcQuestion, value: Any, filled: Mapping[str, Any]) -> dict[str, Any]:
    if value == now.asked:
        return {}
    if value == "snr":
        found = _number(filled.get("answer_snr"), 10.0)
        return {"snr": float(f"{found:.3g}") if found > 0 else 10.0, "dit": now.given.get("dit"), "ndit": None}
    if "dit" in now.given:
        per = _number(now.given["dit"], 10.0)
        return {"snr": None, "ndit": max(1, math.ceil(_number(filled.get("answer_s"), 600.0) / per))}
    return {"exposure": float(f"{_number(filled.get('answer_s'), 600.0):.3g}")}


def _moon(now: EtcQuestion, value: Any, _: Mapping[str, Any]) -> dict[str, Any]:
    if value == now.moon:
        return {}
    if value == "days":
        lit = min(1.0, max(0.0, _number(now.given.get("fli"), 0.1)))
        return {"days_from_new_moon": round(math.acos(1 - 2 * lit) / (2 * math.pi) * _MONTH_D, 1)}
    if value == "fli":
        days = _number(now.given.get("days_from_new_moon"), 3.0)
        return {"fli": round((1 - math.cos(2 * math.pi * days / _MONTH_D)) / 2, 2)}
    return {"fli": None, "days_from_new_moon": None}


def _turbulence(now: EtcQuestion, value: Any, filled: Mapping[str, Any]) -> dict[str, Any]:
    if value == now.turbulence:
        return {}
    if value == "image_quality":
        return {"image_quality": round(_number(filled.get("answer_iq"), 0.8), 2)}
    return {"seeing": 0.8}


def _shape(_: EtcQuestion, value: Any, __: Mapping[str, Any]) -> dict[str, Any]:
    return {"extended": True} if value == "extended" else {"extended": None, "diameter": None}


def _brightness(now: EtcQuestion, value: Any, _: Mapping[str, Any]) -> dict[str, Any]:
    if value == "line_flux":
        return {"line_flux": now.given.get("line_flux", LINE_FLUX)}
    return {"mag": now.given.get("mag", FIRST["mag"])} if value == "mag" else {"mag": None, "line_flux": None}


_WHOLE: dict[str, Any] = {
    "sed": _sed,
    "asked": _asked,
    "moon": _moon,
    "turbulence": _turbulence,
    "shape": _shape,
    "brightness": _brightness,
    **{name: _part(name) for name in ("temperature", "index", "template", "line", "line_width")},
}
