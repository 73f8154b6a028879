"""The image of a star: a Moffat profile, what of it passes a slit, and how it lies on pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

__all__ = ["SlitImage", "moffat_radius", "slit_image"]

Array = NDArray[np.float64]

_HALF_WINDOW = 48.0  # pixels; beyond, a Moffat profile of 5 pixels FWHM and beta 4.5 holds 1e-6 of its light
_STEP = 1.0 / 16.0


@dataclass(frozen=True, slots=True, eq=False)
class SlitImage:
    """A star behind a slit.

    Attributes
    ----------
    offset_px
        Where the profiles are sampled, fine pixels from the star.
    along
        Light per pixel along the slit, summing to 1 over whole pixels (already integrated over a pixel).
    across
        Density of light across the slit, zero outside its jaws, integral `transmission`.
    transmission
        Fraction of the star's light that passes.
    """

    offset_px: Array
    along: Array
    across: Array
    transmission: float


def moffat_radius(fwhm: float, beta: float) -> float:
    """Return the scale radius alpha of a Moffat profile (1 + r^2/alpha^2)^-beta with `fwhm`."""
    return fwhm / (2.0 * math.sqrt(2.0 ** (1.0 / beta) - 1.0))


def slit_image(fwhm_px: float, beta: float, width_px: float, centring_px: float) -> SlitImage:
    """Return the image of a star of `fwhm_px` that stands `centring_px` off the middle of a slit of `width_px`.

    A Moffat profile integrated along one axis is again a power of 1 + x^2/alpha^2, with beta - 1/2, and its integral an
    incomplete beta function: both slit loss and profiles are exact.
    """
    alpha = moffat_radius(fwhm_px, beta)
    offset = np.arange(-_HALF_WINDOW, _HALF_WINDOW + _STEP / 2, _STEP)
    low, high = -width_px / 2 - centring_px, width_px / 2 - centring_px  # the jaws, seen from the star
    inside = np.clip((np.minimum(offset + _STEP / 2, high) - np.maximum(offset - _STEP / 2, low)) / _STEP, 0.0, 1.0)
    norm = math.gamma(beta - 0.5) / (math.gamma(0.5) * math.gamma(beta - 1.0)) / alpha
    across = norm * (1.0 + (offset / alpha) ** 2) ** (0.5 - beta) * inside
    passed = _integral(np.array([high]), alpha, beta - 0.5) - _integral(np.array([low]), alpha, beta - 0.5)
    return SlitImage(offset, _along(offset, alpha, beta, low, high), across, float(passed[0]))


def _along(offset: Array, alpha: float, beta: float, low: float, high: float) -> Array:
    """Return the profile along the slit: the part of the star between the jaws, integrated over pixels."""
    widened = np.sqrt(alpha**2 + offset**2)
    # At distance s along the slit the cut across is (1 + s^2/a^2)^-beta (1 + x^2/(a^2 + s^2))^-beta.
    cut = (1.0 + (offset / alpha) ** 2) ** -beta * widened
    cut = cut * (_integral(high / widened, 1.0, beta) - _integral(low / widened, 1.0, beta))
    summed = np.concatenate([[0.0], np.cumsum(0.5 * (cut[1:] + cut[:-1]))])
    half = 0.5
    pixel = np.interp(offset + half, offset, summed) - np.interp(offset - half, offset, summed)
    total: Array = pixel / (summed[-1] * _STEP) * _STEP
    return total


def _integral(x: Array, alpha: float, power: float) -> Array:
    """Return the integral from minus infinity to `x` of the normalised (1 + x^2/alpha^2)^-power."""
    u = x**2 / (x**2 + alpha**2)
    return np.asarray(0.5 + 0.5 * np.sign(x) * betainc(0.5, power - 0.5, u))
