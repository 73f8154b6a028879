"""Recipe `standard`: a spectrophotometric standard star becomes the response of telescope, instrument and detector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dfs.errors import DataError
from dfs.instruments import Instrument
from dfs.model import Card, Column, Flag, Frame, Product, QcValue, Spectrum, Table
from dfs.recipes.contract import FrameSet, Input, Recipe
from dfs.recipes.steps.extract import Extraction, extract
from dfs.recipes.steps.flexure import Shift, sky_shift, stellar_shift
from dfs.recipes.steps.flux import (
    PHYSICAL_UNIT,
    RESPONSE_UNIT,
    ResponseCurve,
    flux_density,
    intervals,
    pixel_edges_nm,
)
from dfs.recipes.steps.response import Bands, HeldOut, Response, efficiency, fit_response, held_out, integrate
from dfs.recipes.steps.slit_frame import Calibrations, SlitFrame, open_slit_frame
from dfs.recipes.steps.slit_run import (
    MASTER_INPUTS,
    SlitParameters,
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
from dfs.recipes.steps.standards import Standard, standard_of
from dfs.recipes.steps.wavelength import WavelengthSolution
from dfs.sky import Airmass, ExtinctionCurve, extinction_curve, mean_airmass

__all__ = ["RECIPE", "StandardParameters"]

Array = NDArray[np.float64]

_SATURATED_SHARE = 0.3  # of the columns; bands with fewer are left out alone
_GRID_NM = 0.5  # step of the response table: a tenth of the bands it rests on
_BLIND_REACH_PX = 15.0  # displacements through other slits reach 10 px
_MARGIN = 0.02  # the table goes this part of the range beyond the frame's ends, for frames displaced against it


class StandardParameters(SlitParameters):
    """Parameters of the recipe `standard`."""

    star: str = Field("", description="name of the standard; empty: the one at the frame's position")
    knots: int = Field(8, ge=4, le=12, description="knots of the response's spline, ends counted")
    refine_px: float = Field(
        1.5, ge=0.0, le=10.0, description="how far the displacement may be refined on the star's table (px); 0: not"
    )
    velocity_km_s: float = Field(0.0, ge=-1000.0, le=1000.0, description="radial velocity of the star's lines")
    efficiency_nm: float | None = Field(
        None,
        ge=200.0,
        le=2500.0,
        description="wavelength at which the efficiency is quoted; empty: the middle of the range",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Star:
    """The extracted standard and all that was found out about it."""

    slit: SlitFrame
    masters: Calibrations
    target: Target
    extraction: Extraction
    half_width: float
    solution: WavelengthSolution
    shift: Shift | None
    table: Standard
    extinction: ExtinctionCurve
    airmass: Airmass
    exposure_s: float


def run(frames: FrameSet, parameters: StandardParameters) -> list[Product]:
    """Return the RESPONSE and the STD_SPECTRUM of a standard star."""
    frame, progress = frames.one("STD_LSS"), frames.progress
    progress.begin("standard", 3)
    star = _extracted(frames, frame, parameters)
    progress.step("extracted")
    start = star.shift.px if star.shift else 0.0
    reach = _reach(star, parameters)
    bands_at = _bands(star, start, reach)
    response = fit_response(bands_at, start, knots=parameters.knots, reach_px=reach, where=frame.name)
    _refuse_impossible(star, response, frames.instrument.collecting_area_m2)
    progress.step("response fitted")
    check = held_out(bands_at, start, star.solution.calibrated_nm, knots=parameters.knots, reach_px=reach)
    progress.step("response checked")
    progress.end()
    return [
        _response_product(frames.instrument, star, response, check, parameters),
        _spectrum_product(star, response),
    ]


def _extracted(frames: FrameSet, frame: Frame, parameters: StandardParameters) -> _Star:
    instrument = frames.instrument
    table = standard_of(frame.header, frame.name, parameters.star)
    airmass, seconds = mean_airmass(frame.header, frame.name), exposure_s(frame.header, frame.name)
    solution, masters = wavelength_solution(frames, frame), masters_for(frames, frame)
    slit = open_slit_frame(frame, instrument, masters, solution, parameters.choices())
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
    _refuse_saturated(extraction, frame.name)
    shift = stellar_shift(
        extraction.flux, extraction.variance, solution, target.trace.row, velocity_km_s=parameters.velocity_km_s
    ) or sky_shift(slit.image, solution, slit_ratio=_slit_ratio(frames, frame, instrument))
    return _Star(
        slit,
        masters,
        target,
        extraction,
        half_width,
        solution,
        shift,
        table,
        extinction_curve(instrument.site),
        airmass,
        seconds,
    )


def _refuse_saturated(extraction: Extraction, where: str) -> None:
    """Raise `DataError` when too much of the star is saturated for a response."""
    share = float(np.mean((extraction.quality & np.int16(Flag.SATURATED)) != 0))
    if share > _SATURATED_SHARE:
        raise DataError(
            f"the star is saturated over {100 * share:.0f} % of its spectrum",
            where=where,
            keyword="EXPTIME",
            hint="take a shorter exposure of the standard",
        )


def _refuse_impossible(star: _Star, response: Response, area_m2: float) -> None:
    """Raise `DataError` when more photons were detected than fell on the telescope."""
    peak = float(np.max(efficiency(response.value(response.knots), response.knots, area_m2)))
    if not 0.0 < peak < 1.0:
        raise DataError(
            f"an efficiency of {peak:.3g} is impossible: {star.table.name} does not shine like this in {star.exposure_s:g} s",
            where=star.slit.frame.name,
            keyword="EXPTIME",
            hint="compare exposure time and star with the night's log",
        )


def _reach(star: _Star, parameters: StandardParameters) -> float:
    """Return how far the displacement may be refined: wide where no line could tell where to begin."""
    if star.shift is None and parameters.refine_px > 0:
        return max(parameters.refine_px, _BLIND_REACH_PX)
    return parameters.refine_px


def _slit_ratio(frames: FrameSet, frame: Frame, instrument: Instrument) -> float:
    here = slit_width_arcsec(frame.header, instrument)
    there = slit_width_arcsec(frames.one("WAVE_SOLUTION").header, instrument)
    return here / there if here and there else 1.0


def _displaced(star: _Star, shift_px: float) -> WavelengthSolution:
    return star.solution.shifted(shift_px, star.shift.per_px if star.shift else 0.0)


def _bands(star: _Star, start_px: float, reach_px: float) -> Callable[[float], Bands]:
    """Return a function of the displacement that integrates the star over the bands of its table, always the same bands."""
    rate = star.extraction.flux / star.exposure_s
    variance = star.extraction.variance / star.exposure_s**2
    edges = [pixel_edges_nm(_displaced(star, start_px + way * reach_px), star.target.trace.row) for way in (-1, 1)]
    covered = star.table.within(max(one[0] for one in edges), min(one[-1] for one in edges))
    lost = (star.extraction.quality & np.int16(Flag.SATURATED | Flag.NO_DATA)) != 0
    covered = covered.outside(np.minimum(*edges)[:-1][lost], np.maximum(*edges)[1:][lost])

    def transmission(wavelength_nm: Array) -> Array:
        return star.extinction.transmission(wavelength_nm, star.airmass.mean)

    def at(shift_px: float) -> Bands:
        edges = pixel_edges_nm(_displaced(star, shift_px), star.target.trace.row)
        return integrate(edges, rate, variance, covered, transmission)

    return at


def _response_product(
    instrument: Instrument, star: _Star, response: Response, check: HeldOut, parameters: StandardParameters
) -> Product:
    low, high = _displaced(star, response.shift_px).range_nm
    margin = _MARGIN * (high - low)
    grid = np.arange(np.floor((low - margin) / _GRID_NM), np.ceil((high + margin) / _GRID_NM) + 1) * _GRID_NM
    value = response.value(grid)
    first, last = response.covered_nm
    outside = (grid < first) | (grid > last)
    quoted = parameters.efficiency_nm or float(np.round(0.5 * (low + high), -1))
    table = Table(
        (
            Column("wavelength_nm", grid, "nm", "in air"),
            Column("response", value, RESPONSE_UNIT, "electron/s/angstrom outside the air for 1 erg/s/cm2/angstrom"),
            Column("response_error", value * response.relative_error(grid), RESPONSE_UNIT, "standard error of the fit"),
            Column(
                "efficiency",
                efficiency(value, grid, instrument.collecting_area_m2),
                "",
                "photons detected over photons on the telescope's area",
            ),
            Column("extrapolated", outside, "", "no band of the standard's table supports it"),
        )
    )
    gaps = ((float(grid[0]), first), (last, float(grid[-1])))
    return Product(
        category="RESPONSE",
        content=table,
        like=star.slit.frame,
        cards=(*_cards(star, response), *_order_card(response, grid)),
        parts={"NODES": _nodes(response, check)},
        qc=_quality(instrument, star, response, check, quoted),
        extrapolated_nm=tuple(gap for gap in gaps if gap[1] > gap[0]),
    )


def _nodes(response: Response, check: HeldOut) -> Table:
    bands = response.bands
    return Table(
        (
            Column("wavelength_nm", bands.wavelength_nm, "nm", "middle of the band, in air"),
            Column("width_nm", bands.width_nm, "nm", "width of the band"),
            Column("table_flux", bands.flux, PHYSICAL_UNIT, "mean flux of the band in the table"),
            Column("response", bands.ratio, RESPONSE_UNIT, "measured in the band"),
            Column("response_error", bands.error, RESPONSE_UNIT, "standard error from the frame's noise"),
            Column("used", response.used, "", "whether the fit uses it"),
            Column("residual", response.residual(), "", "measured / fitted - 1"),
            Column("held_out_residual", check.residual, "", "measured / fitted without this band - 1"),
        )
    )


def _spectrum_product(star: _Star, response: Response) -> Product:
    solution, row = _displaced(star, response.shift_px), star.target.trace.row
    edges = pixel_edges_nm(solution, row)
    wavelength = solution.wavelength_nm(np.arange(len(row)), row)
    first, last = response.covered_nm
    outside = (wavelength < first) | (wavelength > last)
    value = response.value(wavelength)
    through = star.extinction.transmission(wavelength, star.airmass.mean)
    extracted = star.extraction
    curve = ResponseCurve(wavelength, value, response.relative_error(wavelength), outside)
    density = flux_density(
        extracted.flux,
        extracted.variance,
        extracted.background,
        wavelength,
        np.diff(edges),
        star.exposure_s,
        through,
        curve,
    )
    quality_bits = extracted.quality | np.where(outside, np.int16(Flag.EXTRAPOLATED), np.int16(0))
    spectrum = Spectrum(
        wavelength_nm=wavelength,
        flux=density.flux,
        error=density.error,
        quality=quality_bits.astype(np.int16),
        unit=PHYSICAL_UNIT,
        medium=solution.medium,
        background=density.background,
    )
    return Product(
        category="STD_SPECTRUM",
        content=spectrum,
        like=star.slit.frame,
        cards=(*_cards(star, response), Card("FLUXCAL", "ABSOLUTE", "with the response of this very star")),
        qc=(),
        extrapolated_nm=intervals(edges, outside),
    )


def _cards(star: _Star, response: Response) -> tuple[Card, ...]:
    own = (
        ("STANDARD", star.table.name, "spectrophotometric standard"),
        ("STANDARD SOURCE", star.table.source[:60], "where its table comes from"),
        ("AIRMASS", round(star.airmass.mean, 4), "mean of the exposure"),
        ("EXTINCTION", star.extinction.source[:60], "extinction curve"),
        ("RESPONSE KNOTS", len(response.knots), "knots of the spline, ends counted"),
        ("RESPONSE SHIFT", round(response.shift_px, 4), "[px] displacement against the arc, refined on the table"),
    )
    cards = tuple(Card(f"ESO DRS {name}", value, comment) for name, value, comment in own)
    shift = star.shift.cards("STAR") if star.shift else ()
    return (*frame_cards(star.slit, star.target, star.extraction, star.masters, star.half_width), *cards, *shift)


def _order_card(response: Response, grid: Array) -> tuple[Card, ...]:
    """Say from where the second order may overlap, where the range reaches there: twice the wavelength of 1 % of the peak."""
    value = response.value(grid)
    overlap = 2.0 * float(grid[int(np.argmax(value > 0.01 * np.max(value)))])
    if overlap >= grid[-1]:
        return ()
    return (Card("ESO DRS RESPONSE ORDER2", overlap, "[nm] second order may overlap from here"),)


def _quality(
    instrument: Instrument, star: _Star, response: Response, check: HeldOut, quoted_nm: float
) -> tuple[QcValue, ...]:
    low, high = star.solution.calibrated_nm
    count = int(np.isfinite(check.residual[check.inside]).sum())
    rms = 100.0 * check.rms()
    peak = float(np.max(efficiency(response.value(response.knots), response.knots, instrument.collecting_area_m2)))
    at = float(efficiency(response.value(quoted_nm), quoted_nm, instrument.collecting_area_m2))
    ranges = f"over {low:.0f}-{high:.0f} nm"
    held = f"rms of (measured / fitted - 1) of bands {ranges}, each fitted with every third band left out, itself among them"

    def value(name: str, figure: float, unit: str, estimator: str, error: float | None = None) -> QcValue:
        return quality(instrument, name, figure, unit, estimator, error=error)

    shifts = [
        value(
            "response_shift_px",
            response.shift_px,
            "pixel",
            "displacement at which the table's bands follow the spline best",
        )
    ]
    if star.shift is not None:
        shifts.append(value("shift_px", star.shift.px, "pixel", star.shift.method, star.shift.error_px))
    return (
        value(
            "efficiency",
            at,
            "",
            f"R h c / (lambda A) at {quoted_nm:g} nm, A = {instrument.collecting_area_m2:g} m2; air left out, slit not",
            at * float(response.relative_error(quoted_nm)[0]),
        ),
        value("efficiency_nm", quoted_nm, "nm", "wavelength at which the efficiency is quoted"),
        value("efficiency_peak", peak, "", "largest efficiency at a knot of the response"),
        value("response_heldout_rms_percent", rms, "%", held, rms / float(np.sqrt(2.0 * max(count, 1)))),
        value(
            "response_heldout_worst_percent",
            100.0 * max(check.rms(fold) for fold in range(3)),
            "%",
            f"{held}; the largest of the three thirds",
        ),
        value(
            "response_rms_percent", 100.0 * response.scatter, "%", "rms of (measured / fitted - 1) of the bands used"
        ),
        value("response_knots", float(len(response.knots)), "", "knots of the spline, ends counted"),
        value("response_bands", float(response.used.sum()), "", "bands of the standard's table in the fit"),
        *shifts,
        value("airmass", star.airmass.mean, "", star.airmass.origin),
        *frame_quality(star.slit, star.target, star.extraction, instrument),
    )


RECIPE = Recipe(
    name="standard",
    version="1",
    summary="Response and efficiency from a spectrophotometric standard star",
    instruments=("EFOSC2", "FORS2"),
    inputs=(Input("STD_LSS", 1, 1, raw=True, meaning="standard star through a wide slit"), *MASTER_INPUTS),
    parameters=StandardParameters,
    products=("RESPONSE", "STD_SPECTRUM"),
    run=run,
    description=(
        "Calibrates and orients the frame, fits the sky along the slit without resampling, extracts the star optimally, measures its "
        "displacement from its own hydrogen lines, compares it with its table band by band and fits log response with a "
        "cubic spline. Every third band is left out in turn to see how well the others foretell it."
    ),
)
