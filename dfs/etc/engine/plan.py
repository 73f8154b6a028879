"""How an exposure is divided into read-outs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dfs.errors import UsageError
from dfs.etc.request import Exposure
from dfs.instruments.optics import Readout

__all__ = ["Division", "check_shortest", "checked", "division_of", "usual_dit"]

LONGEST_S = 1e7  # 116 days
SAFE_FILL = 0.8  # of the charge up to which the detector is linear
LONGEST_DIT_S = {
    "image": 60.0,
    "spectrum": 300.0,
    "cube": 300.0,
}  # of infrared exposures whose DIT is left open (assumed)
_ROUNDING = 1e-6  # of an integration: numbers that are written and read again
_USUAL_S = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40, 50, 60, 100, 120, 150, 200, 240, 300)


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
            needed = max(math.ceil(asked / (exposure.dit_s * count) - _ROUNDING), 1)
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


def usual_dit(readout: Readout, kind: str, peak_e_per_s: float, time_s: float | None) -> float:
    """Return the DIT (s) of an infrared exposure that leaves it open.

    It fills the brightest pixel to 80 % of what is linear and is no longer than 60 s for an image, 300 s for a spectrum. Of the
    usual whole numbers of seconds it is the longest, or one of at least half of that of which `time_s` (one exposure) is a multiple; else
    `time_s` is divided evenly. Where even the shortest DIT is too long, it is that.
    """
    limit = readout.linear_e if readout.linear_e is not None else readout.full_well_e
    longest = min(SAFE_FILL * limit / peak_e_per_s if peak_e_per_s > 0 else math.inf, LONGEST_DIT_S[kind])
    longest = max(longest, readout.shortest_s)
    usual = [float(one) for one in _USUAL_S if readout.shortest_s <= one <= longest] or [longest]
    if time_s is None:
        return usual[-1]
    if time_s <= longest:
        return time_s
    fitting = [one for one in usual if one >= 0.5 * usual[-1] and _is_whole(time_s / one)]
    even = time_s / math.ceil(time_s / longest - _ROUNDING)
    return fitting[-1] if fitting else max(even, readout.shortest_s)


def _is_whole(ratio: float) -> bool:
    return abs(ratio - round(ratio)) < _ROUNDING


def check_shortest(division: Division, readout: Readout, asked: Exposure) -> None:
    """Refuse a read-out that is too short for the detector or its shutter: what was `asked` is told apart from what follows of it."""
    if division.dit_s >= readout.shortest_s * (1.0 - 1e-9):
        return
    accepted = f"{readout.shortest_s:g} s or more for each of the read-outs"
    if asked.snr is not None and asked.dit_s is None:
        raise UsageError(
            f"a signal-to-noise of {asked.snr:g} is reached in less than {readout.shortest_s:g} s, shorter than detector {readout.detector} can take",
            where="snr",
            accepted=f"a larger one: read-outs take {readout.shortest_s:g} s or more",
        )
    raise UsageError(
        f"{division.dit_s:.4g} s is shorter than detector {readout.detector} can take",
        where="exposure" if asked.dit_s is None else "dit",
        accepted=accepted,
    )
