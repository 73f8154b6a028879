"""Parameters, inputs and quality figures that the recipes `standard` and `science_spectrum` share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dfs.errors import DataError
from dfs.instruments import Instrument
from dfs.model import Card, Frame, Header, HeaderValue, Image, QcValue, Table
from dfs.recipes.contract import FrameSet, Input, Parameters
from dfs.recipes.steps.extract import Extraction
from dfs.recipes.steps.orient import orient
from dfs.recipes.steps.slit_frame import Calibrations, SkyChoices, SlitFrame, parse_windows
from dfs.recipes.steps.slit_target import Target
from dfs.recipes.steps.wavelength import WavelengthSolution

__all__ = [
    "MASTER_INPUTS",
    "SlitParameters",
    "even_illumination",
    "frame_cards",
    "frame_quality",
    "masters_for",
    "quality",
    "wavelength_solution",
]

_SMOOTH_ROWS = 81  # more than any piece of dust on a jaw

MASTER_INPUTS = (
    Input("MASTER_BIAS", meaning="bias level and structure"),
    Input("MASTER_FLAT_LSS", meaning="pixel response; with another slit's flat only its pixel-to-pixel part is used"),
    Input("WAVE_SOLUTION", meaning="wavelengths, from the arc"),
)


class SlitParameters(Parameters):
    """Parameters of every recipe that extracts a spectrum from a long slit. Rows count from 0 along the trimmed slit."""

    position_px: float | None = Field(
        None, ge=0.0, description="row of the target (px); empty: the brightest near the middle"
    )
    search_px: float = Field(
        200.0, gt=0.0, description="how far from the middle of the slit the target is looked for (px)"
    )
    aperture_fwhm: float = Field(2.0, ge=0.5, le=10.0, description="half the aperture in units of the target's FWHM")
    aperture_px: float | None = Field(
        None, gt=0.5, le=500.0, description="half the aperture (px); overrides aperture_fwhm"
    )
    extraction: str = Field("optimal", pattern="^(optimal|sum)$", description="optimal (Horne 1986) or sum")
    reject_kappa: float = Field(5.0, ge=3.0, le=100.0, description="rejection while extracting (standard deviations)")
    trace_order: int = Field(3, ge=0, le=6, description="largest order of the trace")
    detection_threshold: float = Field(5.0, ge=3.0, le=100.0, description="significance of a source along the slit")
    sky_windows: str = Field(
        "", description="background windows in rows, first:last,first:last; empty: the whole slit but for sources"
    )
    sky_degree: int = Field(2, ge=0, le=5, description="degree of the sky's polynomial along the slit")
    sky_kappa: float = Field(4.0, ge=2.5, le=100.0, description="rejection in the sky fit (standard deviations)")
    sky_margin_px: float = Field(5.0, ge=0.0, le=100.0, description="rows kept clear on either side of a source (px)")
    cosmic_kappa: float = Field(5.0, ge=3.0, le=100.0, description="significance of a cosmic ray (standard deviations)")

    def choices(self) -> SkyChoices:
        """Return what the sky fit needs of them."""
        return SkyChoices(
            windows=parse_windows(self.sky_windows),
            degree=self.sky_degree,
            kappa=self.sky_kappa,
            margin_px=self.sky_margin_px,
            threshold=self.detection_threshold,
            cosmic_kappa=self.cosmic_kappa,
            keep_out=() if self.position_px is None else (self.position_px,),
        )

    def half_width(self, target: Target) -> float:
        """Return half the aperture (px)."""
        return self.aperture_px or self.aperture_fwhm * float(np.median(target.trace.fwhm))


def masters_for(frames: FrameSet, frame: Frame) -> Calibrations:
    """Return the masters for `frame`: of a flat through another slit only the part ``PIXEL``, and no flat where it has none."""
    bias, flat = frames.optional("MASTER_BIAS"), frames.optional("MASTER_FLAT_LSS")
    keyword = frames.instrument.keywords["slit"]
    if flat is None or flat.header.get(keyword) == frame.header.get(keyword):
        return Calibrations(bias, flat)
    if isinstance(flat.parts.get("PIXEL"), Image):
        return Calibrations(bias, flat, "PIXEL")
    return Calibrations(bias, None)


def even_illumination(extraction: Extraction, slit: SlitFrame, masters: Calibrations) -> Extraction:
    """Return the spectrum as if the slit were evenly lit, where the frame was divided by the pixel response alone.

    A flat through another slit holds that slit's jaws and dust, which this frame has not, but also how light falls off towards the
    field's edge, which it has; its median over `_SMOOTH_ROWS` rows keeps only this. Frames divided by the whole flat have it in
    them already, so without this a standard star in a wide slit and a target in a narrow one would differ by it.
    """
    part = masters.flat.parts.get("SLIT") if masters.flat is not None and masters.flat_part else None
    if not isinstance(part, Image):
        return extraction
    surface, unlit = _illumination(part, slit)
    middle = 0.5 * (extraction.rows.start + extraction.rows.stop - 1)
    rows = slice(
        max(int(middle) - _SMOOTH_ROWS // 2, slit.lit[0]), min(int(middle) + _SMOOTH_ROWS // 2 + 1, slit.lit[1])
    )
    values = np.where(unlit[rows], np.nan, surface[rows])
    if not np.isfinite(values).any(axis=0).all():
        return extraction
    factor = np.nanmedian(values, axis=0)
    return replace(
        extraction,
        flux=extraction.flux / factor,
        variance=extraction.variance / factor**2,
        background=extraction.background / factor,
    )


def _illumination(part: Image, slit: SlitFrame) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    turned = orient(part, slit.grism)
    return turned.data.astype(np.float64), ~turned.good() | ~(turned.data > 0)


def wavelength_solution(frames: FrameSet, frame: Frame) -> WavelengthSolution:
    """Return the wavelength solution among the inputs, after checking that it is of the frame's grism."""
    arc = frames.optional("WAVE_SOLUTION")
    if arc is None or not isinstance(arc.content, Table):
        raise DataError(
            "no wavelength solution: a spectrum cannot be made without one",
            where=frame.name,
            accepted="a WAVE_SOLUTION of the same grism and binning",
            hint="add an arc of this setup to the folder",
        )
    check_setup(frame, arc, frames.instrument, "grism")
    return WavelengthSolution.from_table(arc.content, arc.name)


