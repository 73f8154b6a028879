"""From exposures to one measured image: registration, stack, sources, photometry, image quality, zero point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError
from dfs.model import Flag, Image
from dfs.progress import Progress
from dfs.recipes.steps.coadd import Coadd, Layer, coadd, output_grid
from dfs.recipes.steps.exposure import Exposure
from dfs.recipes.steps.image_quality import ImageQuality, image_quality, stars
from dfs.recipes.steps.image_sky import source_mask
from dfs.recipes.steps.image_wcs import Affine, CelestialFrame, pixel_mapping
from dfs.recipes.steps.photometry import aperture_correction, apertures, empty_apertures
from dfs.recipes.steps.register import Alignment, register
from dfs.recipes.steps.resample import Kernel
from dfs.recipes.steps.source_table import Photometry
from dfs.recipes.steps.sources import SourceFlag, Sources, detect
from dfs.recipes.steps.zeropoint import Catalogue, Tie, ZeroPoint, tie, zero_point

__all__ = ["Depth", "Measured", "Stack", "align", "measure", "stack"]

Array = NDArray[np.float64]

_RADII_FWHM = (0.75, 1.0, 1.5, 2.5, 4.0)  # apertures in units of the image quality; the last counts as total
_MAIN = (
    1  # the one that total fluxes start from: near the best SNR of a Gaussian (0.68 FWHM) but less sensitive to seeing
)


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The stack and how it came about.

    Attributes
    ----------
    coadd
        The stacked image with its maps.
    celestial
        Its coordinates: those the first exposure claims, or a catalogue's.
    origin
        Pixel (x, y) of the first exposure that is pixel (0, 0) of the stack.
    alignments
        One per exposure; the first is the identity.
    flux_scales
        What each exposure was multiplied with to bring all to their mean transparency.
    """

    coadd: Coadd
    celestial: CelestialFrame
    origin: tuple[int, int]
    alignments: tuple[Alignment, ...]
    flux_scales: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Depth:
    """How deep the stack is.

    Attributes
    ----------
    limit_e_per_s
        Total flux of a point source of 5 sigma.
    noise_ratio
        Scatter of fluxes in empty apertures over their predicted error; None when fewer than 30.
    apertures
        How many.
    """

    limit_e_per_s: float | None
    noise_ratio: float | None
    apertures: int


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What was measured on the stack."""

    sources: Sources
    quality: ImageQuality | None
    point_fwhm_px: float | None
    photometry: Photometry
    depth: Depth
    celestial: CelestialFrame
    tie: Tie | None
    zero_point: ZeroPoint | None


def align(exposures: Sequence[Exposure], *, near_px: float) -> tuple[Alignment, ...]:
    """Return how each exposure lies against the first.

    Raises
    ------
    DataError
        An exposure does not overlap the first by its header, and no common sources say otherwise.
    """
    first = exposures[0]
    found = [Alignment(Affine.translation(), "stars" if len(exposures) == 1 else "header", 0)]
    for one in exposures[1:]:
        predicted = pixel_mapping(first.celestial, one.celestial, first.image.shape)
        alignment = register(first.sources, one.sources, predicted, first.image.shape, near_px=near_px)
        if alignment.method == "header" and not _overlap(predicted, first.image.shape, one.image.shape):
            raise DataError(
                f"this exposure shows another field than {first.frame.name}",
                where=one.frame.name,
                keyword="CRVAL1, CRVAL2",
                accepted="exposures that overlap the first",
                hint="stack each field by itself",
            )
        found.append(alignment)
    if any(one.method == "stars" for one in found[1:]):
        found[0] = replace(found[0], method="stars")
    return tuple(found)


def stack(
    exposures: Sequence[Exposure],
    *,
    near_px: float,
    kernel: Kernel,
    kappa: float,
    match_flux: bool,
    progress: Progress,
) -> Stack:
    """Return the stack of `exposures` on the grid of the first, enlarged to hold them all."""
    alignments = align(exposures, near_px=near_px)
    shape, origin = output_grid([one.mapping for one in alignments], [one.image.shape for one in exposures])
    to_first = Affine.translation(*origin)
    scales = _flux_scales(alignments) if match_flux else (1.0,) * len(exposures)
    layers = [
        Layer(one.image, alignment.mapping.after(to_first), one.exposure_s, scale, one.sky_noise)
        for one, alignment, scale in zip(exposures, alignments, scales, strict=True)
    ]
    return Stack(
        coadd=coadd(layers, shape, kernel=kernel, kappa=kappa, progress=progress),
        celestial=exposures[0].celestial.moved(-origin[0], -origin[1]),
        origin=origin,
        alignments=alignments,
        flux_scales=scales,
    )


def measure(
    stacked: Stack, *, detection_sigma: float, fwhm_px: float, catalogue: Catalogue | None, near_px: float, system: str
) -> Measured:
    """Return sources, photometry, image quality, depth and, with a `catalogue`, coordinates and zero point of a stack.

    Parameters
    ----------
    stacked
        The stack.
    detection_sigma
        Significance of sources.
    fwhm_px
        Width to search with.
    catalogue
        Reference stars, or None.
    near_px
        How far off the header's coordinates normally are.
    system
        Magnitude system of a catalogue that does not say.
    """
    image = stacked.coadd.image
    sources = _measurable(detect(image, fwhm_px=fwhm_px, threshold=detection_sigma))
    quality = image_quality(image, sources)
    width = quality.fwhm_px if quality else fwhm_px
    photometry = _photometry(image, sources, stacked.coadd.correlation, width)
    chosen = stars(sources)
    point = float(np.median(sources.fwhm[chosen])) if len(chosen) else None
    found = tie(catalogue, stacked.celestial, sources.x, sources.y, image.shape, near_px=near_px) if catalogue else None
    return Measured(
        sources=sources,
        quality=quality,
        point_fwhm_px=point,
        photometry=photometry,
        depth=_depth(stacked.coadd, photometry),
        celestial=found.frame if found else stacked.celestial,
        tie=found,
        zero_point=_zero_point(catalogue, found, sources, photometry, system) if catalogue and found else None,
    )


def _measurable(sources: Sources) -> Sources:
    """Return the sources without those that are no more than a fault: no shape, and at the edge or on bad pixels."""
    fault = np.int16(SourceFlag.TRUNCATED | SourceFlag.BAD_PIXELS)
    shapeless = (sources.flags & np.int16(SourceFlag.NO_SHAPE)) != 0
    return sources.take(~(shapeless & ((sources.flags & fault) != 0)))


def _flux_scales(alignments: Sequence[Alignment]) -> tuple[float, ...]:
    """Return mean transparency over each exposure's, where stars tell that one differs by more than 3 standard errors."""
    ratios = [1.0 if one.flux_ratio is None else one.flux_ratio for one in alignments]
    told = any(
        one.flux_ratio is not None and abs(one.flux_ratio - 1.0) > 3.0 * (one.flux_ratio_error or 0.0)
        for one in alignments
    )
    if not told:
        return (1.0,) * len(ratios)
    mean = float(np.mean(ratios))
    return tuple(mean / ratio for ratio in ratios)


