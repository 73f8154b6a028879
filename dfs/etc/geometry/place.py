"""A source's image on the detector, and apertures laid about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.etc.geometry.aperture import Aperture
from dfs.etc.geometry.image import nodes_of, quality_at, reference_nm, strip_fraction
from dfs.etc.sky import beams_of
from dfs.instruments.optics import LightPath
from dfs.sky.image_quality import encircled_energy

__all__ = ["Place", "disk_in_strip", "place_of"]

Array = NDArray[np.float64]

_SIGMA = 1.0 / np.sqrt(8.0 * np.log(2.0))


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """An image of a Gaussian profile, centred on a pixel and in the slit.

    Attributes
    ----------
    light
        The instrument set up.
    nodes_nm, node_fwhm
        Wavelengths where the width was computed, and the width (arcsec).
    fwhm
        Shape (n,): width at each wavelength of the answer.
    reference_fwhm
        At the reference wavelength.
    """

    light: LightPath
    nodes_nm: Array
    node_fwhm: Array
    fwhm: Array
    reference_fwhm: float

    @property
    def has_slit(self) -> bool:
        """Return whether light passes a slit."""
        return self.light.kind == "spectrum"

    @property
    def scale_arcsec(self) -> float:
        """Return the sky angle of a pixel: along the slit, or the mean of both sides."""
        along, across = self.light.pixel_arcsec
        return across if self.has_slit else float(np.sqrt(along * across))

    def spread(self, nodes: Array) -> Array:
        """Return what was computed on the nodes at every wavelength."""
        if nodes.size == 1:
            return nodes
        return np.interp(self.light.wavelength_nm, self.nodes_nm, nodes)

    def circle(self, diameter_px: float, extended: bool) -> Aperture:
        """Return a circle `diameter_px` pixels wide, of an image or at each wavelength of a cube."""
        scale, beams = self.scale_arcsec, beams_of(self.light)
        area_px = float(np.pi * diameter_px**2 / 4.0)
        area = area_px * scale**2
        peak = strip_fraction(self.light.pixel_arcsec[0], self.node_fwhm) * strip_fraction(
            self.light.pixel_arcsec[1], self.node_fwhm
        )
        return Aperture(
            pixels=area_px * beams,
            arcsec2=area,
            image_quality=self.fwhm,
            slit_fraction=np.ones_like(self.fwhm),
            fraction=np.ones_like(self.fwhm)
            if extended
            else self.spread(encircled_energy(0.5 * diameter_px * scale, self.node_fwhm)),
            source_arcsec2=area if extended else None,
            peak_fraction=(np.full_like(self.fwhm, scale**2) if extended else self.spread(peak)) / beams,
            rows=diameter_px,
            sigma_rows=self.fwhm * _SIGMA / scale,
            beams=beams,
        )

    def strip(self, rows: float, extended: bool, diameter_arcsec: float | None = None) -> Aperture:
        """Return `rows` pixels along the slit, at each wavelength of a spectrum; no more than the slit is long."""
        light, scale, beams = self.light, self.scale_arcsec, beams_of(self.light)
        length = light.slit_length_arcsec
        width = light.slit_arcsec
        rows = min(rows, length / scale) if length else rows
        height = rows * scale
        area = height * (width if width is not None else light.pixel_arcsec[0])
        source = area if diameter_arcsec is None else disk_in_strip(diameter_arcsec, width, length)
        slit = np.ones_like(self.node_fwhm) if width is None else strip_fraction(width, self.node_fwhm)
        pixel = np.full_like(self.fwhm, scale * (width or light.pixel_arcsec[0]))
        return Aperture(
            pixels=rows * beams,
            arcsec2=area,
            image_quality=self.fwhm,
            slit_fraction=np.ones_like(self.fwhm) if extended else self.spread(slit),
            fraction=np.ones_like(self.fwhm) if extended else self.spread(strip_fraction(height, self.node_fwhm)),
            source_arcsec2=source if extended else None,
            peak_fraction=(pixel if extended else self.spread(strip_fraction(scale, self.node_fwhm))) / beams,
            rows=rows,
            sigma_rows=self.fwhm * _SIGMA / scale,
            slit_rows=(length or 0.0) / scale,
            in_slit=True,
            beams=beams,
        )


@lru_cache(maxsize=128)
def place_of(light: LightPath, seeing_arcsec: float, airmass: float) -> Place:
    """Return the image of a point in a seeing (FWHM at the zenith and 500 nm)."""
    nodes = nodes_of(light)
    width = quality_at(light, seeing_arcsec, airmass, nodes)
    fwhm = width if nodes.size == 1 else np.interp(light.wavelength_nm, nodes, width)
    reference = float(quality_at(light, seeing_arcsec, airmass, np.array([reference_nm(light)]))[0])
    return Place(light, nodes, width, fwhm, reference)


def disk_in_strip(diameter: float, width: float | None, length: float | None) -> float:
    """Return the area of a disk that a slit through its middle crosses (ends of the slit: where it is shorter than the disk)."""
    radius = 0.5 * diameter
    half = radius if width is None else min(0.5 * width, radius)
    end = radius if length is None else min(0.5 * length, radius)
    places = np.linspace(-half, half, 2001)
    return float(np.trapezoid(2.0 * np.minimum(np.sqrt(np.maximum(radius**2 - places**2, 0.0)), end), places))
