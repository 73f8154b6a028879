"""The time of ESO's document: exposures of so many seconds, integrations, or a signal-to-noise."""

from __future__ import annotations

from typing import Any

from dfs.etc.eso_json.instruments import time_keys
from dfs.etc.eso_json.taking import Taken

__all__ = ["exposure_of"]


def exposure_of(taken: Taken, notes: list[str]) -> dict[str, Any]:
    """Return exposure time, number of exposures and integrations, or the signal-to-noise asked, as controls."""
    kind = taken.text(("timesnr", "inputtype"), ("timesnr", "mode"))
    one_s = taken.take(*time_keys("exposure"))
    count = taken.take(*time_keys("count"))
    dit = taken.take(*time_keys("dit"))
    ndit = taken.take(("timesnr", "ndit", "ndit"), *time_keys("ndit"))
    snr = taken.take(("timesnr", "snr", "snr"), ("timesnr", "snr"))
    has_time = one_s is not None or ndit is not None
    if snr is not None and (kind == "snr" or not has_time):
        return {"snr": snr, "at": _wavelength(taken, notes), "dit": dit}
    if snr is not None:
        notes.append(f"not carried over: timesnr.snr = {snr} (the exposure is given)")
    if one_s is not None:
        return {"exposure": _product(one_s, count), "count": count}
    return {"dit": dit, "ndit": ndit, "count": count}


def _product(one_s: Any, count: Any) -> Any:
    """Return the whole time; what is no number goes on as it is, to be refused by its name."""
    try:
        return float(one_s) * float(1 if count is None else count)
    except (TypeError, ValueError):
        return one_s


def _wavelength(taken: Taken, notes: list[str]) -> Any:
    """Return where the signal-to-noise is asked: in the middle of the range that ESO's takes a mean or a median of."""
    low = taken.take(("timesnr", "snr", "wavelengthmin"))
    high = taken.take(("timesnr", "snr", "wavelengthmax"))
    method = taken.text(("timesnr", "snr", "method"))
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return taken.take(("timesnr", "snr", "wavelength"), ("timesnr", "wavelength"))
    notes.append(f"the {method or 'mean'} of {low:g} to {high:g} nm is asked: its middle is taken")
    return (low + high) / 2.0
