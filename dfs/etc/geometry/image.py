"""Image quality over wavelength, and what a slit and an aperture keep of a Gaussian of that width.

Width and fractions change slowly with wavelength: they are computed on 65 nodes, evenly spaced in wavelength, and joined by straight
lines. Against the formulas at every pixel both are then right to 1e-5 (FORS2 from 330 to 870 nm, UVES; slits of 0.3 and 1 arcsec, 0.4 to 2
arcsec seeing, air mass 1 to 2), the width to 3e-5 in the longest range, X-SHOOTER from 1024 to 2480 nm.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.etc.request import Sky
from dfs.instruments.optics import LightPath
from dfs.sky.image_quality import image_quality, seeing_for, slit_fraction, telescope_fwhm

__all__ = ["NODES", "nodes_of", "quality_at", "reference_nm", "seeing_of", "strip_fraction"]

Array = NDArray[np.float64]

NODES = 65


@lru_cache(maxsize=64)
def reference_nm(light: LightPath) -> float:
    """Return the wavelength (medium of the instrument) that an image quality is given for.

    The mean of the band weighted with what passes; the middle of the range of a spectrum.
    """
    if light.kind == "image":
        weight = light.throughput * light.width_nm
        return float(np.sum(light.wavelength_nm * weight) / np.sum(weight))
    return float(0.5 * (light.wavelength_nm[0] + light.wavelength_nm[-1]))


@lru_cache(maxsize=64)
def nodes_of(light: LightPath) -> Array:
    """Return wavelengths (medium of the instrument) that span its range: 65, or one for an image."""
    if light.kind == "image":
        return np.array([reference_nm(light)])
    return np.linspace(light.wavelength_nm[0], light.wavelength_nm[-1], NODES)


def seeing_of(light: LightPath, sky: Sky) -> float:
    """Return the seeing (FWHM at the zenith and 500 nm) of a request, whichever of the two measures it gives."""
    if sky.image_quality_arcsec is None:
        if sky.seeing_arcsec is None:
            raise UsageError("no seeing and no image quality", where="seeing", accepted="one of them, in arcsec")
        return sky.seeing_arcsec
    least = float(np.hypot(telescope_fwhm(reference_nm(light), light.diameter_m), light.image_fwhm_arcsec))
    rest = sky.image_quality_arcsec**2 - light.image_fwhm_arcsec**2
    if rest <= 0.0 or sky.image_quality_arcsec <= 1.02 * least:
        raise UsageError(
            f"an image quality of {sky.image_quality_arcsec:g} arcsec is finer than telescope and instrument allow",
            where="image_quality",
            accepted=f"more than {1.02 * least:.3f} arcsec",
        )
    return seeing_for(float(np.sqrt(rest)), sky.airmass, reference_nm(light), light.diameter_m)


def quality_at(light: LightPath, seeing_arcsec: float, airmass: float, wavelength_nm: Array) -> Array:
    """Return the image quality (FWHM, arcsec) at wavelengths."""
    return image_quality(
        seeing_arcsec,
        airmass,
        wavelength_nm,
        light.diameter_m,
        instrument_fwhm_arcsec=light.image_fwhm_arcsec,
    )


def strip_fraction(width_arcsec: float, fwhm_arcsec: Array) -> Array:
    """Return what a strip keeps of a Gaussian centred on it: of a slit's width, or along it."""
    return slit_fraction(width_arcsec, fwhm_arcsec)
