"""Image quality from the seeing, and the light that an aperture or a slit keeps of it.

The formula is that of ESO's exposure time calculators: the seeing at the zenith and 500 nm grows with air mass and falls with
wavelength (Kolmogorov), less for a telescope that is not small against the outer scale of the turbulence (Martinez et al. 2010, The
Messenger 141, 5 and A&A 516, A90), and the telescope's diffraction and the instrument add in quadrature:

    r0 = 0.976 (500 nm / s) (lambda / 500 nm)^1.2 X^-0.6
    F  = 1 / (1 + 300 D / L0) - 1
    FWHM_atmosphere = s X^0.6 (lambda / 500 nm)^-0.2 sqrt(1 + 2.183 F (r0 / L0)^0.356)
    FWHM_telescope  = 0.000212 lambda / D                       arcsec, nm, m: 1.03 lambda / D, Airy's FWHM; 0.015 arcsec at 558 nm
    IQ = sqrt(FWHM_atmosphere^2 + FWHM_telescope^2 + FWHM_instrument^2)

The profile is a Gaussian: a Moffat function of beta 2.5 is excluded by the encircled energy that ESO's calculator prints.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError

__all__ = [
    "TURBULENCE_ARCSEC",
    "atmospheric_fwhm",
    "encircled_energy",
    "fried_parameter_m",
    "image_quality",
    "seeing_for",
    "seeing_of_category",
    "slit_fraction",
    "telescope_fwhm",
]

Array = NDArray[np.float64]

OUTER_SCALE_M = 46.0  # at Paranal, as ESO's calculators take it (they agree to 0.1 % with this)
DIAMETER_M = 8.2
_ARCSEC = 206264.806  # of a radian
_SIGMA = 1.0 / np.sqrt(8.0 * np.log(2.0))  # of a Gaussian of FWHM 1

# Percentile of turbulence -> seeing (arcsec). 50 % verified with ESO's calculator, the others assumed.
TURBULENCE_ARCSEC = {10: 0.5, 20: 0.6, 30: 0.7, 50: 0.8, 70: 1.0, 85: 1.3}


def fried_parameter_m(seeing_arcsec: ArrayLike, wavelength_nm: ArrayLike = 500.0, airmass: ArrayLike = 1.0) -> Array:
    """Return Fried's length r0 (m) for a seeing (FWHM at 500 nm and the zenith)."""
    seeing = np.asarray(seeing_arcsec, dtype=np.float64) / _ARCSEC
    scale = (np.asarray(wavelength_nm, dtype=np.float64) / 500.0) ** 1.2 * np.asarray(airmass, dtype=np.float64) ** -0.6
    return np.asarray(0.976 * 500e-9 / seeing * scale, dtype=np.float64)


def atmospheric_fwhm(
    seeing_arcsec: ArrayLike,
    airmass: ArrayLike,
    wavelength_nm: ArrayLike,
    diameter_m: float = DIAMETER_M,
    outer_scale_m: float = OUTER_SCALE_M,
) -> Array:
    """Return the width (FWHM, arcsec) that the turbulence alone gives; arguments broadcast."""
    seeing, air, wavelength = _positive(seeing_arcsec, airmass, wavelength_nm)
    size = 1.0 / (1.0 + 300.0 * diameter_m / outer_scale_m) - 1.0
    coherent = fried_parameter_m(seeing, wavelength, air) / outer_scale_m
    outer = np.sqrt(
        np.maximum(1.0 + 2.183 * size * coherent**0.356, 0.0)
    )  # 0: the formula's end, r0 near the outer scale
    return np.asarray(seeing * air**0.6 * (wavelength / 500.0) ** -0.2 * outer, dtype=np.float64)


def telescope_fwhm(wavelength_nm: ArrayLike, diameter_m: float = DIAMETER_M) -> Array:
    """Return the width (FWHM, arcsec) of the telescope's diffraction: 1.03 lambda / D, that of Airy's disk."""
    return np.asarray(0.000212 * np.asarray(wavelength_nm, dtype=np.float64) / diameter_m, dtype=np.float64)


