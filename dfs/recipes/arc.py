"""Recipe `arc`: a lamp exposure through the slit becomes a two-dimensional wavelength solution."""

from __future__ import annotations

import re
from typing import cast

import numpy as np
from pydantic import Field

from dfs.errors import DataError
from dfs.instruments import Grism, Instrument
from dfs.model import Card, Column, Frame, Header, Image, Product, QcValue, Table
from dfs.recipes.contract import FrameSet, Input, Parameters, Recipe
from dfs.recipes.steps.calibrate import calibrate
from dfs.recipes.steps.identify import LampLines
from dfs.recipes.steps.noise import noise_model
from dfs.recipes.steps.orient import orient
from dfs.recipes.steps.regions import detector_area
from dfs.recipes.steps.solve_arc import ArcSettings, ArcSolution, guess_pixel, solve_arc

__all__ = ["RECIPE", "ArcParameters"]


class ArcParameters(Parameters):
    """Parameters of the recipe `arc`."""

    order: int = Field(4, ge=1, le=6, description="largest degree of the polynomial along the dispersion")
    kappa: float = Field(5.0, ge=3.0, le=50.0, description="significance (standard deviations) a line must have")
    largest_shift_px: float = Field(
        40.0, ge=0.0, le=300.0, description="how far (binned pixels) the arc may lie from the grism's first guess"
    )
    least_lines: int = Field(6, ge=4, le=100, description="fewer good lines make no solution")
    lamp: str = Field("", description="name of the line list; empty: the one the header or the instrument names")


def run(frames: FrameSet, parameters: ArcParameters) -> list[Product]:
    """Return the WAVE_SOLUTION of the arc frames."""
    arcs = frames.all("ARC")
    first, instrument = arcs[0], frames.instrument
    grism = instrument.grism(first.header, first.name)
    frames.progress.begin("arc", 2)
    image = _oriented_sum(frames, grism)
    frames.progress.step("calibrated")
    name = _lamp_name(first, instrument, parameters.lamp)
    settings = ArcSettings(parameters.order, parameters.kappa, parameters.largest_shift_px, parameters.least_lines)
    guess = guess_pixel(grism, _binning(first, instrument, grism), image.shape[1], first.name)
    solved = solve_arc(image, lamp_lines(instrument.lines[name]), guess, settings, where=first.name)
    frames.progress.step("solved")
    frames.progress.end()
    return [_product(first, solved, instrument, name)]


def lamp_lines(table: Table) -> LampLines:
    """Return a line list of an instrument folder as arrays, in order of wavelength."""
    order = np.argsort(table["wavelength_nm"])
    return LampLines(
        wavelength_nm=np.asarray(table["wavelength_nm"], dtype=np.float64)[order],
        ion=np.asarray(table["ion"], dtype=np.str_)[order],
        intensity=np.asarray(table["intensity"], dtype=np.float64)[order],
        blend=np.asarray(table["blend"], dtype=np.bool_)[order],
    )


def _oriented_sum(frames: FrameSet, grism: Grism) -> Image:
    """Return the sum of the calibrated arcs (helium and argon may come one by one), oriented."""
    bias, flat = frames.optional("MASTER_BIAS"), frames.optional("MASTER_FLAT_LSS")
    total: Image | None = None
    for frame in frames.all("ARC"):
        _same_setup(frames.all("ARC")[0], frame, frames.instrument)
        noise = noise_model(frame.header, frames.instrument, flat, bias, where=frame.name)
        image = calibrate(frame, frames.instrument, bias=bias, flat=flat, noise=noise)
        total = image if total is None else _added(total, image, frame)
    return orient(cast("Image", total), grism)


def _added(one: Image, other: Image, frame: Frame) -> Image:
    if one.shape != other.shape:
        raise DataError(f"its size {other.shape} is not that of the first arc {one.shape}", where=frame.name)
    return Image(one.data + other.data, one.variance + other.variance, one.mask | other.mask, one.unit)


def _same_setup(first: Frame, frame: Frame, instrument: Instrument) -> None:
    for keyword in (instrument.keywords["grism"], instrument.keywords["slit"]):
        if first.header.get(keyword) != frame.header.get(keyword):
            raise DataError(
                f"{keyword} = {frame.header.get(keyword)!r} differs from {first.header.get(keyword)!r} of {first.name}",
                where=frame.name,
                keyword=keyword,
                hint="give arcs of one setup",
            )


