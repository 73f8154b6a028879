"""Sources on a sky-subtracted image: detection by matched filter, centres and shapes by adaptive moments."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray
from photutils.segmentation import deblend_sources, detect_sources
from photutils.utils.exceptions import NoDetectionsWarning
from scipy.ndimage import distance_transform_edt, find_objects, gaussian_filter, maximum_position

from dfs.model import Flag, Image
from dfs.recipes.steps.moments import FWHM_PER_SIGMA, adaptive_moments

__all__ = ["SourceFlag", "Sources", "detect", "filled"]

Array = NDArray[np.float64]


class SourceFlag(IntFlag):
    """What is wrong with a source; 0 is a clean one."""

    BLENDED = 1  # its light overlaps a neighbour's
    SATURATED = 2  # saturated pixels in the core
    TRUNCATED = 4  # within its own width of the edge of the field
    BAD_PIXELS = 8  # bad, cosmic or interpolated pixels in the core
    NO_SHAPE = 16  # the moments did not converge: centre is the peak, no size


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Detected sources, one entry each, brightest first.

    Attributes
    ----------
    x, y
        Centre, pixels from 0.
    flux
        Flux of the best-fitting Gaussian, unit of the image: for ordering and for matching, not for photometry.
    snr
        Peak signal-to-noise ratio in the matched-filtered image.
    fwhm, ellipticity, angle_deg, elongation
        Size (px), 1 - b/a, direction of the long axis from +x towards +y, a/b; NaN without a shape.
    flags
        Bits of `SourceFlag`.
    """

    x: Array
    y: Array
    flux: Array
    snr: Array
    fwhm: Array
    ellipticity: Array
    angle_deg: Array
    elongation: Array
    flags: NDArray[np.int16]

    def __len__(self) -> int:
        """Return the number of sources."""
        return len(self.x)

    def take(self, selection: NDArray[np.bool_] | NDArray[np.intp]) -> Sources:
        """Return the sources of `selection` (booleans or indices)."""
        return Sources(**{one.name: getattr(self, one.name)[selection] for one in fields(self)})

    @property
    def centre_error(self) -> Array:
        """Return the standard error (px) of a centre per axis.

        That of a Gaussian source under a matched filter against sky noise, ``sqrt(2) sigma / SNR``, and 0.01 px for what the
        brightest stars are subject to (sampling, pixel response); without a width, that of a source of 4 px.
        """
        width = np.where(np.isfinite(self.fwhm), self.fwhm, 4.0)
        return np.asarray(np.hypot(np.sqrt(2.0) * width / FWHM_PER_SIGMA / np.maximum(self.snr, 1.0), 0.01))


def filled(image: Image) -> NDArray[np.float32]:
    """Return the sky-subtracted data with unusable pixels replaced from their good neighbours.

    A hole becomes the Gaussian-weighted mean (sigma 1 pixel) of the good pixels about it, or 0, the sky, where there are none
    within 4 pixels. Saturated pixels keep their value: a saturated core is a peak, not a hole.
    """
    holes = ~np.isfinite(image.data) | ((image.mask & np.uint8(Flag.BAD | Flag.COSMIC | Flag.NO_DATA)) != 0)
    if not holes.any():
        return image.data
    data = np.where(holes, 0.0, image.data).astype(np.float32)
    weight = gaussian_filter((~holes).astype(np.float32), 1.0)
    mean = gaussian_filter(data, 1.0) / np.maximum(weight, 1e-4)
    return np.where(holes, np.where(weight > 1e-4, mean, 0.0), data).astype(np.float32)


def detect(image: Image, *, fwhm_px: float, threshold: float, minimum_px: int = 5, deblend: bool = True) -> Sources:
    """Return the sources of a sky-subtracted image.

    The image, with holes filled, is convolved with a Gaussian of `fwhm_px`, divided by its own noise - the local noise of the
    variance plane, scaled so that its distribution about zero has unit width - and searched for connected pixels above
    `threshold`; touching sources are separated (photutils).

    Parameters
    ----------
    image
        Sky-subtracted, with variance and mask.
    fwhm_px
        Expected width of a point source.
    threshold
        In standard deviations of the filtered image.
    minimum_px
        Connected pixels a source must have.
    deblend
        False leaves touching sources together: three times as fast, and enough to register exposures.
    """
    outside = ~np.isfinite(image.data) | ((image.mask & np.uint8(Flag.NO_DATA)) != 0)
    if outside.all():
        return _empty()
    data = filled(image)
    significance = _significance(image, data, outside, fwhm_px)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoDetectionsWarning)
        segments = detect_sources(significance, threshold, minimum_px, mask=outside)
    if segments is None:
        return _empty()
    if deblend:
        segments = deblend_sources(significance, segments, minimum_px, contrast=0.005, progress_bar=False)
    labels = np.arange(1, int(segments.data.max()) + 1)
    labels = labels[[one is not None for one in find_objects(segments.data)]]
    peaks = np.array(maximum_position(significance, segments.data, labels), dtype=np.float64).reshape(-1, 2)
    return _measured(image, data, significance, segments.data, peaks, outside, fwhm_px)


