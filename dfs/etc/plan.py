"""How an exposure is divided into read-outs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dfs.errors import UsageError
from dfs.etc.request import Exposure
from dfs.instruments.optics import Readout

__all__ = ["Division", "checked", "division_of"]

LONGEST_S = 1e7  # 116 days


@dataclass(frozen=True, slots=True)
class Division:
    """One exposure, and how many of them.

    Attributes
    ----------
    time_s
        On the target, of all exposures.
    count
        Exposures.
    ndit
        Integrations in one exposure; 1 in the optical. A fraction only where an exposure time is being sought.
    dit_s
        Of one read-out.
    """

    time_s: float
    count: int
    ndit: float
    dit_s: float


def checked(exposure: Exposure, readout: Readout) -> None:
    """Refuse an exposure that cannot be; see `Exposure`."""
    if exposure.count < 1:
        raise UsageError(f"{exposure.count} exposures", where="count", accepted="1 or more")
    if exposure.ndit is not None and exposure.ndit < 1:
        raise UsageError(f"{exposure.ndit} integrations", where="ndit", accepted="1 or more")
    for name, value in (("exposure", exposure.time_s), ("snr", exposure.snr), ("dit", exposure.dit_s)):
        if value is not None and not (math.isfinite(value) and value > 0.0):
            raise UsageError(f"{name} of {value:g} cannot be", where=name, accepted="a number above 0")
    if not readout.infrared and (exposure.dit_s is not None or exposure.ndit is not None):
        raise UsageError(f"detector {readout.detector} has no DIT and NDIT", where="dit", hint="give the exposure time")
    has_time = exposure.time_s is not None or (exposure.dit_s is not None and exposure.ndit is not None)
    if has_time and exposure.snr is not None:
        raise UsageError("exposure time and signal-to-noise are both given", where="snr", accepted="one of them")
    if not has_time and exposure.snr is None:
        raise UsageError(
            "neither an exposure time nor a signal-to-noise is given", where="exposure", accepted="one of them"
        )
    if exposure.time_s is not None and exposure.time_s > LONGEST_S:
        raise UsageError(f"{exposure.time_s:g} s of exposure", where="exposure", accepted=f"up to {LONGEST_S:g} s")


def division_of(exposure: Exposure, readout: Readout, time_s: float | None = None) -> Division:
    """Return the division of `time_s`, or of the time that the exposure asks for.

    With a DIT the integrations are whole and the time is made of them: no less than asked.
    """
    count = exposure.count
    asked = exposure.time_s if time_s is None else time_s
    if readout.infrared and exposure.dit_s is not None:
        ndit = exposure.ndit
        if asked is not None:
            needed = max(math.ceil(asked / (exposure.dit_s * count) - 1e-9), 1)
            if ndit is not None and time_s is None and needed != ndit:
                raise UsageError(
                    f"{count} x {ndit} integrations of {exposure.dit_s:g} s are not {asked:g} s",
                    where="ndit",
                    accepted=f"NDIT {needed}, or no exposure time",
                )
            ndit = needed
        ndit = ndit or 1
        return Division(exposure.dit_s * ndit * count, count, ndit, exposure.dit_s)
    asked = asked or 0.0
    ndit = (exposure.ndit or 1) if readout.infrared else 1
    return Division(asked, count, ndit, asked / (count * ndit))


def check_shortest(division: Division, readout: Readout) -> None:
    """Refuse a read-out that is too short for the detector or its shutter."""
    if division.dit_s < readout.shortest_s * (1.0 - 1e-9):
        raise UsageError(
            f"{division.dit_s:.4g} s is shorter than detector {readout.detector} can take",
            where="dit" if readout.infrared else "exposure",
            accepted=f"{readout.shortest_s:g} s or more for each of the read-outs",
        )
