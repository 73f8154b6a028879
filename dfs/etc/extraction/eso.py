"""The apertures of ESO's exposure time calculators, and the noise in them.

An image of a point source is added up in a circle whose diameter is the smallest odd number of pixels that holds twice the image
quality at the reference wavelength; it counts pi d^2 / 4 pixels. That is what version 118 of ESO's calculator for FORS2
answers in six of six cases (github AlexLee24/CASTOR, validation/eso_etc.py). A cube is an image at each wavelength.

Spectra are added up over as many rows along the slit, the same number at all wavelengths: a point's light is taken by ESO's calculators to
fall within a circle whose radius is the image quality (User Manual of that for VIMOS,
www.eso.org/observing/etc/doc/vimos/helpvimos.html), and that for FORS2 has one control of the aperture (``aperturepix``) for images and
spectra. That it rounds there too is assumed: no spectrum of theirs was at hand.

The image is a Gaussian. An extended source without a size fills slit and aperture, which is then that of a point source; one with
a diameter is a disk blurred by that Gaussian, added up in an aperture as wide as the disk and that of a point in quadrature: where the disk
is small this is a point source, where it is large an even surface cut at its edge.

A beam splitter divides the light between two images, both of which are added up: the signal-to-noise of their sum.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dfs.etc.geometry.aperture import Aperture, Noise
from dfs.etc.geometry.place import place_of
from dfs.instruments.optics import LightPath

__all__ = ["aperture", "odd_pixels", "variance"]

Array = NDArray[np.float64]


def odd_pixels(size: float) -> int:
    """Return the smallest odd integer that is not below `size`."""
    whole = int(np.ceil(size - 1e-9))
    return whole if whole % 2 else whole + 1


def aperture(
    light: LightPath,
    seeing_arcsec: float,
    airmass: float,
    *,
    extended: bool,
    diameter_arcsec: float | None,
    whole: bool = True,
) -> Aperture:
    """Return the aperture for a source in a seeing (FWHM at the zenith and 500 nm, arcsec).

    `whole` False: it grows evenly with the image instead of in steps of two pixels, one pixel wider than twice the image quality, the
    mean of the steps.
    """
    place = place_of(light, seeing_arcsec, airmass)
    needed = 2.0 * place.reference_fwhm / place.scale_arcsec
    size = float(odd_pixels(needed)) if whole else needed + 1.0
    if extended and diameter_arcsec is not None:
        size = float(np.hypot(size, diameter_arcsec / place.scale_arcsec))
    lay = place.strip if place.has_slit else place.circle
    return lay(size, extended, diameter_arcsec)


def variance(aperture: Aperture, noise: Noise) -> Mapping[str, Array]:
    """Return term -> variance in the aperture: every pixel counts alike."""
    count = np.full_like(noise.target_e, aperture.pixels)
    return {
        "target": noise.target_e,
        "sky": count * noise.sky_e,
        "dark": count * noise.dark_e,
        "read-out": count * noise.read_e2,
    }
