"""What stands beside the editor of a block about its exposures: brightness, signal-to-noise of every template, what saturates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

import numpy as np

from dfs.errors import DfsError, UsageError
from dfs.etc.controls.control import CONTROLS
from dfs.etc.result import Result
from dfs.model.phase2 import ObservationBlock
from dfs.phase2.api import Document
from dfs.phase2.exposure_times import ExposureResult, Question, Taken, brightness_of, exposure_times
from dfs_widgets.state.p2.fields import field_label, key_of
from dfs_widgets.state.p2.values import write_value

__all__ = ["difference_rows", "exposure_sight", "page_address", "said_brightness"]

_FIELDS = ("mag", "band", "system", "sed", "redshift", "extended")
_SHAPES = ("flat_lambda", "flat_nu", "blackbody:5800", "powerlaw:-1", "line:656.3:0.2")
_POINTS = 240  # of a curve that is 300 pixels wide
_LONG = 8_000  # wavelengths; a spread over the nights of more would be felt while typing


def exposure_sight(block: ObservationBlock) -> dict[str, Any]:
    """Return what is drawn of a block as it stands."""
    bands, seds = _offered()
    drawn: dict[str, Any] = {
        "bands": bands,
        "seds": seds,
        "brightness": {},
        "rows": [],
        "problem": "",
        "hint": "",
        "wrong": {},
    }
    try:
        said = brightness_of(str(block.description.get("userComments", "")))
        drawn["brightness"] = {name: _shown(name, said) for name in _FIELDS}
        found = exposure_times(block)
    except UsageError as error:
        return {**drawn, "problem": error.line()}
    drawn["rows"] = [_row(one) for one in found]
    if not len(found):
        drawn["hint"] = f"The calculator knows nothing of the templates of this block ({block.instrument})."
    return drawn


def said_brightness(present: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the brightness with what was typed: an empty field takes back what it said; what the form does not show stays."""
    given = {name: value for name, value in present.items() if name not in typed}
    given |= {name: value for name, value in typed.items() if name in _FIELDS and value not in {"", None, False}}
    if given.get("mag") is not None:
        given.pop("line_flux", None)
    return given


def page_address(question: Question) -> str:
    """Return the address of the page ``etc``, seen from the page ``p2``, that asks the same."""
    said = {name: _plain(value) for name, value in question.inputs.items() if name in CONTROLS}
    return f"etc?{urlencode(said, safe=':,/')}"


def difference_rows(changes: list[Taken], document: Document) -> list[list[str]]:
    """Return the rows of a table: the field in words, what stands there, what would."""
    return [
        [field_label(key_of(one.path, document), document), write_value(one.before), write_value(one.after)]
        for one in changes
    ]


def _row(one: ExposureResult) -> dict[str, Any]:
    question, peak = one.question, one.peak
    full = ""
    if peak is not None and peak.is_saturated:
        what = "the sky" if peak.is_sky else "the target"
        read_out = "DIT" if question.integration.subs else "exposure"
        safe = f"longest safe science {read_out} {peak.longest_safe_s:.3g} s"
        full = f"Saturated by {what} at {peak.at_nm:.0f} nm in good seeing; {safe}"
    row = {
        "at": question.index,
        "arm": question.arm,
        "label": question.label,
        "path": question.exposure_path,
        "link": page_address(question),
        "problem": one.problem,
        "full": full,
        "share": 0.0 if peak is None else round(min(100.0 * peak.electrons / peak.full_well_e, 999.0), 1),
    }
    return {**row, **(_answer(one) if one.result is not None else {})}


def _answer(one: ExposureResult) -> dict[str, Any]:
    from dfs.etc.nights.uncertainty import uncertainty

    result = one.result
    assert result is not None  # noqa: S101 - the caller has looked
    is_image = result.light.kind == "image"
    drawn: dict[str, Any] = {
        "snr": f"{one.median_snr if not is_image else result.snr:.3g}",
        "what": "S/N" if is_image else "S/N per pixel, median over wavelength",
        "more": "" if is_image else f"highest {one.best_snr:.3g}",
        "time": _divided(result),
        "assumed": len(result.assumed),
        "notes": [_readable(text) for text in result.notes if not _is_safe_time(text, one)],
        "curve": {},
    }
    if not is_image:
        drawn["curve"] = _curve(result.wavelength_nm, result.snr_per_pixel, result.snr_per_pixel, result.snr_per_pixel)
    if result.wavelength_nm.size > _LONG:
        return drawn
    try:
        spread = uncertainty(result.request, within=True)
    except DfsError:
        return drawn
    low, _, high = spread.snr_at
    if is_image:
        drawn["spread"] = f"{low:.3g} to {high:.3g} in two nights of three that the block accepts"
    else:
        drawn["curve"] = _curve(result.wavelength_nm, result.snr_per_pixel, spread.snr[0], spread.snr[-1])
    drawn["chance"] = f"such seeing {spread.chance:.0%} of the time"
    return drawn


def _is_safe_time(text: str, one: ExposureResult) -> bool:
    """Tell whether a note names a second safe time, of the seeing asked, where that of good seeing is shown."""
    return one.peak is not None and one.peak.is_saturated and "longest safe" in text


def _readable(text: str) -> str:
    """Return a text with its large whole numbers in groups: ``32,111,177 e-``."""
    return re.sub(r"(?<![\d.])\d{5,}(?![\d.])", lambda found: f"{int(found[0]):,}", text)


def _divided(result: Result) -> str:
    """Return the time as it is divided: ``3 × 800 s``, ``25 × 6 × 10 s``."""
    exposure = result.request.exposure
    counts = [exposure.count, *([] if exposure.ndit is None else [exposure.ndit])]
    each = result.exposure_s / np.prod(counts)
    return " × ".join([*(f"{one}" for one in counts if one != 1), f"{each:g} s"])


def _curve(wavelength: Any, snr: Any, low: Any, high: Any) -> dict[str, Any]:
    """Return a curve and its band in a few points: means, so that no line is lost between two of them."""
    parts = np.array_split(np.arange(wavelength.size), min(_POINTS, wavelength.size))
    mean = [[round(float(np.mean(values[part])), 3) for part in parts] for values in (wavelength, snr, low, high)]
    return dict(zip(("nm", "snr", "low", "high"), mean, strict=True))


@cache
def _offered() -> tuple[list[str], list[str]]:
    from dfs.etc.spectra.bands import bands
    from dfs.etc.spectra.templates import templates

    return list(bands()), [*_SHAPES, *(f"template:{name}" for name in templates())]


def _shown(name: str, said: Mapping[str, Any]) -> Any:
    value = said.get(name, CONTROLS[name].default)
    if isinstance(value, bool):
        return value
    return "" if value is None or (name == "redshift" and not value) else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
