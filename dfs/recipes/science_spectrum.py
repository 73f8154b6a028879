"""Recipe `science_spectrum`: long-slit exposures of a target become its spectrum, in flux where a response is at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dfs.errors import DataError
from dfs.instruments import Instrument
from dfs.model import Card, Flag, Frame, Image, Product, QcValue, Spectrum, Table
from dfs.recipes.contract import FrameSet, Input, Recipe
from dfs.recipes.steps.combine_spectra import combine_spectra
from dfs.recipes.steps.extract import Extraction, extract
from dfs.recipes.steps.flexure import Shift, sky_shift
from dfs.recipes.steps.flux import (
    ELECTRON_UNIT,
    PHYSICAL_UNIT,
    FluxDensity,
    ResponseCurve,
    flux_density,
    intervals,
    pixel_edges_nm,
)
from dfs.recipes.steps.sky_check import SkyCheck, sky_check
from dfs.recipes.steps.slit_frame import Calibrations, SlitFrame, open_slit_frame
from dfs.recipes.steps.slit_run import (
    MASTER_INPUTS,
    SlitParameters,
    check_setup,
    even_illumination,
    exposure_s,
    frame_cards,
    frame_quality,
    masters_for,
    quality,
    slit_width_arcsec,
    wavelength_solution,
)
from dfs.recipes.steps.slit_target import Target, find_target
from dfs.recipes.steps.spectrum_cards import spectrum_cards
from dfs.recipes.steps.wavelength import WavelengthSolution
from dfs.sky import Airmass, air_to_vacuum_nm, extinction_curve, mean_airmass, vacuum_to_air_nm

__all__ = ["RECIPE", "ScienceSpectrumParameters"]

Array = NDArray[np.float64]


class ScienceSpectrumParameters(SlitParameters):
    """Parameters of the recipe `science_spectrum`."""

    shift_px: float | None = Field(
        None,
        ge=-300.0,
        le=300.0,
        description="displacement against the arc (px); empty: measured on lines of the night sky",
    )
    medium: Literal["air", "vacuum"] = Field("air", description="wavelengths in air or vacuum (Morton 2000)")
    combine_kappa: float = Field(5.0, ge=2.5, le=100.0, description="rejection among exposures (standard deviations)")


@dataclass(frozen=True, slots=True, eq=False)
class _Exposure:
    """One exposure, extracted."""

    slit: SlitFrame
    masters: Calibrations
    target: Target
    extraction: Extraction
    half_width: float
    solution: WavelengthSolution
    shift: Shift | None
    check: SkyCheck | None
    airmass: Airmass
    seconds: float

    @property
    def air_nm(self) -> Array:
        """Wavelengths of the pixels in air."""
        row = self.target.trace.row
        found = self.solution.wavelength_nm(np.arange(len(row)), row)
        return found if self.solution.medium == "air" else vacuum_to_air_nm(found)

    @property
    def edges_nm(self) -> Array:
        """Wavelengths of the pixels' edges in air."""
        found = pixel_edges_nm(self.solution, self.target.trace.row)
        return found if self.solution.medium == "air" else vacuum_to_air_nm(found)


def run(frames: FrameSet, parameters: ScienceSpectrumParameters) -> list[Product]:
    """Return the SCIENCE_SPECTRUM of all exposures and a SCIENCE_SPECTRUM_2D of each."""
    raws, progress = frames.all("SCIENCE_LSS"), frames.progress
    frames.one("SCIENCE_LSS")
    curve = _response(frames, raws[0])
    progress.begin("science_spectrum", 3 * len(raws) + 1)
    exposures = [_extracted(frames, frame, parameters) for frame in raws]
    spectra = [_spectrum(one, frames.instrument, curve, parameters.medium) for one in exposures]
    combined = combine_spectra(spectra, parameters.combine_kappa)
    progress.step("combined")
    progress.end()
    used = tuple(one.name for one in frames.all("MASTER_BIAS", "MASTER_FLAT_LSS", "WAVE_SOLUTION"))
    return [
        _spectrum_product(frames, exposures, combined, curve, parameters),
        *(_image_product(one, frames.instrument, used, is_first=one is exposures[0]) for one in exposures),
    ]


def _response(frames: FrameSet, frame: Frame) -> ResponseCurve | None:
    response = frames.optional("RESPONSE")
    if response is None:
        return None
    if not isinstance(response.content, Table):
        raise DataError("it holds no table", where=response.name, accepted="a RESPONSE made by the recipe standard")
    check_setup(frame, response, frames.instrument, "grism")
    return ResponseCurve.from_table(response.content, response.name)


