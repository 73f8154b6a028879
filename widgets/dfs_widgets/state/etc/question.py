"""What is asked, as the page holds it: the flat mapping of the calculator, and what changes it as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dfs.etc.controls.control import CONTROLS
from dfs.etc.documents.mapping import merged
from dfs_widgets.state.etc.beginnings import FIRST, LINE_FLUX, SPECTRUM
from dfs_widgets.state.etc.rivals import rivals

__all__ = ["FIRST", "EtcQuestion", "text_of"]

_LONGEST, _FIELDS_MOST = 4000, 60
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
        """Read a query string; what it does not know it leaves out, an empty one is the first question.

        An address that names an instrument only gets the brightness and the time of the first question: it shows something.
        """
        said = dict(parse_qsl(query.removeprefix("?"), max_num_fields=_FIELDS_MOST))
        short = {name: value.strip() for name, value in said.items() if value.strip() and len(value) <= _LONGEST}
        given = {name: value for name, value in short.items() if name in CONTROLS}
        page = {name: value for name, value in short.items() if name in _OF_PAGE}
        if not given:
            return cls(page=page)
        return cls(_completed(given), page)

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
        changes = rivals(self, name, value, filled)
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


def _completed(given: dict[str, str]) -> dict[str, Any]:
    """Return what an address says with an instrument, a brightness and a time where it says none."""
    found: dict[str, Any] = {"instrument": FIRST["instrument"], **given}
    kind = str(given.get("sed", "")).partition(":")[0]
    if kind == "line" and "line_flux" not in given and given["sed"].count(":") < 3:
        found["line_flux"] = LINE_FLUX
    elif kind not in {"line", "file", "table"} and "mag" not in given:
        found["mag"] = FIRST["mag"]
    if not any(name in given for name in ("exposure", "snr", "dit", "ndit")):
        found["exposure"] = FIRST["exposure"]
    return found


def text_of(value: Any) -> str:
    """Write a value as an address and a field have it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict | list) else str(value)
