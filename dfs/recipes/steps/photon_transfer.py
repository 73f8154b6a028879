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
cosmic rays and hot columns sit in few of them; flats' boxes on an edge of the slit are left out. A plain standard deviation of the whole difference takes both in (EFOSC2: 11.7
for 10.2 ADU), 1.4826 MAD of whole numbers moves in steps of 1.05 ADU (10.5): neither is used.

Why sums of four pixels
-----------------------
Neighbours along a row are read one after the other through an amplifier of finite bandwidth, and share charge: their noise is
correlated (EFOSC2, fast read-out: read-out noise -0.14 and +0.05 at distance 1 and 2, shot noise of bright flats -0.012). The variance of single pixels then is not
that of the electrons: from 370 to 39000 ADU the gain of EFOSC2 seems to fall by 5.3 +- 0.5 % in single pixels, by 1.9 +- 1.4 % in
sums of eight, which hold the covariances. So the gain is measured on sums of four pixels along the row, and the single-pixel figure stands beside it. The read-out noise of a single pixel is ``ron``; that of a pixel in a sum along a row
(``ron_sum``, variance of sums of four over four) is what adds up in an extraction along rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
ENOUGH = 500  # boxes
_CUT_VARIANCE = 0.99892965  # of a unit normal distribution within 4 sigma
UNEVEN = 0.5  # of the level: flats vary by less within a box, but for edges
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
    box = max(8, min(box, *one.shape)) // run * run
    first, second = _as_boxes(one, box), _as_boxes(other, box)
    both = np.isfinite(first) & np.isfinite(second)
    number = np.count_nonzero(both, axis=(1, 2))
    totals = [np.sum(np.where(both, frame, 0), axis=(1, 2), dtype=np.float64) for frame in (first, second)]
    level = np.divide(totals[0], number, out=np.full(number.shape, np.nan), where=number > 0)
    ratio = np.ones(number.size)
    if scaled:
        bright = (totals[0] > 0) & (totals[1] > 0)
        ratio = np.divide(totals[1], totals[0], out=np.full(number.shape, np.nan), where=bright)
    difference = second - first * ratio[:, None, None].astype(np.float32)
    sums = difference.reshape(len(first), -1, run).sum(axis=2, dtype=np.float64)
    variance, count = _clipped_variance(sums)
    good = (count >= _MINIMUM) & np.isfinite(variance) & (variance > 0)
    if scaled:
        good &= _even(np.where(both, first, np.float32(np.nan)), level)
    return PairBoxes(variance[good] / run, level[good], ratio[good], count[good])


def raw_pair_boxes(
    one: NDArray[Any], other: NDArray[Any], area: tuple[slice, slice], *, run: int = 1, box: int = BOX
) -> PairBoxes:
    """Return boxes of `area` of a pair of raw bias frames of any real type.

    Of large frames every second, third ... row of boxes is taken, so that about `ENOUGH` boxes remain: they know the read-out
    noise to 0.1 % with three pairs.
    """
    rows, columns = area
    box = max(8, min(box, rows.stop - rows.start, columns.stop - columns.start))
    starts = range(rows.start, rows.stop - box + 1, box)
    across = max(1, (columns.stop - columns.start) // box)
    stride = max(1, len(starts) * across // ENOUGH)
    parts = [
        pair_boxes(
            *(frame[y : y + box, columns].astype(np.float32) for frame in (one, other)),
            run=run,
            box=box,
        )
        for y in starts[::stride]
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


def _as_boxes(frame: NDArray[np.float32], box: int) -> NDArray[np.float32]:
    """Return the whole boxes of `frame`, shape (boxes, box, box)."""
    rows, columns = frame.shape[0] // box, frame.shape[1] // box
    cut = frame[: rows * box, : columns * box].reshape(rows, box, columns, box)
    return cut.swapaxes(1, 2).reshape(rows * columns, box, box)


def _even(boxes: NDArray[np.float32], level: Array) -> NDArray[np.bool_]:
    """Return which boxes have row and column means within half of their level.

    A box on an edge of the slit mixes two noises, and the clip then takes off the wings of the brighter part.
    """
    even = np.isfinite(level) & (level > 0)
    for axis in (1, 2):
        number = np.count_nonzero(np.isfinite(boxes), axis=axis)
        total = np.nansum(boxes, axis=axis, dtype=np.float64)
        means = np.divide(total, number, out=np.repeat(level[:, None], number.shape[1], axis=1), where=number > 0)
        even &= (np.abs(means - level[:, None]) <= UNEVEN * np.abs(level)[:, None]).all(axis=1)
    return even


def _clipped_variance(values: Array) -> tuple[Array, Array]:
    """Return, for each row of `values`, the variance within 4 sigma of the mean, corrected for the cut, and the number used."""
    finite = np.isfinite(values)
    values = np.where(finite, values, 0.0)
    used = finite.copy()
    variance = np.full(len(values), np.nan)
    active = np.flatnonzero(np.count_nonzero(finite, axis=1) >= 2)  # boxes that still change
    for iteration in range(20):
        some, mask = values[active], used[active]
        count = np.count_nonzero(mask, axis=1)
        mean = np.sum(some * mask, axis=1) / count
        deviation = some - mean[:, None]
        spread = np.sum(deviation**2 * mask, axis=1) / np.maximum(count - 1, 1)
        variance[active] = spread
        sigma = np.sqrt(spread if iteration == 0 else spread / _CUT_VARIANCE)
        within = (np.abs(deviation) <= KAPPA * sigma[:, None]) & finite[active]
        changed = (within != mask).any(axis=1)
        used[active] = within
        active = active[changed]
        if active.size == 0:
            break
    return variance / _CUT_VARIANCE, np.count_nonzero(used, axis=1).astype(np.float64)