def _extracted(frames: FrameSet, frame: Frame, parameters: ScienceSpectrumParameters) -> _Exposure:
    instrument = frames.instrument
    airmass, seconds = mean_airmass(frame.header, frame.name), exposure_s(frame.header, frame.name)
    solution, masters = wavelength_solution(frames, frame), masters_for(frames, frame)
    slit = open_slit_frame(frame, instrument, masters, solution, parameters.choices())
    frames.progress.step(f"{frame.name}: sky")
    target = find_target(
        slit, position_px=parameters.position_px, search_px=parameters.search_px, order=parameters.trace_order
    )
    half_width = parameters.half_width(target)
    extraction = extract(
        slit.image,
        slit.sky,
        slit.pixel_noise,
        target.trace,
        half_width=half_width,
        kappa=parameters.reject_kappa,
        optimal=parameters.extraction == "optimal",
    )
    extraction = even_illumination(extraction, slit, masters)
    frames.progress.step(f"{frame.name}: extracted")
    shift = None if parameters.shift_px is not None else _sky_shift(slit, solution, instrument, frames)
    moved = shift.apply(solution) if shift else solution.shifted(parameters.shift_px or 0.0)
    check = sky_check(slit, extraction)
    frames.progress.step(f"{frame.name}: errors checked")
    return _Exposure(slit, masters, target, extraction, half_width, moved, shift, check, airmass, seconds)


def _sky_shift(slit: SlitFrame, solution: WavelengthSolution, instrument: Instrument, frames: FrameSet) -> Shift | None:
    here = slit_width_arcsec(slit.frame.header, instrument)
    there = slit_width_arcsec(frames.one("WAVE_SOLUTION").header, instrument)
    return sky_shift(slit.image, solution, slit_ratio=here / there if here and there else 1.0, objects=~slit.sky_rows)


def _spectrum(
    one: _Exposure, instrument: Instrument, curve: ResponseCurve | None, medium: Literal["air", "vacuum"]
) -> Spectrum:
    air, edges = one.air_nm, one.edges_nm
    low, high = one.solution.calibrated_nm
    outside = (air < low) | (air > high)
    extracted = one.extraction
    if curve is None:
        flux, error = extracted.flux / one.seconds, np.sqrt(extracted.variance) / one.seconds
        background, unit = extracted.background / one.seconds, ELECTRON_UNIT
    else:
        density = _density(one, instrument, curve, air, edges)
        flux, error, background, unit = density.flux, density.error, density.background, PHYSICAL_UNIT
        outside |= density.extrapolated
    lost = ~np.isfinite(flux) | ~np.isfinite(error)
    bits = extracted.quality | np.where(outside, Flag.EXTRAPOLATED, 0) | np.where(lost, Flag.NO_DATA, 0)
    return Spectrum(
        wavelength_nm=air_to_vacuum_nm(air) if medium == "vacuum" else air,
        flux=np.where(lost, 0.0, flux),
        error=np.where(lost, 0.0, error),
        quality=bits.astype(np.int16),
        unit=unit,
        medium=medium,
        background=np.where(np.isfinite(background), background, 0.0),
    )


def _density(one: _Exposure, instrument: Instrument, curve: ResponseCurve, air: Array, edges: Array) -> FluxDensity:
    through = extinction_curve(instrument.site).transmission(air, one.airmass.mean)
    extracted = one.extraction
    return flux_density(
        extracted.flux, extracted.variance, extracted.background, air, np.diff(edges), one.seconds, through, curve
    )


def _spectrum_product(
    frames: FrameSet,
    exposures: list[_Exposure],
    spectrum: Spectrum,
    curve: ResponseCurve | None,
    parameters: ScienceSpectrumParameters,
) -> Product:
    first, instrument = exposures[0], frames.instrument
    edges = first.edges_nm
    outside = (spectrum.quality & np.int16(Flag.EXTRAPOLATED)) != 0
    response = frames.optional("RESPONSE")
    own = (
        ("AIRMASS", round(float(np.mean([one.airmass.mean for one in exposures])), 4), "mean of the exposures"),
        ("EXTINCTION", extinction_curve(instrument.site).source[:60] if curve else "none", "extinction curve"),
        ("RESPONSE", response.name[:60] if response else "none", "response"),
        ("EXPOSURES", len(exposures), "exposures combined"),
    )
    shift = first.shift.cards("SKY") if first.shift else ()
    if not shift:
        value = parameters.shift_px or 0.0
        origin = "given" if parameters.shift_px is not None else "no sky line found: not measured"
        shift = (
            Card("ESO DRS WAVE SKY SHIFT", value, "[px] displacement against the arc"),
            Card("ESO DRS WAVE SKY ORIGIN", origin, "where it comes from"),
        )
    return Product(
        category="SCIENCE_SPECTRUM",
        content=spectrum,
        like=first.slit.frame,
        cards=(
            *spectrum_cards(
                spectrum,
                first.slit.frame.header,
                frames.one("WAVE_SOLUTION").header,
                first.solution,
                calibrated=curve is not None,
                shift_error_px=first.shift.error_px if first.shift else None,
            ),
            *frame_cards(first.slit, first.target, first.extraction, first.masters, first.half_width),
            *(Card(f"ESO DRS {name}", value, comment) for name, value, comment in own),
            *shift,
        ),
        qc=_quality(instrument, first, spectrum),
        extrapolated_nm=intervals(air_to_vacuum_nm(edges) if spectrum.medium == "vacuum" else edges, outside),
    )


