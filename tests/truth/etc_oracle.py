"""An exposure time calculator from textbooks, against which dfs.etc is judged: nothing of dfs/etc is used.

Given are the figures of the instrument (`LightPath`: what each element passes, areas, pixels, read-out), the functions of ``dfs.sky`` for emission and
absorption of the air, and the response of a band. The rest is written again here: photons of a spectrum of a magnitude, image quality (Martinez et al.
2010, The Messenger 141, 5), light through slit and aperture of a Gaussian, the CCD equation (Howell, Handbook of CCD Astronomy, chapter 4), the fullest pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, log, pi, sqrt
from typing import Any

import numpy as np

from dfs.sky.emission import Moon, SkyConditions, WarmSurface, sky_emission
from dfs.sky.transmission import model_transmission, transmission

H, C, K = 6.62607015e-34, 299792458.0, 1.380649e-23
SIGMA = 1.0 / (2.0 * sqrt(2.0 * log(2.0)))
ERF = np.vectorize(erf)


@dataclass
class Case:
    """What is asked, in plain numbers."""

    sed: str
    mag: float
    band: str
    system: str
    extended: bool
    airmass: float
    seeing: float
    illumination: float
    moon_deg: float
    pwv: float
    time_s: float
    count: int = 1
    dit_s: float | None = None
    ndit: int = 1


@dataclass
class Answer:
    """By pixel along the dispersion (an image: one): electrons of the target, of the sky in a pixel; aperture; S/N; fullest pixel."""

    target_e: np.ndarray
    sky_e: np.ndarray
    pixels: float
    quality: float
    snr: np.ndarray
    peak_e: float
    calm: np.ndarray  # where neither sky nor air is steep: there the shape of the line-spread function does not count


def shape(sed: str, nm: np.ndarray) -> np.ndarray:
    """Return flux per wavelength, of any scale."""
    kind, _, number = sed.partition(":")
    if kind == "flat_lambda":
        return np.ones_like(nm)
    if kind == "flat_nu":
        return (550.0 / nm) ** 2
    if kind == "powerlaw":
        return (nm / 550.0) ** float(number)
    metre = nm * 1e-9
    return (550.0 / nm) ** 5 / np.expm1(H * C / (metre * K * float(number)))


def photons(case: Case, band: Any, nm: np.ndarray) -> np.ndarray:
    """Return photons s-1 m-2 nm-1 outside the air; a magnitude is a mean that counts photons."""
    at = np.arange(band.wavelength_nm[0], band.wavelength_nm[-1], 0.05)
    weight = np.interp(at, band.wavelength_nm, band.response) * at
    mean = np.sum(shape(case.sed, at) * weight) / np.sum(weight)
    if case.system == "ab":
        zero = np.sum(3631e-26 * C / (at * 1e-9) ** 2 * 1e-9 * weight) / np.sum(weight)  # W m-2 nm-1
    else:
        zero = band.vega_flux * 1e-3 * 10.0  # erg s-1 cm-2 A-1
    flux = zero * 10 ** (-0.4 * case.mag) / mean * shape(case.sed, nm)
    return flux * nm * 1e-9 / (H * C)


def image_quality(case: Case, light: Any, nm: np.ndarray, outer_scale_m: float = 46.0) -> np.ndarray:
    """Return FWHM (arcsec): turbulence of finite outer scale, Airy's 1.029 lambda/D, the instrument."""
    size = 1.0 / (1.0 + 300.0 * light.diameter_m / outer_scale_m) - 1.0
    fried = 0.976 * 500e-9 / (case.seeing / 206265.0) * (nm / 500.0) ** 1.2 * case.airmass**-0.6
    air = case.seeing * case.airmass**0.6 * (nm / 500.0) ** -0.2
    air = air * np.sqrt(1.0 + 2.183 * size * (fried / outer_scale_m) ** 0.356)
    airy = 1.029 * nm * 1e-9 / light.diameter_m * 206265.0
    return np.sqrt(air**2 + airy**2 + light.image_fwhm_arcsec**2)


def conditions(case: Case, light: Any) -> SkyConditions:
    """Return the night as dfs.sky takes it."""
    moon = None
    if case.illumination > 0:
        moon = Moon(float(np.degrees(np.arccos(1 - 2 * case.illumination))), case.moon_deg)
    warm = tuple(WarmSurface(one.emissivity, one.temperature_k) for one in light.surfaces)
    return SkyConditions(airmass=case.airmass, moon=moon, pwv_mm=case.pwv, surfaces=warm)


