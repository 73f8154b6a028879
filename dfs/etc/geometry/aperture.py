"""The nouns of extraction: an aperture on the detector, and the noise of its pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Aperture", "Noise"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Aperture:
    """Where the target is added up. Arrays have the length of the answer: a spectrum's pixels, or 1 for an image.

    Attributes
    ----------
    pixels
        Detector pixels in it, at one wavelength, over all beams of a polarimeter; may be a fraction.
    arcsec2
        The sky that it sees, of one beam.
    image_quality
        Shape (n,): FWHM (arcsec).
    slit_fraction
        Shape (n,): of the light of a point or a disk, through the slit; 1 without one, and for an even surface.
    fraction
        Shape (n,): of what the slit lets through, within the aperture.
    source_arcsec2
        The area that shines: of the disk, or of an even surface in the aperture; None: a point.
    peak_fraction
        Shape (n,): of what the slit lets through, in the brightest pixel of one beam; extended: in arcsec2.
    rows
        Along the slit: how many rows the aperture has; of an image, its diameter (pixels).
    sigma_rows
        Shape (n,): standard deviation of the image (pixels across the dispersion).
    slit_rows
        Rows that the slit is long; 0 without one.
    in_slit
        Whether rows are along a slit; else the aperture is a circle.
    beams
        Images that share the light.
    has_profile
        Whether rows are weighted: a point or a disk has a profile along the slit, an even surface has none.
    """

    pixels: float
    arcsec2: float
    image_quality: Array
    slit_fraction: Array
    fraction: Array
    source_arcsec2: float | None
    peak_fraction: Array
    rows: float
    sigma_rows: Array
    slit_rows: float = 0.0
    in_slit: bool = False
    beams: int = 1
    has_profile: bool = True

    @property
    def kept(self) -> Array:
        """Return what of the target's rate is added up: a fraction, or arcsec2 of an extended target."""
        kept = self.slit_fraction * self.fraction
        return kept if self.source_arcsec2 is None else kept * self.source_arcsec2

    @property
    def is_weighted(self) -> bool:
        """Return whether rows along a slit are weighted by a profile."""
        return self.in_slit and self.has_profile

    @property
    def profile_sigma(self) -> Array:
        """Return the standard deviation of the profile on the pixels (rows): the image and the pixel in quadrature."""
        return np.sqrt(self.sigma_rows**2 + 1.0 / 12.0)

    def repeated(self, place: int, count: int) -> Aperture:
        """Return the aperture with element `place` of each array `count` times."""

        def many(values: Array) -> Array:
            return np.full(count, values[place])

        return replace(
            self,
            image_quality=many(self.image_quality),
            slit_fraction=many(self.slit_fraction),
            fraction=many(self.fraction),
            peak_fraction=many(self.peak_fraction),
            sigma_rows=many(self.sigma_rows),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """What one exposure collects, by which its noise is known.

    Attributes
    ----------
    target_e
        Shape (n,): in the aperture.
    sky_e
        Shape (n,): in one pixel.
    dark_e
        In one pixel.
    read_e2
        Variance of reading one pixel as often as one exposure asks (electrons squared).
    digit_e2
        Variance of rounding to whole ADU, likewise.
    """

    target_e: Array
    sky_e: Array
    dark_e: float
    read_e2: float
    digit_e2: float
