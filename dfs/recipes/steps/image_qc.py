"""Quality figures of a stacked image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dfs.errors import DfsError
from dfs.instruments import Instrument
from dfs.model import QcValue
from dfs.recipes.steps.dither import dither_agreement
from dfs.recipes.steps.exposure import Exposure
from dfs.recipes.steps.image_stack import Measured, Stack
from dfs.sky import extinction_curve, mean_airmass

__all__ = ["image_qc"]


def image_qc(
    instrument: Instrument, exposures: Sequence[Exposure], stacked: Stack, measured: Measured
) -> tuple[QcValue, ...]:
    """Return the quality figures of the stack; what could not be measured is None."""
    scale = measured.celestial.pixel_scale_arcsec
    quality, zero, depth = measured.quality, measured.zero_point, measured.depth
    seeing = exposures[0].frame.header.get("ESO TEL AMBI FWHM START")
    sky = [one.sky_e_per_s for one in exposures]
    adu = [one.sky_e_per_s / one.noise.gain_e_per_adu for one in exposures]
    figures = [
        QcValue(
            "image_quality_arcsec",
            quality.fwhm_px * scale if quality else None,
            _finite(quality.fwhm_error_px * scale) if quality else None,
            "arcsec",
            "median over stars (SNR > 20, at most 25) of the FWHM of elliptical Moffat fits, sqrt(a b); error 1.25 MAD / sqrt(n)",
            "ESO TEL AMBI FWHM START",
            seeing,
        ),
        QcValue(
            "ellipticity",
            quality.ellipticity if quality else None,
            _finite(quality.ellipticity_error) if quality else None,
            "",
            "median over the same stars of 1 - b/a of the Moffat fit",
        ),
        QcValue("stars", quality.stars if quality else 0, None, "", "stars the image quality rests on"),
        QcValue("sources", len(measured.sources), None, "", "sources detected on the stack"),
        QcValue(
            "sky_e_per_s",
            float(np.mean(sky)),
            _spread(sky),
            "electron/s",
            "mean over exposures of the median of the sky map, per pixel",
        ),
        QcValue("sky_adu_per_s", float(np.mean(adu)), _spread(adu), "adu/s", "the same divided by the gain"),
        QcValue(
            "sky_mag_arcsec2",
            zero.mag - 2.5 * float(np.log10(np.mean(sky) / scale**2)) if zero and np.mean(sky) > 0 else None,
            zero.error if zero else None,
            "mag/arcsec2",
            "zeropoint_mag - 2.5 log10(sky_e_per_s / pixel area)",
        ),
        QcValue(
            "cosmic_pixels_per_s",
            float(np.mean([one.cosmic_pixels / one.exposure_s for one in exposures])),
            None,
            "1/s",
            "pixels flagged by L.A.Cosmic per exposure and second",
        ),
        QcValue(
            "odd_column_pixels",
            float(np.mean([one.odd_pixels for one in exposures])),
            None,
            "",
            "pixels per exposure in columns whose median over 64 rows differs from the 9 columns about it by 5 errors",
        ),
        QcValue(
            "limiting_flux_e_per_s",
            depth.limit_e_per_s,
            None,
            "electron/s",
            "5 x 1.4826 MAD of fluxes in empty apertures (radius 1 FWHM, regular grid), aperture corrected",
        ),
        QcValue(
            "limiting_mag",
            zero.mag - 2.5 * float(np.log10(depth.limit_e_per_s)) if zero and depth.limit_e_per_s else None,
            None,
            "mag",
            "zeropoint_mag - 2.5 log10(limiting_flux_e_per_s): point source of 5 sigma",
        ),
        QcValue(
            "noise_ratio",
            depth.noise_ratio,
            depth.noise_ratio * 1.17 / float(np.sqrt(depth.apertures)) if depth.noise_ratio else None,
            "",
            "1.4826 MAD of (flux / predicted error) in empty apertures: 1 when the errors are honest",
        ),
        QcValue(
            "noise_correlation",
            float(np.sqrt(stacked.coadd.correlation.sum())),
            None,
            "",
            "noise of a large aperture over that of independent pixels of the same variance",
        ),
        *_registration(stacked, scale),
        *_photometric(instrument, exposures, measured),
    ]
    return tuple(_with_estimator(instrument, one) for one in figures)


def _registration(stacked: Stack, scale: float) -> list[QcValue]:
    matched = [one for one in stacked.alignments if one.pairs]
    rms = [one.rms_px for one in matched if one.rms_px is not None]
    offsets = [float(np.hypot(*one.header_offset_px)) * scale for one in matched]
    ratios = [one.flux_ratio for one in stacked.alignments if one.flux_ratio is not None]
    dither = dither_agreement(stacked)
    return [
        QcValue(
            "registration_rms_px",
            float(np.sqrt(np.mean(np.square(rms)))) if rms else None,
            None,
            "pixel",
            "rms per axis about the fitted map of matched sources centred to better than 0.1 px, over all exposures but the first",
        ),
        QcValue(
            "registration_pairs",
            min(one.pairs for one in matched) if matched else 0,
            None,
            "",
            "fewest matched sources",
        ),
        QcValue(
            "registration_header_only",
            sum(one.method == "header" for one in stacked.alignments),
            None,
            "",
            "exposures placed by their header alone, for want of common sources",
        ),
        QcValue(
            "pointing_error_arcsec",
            max(offsets) if offsets else None,
            None,
            "arcsec",
            "largest difference between displacement on stars and in the headers, relative to the first exposure",
        ),
        QcValue(
            "dither_scale",
            dither.scale if dither else None,
            dither.error if dither else None,
            "",
            "displacements on stars over those in the headers, least squares as complex numbers, modulus",
        ),
        QcValue(
            "dither_rotation_deg",
            dither.rotation_deg if dither else None,
            float(np.degrees(dither.error)) if dither else None,
            "deg",
            "the same, argument",
        ),
        QcValue(
            "dither_parity",
            dither.parity if dither else None,
            None,
            "",
            "1 when displacements on stars agree with the headers better than with the headers' mirror image, else -1",
        ),
        QcValue(
            "transparency_range",
            float(max([1.0, *ratios]) / min([1.0, *ratios])) if ratios else None,
            None,
            "",
            "largest over smallest transparency, from fluxes of common stars",
        ),
    ]


def _photometric(instrument: Instrument, exposures: Sequence[Exposure], measured: Measured) -> list[QcValue]:
    zero = measured.zero_point
    above = _above_atmosphere(instrument, exposures)
    return [
        QcValue(
            "zeropoint_mag",
            zero.mag if zero else None,
            zero.error if zero else None,
            "mag",
            "weighted mean of m + 2.5 log10(electrons/s, total flux) over standards, 3 sigma clipped, at the air mass observed",
        ),
        QcValue(
            "zeropoint_airmass0_mag",
            zero.mag + above if zero and above is not None else None,
            zero.error if zero else None,
            "mag",
            "zeropoint_mag + k X: k of the site's extinction curve at the filter's centre, X the mean air mass",
        ),
        QcValue("zeropoint_stars", zero.stars if zero else 0, None, "", "standards used"),
        QcValue("zeropoint_scatter_mag", zero.scatter if zero else None, None, "mag", "1.4826 MAD of the standards"),
    ]


def _above_atmosphere(instrument: Instrument, exposures: Sequence[Exposure]) -> float | None:
    """Return the extinction (mag) of the observation, or None where filter, site or air mass are unknown."""
    header = exposures[0].frame.header
    known = instrument.filters.get(str(header.get(instrument.keywords["filter"], "")).strip())
    if known is None or known.central_nm is None:
        return None
    try:
        airmass = float(np.mean([mean_airmass(one.frame.header, one.frame.name).mean for one in exposures]))
        return airmass * float(extinction_curve(instrument.site).magnitude(known.central_nm))
    except DfsError:
        return None


def _with_estimator(instrument: Instrument, figure: QcValue) -> QcValue:
    """Return `figure` with the estimator of the instrument's folder, where that has one."""
    known = instrument.qc.get(figure.name)
    if known is None or not known.estimator:
        return figure
    return QcValue(
        figure.name,
        figure.value,
        figure.error,
        figure.unit,
        known.estimator,
        figure.header_keyword,
        figure.header_value,
    )


def _spread(values: Sequence[float]) -> float | None:
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
