"""Finding emission lines in a one-dimensional spectrum and measuring where they are, with errors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import percentile_filter, uniform_filter1d
from scipy.signal import find_peaks, peak_widths

from dfs.recipes.steps.line_profile import LineFits, LineProfile, fit_lines, fit_profile, windows

__all__ = ["DetectedLines", "continuum", "detect_lines", "measure_lines", "typical_width"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class DetectedLines:
    """Emission lines of a spectrum in order of pixel, arrays of equal length.

    Attributes
    ----------
    x, x_error
        Centre and its standard error (px).
    flux, flux_error
        Sum over the line.
    fwhm
        Full width at half maximum (px), from the fit of a stretched profile.
    misfit
        Root mean square of the residuals over the peak; large in blends.
    saturated
        True where a pixel of the line was saturated.
    profile
        The shape that was fitted.
    """

    x: Array
    x_error: Array
    flux: Array
    flux_error: Array
    fwhm: Array
    misfit: Array
    saturated: Bool
    profile: LineProfile

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.x)

    def keep(self, selected: Bool | NDArray[np.intp]) -> DetectedLines:
        """Return the lines that `selected` chooses."""
        return replace(
            self,
            x=self.x[selected],
            x_error=self.x_error[selected],
            flux=self.flux[selected],
            flux_error=self.flux_error[selected],
            fwhm=self.fwhm[selected],
            misfit=self.misfit[selected],
            saturated=self.saturated[selected],
        )


def continuum(spectrum: Array, fwhm: float) -> Array:
    """Return the level under the lines: a running 20th percentile over 16 line widths, smoothed."""
    width = max(15, round(16.0 * fwhm) | 1)
    low = percentile_filter(np.nan_to_num(spectrum), 20, size=width, mode="nearest")
    return np.asarray(uniform_filter1d(low, max(5, width // 4)), dtype=np.float64)


def typical_width(spectrum: Array, variance: Array) -> float | None:
    """Return the median full width at half maximum (px) of the strong peaks, or None where there is none.

    A peak counts when it rises above its surroundings by more than half its height and 20 standard deviations: the noise on a
    flat-topped line makes no peaks of its own then.
    """
    clean = np.nan_to_num(spectrum) - continuum(spectrum, 5.0)
    noise = np.sqrt(np.nanmedian(variance))
    peaks, found = find_peaks(clean, prominence=20.0 * noise)
    strong = found["prominences"] > 0.5 * clean[peaks]
    if not np.any(strong):
        return None
    peaks = peaks[strong]
    brightest = peaks[np.argsort(clean[peaks])[::-1][:12]]
    return float(np.median(peak_widths(clean, brightest, rel_height=0.5)[0]))


def detect_lines(spectrum: Array, variance: Array, saturated: Bool, *, kappa: float = 5.0) -> DetectedLines | None:
    """Return the emission lines of `spectrum`, or None where there is none.

    Lines are peaks of the spectrum smoothed by the line's own width that rise `kappa` standard deviations above the continuum and
    above the saddle to their neighbours. Their shape is fitted to the strong isolated ones, then each is fitted.

    Parameters
    ----------
    spectrum, variance
        Flux and its variance, 1-D; NaN leaves a pixel out.
    saturated
        Where a pixel is saturated.
    kappa
        Significance asked for.
    """
    fwhm = typical_width(spectrum, variance)
    if fwhm is None:
        return None
    size = max(3, round(fwhm) | 1)
    clean = np.nan_to_num(spectrum) - continuum(spectrum, fwhm)
    smooth = uniform_filter1d(clean, size)
    noise = np.sqrt(uniform_filter1d(np.nan_to_num(variance), size) / size)
    noise = np.maximum(noise, _scatter(clean, fwhm) / np.sqrt(size))
    peaks, _ = find_peaks(smooth / noise, height=kappa, prominence=kappa)
    if len(peaks) == 0:
        return None
    heights = smooth[peaks]
    profile = _shape(spectrum, peaks, heights, saturated, fwhm) or LineProfile(0.8 * fwhm, 0.2 * fwhm)
    lines = measure_lines(spectrum, variance, saturated, peaks.astype(np.float64), profile)
    inside = (lines.x > 0) & (lines.x < len(spectrum) - 1)
    return _without_doubles(lines.keep(inside & np.isfinite(lines.x)))


def measure_lines(
    spectrum: Array, variance: Array, saturated: Bool, start: Array, profile: LineProfile
) -> DetectedLines:
    """Fit lines near `start` (px); those whose fit failed have NaN positions."""
    half = _half_window(profile.fwhm)
    data, index = windows(spectrum, start, half)
    spread, _ = windows(variance, start, half)
    held = fit_lines(data, spread, index, start, profile)
    centre = np.where(np.isfinite(held.x), held.x, start)
    fits = fit_lines(data, spread, index, centre, profile, free_width=True)
    core = np.abs(index - centre[:, np.newaxis]) <= 0.75 * profile.fwhm + 1
    touched: Bool = np.any(saturated[np.clip(index, 0, len(spectrum) - 1)] & core, axis=1)
    return _merge(held, fits, profile, touched)


def _merge(held: LineFits, fits: LineFits, profile: LineProfile, saturated: Bool) -> DetectedLines:
    """Take position and flux from the fit with the width held (the more stable one), the width from the other."""
    return DetectedLines(
        x=held.x,
        x_error=held.x_error,
        flux=held.flux,
        flux_error=held.flux_error,
        fwhm=fits.stretch * profile.fwhm,
        misfit=held.misfit,
        saturated=saturated,
        profile=profile,
    )


def _half_window(fwhm: float) -> int:
    """Return the half width of a fit window: a line and a little background, few neighbours."""
    return max(4, int(np.ceil(1.1 * fwhm + 2)))


def _scatter(clean: Array, fwhm: float) -> float:
    """Return the pixel-to-pixel noise as the spectrum itself shows it, in its line-free half."""
    quiet = clean[np.abs(clean) <= np.median(np.abs(clean))]
    return 1.4826 * float(np.median(np.abs(quiet - np.median(quiet)))) if len(quiet) > 4 * fwhm else 0.0


def _shape(
    spectrum: Array, peaks: NDArray[np.intp], heights: Array, saturated: Bool, fwhm: float
) -> LineProfile | None:
    """Fit the line shape to at most eight strong unsaturated lines without a neighbour of 5 % within three widths."""
    half = _half_window(fwhm)
    chosen: list[int] = []
    for number in np.argsort(heights)[::-1][:40]:
        peak = int(peaks[number])
        near = (np.abs(peaks - peak) < 3.0 * fwhm) & (np.arange(len(peaks)) != number)
        edge = peak < half or peak >= len(spectrum) - half
        crowded = bool(np.any(heights[near] > 0.05 * heights[number]))
        if edge or crowded or bool(saturated[peak - half : peak + half + 1].any()):
            continue
        chosen.append(peak)
        if len(chosen) == 8:
            break
    if not chosen:
        return None
    start = np.array(chosen, dtype=np.float64)
    data, index = windows(spectrum, start, half)
    return fit_profile(data, index, start, fwhm)


def _without_doubles(lines: DetectedLines) -> DetectedLines:
    """Keep the stronger of lines that ended within half a line width of each other, in order of x."""
    keep: list[int] = []
    for number in np.argsort(lines.flux)[::-1]:
        if all(abs(lines.x[number] - lines.x[other]) > 0.5 * lines.profile.fwhm for other in keep):
            keep.append(int(number))
    return lines.keep(np.array(sorted(keep, key=lambda number: float(lines.x[number])), dtype=np.intp))