def check_setup(frame: Frame, calibration: Frame, instrument: Instrument, role: str) -> None:
    """Raise `DataError` naming both files where `calibration` has another grism (or other `role`) than `frame`."""
    keyword = instrument.keywords[role]
    here, there = frame.header.get(keyword), calibration.header.get(keyword)
    if there is not None and here != there:
        raise DataError(
            f"{keyword} = {here!r} but {there!r} in {calibration.name}",
            where=frame.name,
            keyword=keyword,
            accepted=f"a {calibration.tag} of {here}",
            hint="use calibrations of the same setup",
        )


def exposure_s(header: Header, where: str) -> float:
    """Return the exposure time (s), above 0, or raise `DataError`."""
    value = header.get("EXPTIME")
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise DataError(
            f"EXPTIME = {value!r} is no exposure time", where=where, keyword="EXPTIME", accepted="seconds, above 0"
        )
    return float(value)


def frame_cards(
    slit: SlitFrame, target: Target, extraction: Extraction, masters: Calibrations, half_width: float
) -> tuple[Card, ...]:
    """Return cards that tell how a frame was calibrated and extracted."""
    flat = "none" if masters.flat is None else f"{masters.flat_part or 'whole'} of {masters.flat.name}"
    correlation = slit.pixel_noise.correlation
    values: list[tuple[str, HeaderValue, str]] = [
        ("NOISE GAIN", round(slit.noise.gain_e_per_adu, 4), "[e-/ADU] gain used"),
        ("NOISE RON", round(slit.noise.ron_e, 3), "[e-] read-out noise used"),
        ("NOISE ORIGIN", slit.noise.origin[:60], "where they come from"),
        *(
            (f"NOISE CORR{lag}", round(rho, 4), f"read noise correlation, {lag} px")
            for lag, rho in enumerate(correlation, 1)
        ),
        ("BIAS", "none: own dark rows" if masters.bias is None else masters.bias.name[:60], "master bias"),
        ("FLAT", flat[:60], "flat field"),
        ("COSMICS", slit.cosmics, "pixels masked as cosmic rays"),
        ("SKY DEGREE", slit.choices.degree, "of the sky's polynomial along the slit"),
        ("SKY CHI2", round(slit.sky.reduced_chi2, 4), "reduced chi2 of the sky fit"),
        ("TRACE ROW", round(float(np.median(target.trace.row)), 3), "[px] median row of the trace, from 0"),
        ("TRACE ORDER", target.trace.order, "order of the trace"),
        ("TRACE RMS", round(target.trace.rms_px, 4), "[px] rms of the centres"),
        ("TRACE FWHM", round(float(np.median(target.trace.fwhm)), 3), "[px] width along the slit"),
        ("TRACE ORIGIN", target.origin[:60], "how the target was found"),
        ("EXTRACT METHOD", extraction.method, "optimal (Horne 1986) or sum"),
        ("EXTRACT HALF", round(half_width, 3), "[px] half the aperture"),
    ]
    return tuple(Card(f"ESO DRS {name}", value, comment) for name, value, comment in values)


