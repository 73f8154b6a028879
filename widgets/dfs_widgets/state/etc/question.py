"""What is asked, as the page holds it: the flat mapping of the calculator, and what changes it as a whole."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dfs.etc.controls import CONTROLS
from dfs.etc.documents import merged

__all__ = ["FIRST", "SHAPES", "EtcQuestion"]

FIRST: dict[str, Any] = {
    "instrument": "FORS2",
    "mode": "lss",
    "grism": "300V",
    "slit": 1.0,
    "sed": "blackbody:5800",
    "mag": 20.0,
    "exposure": 600.0,
    "days_from_new_moon": 3.0,
}
SHAPES = {  # kind of spectrum -> what it is until more is said
    "flat_lambda": "flat_lambda",
    "flat_nu": "flat_nu",
    "blackbody": "blackbody:5800",
    "powerlaw": "powerlaw:-1",
    "template": "",
    "line": "line:656.28:0.2",
}
SPECTRUM = "spectrum"
_MONTH_D = 29.530589
_LONGEST, _FIELDS_MOST = 4000, 60
_PARTS_OF_SED = {"temperature": "blackbody", "index": "powerlaw", "template": "template"}
_OF_PAGE = ("range", "show", "side", "grid_x", "grid_y")


@dataclass(frozen=True)
class EtcQuestion:
    """A question under edit.

    Attributes
    ----------
    given
        The flat mapping: what somebody said, values as typed or plain; what is open is left out.
    page
        What the page alone knows: ``range`` of times plotted (percent), ``show`` and ``side`` (plot and panel chosen).
    """

    given: Mapping[str, Any] = field(default_factory=lambda: dict(FIRST))
    page: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_address(cls, query: str) -> EtcQuestion:
        """Read a query string; what it does not know it leaves out, an empty one is the first question."""
        said = dict(parse_qsl(query.removeprefix("?"), max_num_fields=_FIELDS_MOST))
        short = {name: value.strip() for name, value in said.items() if value.strip() and len(value) <= _LONGEST}
        given = {name: value for name, value in short.items() if name in CONTROLS}
        page = {name: value for name, value in short.items() if name in _OF_PAGE}
        if not given:
            return cls(page=page)
        return cls({**({} if "instrument" in given else {"instrument": FIRST["instrument"]}), **given}, page)

    def query(self, filled: Mapping[str, Any] | None = None) -> str:
        """Return the query string that brings this question back; with `filled`, every default is written out too.

        A user's spectrum is no part of an address.
        """
        said = self.given if filled is None else filled
        plain = {
            name: text_of(value) for name, value in said.items() if name in CONTROLS and len(str(value)) <= _LONGEST
        }
        if SPECTRUM in said:
            plain.pop("sed", None)
        return urlencode({**plain, **self.page}, safe=":/,")

    @property
    def kind(self) -> str:
        """Kind of the target's spectrum; ``spectrum`` is the user's own."""
        if SPECTRUM in self.given:
            return SPECTRUM
        kind = str(self.given.get("sed", "flat_lambda")).partition(":")[0].strip().lower()
        return {"uniform": "flat_lambda", "file": SPECTRUM, "table": SPECTRUM}.get(kind, kind)

    def part(self, name: str) -> str:
        """Return a part of the spectrum's text: ``temperature``, ``index``, ``template``, ``line`` or ``line_width``."""
        rest = str(self.given.get("sed", "")).partition(":")[2]
        if name == "line_width":
            return rest.partition(":")[2]
        return rest.partition(":")[0] if name == "line" else rest

    @property
    def asked(self) -> str:
        """What is asked: ``exposure`` (given, the signal-to-noise is asked) or ``snr`` (given, the time is asked)."""
        return "snr" if "snr" in self.given else "exposure"

    @property
    def moon(self) -> str:
        """How the Moon is told: ``none``, ``days`` or ``fli``."""
        return "fli" if "fli" in self.given else "days" if "days_from_new_moon" in self.given else "none"

    @property
    def turbulence(self) -> str:
        """How the image is told: ``seeing`` or ``image_quality``."""
        return "image_quality" if "image_quality" in self.given else "seeing"

    @property
    def range_percent(self) -> float:
        """How far around the exposure time the plot goes, percent."""
        try:
            return min(95.0, max(1.0, float(self.page.get("range", 50))))
        except ValueError:
            return 50.0

    def put(self, changes: Mapping[str, Any], filled: Mapping[str, Any] | None = None) -> EtcQuestion:
        """Return the question with controls changed.

        Parameters
        ----------
        changes
            Control of the page -> value; None or an empty text opens it.
        filled
            The flat mapping of the last answer, from which a rival takes its first value.
        """
        now = self
        for name, value in changes.items():
            now = now._put_one(name, None if value in {None, ""} else value, filled or {})
        return now

    def _put_one(self, name: str, value: Any, filled: Mapping[str, Any]) -> EtcQuestion:
        if name in _OF_PAGE:
            page = {one: held for one, held in self.page.items() if one != name}
            return replace(self, page=page if value is None else {**page, name: str(value)})
        changes = _WHOLE[name](self, value, filled) if name in _WHOLE else {name: value}
        unknown = [one for one in changes if one not in CONTROLS and one != SPECTRUM]
        return self if unknown else replace(self, given=merged(self.given, changes))

    def with_spectrum(self, spectrum: Mapping[str, Any], name: str) -> EtcQuestion:
        """Return the question with a user's own spectrum."""
        given = merged(self.given, {"sed": f"file:{name}"})
        if spectrum.get("unit") != "relative":
            given.pop("mag", None)  # it has its own brightness
        elif "mag" not in given:
            given["mag"] = FIRST["mag"]
        return replace(self, given={**given, SPECTRUM: dict(spectrum)})


def text_of(value: Any) -> str:
    """Write a value as an address and a field have it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict | list) else str(value)


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
        return {"sed": text, "mag": None, "line_flux": now.given.get("line_flux", 1e-16)}
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
        return {"line_flux": now.given.get("line_flux", 1e-16)}
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