def _image_product(one: _Exposure, instrument: Instrument, calibrations: tuple[str, ...], *, is_first: bool) -> Product:
    """Return the sky-subtracted frame, not resampled, with its wavelength solution and its apertures of sky."""
    slit = one.slit
    image = Image(
        data=slit.residual().astype(np.float32),
        variance=slit.image.variance,
        mask=slit.image.mask,
        unit="electron",
    )
    nx, row = image.shape[1], float(np.median(one.target.trace.row))
    wavelength = one.air_nm
    parts: dict[str, Image | Spectrum | Table] = {"WAVE_SOLUTION": one.solution.to_table()}
    if one.check is not None:
        parts["SKY_APERTURES"] = one.check.table(wavelength, row)
    cards = (
        Card("ESO DRS AXIS1", "dispersion", "wavelength grows with x, given by WAVE_SOLUTION"),
        Card("ESO DRS AXIS2", "slit", "position along the slit"),
        Card("WAVELMIN", round(float(wavelength[0]), 4), "[nm] first pixel, middle of the trace, in air"),
        Card("WAVELMAX", round(float(wavelength[nx - 1]), 4), "[nm] last pixel, in air"),
        *frame_cards(slit, one.target, one.extraction, one.masters, one.half_width),
    )
    qc = () if is_first else frame_quality(slit, one.target, one.extraction, instrument)
    return Product(
        category="SCIENCE_SPECTRUM_2D",
        content=image,
        like=slit.frame,
        cards=cards,
        parts=parts,
        qc=qc,
        made_from=(slit.frame.name, *calibrations),
        extrapolated_nm=one.solution.extrapolated_nm,
    )


def _quality(instrument: Instrument, one: _Exposure, spectrum: Spectrum) -> tuple[QcValue, ...]:
    good = (spectrum.quality & np.int16(Flag.excluded())) == 0
    snr = spectrum.flux[good] / spectrum.error[good]
    figures = [
        quality(instrument, "snr", float(np.median(snr)), "", "median of flux / error over the good pixels"),
        quality(instrument, "airmass", one.airmass.mean, "", one.airmass.origin),
        *frame_quality(one.slit, one.target, one.extraction, instrument),
    ]
    if one.shift is not None:
        figures.append(
            quality(instrument, "shift_px", one.shift.px, "pixel", one.shift.method, error=one.shift.error_px)
        )
    if one.check is not None:
        figures += _honesty(instrument, one.check)
    return tuple(figures)


def _honesty(instrument: Instrument, check: SkyCheck) -> list[QcValue]:
    """Return the ratios of scatter to predicted error in apertures of sky."""
    nx = check.flux.shape[1]
    count = float(np.isfinite(check.flux).sum())
    rule = (
        "apertures with the target's weights at every multiple of its height + 2 px from it, those touching other sources left out, the sky "
        "fitted without them"
    )
    parts = {"": slice(None), "_blue": slice(0, nx // 3), "_red": slice(2 * nx // 3, nx)}
    figures = [
        quality(
            instrument,
            f"sky_error_ratio{name}",
            check.ratio(columns),
            "",
            f"rms of extracted flux / predicted error, pixel by pixel, no rejection; {rule}",
            error=check.ratio(columns) / float(np.sqrt(2.0 * max(count if not name else count / 3, 1.0))),
        )
        for name, columns in parts.items()
    ]
    return [
        *figures,
        quality(
            instrument,
            "sky_error_ratio_robust",
            check.robust_ratio(),
            "",
            f"1.4826 median |extracted flux / predicted error|; {rule}",
        ),
        quality(
            instrument,
            "sky_error_ratio_blocks",
            check.block_ratio(),
            "",
            f"rms of sums over 32 columns / their predicted errors; {rule}",
            error=check.block_ratio() / float(np.sqrt(2.0 * max(check.apertures, 1))),
        ),
        quality(instrument, "sky_apertures", float(check.apertures), "", f"number of apertures of 32 columns; {rule}"),
    ]


RECIPE = Recipe(
    name="science_spectrum",
    version="1",
    summary="Spectrum of a target from long-slit exposures",
    instruments=("EFOSC2", "FORS2"),
    inputs=(
        Input("SCIENCE_LSS", 1, None, raw=True, meaning="exposures of one target in one setup"),
        *MASTER_INPUTS,
        Input("RESPONSE", meaning="response of the same grism, for flux"),
    ),
    parameters=ScienceSpectrumParameters,
    products=("SCIENCE_SPECTRUM", "SCIENCE_SPECTRUM_2D"),
    run=run,
    description=(
        "Calibrates and orients each exposure, fits the sky along the slit in the pixels as they were read (Kelson 2003), masks cosmic rays, "
        "traces and extracts the target optimally (Horne 1986) with an error that holds read noise as measured on the frame, its correlation "
        "between pixels, photon noise, flat, bias and sky fit; corrects wavelengths with lines of the night sky; corrects extinction and "
        "divides by the response. Apertures of plain sky tell whether the errors are honest."
    ),
)
