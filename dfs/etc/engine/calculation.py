"""The calculator: a request becomes a result."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.etc.engine.notes import Answered, notes_of, unseen
from dfs.etc.engine.plan import Division, check_shortest, checked, division_of, usual_dit
from dfs.etc.engine.saturation import peak_rate, saturation_of
from dfs.etc.engine.solve import collected, time_for_snr, variances
from dfs.etc.extraction import Aperture, aperture_of
from dfs.etc.geometry.image import reference_nm
from dfs.etc.photons.rates import Rates, rates_of
from dfs.etc.photons.sky import check_moon, sky_magnitudes
from dfs.etc.request import Exposure, Request
from dfs.etc.result import Result
from dfs.etc.spectra.formulas import line_nm
from dfs.instruments.optics import LightPath, light_path

__all__ = ["VERSION", "calculate", "checked_request", "place_of_interest", "with_dit"]

Array = NDArray[np.float64]

_LEAST = 0.1  # of the best throughput: what passes less is no place to ask at
VERSION = "1.0"  # of the calculator: grows when an answer changes


def calculate(request: Request) -> Result:
    """Return the signal-to-noise of an exposure, or the exposure that a signal-to-noise asks, and what they are made of.

    Parameters
    ----------
    request
        The target, the night, the instrument, and an exposure time or a signal-to-noise.

    Raises
    ------
    UsageError
        What cannot be: numbers out of range, a spectrum that does not cover the instrument's, a wavelength outside, a signal-to-noise out of reach.
    NotFoundError
        A part that the instrument lacks.
    """
    light = light_path(request.choice)
    checked_request(request, light)
    rates, aperture = rates_of(light, request), aperture_of(light, request)
    at_nm, place = place_of_interest(request, light, rates)
    division = _division(request, light, rates, aperture, place)
    check_shortest(division, light.readout, request.exposure)
    return _result(request, light, rates, aperture, division, (at_nm, place))


def checked_request(request: Request, light: LightPath) -> None:
    """Refuse a request that cannot be."""
    checked(request.exposure, light.readout)
    check_moon(request.sky)
    sky, target = request.sky, request.target
    if not 1.0 <= sky.airmass <= 3.0:
        raise UsageError(f"air mass {sky.airmass:g} cannot be", where="airmass", accepted="1 to 3")
    if target.magnitude is not None and not np.isfinite(target.magnitude):
        raise UsageError(f"a magnitude of {target.magnitude}", where="mag", accepted="a finite number")
    if target.diameter_arcsec is not None and not 0.0 < target.diameter_arcsec < np.inf:
        raise UsageError(f"a diameter of {target.diameter_arcsec:g} arcsec", where="diameter", accepted="above 0")
    if target.diameter_arcsec is not None and not target.extended:
        raise UsageError("a point source has no diameter", where="diameter", accepted="with an extended source")


def place_of_interest(request: Request, light: LightPath, rates: Rates) -> tuple[float, int]:
    """Return the wavelength of interest and the element that holds it."""
    if light.kind == "image":
        return float(rates.wavelength_nm[0]), 0
    asked = request.exposure.at_nm
    if asked is None:
        return _line(request, light) or _middle(light)
    wanted = asked
    place = int(np.argmin(np.abs(rates.wavelength_nm - wanted)))
    if not abs(rates.wavelength_nm[place] - wanted) <= light.width_nm[place]:
        low, high = rates.wavelength_nm[0], rates.wavelength_nm[-1]
        raise UsageError(
            f"{wanted:g} nm is not in the range of {light.choice.disperser or light.choice.instrument}",
            where="at",
            accepted=f"{low:.1f} to {high:.1f} nm",
        )
    return wanted, place


def _line(request: Request, light: LightPath) -> tuple[float, int] | None:
    """Return the place of an emission line, in the medium of the instrument; None where the target is none, or its line is not seen."""
    target = request.target
    if target.sed.kind != "line":
        return None
    place = int(np.argmin(np.abs(light.vacuum_nm - line_nm(target.sed, target.redshift))))
    seen = light.throughput[place] > 0 and 0 < place < light.wavelength_nm.size - 1
    return (float(light.wavelength_nm[place]), place) if seen else None


@lru_cache(maxsize=64)
def _middle(light: LightPath) -> tuple[float, int]:
    """Return the middle of a spectrum and its pixel; where nothing passes there (a gap between chips), the nearest that something passes."""
    middle, through = reference_nm(light), light.throughput
    passing = np.flatnonzero(through > _LEAST * through.max())
    place = int(np.argmin(np.abs(light.wavelength_nm - middle)))
    if place in passing:
        return middle, place
    nearest = int(passing[np.argmin(np.abs(light.wavelength_nm[passing] - middle))])
    return float(light.wavelength_nm[nearest]), nearest


def with_dit(request: Request, light: LightPath, rates: Rates, aperture: Aperture) -> Request:
    """Return a request whose DIT is filled in where the detector has one and it was left open; see `usual_dit`."""
    exposure, readout = request.exposure, light.readout
    if not readout.infrared or exposure.dit_s is not None or exposure.ndit is not None:
        return request
    peak = float(np.max(peak_rate(light, rates, aperture)))
    each = None if exposure.time_s is None else exposure.time_s / exposure.count
    return replace(request, exposure=replace(exposure, dit_s=usual_dit(readout, light.kind, peak, each)))


def _completed(exposure: Exposure, light: LightPath, division: Division, at_nm: float) -> Exposure:
    """Return an exposure with wavelength, DIT and, unless a signal-to-noise is asked, NDIT filled in."""
    if not light.readout.infrared:
        return replace(exposure, at_nm=at_nm)
    ndit = int(division.ndit) if exposure.snr is None else exposure.ndit
    return replace(exposure, at_nm=at_nm, dit_s=division.dit_s, ndit=ndit)


def _division(request: Request, light: LightPath, rates: Rates, aperture: Aperture, place: int) -> Division:
    filled = with_dit(request, light, rates, aperture)
    exposure, readout = filled.exposure, light.readout
    if exposure.snr is None:
        return division_of(exposure, readout)
    why = unseen(light, place)
    if why is not None:
        raise UsageError(f"no light: {why}", where="at")
    time = time_for_snr(filled, light, rates, aperture, place)
    if filled is request or time >= (exposure.dit_s or 0.0) * exposure.count:
        return division_of(exposure, readout, time)
    # A DIT that was left open need not be longer than what is asked takes.
    once = replace(request.exposure, ndit=1)
    time = time_for_snr(replace(request, exposure=once), light, rates, aperture, place)
    return division_of(once, readout, max(time, readout.shortest_s * once.count))


def _result(
    request: Request,
    light: LightPath,
    rates: Rates,
    aperture: Aperture,
    division: Division,
    interest: tuple[float, int],
) -> Result:
    at_nm, place = interest
    noise = collected(light, rates, aperture, division)
    terms = variances(request.extraction, aperture, noise, division)
    total = np.sum(list(terms.values()), axis=0)
    signal = noise.target_e * division.count
    snr = np.divide(signal, np.sqrt(total), out=np.zeros_like(signal), where=total > 0)
    saturation = saturation_of(light, rates, aperture, division)
    asked = _completed(request.exposure, light, division, at_nm)
    return Result(
        request=replace(request, choice=light.choice, exposure=asked),
        light=light,
        wavelength_nm=rates.wavelength_nm,
        target_e=signal,
        sky_e=noise.sky_e * division.count,
        snr_per_pixel=snr,
        throughput=rates.throughput,
        atmosphere=rates.atmosphere,
        slit_fraction=aperture.slit_fraction,
        image_quality_nm=aperture.image_quality,
        flux=rates.flux,
        sky_radiance=rates.radiance,
        variance=terms,
        exposure_s=division.time_s,
        snr=float(snr[place]),
        at_nm=at_nm,
        aperture_pixels=aperture.pixels,
        aperture_arcsec2=aperture.arcsec2,
        encircled_fraction=float(aperture.fraction[place]),
        image_quality_arcsec=float(aperture.image_quality[place]),
        dark_e=noise.dark_e * division.count,
        ron_e=float(np.sqrt(noise.read_e2 * division.count)),
        saturation=saturation,
        sky_magnitudes=sky_magnitudes(request.sky),
        notes=notes_of(Answered(request, light, rates, aperture, division, saturation, place)),
        assumed=light.assumed,
        versions={"calculator": VERSION, **light.versions},
    )
