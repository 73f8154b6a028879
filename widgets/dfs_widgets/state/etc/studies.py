"""How the night may turn out, and what would help: tables for people, and the band that is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from dfs.etc.controls.control import CONTROLS
from dfs.etc.nights.advice import advice
from dfs.etc.nights.uncertainty import Spread, uncertainty
from dfs.etc.result import Result
from dfs_widgets.state.etc.numbers import Numbers
from dfs_widgets.state.etc.question import text_of
from dfs_widgets.state.etc.readable import readable

__all__ = ["night_band", "study_of"]

_SKIES = {"photometric": "Photometric", "clear": "Clear", "thin": "Thin cirrus"}
_MOST = 14


def study_of(result: Result) -> tuple[dict[str, Any], Spread]:
    """Return the tables of the panel, and the spread over photometric nights; reckoned here, whoever answered `result`."""
    spreads = {name: uncertainty(result.request, transparency=name) for name in ("photometric", "clear", "thin")}
    photometric = spreads["photometric"]
    share = photometric.probability(result.snr * (1 - 1e-9))
    study = {
        "head": ["", *(f"{one:g} %" for one in photometric.percent)],
        "bands": [
            _row(f"S/N, {_SKIES[name].lower()}", one.snr_at, "This share of the nights stays below.")
            for name, one in spreads.items()
        ]
        + [
            _row(
                f"Time to S/N {readable(result.snr, 3)} (s), {_SKIES[name].lower()}",
                one.exposure_s,
                "This share of the nights gets there in less.",
            )
            for name, one in spreads.items()
        ],
        "words": f"Seeing, airglow and clouds drawn from the site's distributions: {100 * share:.0f} % of photometric nights reach the signal-to-noise of the set-up. "
        "The band in the plot holds the middle two thirds.",
        "advice": [_advised(one) for one in advice(result.request)[:_MOST]],
        "assumed": [one for one in photometric.assumed if one not in result.assumed],
        "note": "Worth: the time gained, as a factor, times the share of the nights that is left; above 1 it pays. How often a target stands high is not counted.",
    }
    return study, photometric


def night_band(spread: Spread, numbers: Numbers) -> dict[str, Any]:
    """Return the band of the plot of signal-to-noise; an image has none."""
    if spread.result.light.kind == "image":
        return {"list": []}
    waves = numbers.add(spread.wavelength_nm)
    low, middle, high = (numbers.add(np.ascontiguousarray(one)) for one in spread.snr)
    area = {"x": waves, "low": low, "high": high, "ink": "band", "label": "16 to 84 % of the nights"}
    curve = {
        "label": "median night",
        "x": waves,
        "y": middle,
        "ink": "band-line",
        "dash": "dash",
        "width": 1,
        "faint": True,
    }
    return {"list": [{"name": "snr", "curves": [curve], "areas": [area]}]}


def _row(label: str, values: Any, about: str) -> dict[str, Any]:
    return {"label": label, "cells": [readable(float(one), 3) for one in values], "help": about}


def _advised(one: Any) -> dict[str, Any]:
    control = CONTROLS[one.control]
    value = f"{one.value:g}" if isinstance(one.value, float) else str(one.value)
    return {
        "label": f"{control.label} {value}",
        "snr": f"{100 * (one.snr_ratio - 1):+.0f} %",
        "time": f"×{one.time_ratio:.2f}",
        "nights": f"×{one.chance_ratio:.2f}" if one.chance_ratio != 1.0 else "",
        "worth": f"{one.worth:.2f}",
        "pays": one.worth > 1.005,
        "saturates": one.saturates,
        "help": one.sentence,
        "inputs": {name: text_of(each) for name, each in one.changes.items()},
    }
