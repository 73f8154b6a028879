"""What stands in the beam of an instrument set up, in the order of the light, and what each passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfs.instruments.optics.choice import Choice
from dfs.instruments.optics.curves import Curve
from dfs.instruments.optics.light import Surface
from dfs.instruments.optics.nouns import Disperser, Element, Optics

__all__ = ["Part", "assumed_of", "parts", "passed"]

Array = NDArray[np.float64]
_LEAST = 1e-3  # what is divided out of a curve is at least this; below, nothing is left to part
_BEYOND_NM = 2.0  # so far beyond its ends a curve holds without a word
_HEAT_NM = 2200.0  # where the heat of mirrors is seen: there they shine by what they do not reflect


@dataclass(frozen=True, slots=True)
class Part:
    """One part in the beam.

    Attributes
    ----------
    name
        As `LightPath.elements` has it.
    curve, value
        What it passes: the curve times the value.
    includes
        Names of other parts that the curve holds too.
    ends
        True: nothing passes beyond the curve (filters, detectors); False: its ends hold.
    power
        How often the light meets it (mirrors).
    surface
        Its heat.
    assumed
        What of its figures was not read in a document.
    """

    name: str
    curve: Curve | None = None
    value: float = 1.0
    includes: tuple[str, ...] = ()
    ends: bool = False
    power: int = 1
    surface: Surface | None = None
    assumed: tuple[str, ...] = ()

    def alone(self, wavelength_nm: Array) -> Array:
        """Return what the part passes, with all that its curve includes."""
        if self.curve is None:
            return np.full(wavelength_nm.shape, self.value**self.power)
        shape = self.curve.at(wavelength_nm, 0.0 if self.ends else None)
        return np.asarray((shape * self.value) ** self.power, dtype=np.float64)


def parts(there: Optics, choice: Choice) -> tuple[Part, ...]:
    """Return the parts in the beam of a choice that is whole, the telescope first, the detector last."""
    found = [_telescope(there, choice.mirror_reflectivity)]
    found += [_element(one) for one in there.elements if _stands(one, choice)]
    if choice.polarimetry != "off":
        plate = there.polarimeters[choice.polarimetry]
        found.append(Part("polarimetry", plate.curve, plate.value / plate.beams, assumed=plate.assumed))
    passing = there.filters.get(choice.filter or "none")
    if passing is not None:
        found.append(Part("filter", passing.curve, passing.value, passing.includes, ends=True, assumed=passing.assumed))
    if choice.disperser is not None:
        one = there.dispersers[choice.disperser]
        found.append(Part("disperser", one.curve, one.value, one.includes, assumed=_of_range(one, choice.filter)))
    detector = there.detectors[choice.detector or ""]
    found.append(Part("detector", detector.efficiency, ends=detector.efficiency is not None, assumed=detector.assumed))
    return tuple(found)


def passed(there: Optics, found: tuple[Part, ...], wavelength_nm: Array) -> dict[str, Array]:
    """Return part -> the fraction that it passes alone: what its curve includes is divided out.

    Such a curve was measured with the mirrors as they were: they are divided out, whatever reflectivity was asked for.
    """
    given = {one.name: one.alone(wavelength_nm) for one in found}
    measured = given | {"telescope": _telescope(there, None).alone(wavelength_nm)}
    alone = {}
    for one in found:
        value = given[one.name]
        for name in one.includes:
            other = measured.get(name)
            if other is not None:
                value = np.where(other > _LEAST, value / np.maximum(other, _LEAST), 0.0)
        alone[one.name] = value
    return alone


def assumed_of(found: tuple[Part, ...], wavelength_nm: Array) -> tuple[str, ...]:
    """Return what of the parts is assumed, with the curves that end before the light does."""
    texts: list[str] = []
    for one in found:
        texts += one.assumed
        curve = one.curve
        if curve is None or one.ends or not wavelength_nm.size:
            continue
        first, last = float(curve.wavelength_nm[0]), float(curve.wavelength_nm[-1])
        if wavelength_nm[0] < first - _BEYOND_NM or wavelength_nm[-1] > last + _BEYOND_NM:
            texts.append(f"curve {curve.name}: assumed to hold its ends beyond {first:.0f} to {last:.0f} nm")
    return tuple(dict.fromkeys(texts))


def _telescope(there: Optics, reflectivity: float | None) -> Part:
    telescope = there.telescope
    curve = telescope.reflectivity if reflectivity is None else None
    warm = float(telescope.reflectivity.at(_HEAT_NM)) if reflectivity is None else reflectivity
    surface = Surface("telescope", telescope.temperature_k, 1.0 - warm**telescope.mirrors)
    value = 1.0 if reflectivity is None else reflectivity
    return Part("telescope", curve, value, power=telescope.mirrors, surface=surface, assumed=telescope.assumed)


def _element(one: Element) -> Part:
    surface = None if one.temperature_k is None else Surface(one.name, one.temperature_k, one.emissivity)
    return Part(one.name, one.curve, one.value, one.includes, surface=surface, assumed=one.assumed)


def _of_range(one: Disperser, name: str | None) -> tuple[str, ...]:
    """Return what is assumed of a disperser, without the ranges through other order filters than the one called `name`."""
    others = tuple(f"disperser.{one.name}.range_nm.{other}:" for other in one.ranges if other != name)
    return tuple(text for text in one.assumed if not text.startswith(others)) if others else one.assumed


def _stands(one: Element, choice: Choice) -> bool:
    """Return whether an element stands in the beam: an empty list means always."""
    return all(
        not where or name in where
        for where, name in (
            (one.modes, choice.mode),
            (one.dispersers, choice.disperser),
            (one.collimators, choice.collimator),
        )
    )
