"""What can be chosen of an instrument once this much of it is chosen: the lists behind the controls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from dfs.errors import UsageError

if TYPE_CHECKING:
    from dfs.instruments.optics.nouns import Disperser, Mode, Optics

__all__ = ["Option", "choices", "instrument_name", "mode_of"]


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a control: as it is written, and as people read it."""

    value: Any
    label: str


def choices(optics: Optics, inputs: Mapping[str, Any]) -> dict[str, tuple[Option, ...]]:
    """Return the values of each control that depends on the instrument, the default of the mode first said by no one.

    Parameters
    ----------
    optics
        Of the instrument.
    inputs
        The flat mapping as far as it is known; names may be parts, what does not fit is passed over.

    Returns
    -------
    dict
        Control -> its values; a control without values has nothing to choose in this mode.
    """
    mode = optics.modes[_fitting(inputs.get("mode"), optics.modes) or next(iter(optics.modes))]
    disperser = _disperser(optics, mode, inputs.get("grism"))
    detectors = _detectors(mode, disperser)
    detector = optics.detectors[_chosen(inputs.get("detector"), detectors, mode.defaults.detector)]
    reads = detector.read_modes
    named = _fitting(inputs.get("read_mode"), reads)
    binnings = dict.fromkeys(pair for name, one in reads.items() if named in {None, name} for pair in one.binnings)
    return {
        "mode": tuple(Option(one.name, one.label) for one in optics.modes.values()),
        "filter": tuple(_labelled(_filters(mode, disperser), optics.filters)),
        "grism": tuple(_labelled(mode.dispersers, optics.dispersers)),
        "slit": tuple(Option(one, f'{one:g}"') for one in _slits(mode, disperser)),
        "collimator": tuple(_labelled(mode.collimators, optics.collimators)),
        "detector": tuple(_labelled(detectors, optics.detectors)),
        "read_mode": tuple(_labelled(tuple(reads), reads)),
        "binning": tuple(Option(f"{x}x{y}", f"{x} x {y}") for x, y in binnings),
        "polarimetry": tuple(_polarimetry(optics, mode)),
    }


def instrument_name(said: str | None) -> str:
    """Return the instrument's name as its folder has it; `UsageError` lists those there are."""
    from dfs.instruments.optics import names

    known = {name.lower(): name for name in names()}
    if said is None:
        raise UsageError("which instrument?", where="instrument", accepted=", ".join(known.values()))
    found = known.get(said.lower().replace("-", ""))
    if found is None:
        near = get_close_matches(said.lower(), known, 1, 0.5)
        hint = f"did you mean {known[near[0]]}?" if near else ""
        raise UsageError(
            f"no exposure times for {said[:60]!r}", where="instrument", accepted=", ".join(known.values()), hint=hint
        )
    return found


def mode_of(said: Mapping[str, Any]) -> str:
    """Return the mode that is meant where none is named: the first in which all that is named can be chosen.

    Where there is none, the first of the kind that is meant: its lists say what is wrong.
    """
    from dfs.instruments.optics import optics

    found = optics(said["instrument"])
    modes = list(found.modes.values())
    spectral = said.get("grism") is not None or said.get("slit") is not None
    near = [mode for mode in modes if spectral == (mode.kind != "image")]
    return next((mode.name for mode in modes if _holds(found, mode, said)), (near or modes)[0].name)


def _holds(optics: Optics, mode: Mode, said: Mapping[str, Any]) -> bool:
    """Tell whether a mode has what is named of grism, slit, filter and polarimetry."""
    if said.get("grism") is not None and _fitting(said["grism"], mode.dispersers) is None:
        return False
    if said.get("slit") is not None and mode.kind == "image":
        return False
    if said.get("polarimetry", "off") != "off" and said["polarimetry"] not in mode.polarimetry:
        return False
    disperser = _disperser(optics, mode, said.get("grism"))
    return said.get("filter") is None or _fitting(said["filter"], _filters(mode, disperser)) is not None


def _disperser(optics: Optics, mode: Mode, name: Any) -> Disperser | None:
    if not mode.dispersers:
        return None
    return optics.dispersers[_chosen(name, mode.dispersers, mode.defaults.disperser)]


def _filters(mode: Mode, disperser: Disperser | None) -> tuple[str, ...]:
    return tuple(disperser.ranges) if disperser is not None else mode.filters


def _slits(mode: Mode, disperser: Disperser | None) -> tuple[float, ...]:
    own = () if disperser is None else disperser.slits_arcsec
    return own or mode.slits_arcsec


def _detectors(mode: Mode, disperser: Disperser | None) -> tuple[str, ...]:
    own = () if disperser is None else tuple(one for one in disperser.detectors if one in mode.detectors)
    return own or mode.detectors


def _polarimetry(optics: Optics, mode: Mode) -> Iterable[Option]:
    for name in dict.fromkeys(
        ("off", *mode.polarimetry) if "off" in mode.polarimetry or not mode.polarimetry else mode.polarimetry
    ):
        found = optics.polarimeters.get(name)
        yield Option(name, name if found is None else found.label)


def _labelled(some: Iterable[str], known: Mapping[str, Any]) -> Iterable[Option]:
    for name in some:
        yield Option(name, known[name].label if name in known else name)


def _chosen(name: Any, some: tuple[str, ...], default: str | None) -> str:
    return _fitting(name, some) or (default if default in some and default is not None else some[0])


def _fitting(name: Any, some: Iterable[str]) -> str | None:
    """Return the one of `some` that `name` is, or is a part of; None where there is none, or more than one."""
    if name is None:
        return None
    said = str(name).strip().lower()
    exact = [one for one in some if one.lower() == said]
    parts = exact or [one for one in some if said in one.lower()]
    return parts[0] if len(parts) == 1 else None