def _binning(frame: Frame, instrument: Instrument, grism: Grism) -> int:
    """Return the binning along the dispersion."""
    shape = cast("np.ndarray[tuple[int, int], np.dtype[np.uint16]]", frame.content).shape
    binx, biny = detector_area(frame.header, instrument, shape, frame.name).binning
    return biny if grism.dispersion_axis == "y" else binx


def _lamp_name(frame: Frame, instrument: Instrument, wanted: str) -> str:
    """Return the name of the line list: the one asked for, the only one, or the one the header's lamps spell."""
    names = tuple(instrument.lines)
    if wanted:
        if wanted not in names:
            raise DataError(f"{instrument.name} has no line list {wanted!r}", where="lamp", accepted=", ".join(names))
        return wanted
    lamps = _lit_lamps(frame.header)
    spelled = [name for name in names if lamps and set(_elements(name)) == lamps]
    if len(names) == 1:
        return names[0]
    if spelled:
        return spelled[0]
    raise DataError(
        f"which lamps were lit is not clear ({', '.join(sorted(lamps)) or 'no ESO INS LAMPn ST is T'})",
        where=frame.name,
        keyword="ESO INS LAMP1 NAME",
        accepted=", ".join(names) or "a line list in the instrument's folder",
        hint="name the line list with --lamp",
    )


def _lit_lamps(header: Header) -> frozenset[str]:
    """Return the chemical symbols of the lamps that are on, as in ``ESO INS LAMP1 NAME = He``, ``ESO INS LAMP1 ST = T``."""
    found: set[str] = set()
    for number in range(1, 10):
        if header.get(f"ESO INS LAMP{number} ST") is True:
            found.update(_elements(str(header.get(f"ESO INS LAMP{number} NAME") or "")))
    return frozenset(found)


def _elements(name: str) -> list[str]:
    """Return the chemical symbols in a name, HgCd+He -> Hg, Cd, He."""
    return [
        symbol
        for symbol in re.findall(r"[A-Z][a-z]?", name)
        if symbol in {"He", "Ne", "Ar", "Kr", "Xe", "Hg", "Cd", "Zn"}
    ]


def _product(first: Frame, solved: ArcSolution, instrument: Instrument, lamp: str) -> Product:
    solution = solved.solution
    x = 0.5 * (solution.shape[1] - 1)
    rms_nm = solution.rms_px * float(solution.dispersion_nm(x))
    return Product(
        category="WAVE_SOLUTION",
        content=solution.to_table(),
        like=first,
        cards=(
            Card("LAMNLIN", solution.lines, "arc lines used in the wavelength solution"),
            Card("LAMRMS", round(rms_nm, 6), "[nm] rms of their residuals"),
            Card("ESO DRS WAVE LAMP", lamp, "line list"),
        ),
        parts={"LINES": _line_table(solved)},
        qc=_quality(solved, instrument),
        extrapolated_nm=solution.extrapolated_nm,
    )


def _line_table(solved: ArcSolution) -> Table:
    """Return every line looked for: where it is, how well the solution meets it, and whether it was used."""
    lines, solution = solved.lines, solved.solution
    row = np.full(len(lines), solved.geometry.reference_row)
    dispersion = solution.dispersion_nm(lines.x, row)
    width = solved.fwhm_px
    return Table(
        (
            Column("wavelength_nm", lines.wavelength_nm, "nm", f"from the line list, {solution.medium}"),
            Column("ion", lines.ion, "", "emitter"),
            Column("x", lines.x, "pixel", "position along the dispersion in row y, from 0"),
            Column("x_error", lines.x_error, "pixel", "its standard error"),
            Column("y", row, "pixel", "row along the slit to which lines were straightened"),
            Column("residual_px", lines.residual_px, "pixel", "position minus solution"),
            Column("residual_nm", lines.residual_px * dispersion, "nm", "the same in wavelength"),
            Column("used", lines.used, "", "whether the fit uses it"),
            Column("verdict", lines.verdict, "", "used, or why not"),
            Column("flux", lines.flux, "electron", "mean over the rows of the sum over the line"),
            Column("flux_error", lines.flux_error, "electron", "its standard error"),
            Column("fwhm_px", width, "pixel", "full width at half maximum"),
            Column(
                "resolution", lines.wavelength_nm / (width * dispersion), "", "wavelength / full width at half maximum"
            ),
        )
    )


