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

The frames are taken in bands of rows by two threads; each pixel depends on itself alone, so the result does not depend on
which thread came first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numba
import numpy as np
from numpy.typing import NDArray

from dfs.progress import Progress, Silent

__all__ = ["Clip", "Stack", "combine", "median_stack"]

BAND_BYTES = 4_000_000  # of values in float32: small enough for the cache of one core


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
        uint16: values kept.
    rejected
        How many pixels were rejected of each frame.
    """

    mean: NDArray[np.float32]
    variance: NDArray[np.float32]
    count: NDArray[np.uint16]
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
    rows, columns = area or (slice(0, frames[0].shape[0]), slice(0, frames[0].shape[1]))
    first, last = rows.indices(frames[0].shape[0])[:2]
    width = len(range(*columns.indices(frames[0].shape[1])))
    shape = (last - first, width)
    result = Stack(
        np.empty(shape, np.float32), np.empty(shape, np.float32), np.empty(shape, np.uint16), (0,) * len(frames)
    )
    settings = _settings(clip)
    offset = np.asarray(offsets if offsets is not None else np.zeros(len(frames)), dtype=np.float32)
    scale = np.asarray(scales if scales is not None else np.ones(len(frames)), dtype=np.float32)

    def band(y: int, end: int) -> NDArray[np.int64]:
        values = np.empty((len(frames), end - y, width), dtype=np.float32)
        for index, frame in enumerate(frames):
            values[index] = frame[first + y : first + end, columns]
        rejected = np.zeros(len(frames), dtype=np.int64)
        _clipped_mean(
            values, offset, scale, settings, result.mean[y:end], result.variance[y:end], result.count[y:end], rejected
        )
        return rejected

    counts = _in_bands(band, shape[0], len(frames) * width * 4, progress or Silent())
    return Stack(result.mean, result.variance, result.count, tuple(int(one) for one in np.sum(counts, axis=0)))


def median_stack(
    frames: Sequence[NDArray[Any]], area: tuple[slice, slice] | None = None, *, progress: Progress | None = None
) -> NDArray[np.float32]:
    """Return the median of `frames` (the mean of the middle two for an even number), NaN left out; float32."""
    rows, columns = area or (slice(0, frames[0].shape[0]), slice(0, frames[0].shape[1]))
    first, last = rows.indices(frames[0].shape[0])[:2]
    width = len(range(*columns.indices(frames[0].shape[1])))
    result = np.empty((last - first, width), np.float32)

    def band(y: int, end: int) -> NDArray[np.int64]:
        values = np.empty((len(frames), end - y, width), dtype=np.float32)
        for index, frame in enumerate(frames):
            values[index] = frame[first + y : first + end, columns]
        _medians(values, result[y:end])
        return np.zeros(1, dtype=np.int64)

    _in_bands(band, last - first, len(frames) * width * 4, progress or Silent())
    return result


def _settings(clip: Clip | None) -> tuple[float, int, bool, bool, float, float]:
    if clip is None:
        return (np.inf, 0, True, True, 0.0, 0.0)
    inverse = 1 / clip.gain_e_per_adu if clip.gain_e_per_adu else 0.0
    return (
        float(clip.kappa),
        int(clip.iterations),
        clip.centre == "median",
        clip.scale == "noise",
        float(clip.ron_adu) ** 2,
        inverse,
    )


def _in_bands(
    work: Callable[[int, int], NDArray[np.int64]], height: int, bytes_per_row: int, progress: Progress
) -> list[NDArray[np.int64]]:
    """Return what `work` returns for bands of rows, in order, done by at most two threads."""
    step = max(1, BAND_BYTES // bytes_per_row)
    starts = range(0, height, step)
    results = []
    progress.begin("combining", len(starts))
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        try:
            for one in pool.map(lambda y: work(y, min(y + step, height)), starts):
                results.append(one)
                progress.step()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    progress.end()
    return results


@numba.njit(cache=True, nogil=True)
def _row_statistics(values, offset, scale, total, square, low, high):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba
    """Shift and scale one row of all frames in place; fill its sums, summed squares of deviations, and extremes."""
    n, nx = values.shape
    total[:] = 0.0
    square[:] = 0.0
    low[:] = np.inf
    high[:] = -np.inf
    for i in range(n):
        row = values[i]
        for x in range(nx):
            value = (row[x] - offset[i]) * scale[i]
            row[x] = value
            total[x] += value
            low[x] = min(low[x], value)
            high[x] = max(high[x], value)
    for i in range(n):
        row = values[i]
        for x in range(nx):
            deviation = row[x] - total[x] / n
            square[x] += deviation * deviation


@numba.njit(cache=True, nogil=True)
def _clipped_mean(values, offset, scale, settings, mean, variance, count, rejected):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba
    n, ny, nx = values.shape
    kappa, iterations, by_median, by_noise, ron2, inverse_gain = settings
    factor = scale.astype(np.float64)
    squeeze = min(1.0, np.min(factor) ** 2)  # what scaling can shrink a variance by
    total = np.empty(nx, np.float64)
    square = np.empty(nx, np.float64)
    low = np.empty(nx, np.float32)
    high = np.empty(nx, np.float32)
    pixel = np.empty(n, np.float64)
    order = np.empty(n, np.float64)
    kept = np.empty(n, np.bool_)
    for y in range(ny):
        _row_statistics(values[:, y], offset, scale, total, square, low, high)
        for x in range(nx):
            # No value can be rejected where none lies further from any possible centre than the smallest limit: the common
            # case, without sorting.
            average = total[x] / n
            smallest = (ron2 + max(low[x], 0.0) * inverse_gain) * squeeze if by_noise else square[x] / n
            furthest = high[x] - low[x] if by_median else max(high[x] - average, average - low[x])
            if np.isfinite(total[x]) and (iterations == 0 or furthest * furthest <= kappa * kappa * smallest):
                mean[y, x] = average
                variance[y, x] = square[x] / ((n - 1.0) * n) if n > 1 else np.nan
                count[y, x] = n
                continue
            for i in range(n):
                pixel[i] = values[i, y, x]
            number, average, scatter = _clip_pixel(pixel, kept, order, factor, settings)
            mean[y, x] = average
            variance[y, x] = scatter
            count[y, x] = number
            for i in range(n):
                if not kept[i]:
                    rejected[i] += 1


@numba.njit(cache=True, nogil=True)
def _clip_pixel(pixel, kept, order, scale, settings):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901 - numba
    kappa, iterations, by_median, by_noise, ron2, inverse_gain = settings
    n = pixel.size
    number = 0
    for i in range(n):
        kept[i] = np.isfinite(pixel[i])
        number += kept[i]
    for _ in range(iterations):
        if number < 2:
            break
        average, square = _moments(pixel, kept, number)
        centre = _median_of(pixel, kept, order) if by_median else average
        changed = 0
        lowest = -1
        for i in range(n):
            if not kept[i]:
                continue
            if lowest < 0 or pixel[i] < pixel[lowest]:
                lowest = i
            # Scaled frames: sigma belongs to the frame as it was taken, x = scale * raw.
            sigma2 = (
                scale[i] * scale[i] * ron2 + scale[i] * max(centre, 0.0) * inverse_gain if by_noise else square / number
            )
            if abs(pixel[i] - centre) > kappa * np.sqrt(sigma2):
                kept[i] = False
                changed += 1
        number -= changed
        if number == 0:
            kept[lowest] = True
            number = 1
        if changed == 0:
            break
    if number == 0:
        return 0, np.nan, np.nan
    average, square = _moments(pixel, kept, number)
    return number, average, (square / ((number - 1.0) * number) if number > 1 else np.nan)


@numba.njit(cache=True, nogil=True)
def _moments(pixel, kept, number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba
    total = 0.0
    for i in range(pixel.size):
        if kept[i]:
            total += pixel[i]
    average = total / number
    square = 0.0
    for i in range(pixel.size):
        if kept[i]:
            square += (pixel[i] - average) ** 2
    return average, square


@numba.njit(cache=True, nogil=True)
def _median_of(pixel, kept, order):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba
    size = 0
    for i in range(pixel.size):
        if kept[i]:
            place = size
            while place > 0 and order[place - 1] > pixel[i]:
                order[place] = order[place - 1]
                place -= 1
            order[place] = pixel[i]
            size += 1
    return 0.5 * (order[(size - 1) // 2] + order[size // 2])


@numba.njit(cache=True, nogil=True)
def _medians(values, result):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba
    """Sort all columns of a row at once: compare-exchange of whole frames' rows, which the compiler turns into vector code."""
    n, ny, nx = values.shape
    number = np.empty(nx, np.int64)
    for y in range(ny):
        number[:] = 0
        for i in range(n):
            row = values[i, y]
            for x in range(nx):
                finite = np.isfinite(row[x])
                number[x] += finite
                row[x] = row[x] if finite else np.float32(np.inf)
        for i in range(1, n):
            for j in range(i, 0, -1):
                below = values[j - 1, y]
                above = values[j, y]
                for x in range(nx):
                    one = below[x]
                    other = above[x]
                    below[x] = min(one, other)
                    above[x] = max(one, other)
        for x in range(nx):
            k = number[x]
            result[y, x] = (
                np.float32(0.5) * (values[(k - 1) // 2, y, x] + values[k // 2, y, x]) if k > 0 else np.float32(np.nan)
            )
