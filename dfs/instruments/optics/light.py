"""The way of the light through a telescope and an instrument that has been set up: arrays over wavelength, and the detector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dfs.instruments.optics.choice import Choice

__all__ = ["LightPath", "Readout", "Surface"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Surface:
    """Something warm in the beam: its heat is seen in the infrared through what stands behind it.

    Attributes
    ----------
    name
        Of the element.
    temperature_k, emissivity
        As of a grey body.
    """

    name: str
    temperature_k: float
    emissivity: float


@dataclass(frozen=True, slots=True)
class Readout:
    """A detector as it is read: figures of one binned pixel.

    Attributes
    ----------
    detector, read_mode
        Names.
    ron_e
        Read-out noise (e-, rms) of one read-out.
    dark_e_per_s
        Of one binned pixel.
    gain_e_per_adu
        Conversion factor.
    full_well_e
        Charge at which a binned pixel saturates (the smaller of well and converter).
    linear_e
        Charge up to which the answer is linear to 1 %; None: `full_well_e`.
    shortest_s
        Shortest exposure, or DIT.
    overhead_s
        Time that one read-out takes.
    infrared
        True where exposures are sums of NDIT integrations of DIT seconds.
    ron_by_dit
        Pairs (DIT in s, read-out noise in e-), ascending, where a longer DIT has room for more reads; empty: always `ron_e`.
    """

    detector: str
    read_mode: str
    ron_e: float
    dark_e_per_s: float
    gain_e_per_adu: float
    full_well_e: float
    linear_e: float | None = None
    shortest_s: float = 0.0
    overhead_s: float = 0.0
    infrared: bool = False
    ron_by_dit: tuple[tuple[float, float], ...] = ()

    def noise_e(self, dit_s: float) -> float:
        """Return the read-out noise (e-, rms) of one read-out after `dit_s`: linear in log DIT between the figures there are."""
        if not self.ron_by_dit:
            return self.ron_e
        times, noises = np.array(self.ron_by_dit).T
        return float(np.interp(np.log(dit_s), np.log(times), noises))


@dataclass(frozen=True, slots=True, eq=False)
class LightPath:
    """An instrument set up: what reaches the detector of what reaches the telescope.

    Attributes
    ----------
    choice
        What was asked, with every None filled in and every name whole.
    kind
        ``image``: one number per pixel, the arrays sample the band. ``spectrum``: one value of the arrays per binned detector pixel
        along the dispersion. ``cube``: as a spectrum, one for each spatial pixel.
    wavelength_nm
        Shape (n,), ascending, in `medium`: centres of samples.
    width_nm
        Shape (n,): what one sample spans.
    medium
        ``air`` or ``vacuum``, as the observatory's pipeline gives the instrument's wavelengths.
    vacuum_nm
        Shape (n,): the same wavelengths in vacuum.
    elements
        Name -> shape (n,): the fraction that each element passes, in the order of the light (``telescope``, ..., ``filter``, ``disperser``,
        ``detector``); without atmosphere and slit.
    area_m2, diameter_m, site
        Of the telescope; site as in `dfs.sky`.
    pixel_arcsec
        (along the dispersion or x, across it or y): sky angle of a binned pixel.
    slit_arcsec, slit_length_arcsec
        Width and length of the slit; None without one.
    resolution_fwhm_nm
        Shape (n,): width (FWHM) of the line-spread function of an evenly lit slit; None for an image.
    surfaces
        Warm elements, the first first.
    image_fwhm_arcsec
        What the instrument adds in quadrature to the image quality.
    readout
        The detector.
    assumed
        What of all this was not read in a document: one text each.
    versions
        Name -> version stamp of the folder's figures.
    """

    choice: Choice
    kind: Literal["image", "spectrum", "cube"]
    wavelength_nm: Array
    width_nm: Array
    medium: Literal["air", "vacuum"]
    vacuum_nm: Array
    elements: Mapping[str, Array]
    area_m2: float
    diameter_m: float
    site: str
    pixel_arcsec: tuple[float, float]
    slit_arcsec: float | None
    slit_length_arcsec: float | None
    resolution_fwhm_nm: Array | None
    surfaces: tuple[Surface, ...]
    image_fwhm_arcsec: float
    readout: Readout
    assumed: tuple[str, ...]
    versions: Mapping[str, str]

    @property
    def beams(self) -> int:
        """Return how many images a beam splitter makes, each with this throughput: 2 in polarimetry, else 1."""
        return 1 if self.choice.polarimetry == "off" else 2

    @property
    def throughput(self) -> Array:
        """Return the product of all elements, shape (n,)."""
        return np.asarray(np.prod(np.stack(list(self.elements.values())), axis=0), dtype=np.float64)
