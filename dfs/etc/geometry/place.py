"""A source's image on the detector, and apertures laid about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.etc.geometry.aperture import Aperture
from dfs.etc.geometry.disk import disk_in_circle, disk_in_rectangle, profile_sigma
from dfs.etc.geometry.image import nodes_of, quality_at, reference_nm, strip_fraction
from dfs.instruments.optics import LightPath
from dfs.sky.image_quality import encircled_energy

__all__ = ["Place", "place_of"]

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

    def circle(self, diameter_px: float, extended: bool, diameter_arcsec: float | None = None) -> Aperture:
        """Return a circle `diameter_px` pixels wide, of an image or at each wavelength of a cube; the source: see `strip`."""
        scale, beams = self.scale_arcsec, self.light.beams
        area_px = float(np.pi * diameter_px**2 / 4.0)
        kept = self._in_circle(diameter_px * scale, extended, diameter_arcsec)
        ones = np.ones_like(self.fwhm)
        return Aperture(
            pixels=area_px * beams,
            arcsec2=area_px * scale**2,
            image_quality=self.fwhm,
            slit_fraction=ones,
            fraction=self.spread(kept[0]),
            source_arcsec2=_shining(area_px * scale**2, extended, diameter_arcsec),
            peak_fraction=self.spread(kept[1]) / beams,
            rows=diameter_px,
            sigma_rows=self._profile(diameter_arcsec if extended else None) / scale,
            beams=beams,
            has_profile=not extended or diameter_arcsec is not None,
        )

    def strip(self, rows: float, extended: bool, diameter_arcsec: float | None = None) -> Aperture:
        """Return `rows` pixels along the slit, at each wavelength of a spectrum; no more than the slit is long.

        The source is a point; extended, an even surface or a disk of this diameter.
        """
        light, scale, beams = self.light, self.scale_arcsec, self.light.beams
        length = light.slit_length_arcsec
        rows = min(rows, length / scale) if length else rows
        height = rows * scale
        area = height * (light.slit_arcsec if light.slit_arcsec is not None else light.pixel_arcsec[0])
        slit, inside, peak = self._in_strip(height, extended, diameter_arcsec)
        return Aperture(
            pixels=rows * beams,
            arcsec2=area,
            image_quality=self.fwhm,
            slit_fraction=self.spread(slit),
            fraction=self.spread(inside),
            source_arcsec2=_shining(area, extended, diameter_arcsec),
            peak_fraction=self.spread(peak) / beams,
            rows=rows,
            sigma_rows=self._profile(diameter_arcsec if extended else None) / scale,
            slit_rows=(length or 0.0) / scale,
            in_slit=True,
            beams=beams,
            has_profile=not extended or diameter_arcsec is not None,
        )

    def _in_circle(self, circle: float, extended: bool, disk: float | None) -> tuple[Array, Array]:
        """Return on the nodes what a circle (arcsec wide) keeps, and the fullest pixel; of an extended source the pixel in arcsec2."""
        across, along = self.light.pixel_arcsec
        fwhm = self.node_fwhm
        if not extended:
            peak = strip_fraction(across, fwhm) * strip_fraction(along, fwhm)
            return encircled_energy(0.5 * circle, fwhm), peak
        if disk is None:
            return np.ones_like(fwhm), np.full_like(fwhm, self.scale_arcsec**2)
        sigma, area = fwhm * _SIGMA, _area(disk)
        return disk_in_circle(disk, circle, sigma), area * disk_in_rectangle(disk, across, along, sigma)

    def _in_strip(self, height: float, extended: bool, disk: float | None) -> tuple[Array, Array, Array]:
        """Return on the nodes what the slit lets through, what of it `height` (arcsec) along it keeps, and the fullest pixel as `_in_circle`."""
        width, scale, fwhm = self.light.slit_arcsec, self.scale_arcsec, self.node_fwhm
        ones = np.ones_like(fwhm)
        if not extended:
            slit = ones if width is None else strip_fraction(width, fwhm)
            return slit, strip_fraction(height, fwhm), strip_fraction(scale, fwhm)
        if disk is None:
            return ones, ones, ones * scale * (width or self.light.pixel_arcsec[0])
        sigma = fwhm * _SIGMA
        slit = disk_in_rectangle(disk, width, None, sigma)
        inside, pixel = (disk_in_rectangle(disk, width, one, sigma) / slit for one in (height, scale))
        return slit, inside, pixel * _area(disk)

    def _profile(self, disk: float | None) -> Array:
        """Return the standard deviation (arcsec) of the image of a point or a disk, at each wavelength."""
        sigma = self.fwhm * _SIGMA
        return sigma if disk is None else profile_sigma(disk, sigma)


def _area(diameter: float) -> float:
    return float(0.25 * np.pi * diameter**2)


def _shining(aperture_arcsec2: float, extended: bool, diameter: float | None) -> float | None:
    """Return the area (arcsec2) whose light is shared out: of the disk, or of the aperture on an even surface; None for a point."""
    if not extended:
        return None
    return aperture_arcsec2 if diameter is None else _area(diameter)


@lru_cache(maxsize=128)
def place_of(light: LightPath, seeing_arcsec: float, airmass: float) -> Place:
    """Return the image of a point in a seeing (FWHM at the zenith and 500 nm)."""
    nodes = nodes_of(light)
    width = quality_at(light, seeing_arcsec, airmass, nodes)
    fwhm = width if nodes.size == 1 else np.interp(light.wavelength_nm, nodes, width)
    reference = float(quality_at(light, seeing_arcsec, airmass, np.array([reference_nm(light)]))[0])
    return Place(light, nodes, width, fwhm, reference)