def _overlap(predicted: Affine, shape: tuple[int, int], other: tuple[int, int]) -> bool:
    if not np.all(np.isfinite(predicted.shift)):
        return False
    x, y = predicted(0.5 * (shape[1] - 1), 0.5 * (shape[0] - 1))
    reach_x, reach_y = 0.5 * (shape[1] + other[1]), 0.5 * (shape[0] + other[0])
    return bool(abs(x - 0.5 * (other[1] - 1)) < reach_x and abs(y - 0.5 * (other[0] - 1)) < reach_y)


def _photometry(image: Image, sources: Sources, correlation: Array, fwhm_px: float) -> Photometry:
    radii = tuple(round(factor * fwhm_px, 4) for factor in _RADII_FWHM)
    flux, error = apertures(image, sources.x, sources.y, radii, correlation)
    correction = aperture_correction(image, sources, (radii[_MAIN], radii[-1]), fwhm_px, correlation)
    total = flux[:, _MAIN] * correction.factor
    total_error = np.hypot(error[:, _MAIN] * correction.factor, flux[:, _MAIN] * correction.error)
    return Photometry(radii, flux, error, correction, total, total_error)


def _depth(stacked: Coadd, photometry: Photometry) -> Depth:
    """Return the depth from apertures on empty sky, where there is the full exposure time."""
    full = stacked.exposure_s >= 0.99 * np.max(stacked.exposure_s, initial=0.0)
    mask = np.where(full, stacked.image.mask, stacked.image.mask | np.uint8(Flag.BAD)).astype(np.uint8)
    image = Image(stacked.image.data, stacked.image.variance, mask, stacked.image.unit)
    if not image.good().any():
        return Depth(None, None, 0)
    occupied = source_mask(image.data, ~image.good() | ~np.isfinite(image.data))
    flux, error = empty_apertures(image, occupied, photometry.radii_px[_MAIN], stacked.correlation)
    if len(flux) < 30:
        sigma = float(np.median(error)) if len(error) else None
        return Depth(5.0 * sigma * photometry.correction.factor if sigma else None, None, len(flux))
    pull = flux / error
    ratio = 1.4826 * float(np.median(np.abs(pull - np.median(pull))))
    scatter = 1.4826 * float(np.median(np.abs(flux - np.median(flux))))
    return Depth(5.0 * scatter * photometry.correction.factor, ratio, len(flux))


def _zero_point(
    catalogue: Catalogue, found: Tie, sources: Sources, photometry: Photometry, system: str
) -> ZeroPoint | None:
    clean = (sources.flags[found.source] & ~np.int16(SourceFlag.BLENDED)) == 0
    star, source = found.star[clean], found.source[clean]
    return zero_point(
        catalogue.mag[star],
        catalogue.mag_error[star],
        photometry.total[source],
        photometry.total_error[source],
        catalogue.system or system,
    )
