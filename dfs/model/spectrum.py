"""A one-dimensional spectrum as the science data product standard wants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spectrum"]


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Wavelength, flux, error and quality of equal length.

    Attributes
    ----------
    wavelength_nm
        float64, strictly increasing, in `medium`.
    flux, error
        float64, in `unit`. The error is one standard deviation of one bin.
    quality
        int16 bits of `Flag`; 0 is good.
    background
        float64, the sky that was subtracted, in `unit`; may be None.
    unit
        FITS spelling, e.g. ``"erg cm**(-2) s**(-1) angstrom**(-1)"``, ``"electron"``.
    medium
        ``"air"`` or ``"vacuum"``: what the wavelengths are measured in.
    """

    wavelength_nm: NDArray[np.float64]
    flux: NDArray[np.float64]
    error: NDArray[np.float64]
    quality: NDArray[np.int16]
    unit: str
    medium: Literal["air", "vacuum"] = "air"
    background: NDArray[np.float64] | None = None
