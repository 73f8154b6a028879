"""Read-out noise from pairs of bias frames, gain from pairs of flats (photon transfer; Janesick 2001, ch. 2 and 5).

What is measured
----------------
The difference d = b - k a of two equal exposures holds no fixed pattern. It is taken in boxes of 32 x 32 pixels; k is the ratio of
the box's sums (lamps drift; 1 for bias frames). The box's variance V is that of d within 4 sigma of its mean (iterated; then
divided by 0.99893, the variance of a normal distribution cut there). Then::

    read-out noise   R^2 = median over boxes of V / 2      (times (1 - 2/(9 dof))^-3, the median of a chi square)
    gain             s = V - (1 + k^2) R^2 = M / g,  M = k (1 + k) m       m: mean of a above bias
                     1/g = sum(w M s) / sum(w M^2),  w = 1 / var(s) from the model, not from V (V in the weight biases low)

Boxes rather than one region, because the level, the lamp and the noise change over the detector; the median of boxes, because
cosmic rays and hot columns sit in few of them. A plain standard deviation of the whole difference takes both in (EFOSC2: 11.7
for 10.2 ADU), 1.4826 MAD of whole numbers moves in steps of 1.05 ADU (10.5): neither is used.

Why sums of four pixels
-----------------------
Neighbours along a row are read one after the other through an amplifier of finite bandwidth, and share charge: their noise is
correlated (EFOSC2, fast read-out: read-out noise -0.14 and +0.05 at distance 1 and 2, shot noise of bright flats -0.012). The variance of single pixels then is not
that of the electrons: from 370 to 39000 ADU the gain of EFOSC2 seems to fall by 5.7 +- 0.5 % in single pixels, by 2.4 +- 1.4 % in
sums of eight, which hold the covariances. So the gain is measured on sums of four pixels along the row, and the single-pixel figure stands beside it. The read-out noise of a single pixel is ``ron``; that of a pixel in a sum along a row
(``ron_sum``, variance of sums of four over four) is what adds up in an extraction along rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BOX",
    "RUN",
    "Gain",
    "PairBoxes",
    "ReadOutNoise",
    "fit_gain",
    "pair_boxes",
    "read_out_noise",
    "single_noise",
]

Array = NDArray[np.float64]

BOX = 32  # pixels
RUN = 4  # pixels along a row
KAPPA = 4.0
_CUT_VARIANCE = 0.99892965  # of a unit normal distribution within 4 sigma
_MINIMUM = 24  # runs in a box, below which it is left out


@dataclass(frozen=True, slots=True, eq=False)
class PairBoxes:
    """The boxes of one pair of frames, flattened; boxes with too few pixels left out.

    Attributes
    ----------
    variance
        V, ADU^2, per pixel.
    level
        m, ADU: mean of the first frame.
    ratio
        k.
    count
        Sums (or pixels) that entered V.
    """

    variance: Array
    level: Array
    ratio: Array
    count: Array


@dataclass(frozen=True, slots=True)
class ReadOutNoise:
    """Read-out noise of one frame in ADU and its standard error; `boxes` measured."""

    ron_adu: float
    error_adu: float
    boxes: int


@dataclass(frozen=True, slots=True)
class Gain:
    """Gain in e-/ADU.

    Attributes
    ----------
    gain_e_per_adu, error
        The value and its standard error: scatter of the boxes and error of the read-out noise.
    change, change_error
        Relative change of the measured gain from the lowest to the highest level used; 0 for a linear detector. NaN where the levels span less than a factor of 2.
    level_adu
        (lowest, highest) level used.
    boxes
        Boxes used.
    """

    gain_e_per_adu: float
    error: float
    change: float
    change_error: float
    level_adu: tuple[float, float]
    boxes: int


def pair_boxes(
    one: NDArray[np.float32], other: NDArray[np.float32], *, run: int = 1, box: int = BOX, scaled: bool = False
) -> PairBoxes:
    """Return the boxes of a pair of frames.

    Parameters
    ----------
    one, other
        ADU, shape (ny, nx); for `scaled` above bias. NaN pixels (saturated, bad) and the sums they are in are left out.
    run
        Pixels summed along the row.
    box
        Side of the boxes, pixels.
    scaled
        Scale the first frame to the second, box by box.
    """
    ny, nx = one.shape
    box = max(8, min(box, ny, nx)) // run * run
    shape = (max(ny // box, 0), max(nx // box, 0))
    variance, level, ratio, count = (np.zeros(shape) for _ in range(4))
    _boxes(one, other, box, run, scaled, variance, level, ratio, count)
    good = (count >= _MINIMUM) & np.isfinite(variance) & (variance > 0)
    return PairBoxes(variance[good], level[good], ratio[good], count[good])


def raw_pair_boxes(
    one: NDArray[Any], other: NDArray[Any], area: tuple[slice, slice], *, run: int = 1, box: int = BOX
) -> PairBoxes:
    """Return the boxes of `area` of a pair of raw bias frames of any real type, converted in bands of rows."""
    rows, columns = area
    step = 16 * box
    parts = [
        pair_boxes(
            *(frame[y : min(y + step, rows.stop), columns].astype(np.float32) for frame in (one, other)),
            run=run,
            box=box,
        )
        for y in range(rows.start, rows.stop, step)
    ]
    return PairBoxes(
        variance=np.concatenate([part.variance for part in parts]),
        level=np.concatenate([part.level for part in parts]),
        ratio=np.concatenate([part.ratio for part in parts]),
        count=np.concatenate([part.count for part in parts]),
    )


def read_out_noise(boxes: PairBoxes) -> ReadOutNoise | None:
    """Return the read-out noise from the boxes of a pair of bias frames; None without a box."""
    return _noise(boxes.variance / 2, boxes.count)


def single_noise(frame: NDArray[np.float32], *, run: int = 1, box: int = BOX) -> ReadOutNoise | None:
    """Return the noise within the boxes of one single frame: read-out noise and fixed pattern together."""
    boxes = pair_boxes(np.zeros_like(frame), frame, run=run, box=box)
    return _noise(boxes.variance, boxes.count)


def fit_gain(
    boxes: PairBoxes, ron_adu: float, ron_error_adu: float, *, highest_adu: float, lowest_adu: float = 0.0
) -> Gain | None:
    """Return the gain from the boxes of a pair of flats; None where fewer than four boxes are dominated by shot noise.

    Parameters
    ----------
    boxes
        From `pair_boxes(..., scaled=True)`.
    ron_adu, ron_error_adu
        Read-out noise per pixel for the same run of pixels, ADU.
    highest_adu, lowest_adu
        Levels used: below saturation and above where the error of the bias level matters. Boxes whose shot noise is below the read-out noise are left out.
    """
    k, m = boxes.ratio, boxes.level
    noise = (1 + k**2) * ron_adu**2
    signal = k * (1 + k) * m
    use = (m > lowest_adu) & (m * np.maximum(k, 1) < highest_adu) & (signal > 0)
    use &= boxes.variance > 2 * noise
    if use.sum() < 4:
        return None
    k, m, noise, signal = k[use], m[use], noise[use], signal[use]
    shot, dof = boxes.variance[use] - noise, boxes.count[use] - 1
    inverse = float(np.median(shot / signal))
    keep = np.ones(m.size, dtype=bool)
    weight = np.ones(m.size)
    for _ in range(6):
        expected = inverse * signal + noise
        weight = dof / (2 * expected**2)
        pull = (shot - inverse * signal) * np.sqrt(weight)
        # The scatter of the boxes themselves sets the limit: a level dependence must not cut off one end.
        limit = 4 * max(1.0, 1.4826 * float(np.median(np.abs(pull - np.median(pull)))))
        keep = np.abs(pull - np.median(pull)) < limit
        inverse = float(np.sum((weight * signal * shot)[keep]) / np.sum((weight * signal**2)[keep]))
    w, x, y = weight[keep], signal[keep], shot[keep]
    total = float(np.sum(w * x**2))
    chi2 = float(np.sum(w * (y - inverse * x) ** 2)) / max(len(x) - 1, 1)
    from_ron = float(np.sum(w * x * (1 + k[keep] ** 2))) / total * 2 * ron_adu * ron_error_adu
    error = float(np.hypot(np.sqrt(max(chi2, 1.0) / total), from_ron))
    levels = float(np.min(m[keep])), float(np.max(m[keep]))
    change, change_error = _change(w, x, y, m[keep], levels)
    return Gain(1 / inverse, error / inverse**2, change, change_error, levels, int(keep.sum()))


def _change(w: Array, x: Array, y: Array, level: Array, levels: tuple[float, float]) -> tuple[float, float]:
    """Return the relative change of x/y between `levels` from a straight line of y/x against log level, and its error."""
    if levels[1] < 2 * levels[0]:
        return float("nan"), float("nan")
    span = np.log(level / levels[0]) / np.log(levels[1] / levels[0])
    design = np.stack([x, x * span], axis=1)
    normal = np.linalg.inv(design.T @ (design * w[:, None]))
    first, slope = normal @ (design.T @ (w * y))
    scatter = float(np.sum(w * (y - design @ np.array([first, slope])) ** 2)) / max(len(x) - 2, 1)
    change = first / (first + slope) - 1
    error = np.sqrt(normal[1, 1] * max(scatter, 1.0)) / first
    return float(change), float(error)


def _noise(variance: Array, count: Array) -> ReadOutNoise | None:
    if variance.size == 0:
        return None
    dof = float(np.median(count)) - 1
    middle = float(np.median(variance)) / (1 - 2 / (9 * dof)) ** 3
    # Standard error of a median of boxes: 1.2533 sigma / sqrt(boxes); sigma from the scatter of the boxes, at least chi square's.
    scatter = 1.4826 * float(np.median(np.abs(variance - np.median(variance))))
    sigma = max(scatter, middle * np.sqrt(2 / dof))
    ron = float(np.sqrt(middle))
    return ReadOutNoise(ron, float(1.2533 * sigma / np.sqrt(variance.size) / (2 * ron)), int(variance.size))


@numba.njit(cache=True, nogil=True)
def _boxes(one, other, box, run, scaled, variance, level, ratio, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba
    sums = np.empty(box * (box // run), np.float64)
    for row in range(variance.shape[0]):
        for column in range(variance.shape[1]):
            y0, x0 = row * box, column * box
            k, mean = _ratio_of(one, other, y0, x0, box, scaled)
            ratio[row, column] = k
            level[row, column] = mean
            size = 0
            for y in range(y0, y0 + box):
                for start in range(x0, x0 + box, run):
                    total = 0.0
                    for x in range(start, start + run):
                        total += other[y, x] - k * one[y, x]
                    if np.isfinite(total):
                        sums[size] = total
                        size += 1
            number, spread = _clipped_variance(sums[:size])
            variance[row, column] = spread / run
            count[row, column] = number


@numba.njit(cache=True, nogil=True)
def _ratio_of(one, other, y0, x0, box, scaled):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba
    first = 0.0
    second = 0.0
    number = 0
    for y in range(y0, y0 + box):
        for x in range(x0, x0 + box):
            if np.isfinite(one[y, x]) and np.isfinite(other[y, x]):
                first += one[y, x]
                second += other[y, x]
                number += 1
    mean = first / number if number > 0 else np.nan
    if not scaled:
        return 1.0, mean
    return (second / first if first > 0 and second > 0 else np.nan), mean


@numba.njit(cache=True, nogil=True)
def _clipped_variance(values):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba
    """Return how many values lie within 4 sigma of their mean, and their variance corrected for the cut."""
    low, high = -np.inf, np.inf
    number, before = 0, -1
    mean = spread = 0.0
    for _ in range(20):
        total = 0.0
        number = 0
        for value in values:
            if low <= value <= high:
                total += value
                number += 1
        if number < 2:
            return number, np.nan
        mean = total / number
        spread = 0.0
        for value in values:
            if low <= value <= high:
                spread += (value - mean) ** 2
        spread /= number - 1
        if number == before:
            break
        before = number
        sigma = np.sqrt(spread / _CUT_VARIANCE) if np.isfinite(low) else np.sqrt(spread)
        low, high = mean - KAPPA * sigma, mean + KAPPA * sigma
    return number, spread / _CUT_VARIANCE
