"""How far the spectra of a frame lie from where the arc says: the instrument bends, slits differ, stars stand off the slit's axis.

Two measurements, which need not agree: lines of the night sky fill the slit and tell where the *slit's image* lies; lines of the
star tell where the *star* lies, anywhere across a slit wider than the seeing. `WavelengthSolution.shifted` applies either.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import DataError
from dfs.model import Image
from dfs.recipes.steps.absorption import fit_absorption
from dfs.recipes.steps.line_profile import LineProfile, fit_lines, windows
from dfs.recipes.steps.lines import continuum
from dfs.recipes.steps.reference_lines import BALMER_LINES, SKY_LINES, ReferenceLine
from dfs.recipes.steps.shift import LineShift, Shift, combine
from dfs.recipes.steps.sky_spectrum import sky_spectrum
from dfs.recipes.steps.wavelength import WavelengthSolution

__all__ = ["LineShift", "Shift", "sky_shift", "sky_spectrum", "stellar_shift"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]

_LIGHT_KM_S = 299792.458
_LEAST_SIGNIFICANCE = 5.0


def sky_shift(
    image: Image,
    solution: WavelengthSolution,
    *,
    slit_ratio: float = 1.0,
    objects: Bool | None = None,
    lines: Sequence[ReferenceLine] = SKY_LINES,
    largest_px: float = 40.0,
) -> Shift | None:
    """Measure the displacement of the slit's image from night-sky lines of the frame itself.

    Parameters
    ----------
    image
        Oriented frame, bias subtracted, any unit.
    solution
        From the arc.
    slit_ratio
        Width of this frame's slit over the arc's: sky lines are as wide as the slit.
    objects
        Rows to leave out, shape (ny,); None: rows brighter than the slit's typical row.
    lines
        Sky lines to look for.
    largest_px
        Largest displacement looked for.

    Returns
    -------
    shift
        None where no sky line of 5 sigma is found.
    """
    spectrum, variance = sky_spectrum(image, solution, objects)
    profile = LineProfile(max(0.05, 0.97 * solution.fwhm_px * slit_ratio), max(0.3, 0.17 * solution.fwhm_px))
    row = 0.5 * sum(solution.calibrated_rows)
    expected = solution.pixel([line.wavelength_nm for line in lines], row)
    reach = largest_px + profile.fwhm
    inside = np.isfinite(expected) & (expected > -reach) & (expected < len(spectrum) + reach)
    chosen = [line for line, here in zip(lines, inside, strict=True) if here]
    if not chosen:
        return None
    start = _coarse_shift(spectrum, variance, expected[inside], profile, largest_px)
    if start is None:
        return None
    found = _measure_sky(spectrum, variance, expected[inside], chosen, profile, start, solution, row)
    return combine(found, solution, f"night-sky lines, {profile.fwhm:.1f} px wide, mean of rows without objects")


def _coarse_shift(
    spectrum: Array, variance: Array, expected: Array, profile: LineProfile, largest_px: float
) -> float | None:
    """Return the displacement at which a line profile at each expected place explains most, or None below 5 sigma."""
    clean = np.nan_to_num(spectrum - continuum(spectrum, profile.fwhm))
    spread = np.where(np.isfinite(variance) & (variance > 0), variance, np.inf)
    pixel = np.arange(len(spectrum), dtype=np.float64)
    best, best_merit = 0.0, 0.0
    for shift in np.arange(-largest_px, largest_px + 0.25, 0.5):
        shape = profile.value(pixel[np.newaxis, :] - expected[:, np.newaxis] - shift)
        power = np.sum(shape**2 / spread, axis=1)
        flux = np.sum(shape * clean / spread, axis=1) / np.sqrt(np.maximum(power, 1e-30))
        merit = float(np.sum(np.clip(flux, 0.0, None) ** 2))
        if merit > best_merit:
            best, best_merit = float(shift), merit
    return best if best_merit > _LEAST_SIGNIFICANCE**2 * len(expected) ** 0.5 else None


def _measure_sky(
    spectrum: Array,
    variance: Array,
    expected: Array,
    lines: Sequence[ReferenceLine],
    profile: LineProfile,
    start: float,
    solution: WavelengthSolution,
    row: float,
) -> list[LineShift]:
    """Fit each sky line near its displaced place."""
    half = int(np.ceil(1.1 * profile.fwhm + 4))
    centres = expected + start
    data, index = windows(spectrum, centres, half)
    spread, _ = windows(variance, centres, half)
    fits = fit_lines(data, spread, index, centres, profile, free_width=True)
    edge = 0.5 * profile.fwhm + 1.0
    found = []
    for number, line in enumerate(lines):
        x, error = float(fits.x[number]), float(fits.x_error[number])
        sure = bool(np.isfinite(x)) and bool(fits.flux[number] > _LEAST_SIGNIFICANCE * fits.flux_error[number])
        sure = sure and edge < x < len(spectrum) - 1 - edge and 0.7 < fits.stretch[number] < 1.4
        sure = sure and abs(x - centres[number]) < max(2.0, 0.5 * profile.fwhm)
        found.append(_line_shift(line, float(expected[number]), x, error, solution, row, sure=sure))
    return found


def _line_shift(
    line: ReferenceLine,
    expected: float,
    x: float,
    error: float,
    solution: WavelengthSolution,
    row: float,
    *,
    sure: bool,
) -> LineShift:
    """Add to the error of the fit those of the line's wavelength and of the solution at one place."""
    dispersion = float(solution.dispersion_nm(np.clip(expected, 0, solution.shape[1] - 1), row))
    low, high = solution.calibrated_nm
    beyond = max(0.0, low - line.wavelength_nm, line.wavelength_nm - high) / (high - low)
    # the solution is as good as its leave-one-out rms, and loses ten times that per calibrated range beyond the last line
    local = solution.rms_loo_px * (1.0 + 10.0 * beyond)
    total = float(np.sqrt(error**2 + (line.error_nm / dispersion) ** 2 + local**2)) if np.isfinite(error) else np.inf
    return LineShift(line.name, line.wavelength_nm, expected, x - expected, total, sure and bool(np.isfinite(total)))


