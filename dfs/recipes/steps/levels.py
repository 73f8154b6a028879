"""The level of a region: a mean that cosmic rays and hot pixels do not move, and the bias level of a single frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.recipes.steps.regions import Regions

__all__ = ["LEVEL_ESTIMATOR", "SAMPLE", "Level", "clipped_level", "dark_level"]

LEVEL_ESTIMATOR = "mean of the pixels within 5 sigma of the median, sigma = 1.4826 MAD (at least 1 ADU)"

KAPPA = 5.0
SAMPLE = 100_000


@dataclass(frozen=True, slots=True)
class Level:
    """Mean level, scatter of single pixels about it, standard error of the mean for independent pixels, pixels used."""

    value: float
    scatter: float
    error: float
    pixels: int


def clipped_level(values: NDArray[Any]) -> Level | None:
    """Return the level of a 2-D region of any real type; None where no pixel is finite.

    Of regions above `SAMPLE` pixels evenly spaced rows are taken: the mean's error is then still below sigma / 250.
    """
    stride = max(1, values.size // SAMPLE)
    sample = values[::stride].astype(np.float32).ravel()
    sample = sample[np.isfinite(sample)]
    if sample.size == 0:
        return None
    middle = np.median(sample)
    sample -= middle
    sigma = max(1.4826 * float(np.median(np.abs(sample))), 1.0)
    kept = sample[np.abs(sample) <= KAPPA * sigma]
    mean = float(np.mean(kept, dtype=np.float64))
    scatter = float(np.std(kept, dtype=np.float64))
    return Level(float(middle) + mean, scatter, scatter / float(np.sqrt(kept.size)), int(kept.size))


def dark_level(pixels: NDArray[Any], regions: Regions) -> Level | None:
    """Return the bias level that a raw frame shows in its prescan or overscan; None where it has neither.

    Columns beside the light come first: they were read with every row, so they follow a level that drifts during read-out
    (EFOSC2: the light of bias frames less its dark columns scatters by 0.2 ADU, less its dark rows by 0.5).
    """
    strip = regions.dark_columns or regions.dark_rows
    return clipped_level(pixels[strip]) if strip is not None else None
