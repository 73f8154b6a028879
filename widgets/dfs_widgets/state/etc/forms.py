"""The controls that a question has: which are shown, what they offer, what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dfs.etc.controls.control import CONTROLS
from dfs_widgets.state.etc.fitting import is_infrared, option_of
from dfs_widgets.state.etc.form_groups import (
    exposure_controls,
    extraction_controls,
    instrument_controls,
    is_image,
    sky_controls,
    target_controls,
)
from dfs_widgets.state.etc.question import EtcQuestion, text_of

if TYPE_CHECKING:
    from dfs.instruments.optics import Optics

__all__ = ["control_of_problem", "form_spec", "form_values"]


def form_spec(
    question: EtcQuestion, optics: Optics | None, instruments: Mapping[str, str], bands: tuple[str, ...]
) -> dict[str, Any]:
    """Return the groups of controls that apply to a question.

    Parameters
    ----------
    optics
        Of the instrument; None where it is not known.
    instruments
        Name -> label of every instrument there is.
    bands
        Photometric bands.
    """
    infrared = optics is not None and is_infrared(optics, question.given)
    return {
        "groups": [
            {
                "name": "instrument",
                "label": "Instrument",
                "controls": instrument_controls(question, optics, instruments),
            },
            {"name": "target", "label": "Target", "controls": target_controls(question, bands)},
            {"name": "sky", "label": "Sky", "controls": sky_controls(question)},
            {
                "name": "exposure",
                "label": "Exposure",
                "controls": exposure_controls(question, infrared=infrared, image=is_image(question, optics)),
            },
            {"name": "extraction", "label": "Extraction", "controls": extraction_controls(question)},
        ]
    }


def form_values(question: EtcQuestion, spec: Mapping[str, Any], filled: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands in each control of `spec`: what was given, else what the answer took, else the default."""
    own = {
        "sed": question.kind,
        "asked": question.asked,
        "moon": question.moon,
        "turbulence": question.turbulence,
        "shape": "extended" if question.given.get("extended") in {True, "on", "true", "yes", "1"} else "point",
        "brightness": "line_flux" if "line_flux" in question.given else "mag" if "mag" in question.given else "own",
        "range": f"{question.range_percent:g}",
        "upload": _origin(question),
        **{name: question.part(name) for name in ("temperature", "index", "template", "line", "line_width")},
    }
    return {
        one["name"]: own[one["name"]] if one["name"] in own else _standing(one, question.given, filled)
        for group in spec["groups"]
        for one in group["controls"]
    }


def control_of_problem(where: str, spec: Mapping[str, Any], question: EtcQuestion) -> str:
    """Return the control shown beside which a problem is told; empty: none of them."""
    shown = {one["name"] for group in spec["groups"] for one in group["controls"]}
    parts = {
        "blackbody": "temperature",
        "powerlaw": "index",
        "template": "template",
        "line": "line",
        "spectrum": "upload",
    }
    others = {
        "sed": parts.get(question.kind, "sed"),
        "spectrum": "upload",
        "extended": "shape",
        "exposure": "dit",
        "line_flux": "sed",
        "diameter": "shape",
    }
    name = where.partition(".")[0]
    for one in (parts.get(question.kind, name) if name == "sed" else name, others.get(name, ""), name):
        if one in shown:
            return one
    return ""


def _origin(question: EtcQuestion) -> str:
    spectrum = question.given.get("spectrum")
    return str(spectrum.get("origin", "your own")) if isinstance(spectrum, Mapping) else ""


def _standing(one: Mapping[str, Any], given: Mapping[str, Any], filled: Mapping[str, Any]) -> str:
    name = one["name"]
    if name in given:
        text = text_of(given[name])
        if one["kind"] in {"choice", "radio"}:
            found = option_of(text, [_Named(each["value"]) for each in one["options"]])
            return text if found is None else str(found.value)
        return text
    value = filled.get(name, CONTROLS[name].default if name in CONTROLS else None)
    if name == "at" and isinstance(value, float):
        value = round(value, 2)
    offered = [str(each["value"]) for each in one["options"]]
    if one["kind"] in {"choice", "radio"} and offered and (value is None or text_of(value) not in offered):
        return offered[0]
    return "" if value is None else text_of(value)


class _Named:
    def __init__(self, value: str) -> None:
        self.value = value