def _quality(solved: ArcSolution, instrument: Instrument) -> tuple[QcValue, ...]:
    solution, lines = solved.solution, solved.lines
    used = lines.used
    free = max(1, solution.lines - solution.coefficients.shape[1])
    rms_error = solution.rms_px / float(np.sqrt(2.0 * free))
    x, row = 0.5 * (solution.shape[1] - 1), solved.geometry.reference_row
    centre, dispersion = float(solution.wavelength_nm(x, row)), float(solution.dispersion_nm(x, row))
    width = solved.fwhm_px[used][np.isfinite(solved.fwhm_px[used])]
    width_error = 1.2533 * float(np.std(width)) / float(np.sqrt(max(1, len(width))))  # of a median
    resolution = centre / (solution.fwhm_px * dispersion)
    rows = solution.calibrated_rows

    def value(name: str, figure: float, unit: str, estimator: str, error: float | None = None) -> QcValue:
        known = instrument.qc.get(name)
        return QcValue(name, figure, error, unit, known.estimator if known else estimator)

    return (
        value(
            "arc_rms_px", solution.rms_px, "pixel", "rms over the lines used of (measured - fitted position)", rms_error
        ),
        value(
            "arc_rms_loo_px",
            solution.rms_loo_px,
            "pixel",
            "rms over the lines used of (measured position - position fitted without this line)",
            rms_error,
        ),
        value("arc_lines", float(solution.lines), "", "number of lines used"),
        value(
            "arc_order", float(solution.coefficients.shape[1] - 1), "", "degree of the polynomial along the dispersion"
        ),
        value("arc_saturated_lines", float(solved.saturated), "", "number of detected lines with a saturated pixel"),
        value(
            "arc_shift_px",
            solved.identification.shift_px,
            "pixel",
            "displacement of the pattern against the grism's first guess at the centre of the detector",
        ),
        value("calibrated_min_nm", solution.calibrated_nm[0], "nm", "shortest line used"),
        value("calibrated_max_nm", solution.calibrated_nm[1], "nm", "longest line used"),
        value("dispersion_nm_per_px", dispersion, "nm / pixel", "derivative of the solution at the centre"),
        value(
            "line_fwhm_px",
            solution.fwhm_px,
            "pixel",
            "median over the lines used of the full width at half maximum of the fitted profile (box * Gaussian * pixel)",
            width_error,
        ),
        value(
            "resolution",
            resolution,
            "",
            "wavelength at the centre / (line_fwhm_px * dispersion_nm_per_px)",
            resolution * width_error / solution.fwhm_px,
        ),
        value(
            "slit_tilt_px",
            solved.geometry.tilt_px(rows, x),
            "pixel",
            "displacement of a line between first and last lit row at the centre of the dispersion",
            solved.geometry.rms_px,
        ),
        value(
            "slit_bow_px",
            solved.geometry.sagitta_px(rows, x),
            "pixel",
            "displacement of a line in the middle of the slit against the mean of its ends, at the centre of the dispersion",
            solved.geometry.rms_px,
        ),
        value(
            "slit_trace_rms_px",
            solved.geometry.rms_px,
            "pixel",
            "rms of the traced line positions about the slit's shape",
        ),
    )


RECIPE = Recipe(
    name="arc",
    version="1",
    summary="wavelength solution of a lamp exposure through the slit",
    instruments=("EFOSC2", "FORS2"),
    inputs=(
        Input("ARC", 1, None, raw=True, meaning="lamp exposures of one setup; several are added"),
        Input("MASTER_BIAS", 1, 1, meaning="master bias"),
        Input("MASTER_FLAT_LSS", 0, 1, meaning="master flat through the same slit"),
    ),
    parameters=ArcParameters,
    products=("WAVE_SOLUTION",),
    run=run,
    description=(
        "Finds the lit rows and the lines, fits the line shape (slit box, Gaussian blur, pixel) to the strong isolated ones, "
        "traces lines along the slit, straightens and averages the rows, names lines by the lamp's pattern starting from the "
        "grism's first guess, measures each with its listed neighbours, fits a polynomial with outliers left out one by one by "
        "their distance from the fit without them, and joins it with the slit's shape to wavelength(x, y). Says which part of "
        "the detector lies beyond the outermost line used."
    ),
)
