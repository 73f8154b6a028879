"""Combines frames pixel by pixel, outliers left out, in bounded memory.

For the values x_i of a pixel (less each frame's offset, times its scale) the clip is, at most `iterations` times or until
nothing changes::

    centre  = median (or mean) of the values kept
    sigma   = sqrt(ron^2 + max(centre, 0) / gain)     scale "noise": what the detector must show
            | sqrt(mean((x - mean(x))^2))             scale "std":   what the values show, as astropy's sigma_clip
    reject  |x_i - centre| > kappa * sigma

With few frames only "noise" can work: of n values none lies further than (n - 1) / sqrt(n) of their own standard deviations
from their mean (2.85 for n = 10). Where two values contradict each other and neither would stay, the lower one is kept:
cosmic rays only add. The result is the mean of the values kept, its variance s^2 / n with s^2 their unbiased sample variance, NaN below two.

All is array arithmetic on bands that fit into a core's cache: as fast as compiled loops, and a process that makes a master bias
need not load a compiler. The frames are taken in bands of rows by two threads; each pixel depends on itself alone, so the result does not depend on
which thread came first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dfs.progress import Progress, Silent

__all__ = ["Clip", "Stack", "combine", "median_stack"]

BAND_BYTES = 3_000_000  # of values in float32: about the cache of one core, and few enough bands

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Clip:
    """How outliers are found.

    Attributes
    ----------
    kappa, iterations
        Limit in sigma, and how often at most.
    centre, scale
        See the module.
    ron_adu, gain_e_per_adu
        For scale ``"noise"``: read-out noise and gain of one frame; gain None leaves the photon noise out.
    """

    kappa: float = 5.0
    iterations: int = 5
    centre: Literal["median", "mean"] = "median"
    scale: Literal["noise", "std"] = "noise"
    ron_adu: float = 0.0
    gain_e_per_adu: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Combined frames, all of shape (ny, nx).

    Attributes
    ----------
    mean
        float32.
    variance
        float32, of the mean, measured; NaN where fewer than two values were kept.
    count
        uint8 (uint16 for more than 255 frames): values kept.
    rejected
        How many pixels were rejected of each frame.
    """

    mean: NDArray[np.float32]
    variance: NDArray[np.float32]
    count: NDArray[np.unsignedinteger]
    rejected: tuple[int, ...]


def combine(
    frames: Sequence[NDArray[Any]],
    area: tuple[slice, slice] | None = None,
    clip: Clip | None = None,
    *,
    offsets: Sequence[float] | None = None,
    scales: Sequence[float] | None = None,
    progress: Progress | None = None,
) -> Stack:
    """Return the clipped mean of `frames`.

    Parameters
    ----------
    frames
        Arrays of equal shape, any real type and byte order (memory maps too). NaN is no value.
    area
        Rows and columns to combine; None is all.
    clip
        How outliers are found; None keeps all.
    offsets, scales
        Subtracted from each frame, then multiplied; default 0 and 1. Read-out noise and gain of `clip` are those of the
        unscaled frames.
    progress
        Told of every band; may cancel.
    """
    bands = _Bands(frames, area)
    result = Stack(
        np.empty(bands.shape, np.float32),
        np.empty(bands.shape, np.float32),
        np.empty(bands.shape, np.uint8 if len(frames) < 256 else np.uint16),
        (0,) * len(frames),
    )
    offset = np.asarray(offsets if offsets is not None else np.zeros(len(frames)), dtype=np.float64)
    scale = np.asarray(scales if scales is not None else np.ones(len(frames)), dtype=np.float64)

    def work(y: int, end: int) -> NDArray[np.int64]:
        values, level = bands.values(y, end, offset, scale)
        return _clipped_mean(values, level, scale, clip, result, slice(y, end))

    counts = _in_bands(work, bands, progress or Silent())
    return Stack(result.mean, result.variance, result.count, tuple(int(one) for one in np.sum(counts, axis=0)))