def _significance(
    image: Image, data: NDArray[np.float32], outside: NDArray[np.bool_], fwhm_px: float
) -> NDArray[np.float32]:
    """Return the matched-filtered image in units of its own noise."""
    good = image.good() & ~outside
    typical = float(np.median(image.variance[good])) if good.any() else 1.0
    # A large median box would follow the sky's noise best; a Gaussian is enough, capped so that a bright star's own photon noise
    # does not hide the star's neighbours.
    noise2 = np.clip(np.where(np.isfinite(image.variance), image.variance, typical), 0.25 * typical, 4.0 * typical)
    smooth = gaussian_filter(data, fwhm_px / FWHM_PER_SIGMA) / np.sqrt(gaussian_filter(noise2, 3.0 * fwhm_px))
    inside = smooth[good] if good.any() else smooth
    scale = 1.4826 * float(np.median(np.abs(inside - np.median(inside))))
    return np.asarray(np.where(outside, 0.0, smooth / max(scale, 1e-30)), dtype=np.float32)


def _measured(
    image: Image,
    data: NDArray[np.float32],
    significance: NDArray[np.float32],
    segments: NDArray[np.int_],
    peaks: Array,
    outside: NDArray[np.bool_],
    fwhm_px: float,
) -> Sources:
    shapes = adaptive_moments(data, peaks[:, 1], peaks[:, 0], fwhm_px=fwhm_px)
    long, short = shapes.axes
    rows, columns = peaks[:, 0].astype(int), peaks[:, 1].astype(int)
    flags = np.where(shapes.converged, 0, int(SourceFlag.NO_SHAPE)).astype(np.int16)
    for k, (row, column) in enumerate(zip(rows, columns, strict=True)):
        flags[k] |= _core_flags(image.mask, segments, row, column, radius=max(1, round(0.7 * fwhm_px)))
    flags[_edge_distance(outside)[rows, columns] < 1.5 * fwhm_px] |= np.int16(SourceFlag.TRUNCATED)
    snr = significance[rows, columns].astype(np.float64)
    flux = np.where(shapes.converged, shapes.flux, np.maximum(data[rows, columns], 0.0) * 1.13 * fwhm_px**2)
    found = Sources(
        x=shapes.x,
        y=shapes.y,
        flux=flux,
        snr=snr,
        fwhm=shapes.fwhm,
        ellipticity=shapes.ellipticity,
        angle_deg=shapes.angle_deg,
        elongation=long / short,
        flags=flags,
    )
    return found.take(np.lexsort((found.x, found.y, -found.flux)))


def _core_flags(mask: NDArray[np.uint8], segments: NDArray[np.int_], row: int, column: int, radius: int) -> int:
    core = (
        slice(max(0, row - radius), row + radius + 1),
        slice(max(0, column - radius), column + radius + 1),
    )
    bits = int(np.bitwise_or.reduce(mask[core], axis=None))
    own = segments[row, column]
    wide = (
        slice(max(0, row - 3 * radius), row + 3 * radius + 1),
        slice(max(0, column - 3 * radius), column + 3 * radius + 1),
    )
    flags = SourceFlag(0)
    if np.any((segments[wide] != 0) & (segments[wide] != own)):
        flags |= SourceFlag.BLENDED
    if bits & Flag.SATURATED:
        flags |= SourceFlag.SATURATED
    if bits & (Flag.BAD | Flag.COSMIC | Flag.NO_DATA):
        flags |= SourceFlag.BAD_PIXELS
    return int(flags)


def _edge_distance(outside: NDArray[np.bool_]) -> Array:
    """Return each pixel's distance (px) to the nearest one outside the field."""
    framed = np.pad(~outside, 1, constant_values=False)
    return np.asarray(distance_transform_edt(framed)[1:-1, 1:-1])


def _empty() -> Sources:
    none = np.empty(0)
    return Sources(none, none, none, none, none, none, none, none, np.empty(0, dtype=np.int16))