def image_quality(
    seeing_arcsec: ArrayLike,
    airmass: ArrayLike,
    wavelength_nm: ArrayLike,
    diameter_m: float = DIAMETER_M,
    outer_scale_m: float = OUTER_SCALE_M,
    instrument_fwhm_arcsec: ArrayLike = 0.0,
) -> Array:
    """Return the image quality (FWHM, arcsec) at the detector; arguments broadcast.

    Parameters
    ----------
    seeing_arcsec
        FWHM at 500 nm and the zenith, as the site's monitor gives it.
    airmass, wavelength_nm
        Of the observation.
    diameter_m, outer_scale_m, instrument_fwhm_arcsec
        Of the telescope, of the turbulence, and what the instrument adds in quadrature.

    Raises
    ------
    UsageError
        A seeing, air mass or wavelength that is not positive, or not a number.
    """
    atmosphere = atmospheric_fwhm(seeing_arcsec, airmass, wavelength_nm, diameter_m, outer_scale_m)
    instrument = np.asarray(instrument_fwhm_arcsec, dtype=np.float64)
    return np.asarray(np.sqrt(atmosphere**2 + telescope_fwhm(wavelength_nm, diameter_m) ** 2 + instrument**2))


def seeing_for(
    quality_arcsec: float, airmass: float, wavelength_nm: float, diameter_m: float = DIAMETER_M, rounds: int = 60
) -> float:
    """Return the seeing (arcsec) that gives an image quality: the inverse of `image_quality`, by halving to 1e-12."""
    low, high = 1e-3, 60.0
    if not image_quality(low, airmass, wavelength_nm, diameter_m) < quality_arcsec < high / 2:
        least = float(image_quality(low, airmass, wavelength_nm, diameter_m))
        raise UsageError(
            f"no seeing gives an image quality of {quality_arcsec:g} arcsec",
            where="quality_arcsec",
            accepted=f"{least:.3f} to {high / 2:g} arcsec",
        )
    for _ in range(rounds):
        middle = 0.5 * (low + high)
        if image_quality(middle, airmass, wavelength_nm, diameter_m) < quality_arcsec:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def seeing_of_category(percentile: int) -> float:
    """Return the seeing (arcsec) of a turbulence category (10, 20, 30, 50, 70, 85 % of the time it is as good)."""
    if percentile not in TURBULENCE_ARCSEC:
        accepted = ", ".join(f"{one}" for one in TURBULENCE_ARCSEC)
        raise UsageError(f"no turbulence category {percentile} %", where="turbulence", accepted=accepted)
    return TURBULENCE_ARCSEC[percentile]


def encircled_energy(radius_arcsec: ArrayLike, fwhm_arcsec: ArrayLike) -> Array:
    """Return the fraction of a Gaussian's light within a circle, 1 - 2^-(2 r / FWHM)^2."""
    ratio = 2.0 * np.asarray(radius_arcsec, dtype=np.float64) / np.asarray(fwhm_arcsec, dtype=np.float64)
    return np.asarray(-np.expm1(-np.log(2.0) * ratio**2), dtype=np.float64)


def slit_fraction(width_arcsec: ArrayLike, fwhm_arcsec: ArrayLike, offset_arcsec: ArrayLike = 0.0) -> Array:
    """Return the fraction of a Gaussian's light that a long slit lets through, its centre `offset_arcsec` from the slit's."""
    from scipy.special import erf

    half = 0.5 * np.asarray(width_arcsec, dtype=np.float64)
    offset = np.asarray(offset_arcsec, dtype=np.float64)
    scale = 1.0 / (np.sqrt(2.0) * _SIGMA * np.asarray(fwhm_arcsec, dtype=np.float64))
    return np.asarray(0.5 * (erf((half - offset) * scale) + erf((half + offset) * scale)), dtype=np.float64)


def _positive(seeing_arcsec: ArrayLike, airmass: ArrayLike, wavelength_nm: ArrayLike) -> tuple[Array, Array, Array]:
    given = {"seeing_arcsec": seeing_arcsec, "airmass": airmass, "wavelength_nm": wavelength_nm}
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in given.items()}
    for name, array in arrays.items():
        if not np.all(array > 0):  # NaN is not above 0 either
            raise UsageError(f"{name} must be positive", where=name, accepted="numbers above 0")
    return arrays["seeing_arcsec"], arrays["airmass"], arrays["wavelength_nm"]