def frame_quality(
    slit: SlitFrame, target: Target, extraction: Extraction, instrument: Instrument
) -> tuple[QcValue, ...]:
    """Return quality figures of a frame and its trace."""
    detector = instrument.detector(slit.frame.header)
    scale = _scale_arcsec(slit, instrument)
    fwhm = float(np.median(target.trace.fwhm))
    figures = [
        quality(
            instrument,
            "frame_ron_e",
            slit.noise.ron_e,
            "electron",
            "4-sigma clipped standard deviation of the frame's own dark rows and columns, a cubic removed from each, times the gain; "
            "the master's value where there are fewer than 1000 dark pixels",
            error=slit.noise.ron_error,
            keyword=detector.ron_keyword,
            header=slit.frame.header,
        ),
        quality(
            instrument,
            "cosmic_pixels",
            float(slit.cosmics),
            "pixel",
            "number of pixels found by Laplacian edge detection",
        ),
        quality(instrument, "sky_chi2", slit.sky.reduced_chi2, "", "reduced chi2 of the sky fit over the pixels kept"),
        quality(instrument, "trace_rms_px", target.trace.rms_px, "pixel", "rms of the centres about the trace"),
        quality(
            instrument,
            "spatial_fwhm_arcsec",
            fwhm * scale,
            "arcsec",
            "median FWHM of Gaussians fitted across the trace",
        ),
        quality(
            instrument, "profile_chi2", extraction.profile_chi2, "", "reduced chi2 of data against profile times flux"
        ),
    ]
    width = slit_width_arcsec(slit.frame.header, instrument)
    if width is not None and target.source is not None:
        figures.append(
            quality(
                instrument,
                "slit_transmission",
                slit_transmission(width, fwhm * scale),
                "",
                "fraction of a centred Gaussian of the FWHM along the slit that passes the slit's width; not applied to the flux",
            )
        )
    return tuple(figures)


def slit_transmission(width_arcsec: float, fwhm_arcsec: float) -> float:
    """Return the fraction of a centred Gaussian source that a slit lets through: erf(w sqrt(ln 2) / FWHM)."""
    from math import erf, log, sqrt

    return erf(width_arcsec * sqrt(log(2.0)) / fwhm_arcsec)


def slit_width_arcsec(header: Header, instrument: Instrument) -> float | None:
    """Return the width of the slit named in `header`, or None where the instrument's folder does not know it."""
    slit = instrument.slits.get(str(header.get(instrument.keywords["slit"], "")).strip())
    return slit.width_arcsec if slit else None


def quality(
    instrument: Instrument,
    name: str,
    value: float | None,
    unit: str,
    estimator: str,
    *,
    error: float | None = None,
    keyword: str | None = None,
    header: Header | None = None,
) -> QcValue:
    """Return a quality figure; the instrument's own words about the estimator win, what is not a number becomes None."""
    known = instrument.qc.get(name)
    finite = value if value is not None and np.isfinite(value) else None
    claim = header.get(keyword) if header is not None and keyword else None
    return QcValue(
        name,
        finite,
        error,
        known.unit if known else unit,
        known.estimator if known and known.estimator != "see the recipe" else estimator,
        keyword,
        claim,
    )


def _scale_arcsec(slit: SlitFrame, instrument: Instrument) -> float:
    """Return the angle of a (binned) pixel along the slit."""
    axis = "X" if slit.grism.dispersion_axis == "y" else "Y"
    binning = slit.frame.header.get(f"ESO DET WIN1 BIN{axis}", 1)
    return instrument.detector(slit.frame.header).pixel_scale_arcsec * float(binning or 1)
