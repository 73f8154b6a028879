"""What the user of a result should know, one line each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dfs.etc.engine.plan import Division
from dfs.etc.engine.saturation import overfull
from dfs.etc.extraction import Aperture, aperture_of
from dfs.etc.photons.rates import Rates
from dfs.etc.photons.sky import moon_of, sky_conditions
from dfs.etc.request import Request
from dfs.etc.result import Saturation
from dfs.instruments.optics import LightPath

__all__ = ["Answered", "notes_of", "unseen"]

_LEAST = 0.1  # of the best throughput: what passes less is no place to ask at
_REDUCED = {(name, mode) for name in ("EFOSC2", "FORS2") for mode in ("img", "lss")}  # by the recipes of this package
_STEP = 0.02  # of the image quality: so near a step of the aperture is told
_FAINT_MOON = 0.01  # lit fraction


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """A question and what its answer is made of; `place` is the element of interest."""

    request: Request
    light: LightPath
    rates: Rates
    aperture: Aperture
    division: Division
    saturation: Saturation
    place: int


def notes_of(one: Answered) -> tuple[str, ...]:
    """Return the notes of an answer."""
    said = (_saturation, _place, _division, _moon, _adaptive, _step, _extraction)
    return tuple(line for tell in said for line in tell(one))


def _saturation(one: Answered) -> Iterator[str]:
    full, readout = one.saturation.full_well_e, one.light.readout
    if not one.saturation.is_saturated:
        if readout.linear_e is not None and one.saturation.peak_e > readout.linear_e:
            where, peak = one.saturation.peak_nm, one.saturation.peak_e
            yield f"beyond 1 % linearity at {where:.1f} nm: {peak:.0f} e- of {readout.linear_e:.0f}"
        return
    found, unit = overfull(one.light, one.rates, one.aperture, one.division), "DIT" if readout.infrared else "exposure"
    if found.by_target:
        yield (
            f"saturated at {found.target_nm:.1f} nm: {found.target_e:.0f} e- of {full:.0f}; "
            f"longest safe {unit} {found.target_safe_s:.3g} s"
        )
    if found.by_sky:
        is_image = one.light.kind == "image"
        what = "saturated by the light of the sky: beyond" if is_image else f"{found.by_sky} pixels on sky lines beyond"
        but = "" if is_image or found.by_target else ", the target saturates no other"
        safe = one.saturation.longest_safe_s
        yield f"{what} {full:.0f} e- in {one.division.dit_s:.4g} s{but}; longest safe {unit} {safe:.3g} s"


def unseen(light: LightPath, place: int) -> str | None:
    """Return why nothing is seen at an element, and where the nearest is that something is seen at; None where light arrives."""
    if light.kind == "image" or light.throughput[place] > 0.0:
        return None
    dark = np.flatnonzero(np.concatenate([[True], light.throughput > 0.0, [True]]))
    after = int(np.searchsorted(dark, place + 1))
    low, high = int(dark[after - 1]), int(dark[after]) - 2  # of the run of zeros, one place to the left in the arrays
    nm = light.wavelength_nm
    passing = np.flatnonzero(light.throughput > _LEAST * light.throughput.max())
    nearest = nm[passing[np.argmin(np.abs(nm[passing] - nm[place]))]]
    what = "a filter against the lasers" if light.kind == "cube" else "a gap between chips or orders"
    return (
        f"nothing is seen from {nm[low]:.1f} to {nm[high]:.1f} nm, {what}: the nearest that is seen is {nearest:.1f} nm"
    )


def _place(one: Answered) -> Iterator[str]:
    light, at_nm = one.light, one.request.exposure.at_nm
    why = unseen(light, one.place)
    if why is not None:
        yield why
    if light.kind == "image" and at_nm is not None:
        there = np.interp(at_nm, light.wavelength_nm, light.throughput, left=0.0, right=0.0)
        if there <= _LEAST * light.throughput.max():
            yield f"an image is of its whole band: {at_nm:g} nm, outside it, is not used"


def _division(one: Answered) -> Iterator[str]:
    """Tell how an infrared exposure is divided where that was not asked outright."""
    exposure, division = one.request.exposure, one.division
    asked_s, readout = exposure.time_s, one.light.readout
    if not readout.infrared or (asked_s is None and exposure.snr is None):
        return
    told = f"{division.count} x NDIT {division.ndit:.0f} x DIT {division.dit_s:.6g} s"
    if exposure.dit_s is None and exposure.ndit is None:
        full = one.saturation.peak_e / (readout.linear_e if readout.linear_e is not None else readout.full_well_e)
        what = (
            "the shortest there is"
            if full > 1.0
            else f"with this the brightest pixel is at {full:.0%} of what is linear"
        )
        yield f"{told}: the DIT was open, {what}"
    elif asked_s is not None and division.time_s > asked_s * (1.0 + 1e-6):
        yield f"{told}: {asked_s:g} s are no whole number of DITs, {division.time_s:g} s are taken"
    elif exposure.snr is not None:
        yield told


def _moon(one: Answered) -> Iterator[str]:
    sky = one.request.sky
    moon = moon_of(sky)
    if moon is None or sky.model == "classic" or moon.illumination < _FAINT_MOON:
        return
    zenith = sky_conditions(sky).zenith_distance_deg
    if moon.zenith_distance_deg(zenith) < 90.0:
        return
    why = "as asked" if sky.moon_altitude_deg is not None else "so far from the target it cannot be up"
    yield f"the Moon is below the horizon, {why} ({sky.moon_distance_deg:g} deg from a target {90.0 - zenith:.0f} deg high): the sky is dark"


def _adaptive(one: Answered) -> Iterator[str]:
    if "-AO-" in (one.light.choice.disperser or "") and one.request.sky.image_quality_arcsec is None:
        yield "the image quality is that of the natural seeing: adaptive optics does better, give the image quality to have that counted"


def _step(one: Answered) -> Iterator[str]:
    """Tell where the image is so wide that a little less or more changes the aperture."""
    rows = one.aperture.rows
    if one.request.extraction != "eso" or one.request.target.diameter_arcsec is not None or rows % 2.0 != 1.0:
        return
    needed = aperture_of(one.light, one.request, whole=False).rows - 1.0
    if rows > 1.0 and needed < (rows - 2.0) * (1.0 + _STEP):
        yield f"the aperture is {rows:.0f} pixels, an odd number: an image {1.0 - (rows - 2.0) / needed:.1%} sharper has {rows - 2:.0f}"
    elif needed > rows * (1.0 - _STEP):
        yield f"the aperture is {rows:.0f} pixels, an odd number: an image {rows / needed - 1.0:.1%} wider has {rows + 2:.0f}"


def _extraction(one: Answered) -> Iterator[str]:
    choice = one.light.choice
    if one.request.extraction == "as-reduced" and (choice.instrument, choice.mode) not in _REDUCED:
        yield "no recipe of this package reduces such frames: what the recipes do elsewhere is assumed"
    if one.aperture.beams > 1:
        yield f"signal and noise are those of the {one.aperture.beams} beams added; sky and peak are in one of them"
