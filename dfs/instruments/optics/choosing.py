"""Makes a choice whole: every name as the folder has it, every None filled in; or says what there is to choose from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dfs.errors import UsageError
from dfs.instruments.optics.choice import Choice
from dfs.instruments.optics.matching import matching
from dfs.instruments.optics.nouns import Disperser, Mode, Optics, ReadMode

__all__ = ["complete", "read_modes", "slits"]

Binning = tuple[int, int]


def complete(optics: Optics, choice: Choice) -> Choice:
    """Return `choice` with every None filled in and every name whole.

    Raises
    ------
    UsageError
        The instrument, in this mode, has no such thing; lists what it has.
    """
    mode = optics.modes[matching("mode", choice.mode, optics.modes, optics.name)]
    where = f"{optics.name}, mode {mode.name}"
    first = mode.defaults
    dispersers = mode.dispersers
    name = _one("disperser", choice.disperser, dispersers, first.disperser, where)
    disperser = optics.dispersers[name] if name is not None else None
    detectors = _own(disperser.detectors if disperser else (), mode.detectors)
    detector = _one("detector", choice.detector, detectors, first.detector, where)
    read_mode, binning = _read(optics, choice, detector or "", first.read_mode, where)
    filters = tuple(disperser.ranges) if disperser else mode.filters
    return replace(
        choice,
        instrument=optics.name,
        mode=mode.name,
        filter=_one("filter", choice.filter, filters, first.filter, f"{where}, {name}" if name else where) or "none",
        disperser=name,
        slit_arcsec=_slit(choice.slit_arcsec, mode, disperser, where),
        collimator=_one("collimator", choice.collimator, mode.collimators, first.collimator, where),
        detector=detector,
        read_mode=read_mode.name,
        binning=binning,
        polarimetry=_polarimetry(choice.polarimetry, optics, mode, where),
        mirror_reflectivity=_reflectivity(choice.mirror_reflectivity),
    )


def read_modes(optics: Optics, detector: str) -> tuple[ReadMode, ...]:
    """Return the ways to read the detector called `detector`."""
    return tuple(optics.detectors[detector].read_modes.values())


def slits(mode: Mode, disperser: Disperser | None) -> tuple[float, ...]:
    """Return the slit widths there are; empty where there is no list of them."""
    return disperser.slits_arcsec if disperser and disperser.slits_arcsec else mode.slits_arcsec


def _own(own: Sequence[str], all_of_them: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in own if one in all_of_them) or tuple(all_of_them)


def _one(what: str, asked: str | None, known: Iterable[str], default: str | None, where: str) -> str | None:
    """Return the name asked for, or the default, or the first; None where nothing can be chosen."""
    names = tuple(known)
    if asked is not None and (names or asked.casefold() != "none"):
        return matching(what, asked, names, where)
    return default if default in names else next(iter(names), None)


def _read(optics: Optics, choice: Choice, detector: str, default: str | None, where: str) -> tuple[ReadMode, Binning]:
    """Return how the detector is read: the binning asked for narrows the ways there are."""
    there = read_modes(optics, detector)
    place = f"{where}, detector {detector}"
    asked = choice.binning
    fitting = [one for one in there if asked is None or tuple(asked) in one.binnings]
    if not fitting:
        binnings = dict.fromkeys(f"{x}x{y}" for one in there for x, y in one.binnings)
        raise UsageError(f"there is no binning {_text(asked)}", where=place, accepted=", ".join(binnings))
    if choice.read_mode is None:
        found = _nearest(fitting, default, asked)
    else:
        try:
            name = matching("read mode", choice.read_mode, [one.name for one in fitting], place)
        except UsageError:  # it may be there, with other binnings
            name = matching("read mode", choice.read_mode, [one.name for one in there], place)
        found = optics.detectors[detector].read_modes[name]
    if asked is not None and tuple(asked) not in found.binnings:
        has = ", ".join(_text(one) for one in found.binnings)
        raise UsageError(f"read mode {found.name} has no binning {_text(asked)}", where=place, accepted=has)
    return found, (asked[0], asked[1]) if asked is not None else found.binnings[0]


def _nearest(fitting: Sequence[ReadMode], default: str | None, binning: Binning | None) -> ReadMode:
    """Return the default, or the one that differs from it in the binning of its name only (``100kHz,2x2,high``), or the first."""
    named = {one.name: one for one in fitting}
    if default in named or default is None:
        return named.get(default or "", fitting[0])
    wanted = ",".join(_text(binning) if _is_binning(part) else part for part in default.split(","))
    return named.get(wanted, fitting[0])


def _is_binning(part: str) -> bool:
    return all(number.isdecimal() for number in part.split("x")) and part.count("x") == 1


def _text(binning: Sequence[int] | None) -> str:
    return "x".join(str(one) for one in binning or ())


def _slit(asked: float | None, mode: Mode, disperser: Disperser | None, where: str) -> float | None:
    """Return the width of the slit: one of the list, or any within the range that can be cut."""
    there, limits = slits(mode, disperser), mode.slit_range_arcsec
    wanted = (disperser.slit_arcsec if disperser else None) or mode.defaults.slit_arcsec
    if there:
        if asked is None:
            return min(there, key=lambda one: abs(one - (wanted or there[0])))
        near = min(there, key=lambda one: abs(one - asked))
        if not abs(near - asked) < 5e-4:  # also NaN; widths are told in hundredths
            raise UsageError(
                f"there is no slit of {asked:g} arcsec",
                where=where,
                accepted=", ".join(f"{one:g}" for one in there),
                hint=f"the nearest has {near:g}" if math.isfinite(near) else "",
            )
        return near
    if limits is None:
        if asked is not None:
            raise UsageError(f"there is no slit ({asked:g} arcsec asked)", where=where, accepted="leave it out")
        return None
    width = asked if asked is not None else wanted or limits[0]
    if not limits[0] <= width <= limits[1]:
        raise UsageError(
            f"a slit of {width:g} arcsec cannot be cut", where=where, accepted=f"{limits[0]:g} to {limits[1]:g} arcsec"
        )
    return width


def _polarimetry(asked: str, optics: Optics, mode: Mode, where: str) -> str:
    """Return the kind of polarimetry: a mode that is made for it does it also where nothing was said (``off``)."""
    if asked == "off" and "off" not in mode.polarimetry:
        return mode.polarimetry[0]
    made_for_it = [one.name for one in optics.modes.values() if asked in one.polarimetry]
    if asked not in mode.polarimetry and made_for_it:
        hint = f"modes that have it: {', '.join(made_for_it)}"
        raise UsageError(
            f"there is no polarimetry {asked!r}", where=where, accepted=", ".join(mode.polarimetry), hint=hint
        )
    return matching("polarimetry", asked, mode.polarimetry, where)


def _reflectivity(asked: float | None) -> float | None:
    if asked is not None and not 0 < asked <= 1:
        raise UsageError(
            f"a mirror cannot reflect {asked:g} of the light",
            where="mirror_reflectivity",
            accepted="above 0, at most 1",
        )
    return asked
