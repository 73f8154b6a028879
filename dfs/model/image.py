"""A detector image or stack: data, variance and mask, together through every step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

__all__ = ["Flag", "Image"]


class Flag(IntFlag):
    """Bits of a pixel mask; 0 is a good pixel.

    `LOW_FLAT` and `EXTRAPOLATED` warn only; every other bit excludes the pixel.
    """

    BAD = 1  # dead, hot, or unstable in the calibrations
    SATURATED = 2
    COSMIC = 4
    NO_DATA = 8  # outside the detector, or not a number
    LOW_FLAT = 16  # response so low that noise rules; value kept
    EXTRAPOLATED = 32  # calibration extrapolated here

    @classmethod
    def excluded(cls) -> Flag:
        """Return the bits that exclude a pixel from measurements."""
        return cls.BAD | cls.SATURATED | cls.COSMIC | cls.NO_DATA


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """Data, variance and mask of equal two-dimensional shape.

    Attributes
    ----------
    data
        float32, in `unit`. Index order is (y, x), as numpy reads FITS.
    variance
        float32, in `unit` squared.
    mask
        uint8 bits of `Flag`.
    unit
        ``"adu"``, ``"electron"``, ``"electron / s"`` or ``""`` (a ratio).
    """

    data: NDArray[np.float32]
    variance: NDArray[np.float32]
    mask: NDArray[np.uint8]
    unit: str = "adu"

    @property
    def shape(self) -> tuple[int, int]:
        """Return (ny, nx)."""
        ny, nx = self.data.shape
        return ny, nx

    def good(self) -> NDArray[np.bool_]:
        """Return where pixels may be used for measurements."""
        unusable: NDArray[np.uint8] = self.mask & np.uint8(Flag.excluded())
        good: NDArray[np.bool_] = unusable == 0
        return good
