"""The answer in figures: each with its unit, and a sentence on what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from dfs.etc.result import Result
from dfs.etc.showing.growth import saturated_ranges
from dfs.etc.terms import TERMS, VARIANCES
from dfs_widgets.state.etc.readable import readable

__all__ = ["answer_of", "heading_of", "shown_mapping"]

# Figure of the panel -> its name among the calculator's terms, where it is another.
_NAMES = {"exposure": "exposure_s", "image_quality": "image_quality_arcsec"}


def heading_of(result: Result) -> str:
    """Return what is set up, in one line."""
    choice, light = result.request.choice, result.light
    parts = [choice.instrument.upper(), (choice.disperser or choice.filter or choice.mode).removeprefix("GRIS_")]
    if light.slit_arcsec is not None:
        parts.append(f'slit {light.slit_arcsec:g}"')
    target = result.request.target
    if target.magnitude is not None:
        per = " mag/arcsec²" if target.extended else " mag"
        parts.append(f"{target.band} {target.magnitude:g}{per} {'AB' if target.system == 'ab' else 'Vega'}")
    return " · ".join(parts)


def answer_of(result: Result) -> dict[str, Any]:
    """Return all figures of an answer as the panel shows them."""
    return {
        "head": _head(result),
        "groups": [_signal(result), _image(result), _detector(result)],
        "noise": _shares(result),
        "sky": [[band, f"{value:.2f}"] for band, value in result.sky_magnitudes.items()],
        "sky_model": _sky_words(result),
        "notes": [one for one in result.notes if not one.startswith("saturated")],  # that is told in red
        "assumed": list(result.assumed),
        "versions": [[name, stamp] for name, stamp in result.versions.items()],
        "saturation": _saturation(result),
    }


def _row(name: str, label: str, value: str, unit: str, about: str = "") -> dict[str, str]:
    """Return a figure as the panel shows it; without `about` it is told in the calculator's own words."""
    if not about:
        words = TERMS[_NAMES.get(name, name)][1]
        about = f"{words[0].upper()}{words[1:]}."
    return {"name": name, "label": label, "value": value, "unit": unit, "help": about}


def _head(result: Result) -> list[dict[str, str]]:
    where = "" if result.light.kind == "image" else f" per pixel at {result.at_nm:.1f} nm"
    asked = result.request.exposure.snr is not None
    snr = _row("snr", f"Signal-to-noise{where}", readable(result.snr), "")
    time = _row("exposure", "Exposure time", readable(result.exposure_s), "s")
    time["also"] = _clock(result.exposure_s)
    return [time, snr] if asked else [snr, time]


