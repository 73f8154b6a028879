"""The source table of a stacked image: positions, fluxes with errors, shapes, classes, flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfs.model import Card, Column, Table
from dfs.recipes.steps.image_wcs import CelestialFrame
from dfs.recipes.steps.photometry import ApertureCorrection
from dfs.recipes.steps.sources import Sources
from dfs.recipes.steps.zeropoint import ZeroPoint

__all__ = ["Photometry", "classify", "magnitudes", "source_table"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Photometry:
    """Fluxes of the sources of a stack, electron / s.

    Attributes
    ----------
    radii_px
        Radii of the apertures.
    flux, error
        In the apertures, shape (sources, apertures).
    correction
        From one of the apertures to the total of a point source.
    total, total_error
        Flux in that aperture times the correction; the error holds the correction's own.
    """

    radii_px: tuple[float, ...]
    flux: Array
    error: Array
    correction: ApertureCorrection
    total: Array
    total_error: Array


def magnitudes(flux: Array, error: Array, zero_point: float = 0.0) -> tuple[Array, Array]:
    """Return magnitudes ``zero_point - 2.5 log10(flux)`` and their errors; NaN where the flux is not positive."""
    positive = flux > 0
    safe = np.where(positive, flux, 1.0)
    mag = np.where(positive, zero_point - 2.5 * np.log10(safe), np.nan)
    return mag, np.where(positive, 2.5 / np.log(10.0) * error / safe, np.nan)


def classify(sources: Sources, point_fwhm_px: float | None) -> NDArray[np.int16]:
    """Return 1 for point-like sources, 0 for extended ones, -1 for those sharper than a star, -9 for those without a width.

    A source is point-like when its width is within 15 % and two errors (width over SNR) of `point_fwhm_px`, the median width
    of the image's stars.
    """
    if point_fwhm_px is None:
        return np.full(len(sources), -9, dtype=np.int16)
    error = sources.fwhm / np.maximum(sources.snr, 1.0)
    result = np.ones(len(sources), dtype=np.int16)
    result[sources.fwhm > 1.15 * point_fwhm_px + 2.0 * error] = 0
    result[sources.fwhm < 0.85 * point_fwhm_px - 2.0 * error] = -1
    result[~np.isfinite(sources.fwhm)] = -9
    return result


def source_table(
    sources: Sources,
    photometry: Photometry,
    celestial: CelestialFrame,
    *,
    point_fwhm_px: float | None,
    exposure_s: Array,
    zero_point: ZeroPoint | None,
    cards: Sequence[Card] = (),
) -> Table:
    """Return the table, one row per source, brightest first.

    Parameters
    ----------
    sources, photometry
        What was measured.
    celestial
        Coordinates of the stack.
    point_fwhm_px
        Width of its stars by adaptive moments.
    exposure_s
        Exposure time at each source.
    zero_point
        Adds columns MAG and MAG_ERR.
    cards
        More cards for the table's header.
    """
    scale = celestial.pixel_scale_arcsec
    ra, dec = celestial.sky(sources.x, sources.y) if len(sources) else (np.empty(0), np.empty(0))
    mag, mag_error = magnitudes(photometry.total, photometry.total_error)
    unit = "electron/s"
    columns = [
        Column("NUMBER", np.arange(1, len(sources) + 1, dtype=np.int32), "", "running number, brightest first"),
        Column("X", sources.x + 1.0, "pixel", "centre along axis 1, first pixel is 1"),
        Column("Y", sources.y + 1.0, "pixel", "centre along axis 2, first pixel is 1"),
        Column("XY_ERR", sources.centre_error, "pixel", "standard error of the centre per axis"),
        Column("RA", ra, "deg", "right ascension"),
        Column("DEC", dec, "deg", "declination"),
        Column("FLUX", photometry.total, unit, "total flux as a point source (aperture corrected)"),
        Column("FLUX_ERR", photometry.total_error, unit, "its standard error"),
        Column("MAG_INST", mag, "mag", "-2.5 log10(FLUX)"),
        Column("MAG_INST_ERR", mag_error, "mag", "its standard error"),
    ]
    if zero_point is not None:
        columns += [
            Column("MAG", mag + zero_point.mag, "mag", f"calibrated magnitude {zero_point.system}".strip()),
            Column("MAG_ERR", np.hypot(mag_error, zero_point.error), "mag", "its error, zero point included"),
        ]
    for k, radius in enumerate(photometry.radii_px):
        name = f"APER{k + 1}"
        columns += [
            Column(f"FLUX_{name}", photometry.flux[:, k], unit, f"flux within {radius * scale:.3f} arcsec"),
            Column(f"FLUX_ERR_{name}", photometry.error[:, k], unit, "its standard error"),
        ]
    columns += [
        Column("SNR", sources.snr, "", "peak signal-to-noise ratio, matched filter"),
        Column("FWHM", sources.fwhm * scale, "arcsec", "width by adaptive moments, as a Gaussian"),
        Column("ELLIPTICITY", sources.ellipticity, "", "1 - b/a"),
        Column("ELONGATION", sources.elongation, "", "a/b"),
        Column("THETA", sources.angle_deg, "deg", "long axis from +x towards +y"),
        Column("EXPTIME", exposure_s, "s", "exposure time at the centre"),
        Column(
            "CLASS", classify(sources, point_fwhm_px), "", "1 point, 0 extended, -1 sharper than a star, -9 no shape"
        ),
        Column("FLAGS", sources.flags, "", "1 blend 2 saturated 4 edge 8 bad pixels 16 no shape"),
    ]
    return Table(tuple(columns), tuple(cards))
