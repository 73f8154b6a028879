"""From counts to ink: the sky nearly white, faint things visible, bright ones black."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["ink_of", "sky_of"]

Array = NDArray[np.float32]
_SAMPLES = 100_000
_SOFT = 3.0  # in standard deviations of the sky: below, ink grows as the counts, above, as their logarithm
_LEAST_TOP = 40.0  # an empty field's brightest noise is not drawn black


def sky_of(counts: Array) -> tuple[float, float]:
    """Return the level of the sky and its standard deviation, from median and absolute deviation below it."""
    sample = counts[np.isfinite(counts)]
    sample = sample[:: max(1, sample.size // _SAMPLES)].astype(np.float64)
    if sample.size == 0:
        return 0.0, 1.0
    for _ in range(3):  # stars lift the median
        level = float(np.median(sample))
        spread = 1.4826 * float(np.median(np.abs(sample[sample <= level] - level)))
        kept = sample[sample <= level + 3 * spread]
        if spread <= 0 or kept.size == sample.size or kept.size < 10:
            break
        sample = kept
    return level, spread if spread > 0 else max(float(np.std(sample)), 1e-12)


def ink_of(deviations: Array) -> Array:
    """Return ink (0 to 1) of counts in standard deviations above the sky; NaN stays."""
    finite = deviations[np.isfinite(deviations)]
    top = max(_LEAST_TOP, float(np.percentile(finite, 99.8))) if finite.size else _LEAST_TOP
    with np.errstate(invalid="ignore"):
        raised = np.clip(deviations + 1.0, 0.0, None) / _SOFT
    ink = np.arcsinh(raised) / np.arcsinh((top + 1.0) / _SOFT)
    return np.asarray(np.clip(ink, 0.0, 1.0) ** 1.15, dtype=np.float32)
