"""The log of one exposure: what its header tells of block, template, time, air and instrument; what it does not tell is said so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["night_log"]

_UNKNOWN = "not known"
# Line -> keywords, the first that the header has counts; two of them joined by .. are a beginning and an end.
_SECTIONS: Mapping[str, Mapping[str, tuple[Sequence[str], str]]] = {
    "Observation block": {
        "OB id": (["ESO OBS ID"], ""),
        "OB name": (["ESO OBS NAME"], ""),
        "Run": (["ESO OBS PROG ID"], ""),
        "Container": (["ESO OBS CONTAINER ID"], ""),
        "Target": (["ESO OBS TARG NAME", "OBJECT"], ""),
        "Observer": (["ESO OBS OBSERVER", "OBSERVER"], ""),
    },
    "Template": {
        "Template": (["ESO TPL ID"], ""),
        "Template name": (["ESO TPL NAME"], ""),
        "Template start": (["ESO TPL START"], "UTC"),
        "Exposure number": (["ESO TPL EXPNO"], ""),
        "Exposures": (["ESO TPL NEXP"], ""),
    },
    "Exposure": {
        "Start": (["DATE-OBS"], "UTC"),
        "Exposure time": (["EXPTIME"], "s"),
        "Category": (["ESO DPR CATG"], ""),
        "Type": (["ESO DPR TYPE"], ""),
        "Technique": (["ESO DPR TECH"], ""),
    },
    "Conditions": {
        "Airmass": (["ESO TEL AIRM START", "ESO TEL AIRM END"], ""),
        "Seeing": (["ESO TEL AMBI FWHM START", "ESO TEL AMBI FWHM END"], "arcsec"),
        "Image quality at the telescope": (["ESO TEL IA FWHM"], "arcsec"),
        "Relative humidity": (["ESO TEL AMBI RHUM"], "%"),
        "Temperature": (["ESO TEL AMBI TEMP"], "deg C"),
        "Wind speed": (["ESO TEL AMBI WINDSP"], "m/s"),
        "Moon illumination": (["ESO TEL MOON ILLU", "ESO OBS MOON ILLU"], ""),
        "Moon distance": (["ESO TEL MOON DIST", "ESO OBS MOON DIST"], "deg"),
    },
    "Constraints and grade": {
        "Requested constraints": ([], ""),
        "Grade": ([], ""),
        "Comment of the operator": (["ESO OBS COMMENT"], ""),
    },
}
_SPANS = {"Airmass", "Seeing"}


def night_log(dp_id: str, header: Mapping[str, Any]) -> str:
    """Return the log as text; figures are the header's own, nothing is derived."""
    lines = [
        f"NIGHT LOG  {dp_id}",
        "",
        "From the header of the frame; the observing log of the night is not part of this archive.",
        "",
    ]
    for section, rows in _SECTIONS.items():
        lines += [section, "-" * len(section), *_rows(header, rows), ""]
    return "\n".join(lines)


def _rows(header: Mapping[str, Any], rows: Mapping[str, tuple[Sequence[str], str]]) -> Iterator[str]:
    for name, (keywords, unit) in rows.items():
        told = [_text(header[one]) for one in keywords if header.get(one) not in {None, ""}]
        shown = " to ".join(dict.fromkeys(told)) if name in _SPANS else next(iter(told), "")
        yield f"{name + ':':<34}{f'{shown} {unit}'.strip() if shown else _UNKNOWN}"


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    return " ".join(str(value).split())
