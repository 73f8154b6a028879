"""Electrons per second: what target and sky leave on the detector, by wavelength."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.etc.geometry.image import reference_nm
from dfs.etc.photons.sampling import sampling_of
from dfs.etc.photons.sky import air_of
from dfs.etc.request import Request, Sky, Target
from dfs.etc.spectra.rate import flux_density, photon_rate
from dfs.instruments.optics import LightPath

__all__ = ["Rates", "rates_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """What arrives, of length n: the pixels of a spectrum, or 1 for an image (its band summed or averaged).

    Attributes
    ----------
    wavelength_nm
        In the medium of the instrument.
    target
        Electrons per second of the whole target before slit and aperture, in all beams (extended: of one arcsec2).
    sky
        Electrons per second in one pixel.
    throughput, atmosphere, flux, radiance
        As in `dfs.etc.result.Result`.
    """

    wavelength_nm: Array
    target: Array
    sky: Array
    throughput: Array
    atmosphere: Array
    flux: Array
    radiance: Array

    def at(self, place: int) -> Rates:
        """Return element `place` alone."""
        return Rates(*(getattr(self, name)[place : place + 1] for name in self.__slots__))


def rates_of(light: LightPath, request: Request) -> Rates:
    """Return what arrives; another magnitude of the same target only scales it."""
    target = request.target
    unit = replace(target, magnitude=0.0, diameter_arcsec=None) if target.magnitude is not None else target
    sky = replace(request.sky, seeing_arcsec=None, image_quality_arcsec=None)
    found = _rates(light, unit, sky, request.extrapolate)
    if target.magnitude is None:
        return found
    scale = 10.0 ** (-0.4 * target.magnitude)
    return replace(found, target=found.target * scale, flux=found.flux * scale)


@lru_cache(maxsize=16)
def _rates(light: LightPath, target: Target, sky: Sky, extrapolate: bool) -> Rates:
    air = air_of(light, sky)
    through, flux = _target(light, target, sky, extrapolate)
    if light.kind != "image":
        return Rates(light.wavelength_nm, through, air.sky_rate, light.throughput, air.passed, flux, air.radiance)
    weight = light.throughput * light.width_nm
    mean = weight / np.sum(weight)
    centre = reference_nm(light)
    return Rates(
        wavelength_nm=np.array([centre]),
        target=np.array([np.sum(through)]),
        sky=np.array([np.sum(air.sky_rate)]),
        throughput=np.array([np.interp(centre, light.wavelength_nm, light.throughput)]),
        atmosphere=np.array([np.sum(mean * air.passed)]),
        flux=np.array([np.sum(mean * flux)]),
        radiance=np.array([np.sum(mean * air.radiance)]),
    )


@lru_cache(maxsize=16)
def _target(light: LightPath, target: Target, sky: Sky, extrapolate: bool) -> tuple[Array, Array]:
    """Return electrons per second in each sample, and the flux outside the air."""
    flux = flux_density(target, light.vacuum_nm, light.width_nm, extrapolate=extrapolate)
    sampling = sampling_of(light)
    # What was not refused on the instrument's own range may go on over the little that its resolution reaches beyond.
    fine = photon_rate(target, sampling.centres_nm, np.diff(sampling.edges_nm), extrapolate=True)
    arrived = sampling.on_pixels(fine * air_of(light, sky).passed_fine)
    arrived = np.maximum(arrived, 0.0)  # where nothing arrives, sums of large numbers leave rounding of either sign
    return arrived * light.width_nm * light.throughput * (light.area_m2 * light.beams), flux
