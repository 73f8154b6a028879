"""Sets an instrument up: the choice made whole, and the light followed through it."""

from __future__ import annotations

from functools import lru_cache
from math import pi

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError, UsageError
from dfs.instruments.optics.choice import Choice
from dfs.instruments.optics.choosing import complete
from dfs.instruments.optics.light import LightPath, Readout
from dfs.instruments.optics.loader import optics
from dfs.instruments.optics.nouns import Detector, Disperser, Mode, Optics
from dfs.instruments.optics.parts import Part, assumed_of, parts, passed
from dfs.instruments.optics.wavelengths import band_samples, line_width_nm, pixel_samples, vacuum_nm

__all__ = ["light_path"]

Array = NDArray[np.float64]
Pair = tuple[float, float]
_CACHED = 256
_COARSE_NM = np.arange(295.0, 2600.0, 0.25)
_WARM_NM = 1500.0  # shortwards no heat of the telescope is seen


def light_path(choice: Choice) -> LightPath:
    """Return the way of the light through the instrument set up as `choice` says; kept, so that asking again costs nothing.

    Raises
    ------
    NotFoundError
        No such instrument.
    UsageError
        The instrument, in this mode, has no such thing; lists what it has.
    DataError
        The instrument's file is wrong.
    """
    try:
        return _kept(choice)
    except TypeError:  # a list for a pair, say: not hashable
        raise UsageError(
            "the choice is not made of plain values", where=choice.instrument, accepted="see Choice"
        ) from None


@lru_cache(maxsize=_CACHED)
def _kept(choice: Choice) -> LightPath:
    there = optics(choice.instrument)
    whole = complete(there, choice)
    return _path(whole) if whole == choice else _kept(whole)


def _path(choice: Choice) -> LightPath:
    """Return the path of a choice that is whole."""
    there = optics(choice.instrument)
    mode, detector = there.modes[choice.mode], there.detectors[choice.detector or ""]
    disperser = there.dispersers.get(choice.disperser or "")
    binning = choice.binning or (1, 1)
    pixel = _pixel_arcsec(there, choice, detector, disperser)
    found = parts(there, choice)
    centres, widths, resolution = _samples(there, choice, found, pixel)
    elements = passed(there, found, centres)
    if disperser is not None:
        _close_gaps(elements["detector"], centres, disperser)
    vacuum = vacuum_nm(centres, there.medium)
    for array in (centres, widths, vacuum, *elements.values()):
        array.setflags(write=False)
    telescope = there.telescope
    told = [*mode.assumed, *assumed_of(found, centres), *_choice_assumed(there, choice, detector)]
    if centres[-1] < _WARM_NM:
        told = [one for one in told if not one.startswith(f"{telescope.name}.temperature_k:")]
    return LightPath(
        choice=choice,
        kind=mode.kind,
        wavelength_nm=centres,
        width_nm=widths,
        medium=there.medium,
        vacuum_nm=vacuum,
        elements=elements,
        area_m2=pi / 4 * (telescope.diameter_m**2 - telescope.obstruction_m**2),
        diameter_m=telescope.diameter_m,
        site=telescope.site,
        pixel_arcsec=(pixel[0] * binning[0], pixel[1] * binning[1]),
        slit_arcsec=choice.slit_arcsec,
        slit_length_arcsec=_slit_length(mode, disperser),
        resolution_fwhm_nm=resolution,
        surfaces=tuple(one.surface for one in found if one.surface is not None),
        image_fwhm_arcsec=mode.image_fwhm_arcsec,
        readout=_readout(detector, choice, binning),
        assumed=tuple(dict.fromkeys(told)),
        versions={there.name: there.version},
    )


def _samples(there: Optics, choice: Choice, found: tuple[Part, ...], pixel: Pair) -> tuple[Array, Array, Array | None]:
    """Return centres and widths of the samples (nm), and the width of a line on them (nm; None for an image)."""
    if choice.disperser is None:
        whole = np.prod(list(passed(there, found, _COARSE_NM).values()), axis=0)
        return (*band_samples(_COARSE_NM, whole), None)
    disperser, detector = there.dispersers[choice.disperser], there.detectors[choice.detector or ""]
    binning = (choice.binning or (1, 1))[0]
    centres, widths = pixel_samples(disperser, disperser.ranges[choice.filter or "none"], detector.nx, binning)
    # Resolving powers are printed for the first collimator: another one makes the slit cover more pixels.
    first = next(iter(there.collimators.values()), None)
    scale = first.pixel_arcsec[0] / pixel[0] if first is not None and disperser.pixel_arcsec is None else 1.0
    resolution = line_width_nm(disperser, centres, widths / binning, choice.slit_arcsec, scale)
    resolution.setflags(write=False)
    return centres, widths, resolution


def _pixel_arcsec(there: Optics, choice: Choice, detector: Detector, disperser: Disperser | None) -> Pair:
    """Return the sky angle of an unbinned pixel: the disperser's own, the collimator's, or the detector's."""
    collimator = there.collimators.get(choice.collimator or "")
    given = [one.pixel_arcsec for one in (disperser, collimator, detector) if one is not None and one.pixel_arcsec]
    if not given:
        raise DataError(
            "the sky angle of a pixel is missing", where=f"{there.name} optics.toml", accepted="pixel_arcsec"
        )
    return given[0]


def _slit_length(mode: Mode, disperser: Disperser | None) -> float | None:
    return (disperser.slit_length_arcsec if disperser else None) or mode.slit_length_arcsec


def _close_gaps(efficiency: Array, centres: Array, disperser: Disperser) -> None:
    """Set to 0 what falls between chips."""
    for first, last in disperser.gaps_nm:
        efficiency[(centres > first) & (centres < last)] = 0.0


def _readout(detector: Detector, choice: Choice, binning: tuple[int, int]) -> Readout:
    """Return the figures of a binned pixel, which is full where its own well is, or where the converter ends."""
    mode = detector.read_modes[choice.read_mode or ""]
    summed = binning[0] * binning[1]
    well = mode.full_well_e
    if well is None:
        well = detector.full_well_e * summed
        if detector.converter_adu is not None:
            well = min(well, detector.converter_adu * mode.gain_e_per_adu)
    dark = detector.dark_e_per_s if mode.dark_e_per_s is None else mode.dark_e_per_s
    linear = detector.linear_e if mode.linear_e is None else mode.linear_e
    return Readout(
        detector=detector.name,
        read_mode=mode.name,
        ron_e=mode.ron_e,
        dark_e_per_s=dark * summed,
        gain_e_per_adu=mode.gain_e_per_adu,
        full_well_e=well,
        linear_e=linear,
        shortest_s=detector.shortest_s if mode.shortest_s is None else mode.shortest_s,
        overhead_s=mode.overhead_s,
        infrared=detector.infrared,
        ron_by_dit=mode.ron_by_dit,
    )


def _choice_assumed(there: Optics, choice: Choice, detector: Detector) -> tuple[str, ...]:
    """Return what is assumed of collimator and read mode."""
    collimator = there.collimators.get(choice.collimator or "")
    return (*(collimator.assumed if collimator else ()), *detector.read_modes[choice.read_mode or ""].assumed)
