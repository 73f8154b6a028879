"""Which constraint buys most: one thing changed at a time, what it gains, and how much rarer it makes the nights.

A gain in signal-to-noise of g is worth a factor g^2 in time where the sky is the noise. A better seeing or a darker Moon comes less
often: the worth of a change is its gain in time multiplied by the share of the nights that is left. Nights are those of
`dfs.etc.nights.site_statistics`. Ratios are of apertures that grow evenly with the image (`dfs.etc.nights.even`): where ESO's steps by two pixels, what
that step alone would bring is told and not counted. How often a target stands as high as an air mass is not said here: it depends on the target.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dfs.errors import DfsError
from dfs.etc.controls.choices import choices
from dfs.etc.documents.mapping import inputs, merged, request_of
from dfs.etc.engine.calculation import calculate
from dfs.etc.geometry.image import seeing_of
from dfs.etc.nights.even import even_snr, even_time
from dfs.etc.nights.site_statistics import chance_of_moon, chance_of_seeing
from dfs.etc.request import Request
from dfs.etc.result import Result
from dfs.instruments.optics import optics
from dfs.sky.image_quality import TURBULENCE_ARCSEC

__all__ = ["Advice", "advice"]

_AIRMASSES = (1.1, 1.3, 1.6, 2.0)
_STEP = 0.02  # of the signal-to-noise: steps of the aperture that do more are told
_ILLUMINATIONS = (0.0, 0.4, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class Advice:
    """One change.

    Attributes
    ----------
    control, value
        What is changed, to what: a pair of the flat mapping.
    changes
        All of the flat mapping that changes with it.
    snr, snr_ratio
        Signal-to-noise at the wavelength of interest in the time asked, as the calculator answers; and over that of the question, both
        with an aperture without steps.
    exposure_s, time_ratio
        Time that reaches the signal-to-noise of the question, as the calculator answers; and over the time asked, without steps.
    chance, chance_ratio
        Fraction of the time in which the conditions hold, and over that of the question; 1 where no condition changes.
    saturates
        Whether the detector saturates then.
    sentence
        All this, for people.
    """

    control: str
    value: Any
    changes: Mapping[str, Any]
    snr: float
    snr_ratio: float
    exposure_s: float
    time_ratio: float
    chance: float
    chance_ratio: float
    saturates: bool
    sentence: str

    @property
    def worth(self) -> float:
        """Return the time gained, as a factor, times the share of the nights that is left: above 1 it pays."""
        return self.chance_ratio / self.time_ratio


def advice(request: Request) -> list[Advice]:
    """Return what each change would bring, what pays most first, what saturates last; what cannot be is left out.

    Raises
    ------
    UsageError
        As of `calculate`.
    """
    base = calculate(request)
    even = even_snr(base)
    said = inputs(base.request)
    said = merged(said, {"snr": None, **_timed(base)})
    rows = [_row(base, even, said, changes) for changes in _candidates(base, said)]
    return sorted((one for one in rows if one is not None), key=lambda one: (one.saturates, -one.worth))


def _timed(base: Result) -> dict[str, Any]:
    """Return the exposure of a result, as it is asked for."""
    exposure = base.request.exposure
    if exposure.dit_s is None:
        return {"exposure": base.exposure_s}
    ndit = max(round(base.exposure_s / (exposure.dit_s * exposure.count)), 1)
    return {"dit": exposure.dit_s, "ndit": ndit, "count": exposure.count}


def _candidates(base: Result, said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what else could be asked for: conditions, then the instrument, then the way it is added up."""
    seeing = seeing_of(base.light, base.request.sky)
    for one in TURBULENCE_ARCSEC.values():
        if abs(one - seeing) > 0.02:
            yield {"seeing": one}
    for one in _AIRMASSES:
        if abs(one - base.request.sky.airmass) > 0.05:
            yield {"airmass": one}
    present = _illumination(base)
    for one in _ILLUMINATIONS:
        if abs(one - present) > 0.05:
            yield {"fli": one}
    yield from _instrument(base, said)
    yield {"extraction": "as-reduced" if base.request.extraction == "eso" else "eso"}


