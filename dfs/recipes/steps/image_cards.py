"""What a stacked image says of itself in its header, by ESO's science data product standard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dfs.model import Card, HeaderValue
from dfs.recipes.steps.dither import dither_agreement
from dfs.recipes.steps.exposure import Exposure
from dfs.recipes.steps.image_stack import Measured, Stack
from dfs.recipes.steps.image_wcs import POINTING_RMS_ARCSEC

__all__ = ["image_cards", "table_cards"]


def image_cards(exposures: Sequence[Exposure], stacked: Stack, measured: Measured, band: str) -> tuple[Card, ...]:
    """Return the cards of SCIENCE_IMAGE.

    The keywords are those of the ESO Science Data Product Standard 8 (ESO-044286) for SCIENCE.IMAGE; EXPTIME is the median of the
    covered pixels of the exposure map, as it asks for dithered images.
    """
    used = stacked.coadd.exposure_s[stacked.coadd.exposure_s > 0]
    total = sum(one.exposure_s for one in exposures)
    ny, nx = stacked.coadd.image.shape
    ra, dec = measured.celestial.sky(0.5 * (nx - 1), 0.5 * (ny - 1))
    zero = measured.zero_point
    cards = [
        *measured.celestial.cards(),
        Card("RA", float(ra), "[deg] Centre of the image"),
        Card("DEC", float(dec), "[deg] Centre of the image"),
        Card("BUNIT", stacked.coadd.image.unit, "Unit of the data"),
        Card("FILTER", band, "Filter"),
        Card("EXPTIME", round(min(float(np.median(used)), total) if len(used) else total, 4), "[s] Median of the map"),
        Card("TEXPTIME", round(total, 4), "[s] Total of all exposures"),
        Card("NCOMBINE", len(exposures), "Raw science frames combined"),
        Card("NJITTER", len(exposures), "Jitter positions"),
        Card("FLUXCAL", "ABSOLUTE" if zero else "UNCALIBRATED", "Flux calibration"),
        Card("PSF_FWHM", _psf_arcsec(measured), "[arcsec] Image quality"),
        Card("ELLIPTIC", measured.quality.ellipticity if measured.quality else None, "Ellipticity of point sources"),
        Card("PHOTZP", zero.mag if zero else None, "[mag] of 1 electron / s, as observed"),
        Card("PHOTZPER", zero.error if zero else None, "[mag] Error of PHOTZP"),
        *_limits(measured),
        *_accuracy(exposures, stacked, measured),
        *_history(exposures, stacked, measured),
    ]
    return tuple(card for card in cards if card.value is not None)


def table_cards(stacked: Stack, measured: Measured, band: str) -> tuple[Card, ...]:
    """Return the cards of the source table's extension: footprint and what its columns rest on."""
    ny, nx = stacked.coadd.image.shape
    corners = (np.array([0.0, nx - 1.0, nx - 1.0, 0.0]), np.array([0.0, 0.0, ny - 1.0, ny - 1.0]))
    ra, dec = measured.celestial.sky(*corners)
    order = (0, 1, 2, 3) if measured.celestial.parity < 0 else (0, 3, 2, 1)
    area = float(np.count_nonzero(stacked.coadd.exposure_s > 0)) * (measured.celestial.pixel_scale_arcsec / 3600.0) ** 2
    cards = [Card("FILTER", band, "Filter"), Card("PSF_FWHM", _psf_arcsec(measured), "[arcsec] Image quality")]
    for index, corner in enumerate(order, 1):
        cards += [
            Card(f"FPRA{index}", float(ra[corner]), "[deg] Footprint"),
            Card(f"FPDE{index}", float(dec[corner]), "[deg] Footprint"),
        ]
    correction = measured.photometry.correction
    scale = measured.celestial.pixel_scale_arcsec
    cards += [
        Card("SKYSQDEG", area, "[deg2] Sky coverage"),
        Card("M_EPOCH", value=False, comment="T: positions of several epochs"),
        Card("APMATCHD", value=False, comment="T: fluxes are aperture-matched"),
        Card("ESO DRS APCOR", correction.factor, "total over aperture flux"),
        Card("ESO DRS APCOR ERR", correction.error, "its error"),
        Card("ESO DRS APCOR STARS", correction.stars, "stars used; 0: a Gaussian assumed"),
        Card("ESO DRS APCOR RADIUS", correction.radius_px * scale, "[arcsec] aperture of FLUX"),
        Card("ESO DRS APCOR TOTAL", correction.total_radius_px * scale, "[arcsec] counted as total"),
    ]
    return tuple(card for card in cards if card.value is not None)


