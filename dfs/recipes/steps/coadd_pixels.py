"""The mean of registered pixels, layer by layer, with outliers left out: the compiled inside of `coadd`."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["combine"]

Array = NDArray[np.float64]
Pixels = NDArray[np.float32]
Bits = NDArray[np.uint8]
Counts = NDArray[np.int64]
Chosen = NDArray[np.bool_]


@njit(cache=True)
def combine(
    data: Pixels,
    variance: Pixels,
    mask: Bits,
    allowance: Pixels,
    top: int,
    weights: Array,
    exposures: Array,
    kappa: float,
    excluded: int,
    low_flat: int,
    no_data: int,
    out_data: Pixels,
    out_variance: Pixels,
    out_mask: Bits,
    out_exposure: Pixels,
    out_weight: Pixels,
    rejected: Counts,
) -> None:  # pragma: no cover - compiled
    """Fill the out arrays, shape (rows, columns), with the mean of the layers' pixels from row `top` on; count the rejected.

    See `dfs.recipes.steps.coadd.coadd` for the rules; `excluded`, `low_flat` and `no_data` are bits of `dfs.model.Flag`.
    """
    count = len(data)
    use = np.empty(count, dtype=np.bool_)
    values = np.empty(max(count, 50))
    for line in range(out_data.shape[0]):
        y = top + line
        for x in range(out_data.shape[1]):
            chosen = _choose(mask, excluded, low_flat, no_data, y, x, use)
            if chosen == 0:
                out_mask[line, x] = no_data
                continue
            bits = 0
            good = _good(mask, excluded, y, x, use)
            if good and chosen == 2:
                _reject_of_two(data, variance, mask, allowance[y, x], kappa, excluded, y, x, use, values, rejected)
            elif good and chosen > 2:
                _reject(data, variance, allowance[y, x], kappa, y, x, use, values, rejected)
            total, value, noise, time = 0.0, 0.0, 0.0, 0.0
            for k in range(count):
                if use[k]:
                    total += weights[k]
                    value += weights[k] * data[k, y, x]
                    noise += weights[k] ** 2 * variance[k, y, x]
                    time += exposures[k]
                    bits |= mask[k, y, x]
            out_data[line, x] = value / total
            out_variance[line, x] = noise / total**2
            out_mask[line, x] = bits
            out_exposure[line, x] = time if good else 0.0
            out_weight[line, x] = total if good else 0.0


@njit(cache=True)
def _choose(
    mask: Bits, excluded: int, low_flat: int, no_data: int, y: int, x: int, use: Chosen
) -> int:  # pragma: no cover - compiled
    """Mark the layers of the best class present: clean, low response, excluded; return how many."""
    for level in range(3):
        chosen = 0
        for k in range(len(use)):
            bits = mask[k, y, x]
            if level == 0:
                use[k] = bits & (excluded | low_flat) == 0
            elif level == 1:
                use[k] = bits & excluded == 0
            else:
                use[k] = bits & no_data == 0
            chosen += use[k]
        if chosen:
            return chosen
    return 0


@njit(cache=True)
def _good(mask: Bits, excluded: int, y: int, x: int, use: Chosen) -> bool:  # pragma: no cover - compiled
    for k in range(len(use)):
        if use[k]:
            return bool(mask[k, y, x] & excluded == 0)
    return False


@njit(cache=True)
def _lowest(variance: Pixels, y: int, x: int, use: Chosen) -> float:  # pragma: no cover - compiled
    """Return the smallest variance: that of a pixel which a cosmic ray hit is too large."""
    lowest = 1e300
    for k in range(len(use)):
        if use[k]:
            lowest = min(lowest, variance[k, y, x])
    return lowest


@njit(cache=True)
def _reject(
    data: Pixels,
    variance: Pixels,
    allowance: float,
    kappa: float,
    y: int,
    x: int,
    use: Chosen,
    values: Array,
    rejected: Counts,
) -> None:  # pragma: no cover - compiled
    """Take what lies too far from the median of three and more out of `use`.

    Where halves contradict each other the median lies between them and none would stay: then the lower half does, as hits only add.
    """
    count = 0
    for k in range(len(use)):
        if use[k]:
            values[count] = data[k, y, x]
            count += 1
    reference = np.median(values[:count])
    noise = sqrt(_lowest(variance, y, x, use) * (1.0 + 1.5708 / count))
    limit = kappa * noise + allowance
    near = 0
    for k in range(len(use)):
        near += use[k] and abs(data[k, y, x] - reference) <= limit
    for k in range(len(use)):
        wrong = abs(data[k, y, x] - reference) > limit if near > 0 else data[k, y, x] > reference
        if use[k] and wrong:
            use[k] = False
            rejected[k] += 1


@njit(cache=True)
def _reject_of_two(
    data: Pixels,
    variance: Pixels,
    mask: Bits,
    allowance: float,
    kappa: float,
    excluded: int,
    y: int,
    x: int,
    use: Chosen,
    values: Array,
    rejected: Counts,
) -> None:  # pragma: no cover - compiled
    """Take one of two values out of `use` when they differ: the one that is further from its surroundings."""
    first, second = -1, -1
    for k in range(len(use)):
        if use[k]:
            first, second = (k, second) if first < 0 else (first, k)
    noise = sqrt(2.0 * _lowest(variance, y, x, use))
    if abs(data[first, y, x] - data[second, y, x]) <= kappa * noise + allowance:
        return
    count = 0
    for k in (first, second):
        for j in range(max(0, y - 2), min(data.shape[1], y + 3)):
            for i in range(max(0, x - 2), min(data.shape[2], x + 3)):
                if mask[k, j, i] & excluded == 0:
                    values[count] = data[k, j, i]
                    count += 1
    around = np.median(values[:count])
    wrong = first if abs(data[first, y, x] - around) > abs(data[second, y, x] - around) else second
    use[wrong] = False
    rejected[wrong] += 1