def stellar_shift(
    spectrum: Array,
    variance: Array,
    solution: WavelengthSolution,
    row: ArrayLike | None = None,
    *,
    lines: Sequence[ReferenceLine] = BALMER_LINES,
    velocity_km_s: float = 0.0,
    largest_px: float = 40.0,
) -> Shift | None:
    """Measure the displacement of a star from its hydrogen lines.

    Parameters
    ----------
    spectrum, variance
        Extracted, not yet calibrated spectrum, one value a pixel of the oriented frame; NaN leaves a pixel out.
    solution
        From the arc.
    row
        Row of the star, one number or one a pixel; None: the middle row.
    lines
        Absorption lines to look for.
    velocity_km_s
        Known velocity of the star's lines, positive when receding; the lines are displaced by it before they are compared.
    largest_px
        Largest displacement looked for.

    Returns
    -------
    shift
        None where fewer than two lines are found.

    Raises
    ------
    DataError
        `spectrum` has not the length of the solution.
    """
    if len(spectrum) != solution.shape[1]:
        raise DataError(
            f"the spectrum has {len(spectrum)} pixels, the wavelength solution {solution.shape[1]}",
            accepted="a spectrum of the binning and window of the arc",
        )
    moved = [line.wavelength_nm * (1.0 + velocity_km_s / _LIGHT_KM_S) for line in lines]
    at = solution.shape[0] / 2.0 - 0.5 if row is None else float(np.median(np.asarray(row, dtype=np.float64)))
    expected = solution.pixel(moved, at)
    inside = np.isfinite(expected)
    chosen = [line for line, here in zip(lines, inside, strict=True) if here]
    fits = fit_absorption(spectrum, variance, expected[inside], largest_px)
    if fits is None:
        return None
    found = [
        _line_shift(line, float(place), float(fit.x), float(fit.x_error), solution, at, sure=fit.sure)
        for line, place, fit in zip(chosen, expected[inside], fits, strict=True)
    ]
    return combine(found, solution, "hydrogen absorption lines of the star", least=2)
