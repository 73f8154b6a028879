"""From an oriented arc frame to its wavelength solution: find lines, name them, trace them, fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.polynomial import legendre, polynomial
from numpy.typing import NDArray

from dfs.errors import DataError
from dfs.instruments import Grism
from dfs.model import Flag, Image
from dfs.recipes.steps.dispersion import ArcLines, Dispersion, fit_dispersion, measure_arc
from dfs.recipes.steps.identify import Identification, LampLines, identify
from dfs.recipes.steps.lines import DetectedLines, detect_lines, measure_lines
from dfs.recipes.steps.straighten import mean_of_rows
from dfs.recipes.steps.tilt import LineTraces, SlitGeometry, fit_geometry, lit_rows, straighten, trace_lines
from dfs.recipes.steps.wavelength import WavelengthSolution

__all__ = ["ArcSettings", "ArcSolution", "guess_pixel", "solve_arc"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ArcSettings:
    """What the caller may choose.

    Attributes
    ----------
    order
        Largest degree along the dispersion.
    kappa
        Significance of a detection, and of an outlier.
    largest_shift_px
        How far the arc may lie from the guess (binned px).
    least_lines
        Fewer lines make no solution.
    largest_loo_px
        A leave-one-out rms above this makes no solution.
    """

    order: int = 4
    kappa: float = 5.0
    largest_shift_px: float = 40.0
    least_lines: int = 6
    largest_loo_px: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class ArcSolution:
    """The solution and what it was made from.

    Attributes
    ----------
    solution
        Wavelength(x, y).
    lines
        Every line of the list that was looked for, with its verdict.
    fwhm_px
        Width of each of them, NaN where it was not measured.
    geometry
        How lines run along the slit.
    rows
        Half-open range of lit rows.
    identification
        The pattern match against the guess.
    saturated
        Number of detected lines with saturated pixels.
    """

    solution: WavelengthSolution
    lines: ArcLines
    fwhm_px: Array
    geometry: SlitGeometry
    rows: tuple[int, int]
    identification: Identification
    saturated: int


def solve_arc(
    image: Image,
    lamp: LampLines,
    guess: Callable[[Array], Array],
    settings: ArcSettings,
    *,
    where: str = "",
    medium: Literal["air", "vacuum"] = "air",
) -> ArcSolution:
    """Return the wavelength solution of an arc.

    Parameters
    ----------
    image
        Oriented arc, bias subtracted.
    lamp
        The lines of the lamp.
    guess
        Pixel (binned, oriented) at which a wavelength should fall; NaN far outside.
    settings
        Limits.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        No lines (lamp off), too many saturated, the pattern is not that of the lamp, or too few good lines.
    """
    rows = lit_rows(image)
    if rows is None:
        raise _no_lines(image, where)
    middle = 0.5 * (rows[0] + rows[1] - 1)
    geometry = _geometry(image, rows, middle, settings, where)
    spectrum, variance, saturated = straighten(image, geometry, rows)
    detected = _detect(image, (spectrum, variance, saturated), settings, where)
    identification = _identify(detected, lamp, guess, image.shape[1], settings, where)
    predicted = identification.pixel(guess(lamp.wavelength_nm))
    dispersion, lines = _fit(spectrum, variance, saturated, lamp, predicted, detected, settings, where)
    widths = _widths(measure_lines(spectrum, variance, saturated, lines.x, detected.profile), lines)
    sure = widths[lines.used & np.isfinite(widths)]
    fwhm = float(np.median(sure)) if len(sure) >= 3 else detected.profile.fwhm
    solution = _two_dimensional(dispersion, geometry, lines, fwhm, rows, medium)
    return ArcSolution(solution, lines, widths, geometry, rows, identification, int(detected.saturated.sum()))


def guess_pixel(grism: Grism, binning: int, nx: int, where: str = "") -> Callable[[Array], Array]:
    """Return the function wavelength (nm) -> binned pixel that `Grism.guess` stands for; `DataError` when it has none."""
    if not grism.guess:
        raise DataError(
            f"no first guess of the dispersion of grism {grism.name}",
            where=where,
            accepted="a grism with a guess in instrument.toml",
            hint=f"measure three lines and add their polynomial as guess of {grism.name} to instrument.toml",
        )
    unbinned = np.linspace(-0.4, 1.4, 4001) * nx * binning
    values = polynomial.polyval(unbinned - grism.guess_pivot, grism.guess)
    pixel = (unbinned + 0.5) / binning - 0.5
    falls = np.diff(values) <= 0
    middle = len(values) // 2
    low = int(np.flatnonzero(falls[:middle]).max(initial=-1)) + 1
    high = middle + int(np.flatnonzero(falls[middle:]).min(initial=len(values) - middle - 1)) + 1

    def pixel_of(wavelength_nm: Array) -> Array:
        return np.interp(wavelength_nm, values[low:high], pixel[low:high], left=np.nan, right=np.nan)

    return pixel_of


def _no_lines(image: Image, where: str) -> DataError:
    """Say why there is nothing to fit."""
    saturated = float(np.mean((image.mask & Flag.SATURATED) != 0))
    if saturated > 0.02:
        return _saturated(where, f"{100 * saturated:.0f} % of its pixels")
    return DataError(
        "no emission lines in the arc frame",
        where=where,
        accepted="a lamp exposure with lines 5 sigma above the background",
        hint="was the lamp off, or its shutter closed? take the arc again, or leave the file out",
    )


def _saturated(where: str, what: str) -> DataError:
    return DataError(
        f"the arc is saturated ({what}): too few lines are left",
        where=where,
        accepted="lines below the saturation level",
        hint="take the arc again with a shorter exposure, or leave the file out",
    )


def _detect(
    image: Image, spectrum: tuple[Array, Array, NDArray[np.bool_]], settings: ArcSettings, where: str
) -> DetectedLines:
    """Return the lines of a spectrum; `DataError` when there are too few or too few unsaturated ones."""
    found = detect_lines(*spectrum, kappa=settings.kappa)
    if found is None:
        raise _no_lines(image, where)
    good = int((~found.saturated).sum())
    if good >= settings.least_lines:
        return found
    if good < len(found):
        raise _saturated(where, f"{len(found) - good} of {len(found)} lines")
    raise DataError(
        f"only {good} emission lines in the arc frame",
        where=where,
        accepted=f"at least {settings.least_lines}",
        hint="was the lamp off or still cold? take the arc again, or leave the file out",
    )


def _geometry(image: Image, rows: tuple[int, int], middle: float, settings: ArcSettings, where: str) -> SlitGeometry:
    """Trace the strong lines and fit how they run along the slit."""
    half = max(8, (rows[1] - rows[0]) // 50)
    part = (max(rows[0], int(middle) - half), min(rows[1], int(middle) + half))
    detected = _detect(image, mean_of_rows(image, part), settings, where)
    significance = np.where(detected.saturated, 0.0, detected.flux / detected.flux_error)
    for least, misfit in ((50.0, 0.1), (20.0, 0.2), (10.0, 0.3)):
        strong = np.flatnonzero((significance > least) & (detected.misfit < misfit))
        if len(strong) >= 3:
            break
    lines = detected.keep(np.sort(strong[np.argsort(significance[strong])[::-1][:20]]))
    height = max(4, min(16, (rows[1] - rows[0]) // 20))
    traces = trace_lines(image, lines.x, lines.profile, rows, first_row=middle, height=height)
    if np.isfinite(traces.x).sum() < 20:
        raise DataError(
            "no line of the arc can be followed along the slit",
            where=where,
            accepted="at least one line of 10 sigma in groups of rows, not blended",
            hint="was the lamp still cold? take the arc again with a longer exposure, or leave the file out",
        )
    return fit_geometry(traces, _in_row(traces, lines.x), image.shape, middle)


def _in_row(traces: LineTraces, start: Array) -> Array:
    """Return the positions traced in the middle bins, where they were measured."""
    middle = traces.x.shape[1] // 2
    near = traces.x[:, max(0, middle - 1) : middle + 2]
    count = np.isfinite(near).sum(axis=1)
    mean = np.nansum(near, axis=1) / np.maximum(count, 1)
    return np.where(count > 0, mean, start)


def _identify(
    detected: DetectedLines,
    lamp: LampLines,
    guess: Callable[[Array], Array],
    nx: int,
    settings: ArcSettings,
    where: str,
) -> Identification:
    found = identify(
        detected.x, detected.flux, lamp, guess, nx, detected.profile.fwhm, largest_shift_px=settings.largest_shift_px
    )
    if found is None or found.matched < settings.least_lines or found.score < 1.15 * found.rival:
        matched = 0 if found is None else found.matched
        raise DataError(
            f"the {len(detected)} lines of the arc do not show the pattern of the lamp ({matched} fit)",
            where=where,
            accepted=f"an arc displaced by at most {settings.largest_shift_px:g} px and 2 % in scale against the grism's guess",
            hint="check grism and lamp in the header, or allow a larger shift with --largest_shift_px",
        )
    return found


def _fit(
    spectrum: Array,
    variance: Array,
    saturated: NDArray[np.bool_],
    lamp: LampLines,
    predicted: Array,
    detected: DetectedLines,
    settings: ArcSettings,
    where: str,
) -> tuple[Dispersion, ArcLines]:
    """Measure and fit in turn until the set of lines is settled."""
    before = None
    predicted = np.where(np.isfinite(predicted), predicted, -1e6)
    for _ in range(6):
        lines = measure_arc(spectrum, variance, saturated, lamp, predicted, detected.profile)
        order = min(settings.order, max(1, int(lines.used.sum()) // 2 - 1))
        fitted = fit_dispersion(lines, len(spectrum), order)
        if fitted is None or fitted[1].used.sum() < settings.least_lines:
            raise _too_few(lines, settings, where)
        dispersion, lines = fitted
        predicted = np.nan_to_num(dispersion.pixel(lamp.wavelength_nm), nan=-1e6)
        chosen = tuple(lines.wavelength_nm[lines.used])
        if chosen == before:
            break
        before = chosen
    if dispersion.rms_loo_px > settings.largest_loo_px:
        raise DataError(
            f"the fit of the arc is bad: leave-one-out rms {dispersion.rms_loo_px:.2f} px",
            where=where,
            accepted=f"at most {settings.largest_loo_px:g} px",
            hint="check grism and lamp in the header",
        )
    return dispersion, lines


def _widths(measured: DetectedLines, lines: ArcLines) -> Array:
    """Return the widths (px) of lines that stand alone: with a neighbour of 3 % within three widths a width means nothing."""
    fwhm = measured.profile.fwhm
    near = np.abs(lines.x[:, np.newaxis] - lines.x[np.newaxis, :]) < 3.0 * fwhm
    rivals = near & (lines.flux[np.newaxis, :] > 0.03 * lines.flux[:, np.newaxis])
    return np.where(rivals.sum(axis=1) == 1, measured.fwhm, np.nan)


def _too_few(lines: ArcLines, settings: ArcSettings, where: str) -> DataError:
    if np.any(lines.verdict == "saturated"):
        return _saturated(where, f"{int(np.sum(lines.verdict == 'saturated'))} of {len(lines)} lines of the lamp")
    counts = ", ".join(f"{int(np.sum(lines.verdict == name))} {name}" for name in sorted(set(lines.verdict.tolist())))
    return DataError(
        f"too few good lines in the arc ({counts})",
        where=where,
        accepted=f"at least {settings.least_lines}",
        hint="check grism and lamp in the header, or take a longer arc",
    )


def _two_dimensional(
    dispersion: Dispersion,
    geometry: SlitGeometry,
    lines: ArcLines,
    fwhm: float,
    rows: tuple[int, int],
    medium: Literal["air", "vacuum"],
) -> WavelengthSolution:
    """Join dispersion and geometry into one polynomial of the same degree along the dispersion.

    The polynomial is fitted to wavelength(x + displacement(x, row)) = dispersion(x) on a grid over the lit part of the detector.
    """
    ny, nx = geometry.shape
    x = np.linspace(-0.5, nx - 0.5, 60)
    row = np.linspace(rows[0], rows[1] - 1, 30)
    reference, along = (one.ravel() for one in np.meshgrid(x, row))
    u = (reference + geometry.displacement(reference, along)) / (0.5 * (nx - 1)) - 1.0
    v = along / (0.5 * (ny - 1)) - 1.0
    order, degree_y = len(dispersion.coefficients) - 1, geometry.coefficients.shape[0] + 1
    matrix = legendre.legvander2d(v, u, [degree_y, order])
    found = np.linalg.lstsq(matrix, dispersion.wavelength_nm(reference), rcond=None)[0]
    used = lines.wavelength_nm[lines.used]
    return WavelengthSolution(
        coefficients=np.round(found.reshape(degree_y + 1, order + 1), 10),  # 1e-10 nm: free of the order of sums
        shape=geometry.shape,
        calibrated_nm=(float(used.min()), float(used.max())),
        calibrated_rows=(float(rows[0]), float(rows[1] - 1)),
        medium=medium,
        lines=int(lines.used.sum()),
        rms_px=dispersion.rms_px,
        rms_loo_px=dispersion.rms_loo_px,
        fwhm_px=fwhm,
    )
