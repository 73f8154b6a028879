"""What the calculator answers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dfs.etc.request import Request
from dfs.instruments.optics import LightPath

if TYPE_CHECKING:
    from astropy.table import QTable
    from astropy.units import Quantity

    from dfs.etc.nights.advice import Advice
    from dfs.etc.nights.uncertainty import Spread

__all__ = ["Result", "Saturation"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Saturation:
    """How full the fullest pixel becomes.

    Attributes
    ----------
    peak_e, peak_nm
        Charge of the brightest pixel in one read-out, and where it is.
    full_well_e
        What a pixel holds.
    is_saturated
        Whether it holds less than `peak_e`.
    longest_safe_s
        Longest single exposure (or DIT) in which nothing saturates.
    saturated_nm
        (shortest, longest) wavelength that saturates; None: none.
    """

    peak_e: float
    peak_nm: float
    full_well_e: float
    is_saturated: bool
    longest_safe_s: float
    saturated_nm: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Result:
    """Signal, noise and what they are made of. Arrays are per binned pixel along the dispersion, read-only; an image has one element.

    Attributes
    ----------
    request
        The question, with every default filled in: asked again it gives the same answer.
    light
        The instrument set up.
    wavelength_nm
        Shape (n,), in the medium of the instrument; for an image the effective wavelength.
    target_e
        Shape (n,): electrons of the target in the aperture, in the whole exposure time.
    sky_e
        Shape (n,): electrons of the sky in **one** detector pixel.
    snr_per_pixel
        Shape (n,): signal-to-noise of a pixel along the dispersion, summed over the aperture; of an image, of the target.
    throughput
        Shape (n,): telescope, instrument and detector, without air and slit.
    atmosphere
        Shape (n,): what the air lets through.
    slit_fraction
        Shape (n,): of the target's light; 1 without a slit.
    image_quality_nm
        Shape (n,): FWHM (arcsec) at each wavelength.
    flux
        Shape (n,): the target outside the atmosphere, erg s-1 cm-2 A-1 (extended: arcsec-2).
    sky_radiance
        Shape (n,): photons s-1 m-2 micron-1 arcsec-2 at the telescope.
    variance
        Term -> shape (n,): electrons squared in the aperture: ``target``, ``sky``, ``dark``, ``read-out`` and, as reduced, ``sky fit``,
        ``digitisation``.
    exposure_s, snr, at_nm
        Time on the target; signal-to-noise at `at_nm`.
    aperture_pixels, aperture_arcsec2, encircled_fraction, image_quality_arcsec
        Of the extraction, at `at_nm`: pixels may be a fraction.
    dark_e, ron_e
        In one pixel, in the whole exposure time (read-outs added in quadrature).
    saturation
        Of one read-out.
    sky_magnitudes
        Band -> Vega mag/arcsec2 of the sky that was used.
    notes
        What the user should know, one line each.
    assumed
        Every figure that entered and was not read in a document.
    versions
        Version stamps of the calculator and of the figures.
    """

    request: Request
    light: LightPath
    wavelength_nm: Array
    target_e: Array
    sky_e: Array
    snr_per_pixel: Array
    throughput: Array
    atmosphere: Array
    slit_fraction: Array
    image_quality_nm: Array
    flux: Array
    sky_radiance: Array
    variance: Mapping[str, Array]
    exposure_s: float
    snr: float
    at_nm: float
    aperture_pixels: float
    aperture_arcsec2: float
    encircled_fraction: float
    image_quality_arcsec: float
    dark_e: float
    ron_e: float
    saturation: Saturation
    sky_magnitudes: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Close the arrays: an answer that was changed by hand would be one no more."""
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
        for values in self.variance.values():
            values.flags.writeable = False

    def __repr__(self) -> str:
        choice = self.light.choice
        what = " ".join(one for one in (choice.instrument, choice.mode, choice.disperser or choice.filter) if one)
        return f"<Result {what}: S/N {self.snr:.4g} at {self.at_nm:.1f} nm in {self.exposure_s:.6g} s>"

    @property
    def exposure(self) -> Quantity:
        """The time on the target, of all exposures, with its unit."""
        from astropy import units as u

        return self.exposure_s * u.s

    @property
    def table(self) -> QTable:
        """One row for each pixel along the dispersion (an image: one row), columns with units, the question in ``meta``."""
        from dfs.etc.showing.tables import table_of

        return table_of(self)

    def plot(self, percent: float = 50.0) -> Any:
        """Return the plots of the classic page in a column: object and sky, input spectrum, signal-to-noise, efficiency, saturation, time.

        An image has efficiency, input spectrum and time.

        Parameters
        ----------
        percent
            Range of exposure times to either side of the result's.
        """
        from bokeh.layouts import column

        from dfs.etc.showing.plots import figures_of

        return column(*figures_of(self, percent), sizing_mode="stretch_width")

    def describe(self) -> str:
        """Return each term of the result: its value and unit, and what it is."""
        from dfs.etc.terms import described

        return described(self)

    def document(self) -> dict[str, Any]:
        """Return question and answer as plain values; the question fed back gives the same answer."""
        from dfs.etc.documents.answers import document_of

        return document_of(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write question and answer as JSON: ``obs.etc.of(path)`` repeats the calculation."""
        import json

        from dfs.errors import ServiceError
        from dfs.etc.documents.answers import SCHEMA

        try:
            Path(path).write_text(json.dumps({"schema": SCHEMA, **self.document()}, indent=1), encoding="utf-8")
        except OSError as error:
            raise ServiceError(f"cannot be written: {error.strerror}", where=str(path)) from error
        return Path(path)

    def link(self, base: str = "") -> str:
        """Return the address of the page that repeats the calculation, below the address `base`."""
        from dfs.etc.documents.links import link

        return link(self.request, base)

    def script(self) -> str:
        """Return the Python that repeats the calculation."""
        from dfs.etc.documents.scripts import script

        return script(self.request)

    def uncertainty(self, **options: Any) -> Spread:
        """Return how the answer spreads over the nights of the site; options as of `dfs.etc.nights.uncertainty.uncertainty`."""
        from dfs.etc.nights.uncertainty import uncertainty

        return uncertainty(self.request, **options)

    def advice(self) -> list[Advice]:
        """Return what would make it better, the most worth first."""
        from dfs.etc.nights.advice import advice

        return advice(self.request)