def _limits(measured: Measured) -> list[Card]:
    zero, depth = measured.zero_point, measured.depth
    if zero is None:
        return []
    cards = [Card("PHOTSYS", zero.system or None, "Photometric system")]
    if zero.system == "AB" and depth.limit_e_per_s:
        limit = zero.mag - 2.5 * float(np.log10(depth.limit_e_per_s))
        cards.append(Card("ABMAGLIM", limit, "[mag] 5-sigma limit for point sources"))
    return cards


def _accuracy(exposures: Sequence[Exposure], stacked: Stack, measured: Measured) -> list[Card]:
    """Return what is known of the coordinates' errors: CRDER random (registration), CSYER systematic (where the field is)."""
    errors = [one.error_px for one in stacked.alignments if one.error_px]
    random = max(errors) * measured.celestial.pixel_scale_arcsec / 3600.0 if errors else None
    telescope = str(exposures[0].frame.header.get("TELESCOP") or "").strip()
    if measured.tie is not None and measured.tie.error_arcsec is not None:
        systematic: float | None = measured.tie.error_arcsec / 3600.0
        origin = f"{len(measured.tie.star)} catalogue stars"
    else:
        pointing = POINTING_RMS_ARCSEC.get(telescope)
        systematic = pointing / 3600.0 if pointing else None
        origin = "telescope pointing, not verified"
    return [
        Card("CRDER1", random, "[deg] Random error, axis 1"),
        Card("CRDER2", random, "[deg] Random error, axis 2"),
        Card("CSYER1", systematic, "[deg] Systematic error, axis 1"),
        Card("CSYER2", systematic, "[deg] Systematic error, axis 2"),
        Card("ESO DRS WCS ORIGIN", origin, "coordinates come from"),
    ]


def _history(exposures: Sequence[Exposure], stacked: Stack, measured: Measured) -> list[Card]:
    """Return how each exposure went into the stack."""
    cards: list[Card] = [
        Card("ESO DRS NOISE CORR", float(np.sqrt(stacked.coadd.correlation.sum())), "noise in large over small areas"),
        Card("ESO DRS GAIN", exposures[0].noise.gain_e_per_adu, "[e-/adu] gain used"),
        Card("ESO DRS RON", exposures[0].noise.ron_e, "[e-] read-out noise used"),
        Card("ESO DRS NOISE ORIGIN", exposures[0].noise.origin[:60], "where these come from"),
    ]
    if measured.quality is None:
        cards.append(Card("ESO DRS WARNING1", "no star: image quality not measured", "warning"))
    lost = sum(one.method == "header" for one in stacked.alignments)
    if len(exposures) > 1 and lost:
        note = f"{lost} of {len(exposures)} exposures placed by header only"
        cards.append(Card("ESO DRS WARNING2", note, "warning"))
    dither = dither_agreement(stacked)
    if dither and dither.parity < 0:
        cards.append(Card("ESO DRS WARNING3", "dithers contradict the parity of the WCS", "warning"))
    for index, (one, alignment, flux) in enumerate(
        zip(exposures, stacked.alignments, stacked.flux_scales, strict=True), 1
    ):
        dx, dy = alignment.mapping.shift
        values: list[tuple[str, HeaderValue, str]] = [
            ("METHOD", alignment.method, "placed by"),
            ("DX", float(dx), "[pixel] of the first exposure's pixel (0, 0)"),
            ("DY", float(dy), "[pixel] of the first exposure's pixel (0, 0)"),
            ("ROT", alignment.rotation_deg, "[deg] rotation found"),
            ("PAIRS", alignment.pairs, "sources matched"),
            ("FLUX", flux, "multiplied with"),
            ("SKY", one.sky_e_per_s, "[electron/s] sky subtracted"),
            ("REJ", stacked.coadd.rejected[index - 1], "pixels rejected as outliers"),
        ]
        cards += [Card(f"ESO DRS EXP{index} {name}", value, comment) for name, value, comment in values]
    return cards


def _psf_arcsec(measured: Measured) -> float | None:
    return measured.quality.fwhm_px * measured.celestial.pixel_scale_arcsec if measured.quality else None
