"""Where light falls along the slit: sources found in the slit profile of a spectral image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["SlitSource", "find_sources", "occupied_rows", "slit_profile"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_TO_SIGMA = 1.4826  # standard deviation of a Gaussian from its median absolute deviation
_BLOCKS = (
    16  # parts of the spectrum whose median makes the profile: a cosmic ray or an emission line spoils one of them
)


@dataclass(frozen=True, slots=True)
class SlitSource:
    """A source along the slit.

    Attributes
    ----------
    position
        Row of its peak in the profile (px, fraction from a parabola).
    peak
        Height of the smoothed profile, electrons per pixel, mean over the spectrum.
    snr
        Peak over the noise of the smoothed profile.
    fwhm
        Full width at half maximum (px); below 1.5 it is a defect of the detector rather than light through the optics.
    first, last
        Rows it reaches, last one included.
    """

    position: float
    peak: float
    snr: float
    fwhm: float
    first: int
    last: int

    @property
    def is_defect(self) -> bool:
        """Return whether it is too narrow for light that came through the telescope."""
        return self.fwhm < 1.5


def slit_profile(data: Array, good: Mask) -> Array:
    """Return the mean along the dispersion of each row (electrons per pixel), robust against cosmic rays; NaN where none is good.

    Parameters
    ----------
    data
        Shape (ny, nx), sky subtracted or nearly so.
    good
        Pixels that count.
    """
    ny = data.shape[0]
    means = np.full((ny, _BLOCKS), np.nan)
    for index, block in enumerate(np.array_split(np.arange(data.shape[1]), _BLOCKS)):
        part, valid = data[:, block], good[:, block]
        ordered = np.sort(np.where(valid, part, np.inf), axis=1)
        count = valid.sum(axis=1)
        # The mean of the middle half is nearly as sharp as the mean and does not see single hits.
        low, high = count // 4, count - count // 4
        cumulative = np.cumsum(np.where(np.isfinite(ordered), ordered, 0.0), axis=1)
        cumulative = np.hstack((np.zeros((ny, 1)), cumulative))
        rows = np.arange(ny)
        total = cumulative[rows, high] - cumulative[rows, low]
        enough = count >= 4
        means[enough, index] = total[enough] / (high - low)[enough]
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(means).sum(axis=1) >= _BLOCKS // 4
        profile = np.full(ny, np.nan)
        profile[usable] = np.nanmean(means[usable], axis=1)
    return profile


def find_sources(
    profile: Array, rows: tuple[int, int], *, threshold: float = 5.0, sigma_px: float = 2.0, background_px: int = 151
) -> tuple[SlitSource, ...]:
    """Return the sources in a slit profile, the brightest first.

    Parameters
    ----------
    profile
        As `slit_profile` returns it.
    rows
        First row and end (exclusive) of the illuminated slit.
    threshold
        Least height in units of the noise of the smoothed profile.
    sigma_px
        Width of the Gaussian the profile is smoothed with, about that of the seeing.
    background_px
        Length of the running median that takes slow changes of the sky away.
    """
    first, end = rows
    part = profile[first:end]
    valid = np.isfinite(part)
    if np.count_nonzero(valid) < 5:
        return ()
    filled = np.interp(np.arange(part.size), np.flatnonzero(valid), part[valid])
    flat = filled - ndimage.median_filter(filled, min(background_px, part.size), mode="nearest")
    smooth = ndimage.gaussian_filter1d(flat, sigma_px, mode="nearest")
    noise = _spread(smooth)
    peaks = [
        int(i)
        for i in range(part.size)
        if smooth[i] > threshold * noise and smooth[i] == smooth[max(i - 3, 0) : i + 4].max()
    ]
    found = [_measure(flat, smooth, peak, noise, first) for peak in peaks]
    found += _defects(flat, smooth, noise, threshold, first, found)
    return tuple(sorted(found, key=lambda one: -one.peak))


def occupied_rows(sources: tuple[SlitSource, ...], ny: int, margin_px: float) -> Mask:
    """Return which of `ny` rows a source reaches, `margin_px` added on each side."""
    rows = np.zeros(ny, dtype=bool)
    for one in sources:
        margin = 2 if one.is_defect else int(np.ceil(margin_px))
        rows[max(one.first - margin, 0) : one.last + margin + 1] = True
    return rows


def _defects(
    flat: Array, smooth: Array, noise: float, threshold: float, first: int, found: list[SlitSource]
) -> list[SlitSource]:
    """Return what no light makes: dips, and single rows that stand out although their neighbours do not."""
    spread = _spread(flat)
    wrong = (smooth < -threshold * noise) | (np.abs(flat) > threshold * spread)
    for one in found:
        wrong[max(one.first - first - 2, 0) : one.last - first + 3] = False
    rows = np.flatnonzero(wrong)
    groups = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if rows.size else []
    return [
        SlitSource(
            position=float(first + np.mean(group)),
            peak=float(np.max(smooth[group])),
            snr=float(flat[group][np.argmax(np.abs(flat[group]))] / spread),
            fwhm=1.0,
            first=int(first + group[0]),
            last=int(first + group[-1]),
        )
        for group in groups
    ]


def _measure(flat: Array, smooth: Array, peak: int, noise: float, first: int) -> SlitSource:
    low, high = peak, peak
    while low > 0 and smooth[low - 1] > 2 * noise:
        low -= 1
    while high < smooth.size - 1 and smooth[high + 1] > 2 * noise:
        high += 1
    return SlitSource(
        position=first + peak + _vertex(smooth, peak),
        peak=float(smooth[peak]),
        snr=float(smooth[peak] / noise),
        fwhm=_half_maximum_width(flat, peak),
        first=first + low,
        last=first + high,
    )


def _vertex(values: Array, peak: int) -> float:
    if peak in (0, values.size - 1):
        return 0.0
    left, top, right = values[peak - 1 : peak + 2]
    bend = left - 2 * top + right
    return float(0.5 * (left - right) / bend) if bend < 0 else 0.0


def _half_maximum_width(values: Array, near: int) -> float:
    """Return the full width at half maximum of the peak within 3 px of `near`, by linear interpolation."""
    start = max(near - 3, 0)
    top = start + int(np.argmax(values[start : near + 4]))
    half = 0.5 * values[top]
    edges = []
    for step in (-1, 1):
        here = top
        while 0 < here < values.size - 1 and values[here] > half:
            here += step
        inner = here - step
        drop = values[inner] - values[here]
        edges.append(abs(inner - top) + ((values[inner] - half) / drop if drop > 0 else 0.0))
    return float(sum(edges))


def _spread(values: Array) -> float:
    middle = np.median(values)
    return float(_TO_SIGMA * np.median(np.abs(values - middle))) or float(np.std(values)) or 1.0
