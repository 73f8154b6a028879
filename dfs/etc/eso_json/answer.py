"""A result in the form in which ESO's calculator answers: per order and detector, each series with its length; wavelengths in metres."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.etc.eso_json.instruments import eso_name
from dfs.etc.result import Result

__all__ = ["answer_eso"]

Array = NDArray[np.float64]


def answer_eso(result: Result, asked: Mapping[str, Any], made: str) -> dict[str, Any]:
    """Return `result` as ESO's calculator would tell it.

    Parameters
    ----------
    asked
        ESO's document that was asked; it stands in the answer.
    made
        The time, ISO 8601.
    """
    light = result.light
    name = eso_name(light.choice.instrument)
    if light.kind == "image":
        data: dict[str, Any] = {"plots": {"imaging": _imaging(result)}}
    else:
        data = {"orders": [{"order": "1", "detectors": [{"name": light.readout.detector, "data": _detector(result)}]}]}
    return {
        "application": {"app": name, "module": name, "executiondate": made, "version": _versions(result)},
        "data": {**data, "time": _time(result)},
        "input": dict(asked),
        "success": True,
        "notes": list(result.notes),
        "assumed": list(result.assumed),
    }


def _versions(result: Result) -> str:
    return ", ".join(f"dfs {name} {version}" for name, version in result.versions.items())


def _time(result: Result) -> dict[str, Any]:
    exposure = result.request.exposure
    told: dict[str, Any] = {"exposure": result.exposure_s, "nexp": exposure.count}
    if exposure.dit_s is not None:
        one_s = exposure.dit_s
        told |= {"dit": one_s, "ndit": round(result.exposure_s / one_s / exposure.count)}
    return told


def _imaging(result: Result) -> dict[str, Any]:
    """Return the numbers of an image, under the names of the public record of ESO's answers."""
    return {
        "snr": _plain(result.snr),
        "target": _plain(float(result.target_e[0])),
        "sky_cpix": _plain(float(result.sky_e[0])),
        "npix": _plain(result.aperture_pixels),
        "omega": _plain(result.aperture_arcsec2),
        "encircled": _plain(result.encircled_fraction),
        **_common(result),
    }


def _common(result: Result) -> dict[str, Any]:
    readout, saturation = result.light.readout, result.saturation
    linear = readout.full_well_e if readout.linear_e is None else readout.linear_e
    return {
        "detectorparameters": {
            "dark": readout.dark_e_per_s,
            "gain": readout.gain_e_per_adu,
            "ron": readout.ron_e,
            "nonlinearitylevel": linear,
            "saturationlevel": readout.full_well_e,
        },
        "saturation": {
            "nonlinearflag": bool(saturation.peak_e > linear),
            "saturationflag": bool(saturation.is_saturated),
        },
    }


def _detector(result: Result) -> dict[str, Any]:
    """Return the series along the dispersion."""
    light = result.light
    sky = result.sky_e * result.aperture_pixels
    passed = light.elements
    instrument = np.prod(
        [values for name, values in passed.items() if name not in {"telescope", "detector"}] or [np.ones(len(sky))],
        axis=0,
    )
    return {
        **_common(result),
        "wavelength": {"wavelength": _series(light.vacuum_nm * 1e-9)},
        "snr": {"snr": _series(result.snr_per_pixel)},
        "signals": {
            "obstarget": _series(result.target_e),
            "obssky": _series(sky),
            "obstotal": _series(result.target_e + sky),
        },
        "sed": {"target": _series(result.flux), "sky": _series(result.sky_radiance)},
        "throughput": {
            "atmosphere": _series(result.atmosphere),
            "telescope": _series(passed.get("telescope", np.ones(len(sky)))),
            "instrument": _series(instrument),
            "detector": _series(passed.get("detector", np.ones(len(sky)))),
            "enslittedenergy": _series(result.slit_fraction),
            "totalinclsky": _series(result.throughput * result.atmosphere * result.slit_fraction),
        },
        "dispersion": {"dispersion": _series(light.width_nm * 1e-9)},
    }


def _series(values: Array) -> dict[str, Any]:
    return {"arraylength": len(values), "data": [_plain(one) for one in values.tolist()]}


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