def in_pixels(light: Any, values: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return a function of wavelength as seen by each pixel, through the image of the slit (without one, a Gaussian), and where it is calm."""
    at, width, fwhm = light.vacuum_nm, light.width_nm, light.resolution_fwhm_nm
    step = min(float(np.min(width)) / 2, float(np.min(fwhm)) / 6)
    margin = 5 + 3 * float(np.max(fwhm))
    fine = np.arange(max(300.0, at[0] - margin), min(2500.0, at[-1] + margin), step)
    seen = values(fine)
    total = np.concatenate([[0.0], np.cumsum(seen)]) * step
    edges = np.concatenate([fine - step / 2, [fine[-1] + step / 2]])
    spread = np.zeros_like(at)
    offsets = np.linspace(-1.5, 1.5, 37)  # of the width of a line
    box = 0.02
    if light.slit_arcsec:  # an evenly lit slit is a box, blurred by the rest, in quadrature
        box = min(1.0, float(np.median(light.slit_arcsec / light.pixel_arcsec[0] * width / fwhm)))
    blur = max(sqrt(1 - box**2), 0.02) * SIGMA * sqrt(2)
    weights = ERF((offsets + box / 2) / blur) - ERF((offsets - box / 2) / blur)
    wider = np.maximum(width, fwhm / 12)
    for offset, weight in zip(offsets, weights / weights.sum(), strict=True):
        low, high = at + offset * fwhm - wider / 2, at + offset * fwhm + wider / 2
        low, high = np.maximum(low, edges[0]), np.minimum(high, edges[-1])
        ranges = np.maximum(high - low, 1e-9)
        spread += weight * (np.interp(high, edges, total) - np.interp(low, edges, total)) / ranges
    wide = (np.interp(at + 2 * fwhm, edges, total) - np.interp(at - 2 * fwhm, edges, total)) / (4 * fwhm)
    inside = (at - 2 * fwhm > edges[0]) & (at + 2 * fwhm < edges[-1])
    half = (np.interp(at + fwhm, edges, total) - np.interp(at - fwhm, edges, total)) / (2 * fwhm)
    calm = inside & (np.abs(wide / spread - 1) < 0.02) & (np.abs(half / spread - 1) < 0.02)
    return spread, calm


def odd(diameter: float, pixel: float) -> int:
    """Return the smallest odd number of pixels that reaches a diameter."""
    number = int(np.ceil(diameter / pixel - 1e-9))
    return number if number % 2 else number + 1


def answer(case: Case, light: Any, band: Any, at_nm: float, eso_air: bool) -> Answer:
    """Return what the case gives; `eso_air`: the extinction of ESO's sky model, not the measured one."""
    air_of = model_transmission if eso_air else transmission
    kwargs = {} if eso_air else {"site": light.site}

    def air(nm: np.ndarray) -> np.ndarray:
        return air_of(nm, case.airmass, case.pwv, **kwargs)

    night = conditions(case, light)
    through = np.prod(np.stack(list(light.elements.values())), axis=0)
    reads = case.count * (case.ndit if light.readout.infrared else 1)
    each = case.time_s / reads
    beams = 1 if light.choice.polarimetry == "off" else 2
    width, (px, py) = light.width_nm, light.pixel_arcsec
    if light.kind == "image":
        rate = photons(case, band, light.vacuum_nm) * air(light.vacuum_nm) * through * width
        target = np.array([np.sum(rate)]) * light.area_m2 * case.time_s
        radiance = sky_emission(light.vacuum_nm, night).total
        sky = np.array([np.sum(radiance * through * width / 1000.0)]) * light.area_m2 * px * py * case.time_s
        calm = np.array([True])
    else:
        seen, calm = in_pixels(light, lambda nm: photons(case, band, nm) * air(nm))
        target = seen * through * width * light.area_m2 * case.time_s
        radiance, calm_sky = in_pixels(light, lambda nm: sky_emission(nm, night).total)
        across = light.slit_arcsec or px
        sky = radiance / 1000.0 * through * width * light.area_m2 * across * py * case.time_s
        calm = calm & calm_sky & (through > 0.02 * through.max())
    at = np.array([at_nm]) if light.kind == "image" else light.wavelength_nm
    quality = image_quality(case, light, at)
    reference = float(image_quality(case, light, np.array([at_nm]))[0])
    if light.slit_arcsec:
        number = odd(2 * reference, py)
        area = number * py * light.slit_arcsec
        pixels = float(number)
        slit = ERF(light.slit_arcsec / 2 / (sqrt(2) * SIGMA * quality))
        kept = slit * ERF(number * py / 2 / (sqrt(2) * SIGMA * quality))
        peak = slit * ERF(py / 2 / (sqrt(2) * SIGMA * quality))
        one = py * light.slit_arcsec
    else:
        number = odd(2 * reference, px)
        area = pi / 4 * (number * px) ** 2
        pixels = area / (px * py)
        kept = 1 - 0.5 ** ((number * px / quality) ** 2)
        peak = ERF(px / 2 / (sqrt(2) * SIGMA * quality)) * ERF(py / 2 / (sqrt(2) * SIGMA * quality))
        one = px * py
    dark = light.readout.dark_e_per_s * case.time_s
    fullest = float(np.max(target * (one if case.extended else peak) + sky) + dark) / reads
    target = target * (area if case.extended else kept) * beams
    pixels *= beams
    ron2 = light.readout.noise_e(each) ** 2 * reads
    snr = target / np.sqrt(target + pixels * (sky + dark + ron2))
    return Answer(target, sky, pixels, reference, snr, fullest, calm)
