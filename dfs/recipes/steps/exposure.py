"""One exposure of an image sequence: calibrated, cleaned of cosmic rays, sky subtracted, its sources and its place in the sky."""

from __future__ import annotations

from dataclasses import dataclass

import astroscrappy
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from dfs.errors import DataError
from dfs.instruments import Instrument
from dfs.model import Flag, Frame, Image
from dfs.model.header import number
from dfs.recipes.steps.calibrate import calibrate
from dfs.recipes.steps.image_quality import stars
from dfs.recipes.steps.image_sky import fit_sky, subtract_sky
from dfs.recipes.steps.image_wcs import CelestialFrame, celestial_frame
from dfs.recipes.steps.noise import NoiseModel, noise_model
from dfs.recipes.steps.odd_columns import odd_columns
from dfs.recipes.steps.regions import detector_area
from dfs.recipes.steps.sources import Sources, detect, filled

__all__ = ["Exposure", "expose", "flag_cosmics"]


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """A reduced exposure.

    Attributes
    ----------
    frame
        The raw frame.
    image
        Sky-subtracted, electron / s, trimmed.
    exposure_s
        Exposure time.
    sky_e_per_s, sky_noise
        Sky level and robust standard deviation of a sky pixel, both per second.
    noise
        Gain and read-out noise used.
    cosmic_pixels
        Pixels flagged as hit by cosmic rays.
    odd_pixels
        Pixels of columns found to add or swallow charge.
    sources
        Sources found on it.
    celestial
        Its coordinates as the header claims them.
    fwhm_px
        Median width of its stars (adaptive moments); None without stars.
    """

    frame: Frame
    image: Image
    exposure_s: float
    sky_e_per_s: float
    sky_noise: float
    noise: NoiseModel
    cosmic_pixels: int
    odd_pixels: int
    sources: Sources
    celestial: CelestialFrame
    fwhm_px: float | None


def expose(
    frame: Frame,
    instrument: Instrument,
    bias: Frame | None,
    flat: Frame | None,
    *,
    mesh_px: int,
    cosmic_sigma: float,
    detection_sigma: float,
) -> Exposure:
    """Return `frame` reduced.

    Parameters
    ----------
    frame
        Raw frame.
    instrument
        The instrument that took it.
    bias, flat
        Masters, or None.
    mesh_px
        Cell of the sky map, pixels.
    cosmic_sigma
        Significance at which a sharp pixel is a cosmic ray; 0 looks for none.
    detection_sigma
        Significance of sources.

    Raises
    ------
    DataError
        EXPTIME is missing or not positive, no pixel is usable, or the header gives no coordinates.
    """
    exposure_s = number(frame.header, "EXPTIME", frame.name)
    if not exposure_s > 0:
        raise DataError(
            f"EXPTIME = {exposure_s:g} s", where=frame.name, keyword="EXPTIME", accepted="above 0", hint="leave it out"
        )
    celestial = _claimed(frame, instrument)
    noise = noise_model(frame.header, instrument, flat, bias, where=frame.name)
    image = calibrate(frame, instrument, bias=bias, flat=flat, noise=noise)
    hits = 0
    if cosmic_sigma > 0:
        found = flag_cosmics(image, noise.ron_e, sigma=cosmic_sigma)
        hits = int(found.sum())
        mask = image.mask | np.where(found, int(Flag.COSMIC), 0).astype(np.uint8)
        image = Image(image.data, image.variance, mask, image.unit)
    sky = fit_sky(image, mesh_px=mesh_px, where=frame.name)
    flattened = _per_second(subtract_sky(image, sky), exposure_s)
    odd = odd_columns(flattened)
    flattened.mask[odd] |= np.uint8(Flag.BAD)
    width = max(2.0, 1.0 / celestial.pixel_scale_arcsec)  # 1 arcsec
    sources = detect(flattened, fwhm_px=width, threshold=detection_sigma, deblend=False)
    chosen = stars(sources)
    return Exposure(
        frame=frame,
        image=flattened,
        exposure_s=exposure_s,
        sky_e_per_s=sky.level / exposure_s,
        sky_noise=max(sky.rms / exposure_s, 1e-12),
        noise=noise,
        cosmic_pixels=hits,
        odd_pixels=int(odd.sum()),
        sources=sources,
        celestial=celestial,
        fwhm_px=float(np.median(sources.fwhm[chosen])) if len(chosen) else None,
    )


def flag_cosmics(image: Image, ron_e: float, *, sigma: float, object_limit: float = 5.0) -> NDArray[np.bool_]:
    """Return where cosmic rays hit, by Laplacian edge detection (L.A.Cosmic, van Dokkum 2001, PASP 113, 1420; astroscrappy).

    Parameters
    ----------
    image
        In electrons, sky included: the noise follows from the counts and `ron_e`.
    ron_e
        Read-out noise, e-.
    sigma
        Significance of the Laplacian.
    object_limit
        Contrast between the Laplacian and the fine-structure image: higher keeps the cores of stars safer.
    """
    holes = ~image.good() | ~np.isfinite(image.data)  # filled: a hole of zeros would have sharp edges of its own
    with threadpool_limits(
        limits=1, user_api="openmp"
    ):  # its threads wait by spinning: on a busy machine two are slower than one
        found, _ = astroscrappy.detect_cosmics(
            filled(image),
            inmask=holes,
            sigclip=sigma,
            sigfrac=0.3,
            objlim=object_limit,
            gain=1.0,
            readnoise=ron_e,
            satlevel=np.inf,
            niter=2,
            cleantype="medmask",
        )
    return np.asarray(found, dtype=np.bool_) & ~holes


def _claimed(frame: Frame, instrument: Instrument) -> CelestialFrame:
    shape = np.shape(frame.content) if isinstance(frame.content, np.ndarray) else ()
    area = detector_area(frame.header, instrument, shape, frame.name)
    rows, columns = area.light
    scale = instrument.detector(frame.header).pixel_scale_arcsec * float(np.sqrt(area.binning[0] * area.binning[1]))
    return celestial_frame(
        frame.header, pixel_scale_arcsec=scale, trimmed=(columns.start, rows.start), where=frame.name
    )


def _per_second(image: Image, exposure_s: float) -> Image:
    return Image(
        (image.data / exposure_s).astype(np.float32),
        (image.variance / exposure_s**2).astype(np.float32),
        image.mask.copy(),
        "electron / s",
    )
