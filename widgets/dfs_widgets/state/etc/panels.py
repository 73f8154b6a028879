"""An answer as plots: what each shows in a few words, and all its numbers as one row of bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.etc.result import Result
from dfs.etc.showing.growth import peaks, saturated_ranges, snr_by_time
from dfs_widgets.state.etc.numbers import Numbers
from dfs_widgets.state.etc.readable import readable

__all__ = ["CHOSEN", "panels", "time_panel"]

Array = NDArray[np.float64]

CHOSEN = {
    "input": "Input",
    "efficiency": "Efficiency",
    "peak": "Saturation",
    "noise": "Noise",
    "quality": "Image",
}  # of these one is shown at a time

_FLUX = "erg s⁻¹ cm⁻² Å⁻¹"
_TIMES = 31
_INKS = {
    "target": "ink-target",
    "sky": "ink-sky",
    "dark": "ink-dark",
    "read-out": "ink-read",
    "sky fit": "ink-fit",
    "digitisation": "ink-digit",
}


def panels(result: Result, numbers: Numbers, shown: str | None = None) -> list[dict[str, Any]]:
    """Return the plots of an answer against wavelength, without those that say nothing of it.

    Parameters
    ----------
    numbers
        Where their numbers go.
    shown
        The one of `CHOSEN` that is looked at: the others come without curves; None: all come whole.
    """
    made = _IMAGE if result.light.kind == "image" else _SPECTRUM
    chosen = shown if shown is None or shown in made else next(name for name in made if name in CHOSEN)
    found = []
    for name, make in made.items():
        if chosen is None or name == chosen or name not in CHOSEN:
            found.append(make(result, numbers))
        else:
            found.append({"name": name, "short": CHOSEN[name], "curves": []})
    return found


def time_panel(result: Result, numbers: Numbers, percent: float = 50.0) -> dict[str, Any]:
    """Return the plot of signal-to-noise against time, so many per cent around the answer."""
    point = "" if result.light.kind == "image" else f" at {result.at_nm:.1f} nm"
    times, snr = snr_by_time(result, percent, _TIMES)
    safe = result.saturation.longest_safe_s * result.request.exposure.count
    is_safe = (
        result.light.readout.infrared or safe >= times[-1]
    )  # a longer time is more integrations there, none longer
    label = f"S/N {readable(result.snr)} in {readable(result.exposure_s)} s"
    return {
        "name": "time",
        "title": f"Signal-to-noise against time{point}",
        "short": "Time",
        "x": {"label": "Exposure time", "unit": "s", "axis": "time", "sets": "exposure"},
        "y": {"label": "S/N", "unit": "", "free": True},
        "curves": [_curve("S/N", times, snr, numbers, "ink-snr", width=2)],
        "marks": [{"x": result.exposure_s, "y": result.snr, "ink": "accent", "label": label}],
        "levels": [],
        "spans": [] if is_safe else [{"x0": safe, "x1": float(times[-1]), "ink": "saturated"}],
    }


def _curve(
    label: str, x: Array, y: Array, numbers: Numbers, ink: str, *, dash: str = "solid", width: float = 1.5
) -> dict[str, Any]:
    return {"label": label, "x": numbers.add(x), "y": numbers.add(y), "ink": ink, "dash": dash, "width": width}


def _panel(
    result: Result,
    name: str,
    title: str,
    short: str,
    y: Mapping[str, Any],
    curves: Iterable[dict[str, Any]],
    **more: Any,
) -> dict[str, Any]:
    waves = result.light.wavelength_nm
    medium = result.light.medium
    return {
        "name": name,
        "title": title,
        "short": short,
        "x": {
            "label": f"Wavelength in {medium}",
            "unit": "nm",
            "axis": "nm",
            "sets": "" if result.light.kind == "image" else "at",
            "whole": [round(float(waves[0]), 3), round(float(waves[-1]), 3)],
        },
        "y": dict(y),
        "curves": list(curves),
        "marks": [],
        "levels": [],
        "spans": [] if result.light.kind == "image" else _spans(result),
        **more,
    }


def _spans(result: Result) -> list[dict[str, Any]]:
    """Return what is marked along the wavelengths: where it saturates, and where there is no detector."""
    found = [{"x0": first, "x1": last, "ink": "saturated"} for first, last in saturated_ranges(result)]
    dead = np.concatenate([[False], result.throughput <= 0.0, [False]])
    ends = np.flatnonzero(dead[1:] != dead[:-1])
    waves = result.wavelength_nm
    return found + [
        {"x0": float(waves[first]), "x1": float(waves[last - 1]), "ink": "gap"}
        for first, last in zip(ends[::2], ends[1::2], strict=True)
    ]


def _seen(result: Result, values: Array) -> Array:
    """Return numbers without those between detectors."""
    return np.where(result.throughput > 0.0, values, np.nan) if np.min(result.throughput) <= 0.0 else values


def _snr(result: Result, numbers: Numbers) -> dict[str, Any]:
    mark = {
        "x": result.at_nm,
        "y": result.snr,
        "ink": "accent",
        "label": f"{readable(result.snr)} at {result.at_nm:.1f} nm",
    }
    curve = _curve("S/N", result.wavelength_nm, _seen(result, result.snr_per_pixel), numbers, "ink-snr")
    y = {"label": "S/N per pixel", "unit": ""}
    return _panel(result, "snr", "Signal-to-noise per spectral pixel", "S/N", y, [curve], marks=[mark])


def _electrons(result: Result, numbers: Numbers) -> dict[str, Any]:
    waves = result.wavelength_nm
    sky = result.sky_e * result.aperture_pixels
    curves = [
        _curve("Sky", waves, sky, numbers, "ink-sky"),
        _curve("Target", waves, result.target_e, numbers, "ink-target"),
    ]
    y = {"label": "Electrons", "unit": "e⁻", "log": True, "decades": 4}
    return _panel(result, "electrons", "Target and sky in the aperture, per spectral pixel", "Electrons", y, curves)


def _input(result: Result, numbers: Numbers) -> dict[str, Any]:
    if result.light.kind == "image":
        from dfs.etc.spectra.rate import flux_density

        light, request = result.light, result.request
        flux = flux_density(request.target, light.vacuum_nm, light.width_nm, extrapolate=request.extrapolate)
        waves = light.wavelength_nm
    else:
        waves, flux = result.wavelength_nm, result.flux
    unit = f"{_FLUX} arcsec⁻²" if result.request.target.extended else _FLUX
    y = {"label": "Flux", "unit": unit}
    title = "Input spectrum, outside the atmosphere"
    return _panel(result, "input", title, CHOSEN["input"], y, [_curve("Target", waves, flux, numbers, "ink-target")])


def _efficiency(result: Result, numbers: Numbers) -> dict[str, Any]:
    light = result.light
    if light.kind == "image":
        waves, own = light.wavelength_nm, light.throughput
        curves = [_curve("Telescope, instrument, detector", waves, own, numbers, "ink-target")]
    else:
        waves, own = result.wavelength_nm, result.throughput
        with_air = own * result.atmosphere
        curves = [
            _curve("Telescope, instrument, detector", waves, own, numbers, "ink-target"),
            _curve("with the atmosphere", waves, with_air, numbers, "ink-sky"),
        ]
        if float(np.min(result.slit_fraction)) < 1.0:
            curves.append(_curve("and the slit", waves, with_air * result.slit_fraction, numbers, "ink-read"))
    y = {"label": "Efficiency", "unit": ""}
    return _panel(result, "efficiency", "Total efficiency and range", CHOSEN["efficiency"], y, curves)


def _peak(result: Result, numbers: Numbers) -> dict[str, Any]:
    readout = result.light.readout
    levels = [{"y": readout.full_well_e, "label": "saturation", "ink": "error", "always": True}]
    if readout.linear_e is not None and readout.linear_e < readout.full_well_e:
        levels.append({"y": readout.linear_e, "label": "linear to 1 %", "ink": "warning"})
    one = "DIT" if readout.infrared else "exposure"
    y = {"label": "Electrons", "unit": "e⁻", "log": True, "decades": 4}
    curves = [_curve("Brightest pixel", result.wavelength_nm, peaks(result), numbers, "ink-target")]
    return _panel(result, "peak", f"Brightest pixel of one {one}", CHOSEN["peak"], y, curves, levels=levels)


def _noise(result: Result, numbers: Numbers) -> dict[str, Any]:
    curves = [
        _curve(
            f"{term[0].upper()}{term[1:]}",
            result.wavelength_nm,
            np.sqrt(np.maximum(values, 0.0)),
            numbers,
            _INKS.get(term, "muted"),
        )
        for term, values in result.variance.items()
        if float(np.max(values)) > 0.0
    ]
    y = {"label": "Noise, rms", "unit": "e⁻", "log": True, "decades": 3}
    return _panel(result, "noise", "What the noise is made of", CHOSEN["noise"], y, curves)


def _quality(result: Result, numbers: Numbers) -> dict[str, Any]:
    waves = result.wavelength_nm
    curves = [_curve("Image quality", waves, result.image_quality_nm, numbers, "ink-target")]
    y = {"label": "FWHM", "unit": "arcsec", "free": True}
    return _panel(result, "quality", "Image quality on the detector", CHOSEN["quality"], y, curves)


_SPECTRUM = {
    "snr": _snr,
    "electrons": _electrons,
    "input": _input,
    "efficiency": _efficiency,
    "peak": _peak,
    "noise": _noise,
    "quality": _quality,
}
_IMAGE = {"input": _input, "efficiency": _efficiency}