def _instrument(base: Result, said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    known = choices(optics(base.light.choice.instrument), said)
    slits = sorted(one.value for one in known["slit"])
    here = base.light.slit_arcsec
    if here is not None and slits:
        place = min(range(len(slits)), key=lambda at: abs(slits[at] - here))
        yield from ({"slit": slits[at]} for at in (place - 1, place + 1, place + 2) if 0 <= at < len(slits))
    for one in known["read_mode"]:
        if one.value != base.light.readout.read_mode:
            yield {"read_mode": one.value, "binning": None}
    for one in known["binning"]:
        if one.value != said.get("binning"):
            yield {"binning": one.value}
    count = base.request.exposure.count
    if count > 1 and base.request.exposure.dit_s is None:
        yield {"count": max(count // 2, 1)}


def _row(base: Result, even: float, said: Mapping[str, Any], changes: dict[str, Any]) -> Advice | None:
    changed = merged(said, changes)
    changed = {name: value for name, value in changed.items() if name not in changes or changes[name] is not None}
    try:
        result = calculate(request_of(changed))
        asked = {**{name: one for name, one in changed.items() if name not in {"exposure", "ndit"}}, "snr": base.snr}
        time_s = calculate(request_of(asked)).exposure_s
        ratio, quicker = even_snr(result) / even, even_time(result, even) / base.exposure_s
    except DfsError:
        return None
    control, value = next(iter(changes.items()))
    chance, before = _chance(result), _chance(base)
    if control not in {"seeing", "fli"}:
        chance, before = 1.0, 1.0
    return Advice(
        control=control,
        value=value,
        changes={name: one for name, one in changes.items() if one is not None},
        snr=result.snr,
        snr_ratio=ratio,
        exposure_s=time_s,
        time_ratio=quicker,
        chance=chance,
        chance_ratio=chance / before,
        saturates=result.saturation.is_saturated,
        sentence=_sentence(control, value, result, (ratio, time_s), (before, chance))
        + _step(result.snr / base.snr, ratio),
    )


def _illumination(base: Result) -> float:
    from dfs.sky.emission import moon_of_days

    sky = base.request.sky
    if sky.days_from_new_moon is not None:
        return moon_of_days(sky.days_from_new_moon).illumination
    return sky.illumination or 0.0


def _chance(result: Result) -> float:
    sky = result.request.sky
    return chance_of_seeing(seeing_of(result.light, sky), result.light.site) * chance_of_moon(_illumination(result))


def _sentence(control: str, value: Any, result: Result, gain: tuple[float, float], chance: tuple[float, float]) -> str:
    ratio, time_s = gain
    what = {
        "seeing": f"a seeing of {value} arcsec",
        "airmass": f"air mass {value}",
        "fli": "no Moon" if value == 0.0 else f"a Moon lit to {value:.0%}" if control == "fli" else "",
        "slit": f"a slit of {value} arcsec",
        "read_mode": f"read mode {value}",
        "binning": f"binning {value}",
        "count": f"{value} exposures" if value != 1 else "one exposure",
        "extraction": f"extraction {value}",
    }[control]
    change = f"{abs(ratio - 1.0):.0%} {'more' if ratio >= 1.0 else 'less'} signal-to-noise ({result.snr:.3g})"
    if abs(ratio - 1.0) < 0.005:
        change = "as much signal-to-noise"
    text = f"{what[0].upper()}{what[1:]}: {change}, or the same in {_duration(time_s)}"
    if control in {"seeing", "fli"}:
        text += f"; such nights are {chance[1]:.0%} of the time instead of {chance[0]:.0%}"
    return f"{text}; saturated" if result.saturation.is_saturated else text


def _step(ratio: float, even: float) -> str:
    """Return what the step of the aperture does to a row, where it does much."""
    if abs(ratio / even - 1.0) < _STEP:
        return ""
    more = "more" if ratio >= 1.0 else "less"
    return f"; with the step of the aperture by whole pixels, which is not counted here, {abs(ratio - 1.0):.0%} {more}"


def _duration(seconds: float) -> str:
    if seconds < 100.0:
        return f"{seconds:.3g} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 6000.0 else f"{seconds / 3600.0:.1f} h"