def _clock(seconds: float) -> str:
    if not math.isfinite(seconds) or seconds < 120:
        return ""
    hours, rest = divmod(round(seconds), 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"


def _percent(fraction: Any) -> str:
    return f"{100 * float(fraction):.1f}"


def _at(result: Result) -> int:
    return int(np.argmin(np.abs(result.wavelength_nm - result.at_nm)))


def _signal(result: Result) -> dict[str, Any]:
    i = _at(result)
    rows = [
        _row("target_e", "Target", readable(float(result.target_e[i])), "e⁻"),
        _row("sky_e", "Sky in one pixel", readable(float(result.sky_e[i])), "e⁻"),
        _row("throughput", "Efficiency", _percent(result.throughput[i]), "%"),
        _row("atmosphere", "Atmosphere passes", _percent(result.atmosphere[i]), "%"),
    ]
    if result.light.slit_arcsec is not None:
        rows.append(_row("slit_fraction", "Slit passes", _percent(result.slit_fraction[i]), "%"))
    return {"title": "Signal" if result.light.kind == "image" else f"At {result.at_nm:.1f} nm", "rows": rows}


def _image(result: Result) -> dict[str, Any]:
    light = result.light
    rows = [
        _row("image_quality", "Image quality", f"{result.image_quality_arcsec:.3f}", "arcsec"),
        _row("aperture_pixels", "Aperture", readable(result.aperture_pixels), "pixels"),
        _row("aperture_arcsec2", "Aperture on the sky", readable(result.aperture_arcsec2), "arcsec²"),
        _row("encircled_fraction", "Encircled energy", _percent(result.encircled_fraction), "%"),
        _row("pixel", "Pixel", " × ".join(f"{one:.3g}" for one in light.pixel_arcsec), "arcsec", "One binned pixel."),
    ]
    if light.resolution_fwhm_nm is not None:
        i = _at(result)
        power = float(result.wavelength_nm[i] / light.resolution_fwhm_nm[i])
        rows.append(
            _row(
                "resolution",
                "Resolving power",
                readable(power, 3),
                "",
                "Wavelength over the width (FWHM) of a line that fills the slit.",
            )
        )
        rows.append(
            _row(
                "dispersion",
                "Dispersion",
                f"{float(light.width_nm[i]):.4f}",
                "nm/pixel",
                "What one binned pixel spans.",
            )
        )
    return {"title": "Image and aperture", "rows": rows}


def _detector(result: Result) -> dict[str, Any]:
    readout, full = result.light.readout, result.saturation
    one = "DIT" if readout.infrared else "exposure"
    rows = [
        _row(
            "peak_e",
            "Brightest pixel",
            readable(full.peak_e),
            "e⁻",
            f"Of one {one}, sky and dark included, at {full.peak_nm:.1f} nm.",
        ),
        _row(
            "full_well",
            "Saturates at",
            readable(full.full_well_e),
            "e⁻",
            "A binned pixel: its well or its converter, whichever is smaller.",
        ),
        _row(
            "longest_safe",
            f"Longest safe {one}",
            readable(full.longest_safe_s, 3),
            "s",
            f"Longest single {one} in which nothing saturates.",
        ),
        _row("ron_e", "Read-out noise", f"{readout.ron_e:.2f}", "e⁻", "Of one pixel, one read-out."),
        _row("dark_e", "Dark", readable(result.dark_e, 3), "e⁻"),
    ]
    return {"title": f"Detector {readout.detector}", "rows": rows}


def _shares(result: Result) -> list[dict[str, Any]]:
    """Return what the noise at the wavelength of interest is made of: shares of the variance, largest first."""
    i = _at(result)
    terms = {name: float(values[i]) for name, values in result.variance.items()}
    total = sum(terms.values())
    if total <= 0.0:
        return []
    ordered = sorted(terms.items(), key=lambda one: -one[1])
    return [
        {"name": name, "percent": round(100 * value / total, 1), "help": VARIANCES.get(name, name)}
        for name, value in ordered
    ]


def _saturation(result: Result) -> dict[str, Any]:
    full = result.saturation
    share = full.peak_e / full.full_well_e if full.full_well_e > 0 else 0.0
    one = "DIT" if result.light.readout.infrared else "exposure"
    words = ""
    if full.is_saturated:
        runs = () if result.light.kind == "image" else saturated_ranges(result)
        places = f" in {len(runs)} places" if len(runs) > 1 else ""
        where = f"{places} from {runs[0][0]:.1f} to {runs[-1][1]:.1f} nm" if runs else ""
        words = f"Saturated{where}. Longest safe {one}: {readable(full.longest_safe_s, 3)} s"
    told = f"{100 * share:.1f} % full" if share < 10 else f"{readable(share, 3)} times full"
    return {"percent": round(100 * share, 1), "told": told, "is_saturated": full.is_saturated, "text": words}


def _sky_words(result: Result) -> str:
    sky = result.request.sky
    if sky.illumination is not None:
        moon = f"Moon lit {100 * sky.illumination:.0f} %"
    elif sky.days_from_new_moon is not None:
        moon = f"{sky.days_from_new_moon:g} days from new Moon"
    else:
        moon = "no Moon"
    model = "sky model by components" if sky.model == "components" else "table by days from new Moon"
    return f"{model}, {moon}, air mass {sky.airmass:.2f}"


def shown_mapping(result: Result, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the flat mapping of an answer with what rivals of its controls take over: time, signal-to-noise, image quality."""
    return {**inputs, "answer_s": result.exposure_s, "answer_snr": result.snr, "answer_iq": result.image_quality_arcsec}