def median_stack(
    frames: Sequence[NDArray[Any]],
    area: tuple[slice, slice] | None = None,
    *,
    offsets: Sequence[float] | None = None,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Return the median of `frames` less `offsets` (the mean of the middle two for an even number), NaN left out; float32."""
    bands = _Bands(frames, area)
    result = np.empty(bands.shape, np.float32)
    offset = np.asarray(offsets if offsets is not None else np.zeros(len(frames)), dtype=np.float64)
    one = np.ones(len(frames))

    def work(y: int, end: int) -> NDArray[np.int64]:
        values, level = bands.values(y, end, offset, one)
        kept = np.isfinite(values)
        if kept.all():
            _sort_frames(values)
            middle = (values[(len(frames) - 1) // 2] + values[len(frames) // 2]) * np.float32(0.5)
        else:
            middle = _median_of(values, kept)
        result[y:end] = middle + np.float32(level)
        return np.zeros(1, dtype=np.int64)

    _in_bands(work, bands, progress or Silent())
    return result


class _Bands:
    """The frames' common area, read in bands of rows."""

    def __init__(self, frames: Sequence[NDArray[Any]], area: tuple[slice, slice] | None) -> None:
        self.frames = frames
        rows, self.columns = area or (slice(0, frames[0].shape[0]), slice(0, frames[0].shape[1]))
        self.first, last = rows.indices(frames[0].shape[0])[:2]
        self.shape = (last - self.first, len(range(*self.columns.indices(frames[0].shape[1]))))
        self.step = max(1, BAND_BYTES // (4 * len(frames) * self.shape[1]))

    def values(self, y: int, end: int, offset: Array, scale: Array) -> tuple[NDArray[np.float32], float]:
        """Return scale * (frame - offset) - level for rows y to end, shape (n, rows, nx), and the level.

        The level, a typical value, is taken off so that sums in float32 keep the precision of the values' scatter.
        """
        values = np.empty((len(self.frames), end - y, self.shape[1]), dtype=np.float32)
        level = 0.0
        for index, frame in enumerate(self.frames):
            raw = frame[self.first + y : self.first + end, self.columns]
            if index == 0:
                level = _typical(raw, float(offset[0]), float(scale[0]))
            values[index] = raw
            if scale[index] == 1:
                values[index] -= np.float32(offset[index] + level)
            else:
                values[index] -= np.float32(offset[index])
                values[index] *= np.float32(scale[index])
                values[index] -= np.float32(level)
        return values, level


def _typical(raw: NDArray[Any], offset: float, scale: float) -> float:
    row = raw[raw.shape[0] // 2].astype(np.float64)
    row = row[np.isfinite(row)]
    return round(float(np.median(row) - offset) * scale) if row.size else 0.0


def _in_bands(
    work: Callable[[int, int], NDArray[np.int64]], bands: _Bands, progress: Progress
) -> list[NDArray[np.int64]]:
    """Return what `work` returns for bands of rows, in order, done by at most two threads."""
    height = bands.shape[0]
    starts = range(0, height, bands.step)
    results = []
    progress.begin("combining", len(starts))
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        try:
            for one in pool.map(lambda y: work(y, min(y + bands.step, height)), starts):
                results.append(one)
                progress.step()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    progress.end()
    return results


def _clipped_mean(
    values: NDArray[np.float32], level: float, scale: Array, clip: Clip | None, result: Stack, rows: slice
) -> NDArray[np.int64]:
    """Fill `rows` of `result` and return how many pixels were rejected of each frame."""
    n = len(values)
    mean = np.add.reduce(values, axis=0)
    mean /= np.float32(n)
    deviations = values - mean
    square = np.einsum("iyx,iyx->yx", deviations, deviations)
    doubtful = (
        ~np.isfinite(mean)
        if clip is None
        else ~_beyond_doubt(deviations, mean + np.float32(level), square, scale, clip)
    )
    np.add(mean, np.float32(level), out=result.mean[rows])
    np.multiply(square, np.float32(1 / (n * (n - 1)) if n > 1 else np.nan), out=result.variance[rows])
    result.count[rows] = n
    where = np.nonzero(doubtful)
    if where[0].size == 0:
        return np.zeros(n, dtype=np.int64)
    pixels = values[:, where[0], where[1]].astype(np.float64) + level
    kept = _clip(pixels, scale, clip)
    average, scatter, number = _moments(pixels, kept)
    result.mean[rows][where] = average
    result.variance[rows][where] = scatter
    result.count[rows][where] = number
    rejected: NDArray[np.int64] = np.count_nonzero(~kept, axis=1).astype(np.int64)
    return rejected


def _beyond_doubt(
    deviations: NDArray[np.float32],
    mean: NDArray[np.float32],
    square: NDArray[np.float32],
    scale: Array,
    clip: Clip,
) -> NDArray[np.bool_]:
    """Return where no value lies further from any possible centre than the smallest limit: the common case, without sorting.

    `deviations` are the values less their mean.
    """
    low, high = np.minimum.reduce(deviations, axis=0), np.maximum.reduce(deviations, axis=0)
    reach = high - low if clip.centre == "median" else np.maximum(high, -low)
    if clip.scale == "std":
        smallest = square / np.float32(len(deviations))
    else:
        squeeze = min(1.0, float(np.min(scale)) ** 2)  # what scaling can shrink a variance by
        smallest = np.full_like(mean, clip.ron_adu**2 * squeeze)
        if clip.gain_e_per_adu:
            smallest += np.maximum(low + mean, 0) * np.float32(squeeze / clip.gain_e_per_adu)
    # A ten thousandth below the limit, for the rounding of float32; NaN compares false.
    sure: NDArray[np.bool_] = reach * reach <= smallest * np.float32(clip.kappa**2 * 0.9999)
    return sure


def _clip(pixels: Array, scale: Array, clip: Clip | None) -> NDArray[np.bool_]:
    """Return which values of `pixels`, shape (n, pixels), are kept."""
    kept = np.isfinite(pixels)
    if clip is None:
        return kept
    active = np.arange(pixels.shape[1])  # pixels that still change
    for _ in range(clip.iterations):
        values, keeps = pixels[:, active], kept[:, active]
        bad = _beyond(values, keeps, scale, clip)
        changed = bad.any(axis=0)
        if not changed.any():
            break
        values, keeps, bad, active = values[:, changed], keeps[:, changed], bad[:, changed], active[changed]
        none_left = ~(keeps & ~bad).any(axis=0)
        lowest = np.argmin(np.where(keeps, values, np.inf), axis=0)
        bad[lowest[none_left], np.flatnonzero(none_left)] = False
        kept[:, active] = keeps & ~bad
    return kept


def _beyond(pixels: Array, kept: NDArray[np.bool_], scale: Array, clip: Clip) -> NDArray[np.bool_]:
    """Return which of the values kept lie beyond the limit."""
    number = np.count_nonzero(kept, axis=0)
    average = scatter = np.zeros(number.size)
    if clip.scale == "std" or clip.centre == "mean":
        average, scatter, _ = _moments(pixels, kept)
    centre = _median_of(pixels, kept) if clip.centre == "median" else average
    if clip.scale == "std":
        sigma = np.sqrt(scatter * (number - 1.0))[np.newaxis]  # scatter is s^2 / n
    else:
        # Scaled frames: sigma belongs to the frame as it was taken, x = scale * raw.
        photons = np.maximum(centre, 0) / clip.gain_e_per_adu if clip.gain_e_per_adu else np.zeros_like(centre)
        sigma = np.sqrt(scale[:, None] ** 2 * clip.ron_adu**2 + scale[:, None] * photons)
    beyond: NDArray[np.bool_] = kept & (np.abs(pixels - centre) > clip.kappa * sigma) & (number > 1)
    return beyond


def _moments(pixels: Array, kept: NDArray[np.bool_]) -> tuple[Array, Array, NDArray[np.int64]]:
    """Return mean, variance of the mean (NaN below two values) and number of the values kept."""
    number = np.count_nonzero(kept, axis=0)
    total = np.sum(np.where(kept, pixels, 0.0), axis=0)
    mean = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
    square = np.sum(np.where(kept, pixels - mean, 0.0) ** 2, axis=0)
    dof = (number - 1.0) * number
    return mean, np.divide(square, dof, out=np.full(total.shape, np.nan), where=number > 1), number


def _median_of(pixels: NDArray[Any], kept: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the median of the values kept along axis 0; NaN without any."""
    ordered = np.where(kept, pixels, np.inf)
    _sort_frames(ordered)
    number = np.count_nonzero(kept, axis=0)
    last = np.maximum(number - 1, 0)
    below = np.take_along_axis(ordered, (last // 2)[np.newaxis], axis=0)[0]
    above = np.take_along_axis(ordered, (number // 2).clip(max=len(pixels) - 1)[np.newaxis], axis=0)[0]
    with np.errstate(invalid="ignore"):
        return np.where(number > 0, 0.5 * (below + above), np.nan)


def _sort_frames(values: NDArray[Any]) -> None:
    """Sort along axis 0 in place by exchanging whole rows, vector operations that beat a sort of many short columns."""
    if len(values) > 24:
        values.sort(axis=0)
        return
    for i in range(1, len(values)):
        for j in range(i, 0, -1):
            below = np.minimum(values[j - 1], values[j])
            np.maximum(values[j - 1], values[j], out=values[j])
            values[j - 1] = below
