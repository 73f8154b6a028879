"""The noise of calibrated pixels and of weighted sums of pixels, read noise correlated along the serial register included.

Neighbours in a detector row are read one after the other through one amplifier; its bandwidth and interference make their read noise
correlated (EFOSC2, fast read-out: -0.14 and +0.05 at lags 1 and 2). A sum over ten pixels of a row then has
a variance some 20 % below that of independent pixels, and an error that ignores it is 10 % off. So a sum with weights w
along the slit has the variance::

    sum_y w_y^2 v_y  +  2 sum_k rho_k sum_y w_y w_{y+k} r_y r_{y+k}

with v the variance of a pixel, r^2 its read-noise part, rho_k the correlation at lag k.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dfs.model import Frame
from dfs.recipes.steps.noise import NoiseModel
from dfs.recipes.steps.regions import Regions

__all__ = ["PixelNoise", "ReadNoise", "overscan_noise", "with_read_noise"]

Array = NDArray[np.float64]

LAGS = 3
MINIMUM_PIXELS = 1000  # below this the standard error of the read-out noise exceeds 2 %


@dataclass(frozen=True, slots=True)
class ReadNoise:
    """Read-out noise of one frame, measured on its own dark rows.

    Attributes
    ----------
    ron_adu, error_adu
        Standard deviation of a pixel and its standard error.
    correlation
        Correlation of pixels 1, 2, ... columns apart in a row; 0 where it is below 3 / sqrt(pixels), three standard errors.
    pixels
        Number of pixels used.
    """

    ron_adu: float
    error_adu: float
    correlation: tuple[float, ...]
    pixels: int


def overscan_noise(frame: Frame, regions: Regions) -> ReadNoise | None:
    """Return the read-out noise of `frame` from rows that see no light; None where it has too few of them.

    Each row's mean and slope are removed, values beyond 4 sigma left out (cosmic rays during read-out). A standard deviation
    rather than a median absolute deviation, which on whole numbers moves in steps of 1.48.
    """
    if regions.dark_rows is None:
        return None
    strip = np.asarray(frame.content)[regions.dark_rows].astype(np.float64)
    if strip.size < MINIMUM_PIXELS or strip.shape[1] < 50:
        return None
    deviation, kept = _flattened(strip)
    count = int(kept.sum())
    variance = float(np.sum(deviation[kept] ** 2)) / (count - 2 * strip.shape[0])
    if count < MINIMUM_PIXELS or variance <= 0:
        return None
    correlation = tuple(_significant(_lag(deviation, kept, lag) / variance, count) for lag in range(1, LAGS + 1))
    ron = float(np.sqrt(variance))
    return ReadNoise(ron, ron / float(np.sqrt(2 * count)), correlation, count)


def with_read_noise(noise: NoiseModel, measured: ReadNoise | None) -> NoiseModel:
    """Return `noise` with the read-out noise of the frame itself, where it was measured."""
    if measured is None:
        return noise
    return replace(
        noise,
        ron_e=measured.ron_adu * noise.gain_e_per_adu,
        ron_error=measured.error_adu * noise.gain_e_per_adu,
        origin=f"{noise.origin.split(';')[0]}; read-out noise measured (the frame's own dark rows)",
    )


@dataclass(frozen=True, slots=True, eq=False)
class PixelNoise:
    """Noise of the pixels of an oriented, calibrated frame.

    Attributes
    ----------
    read_variance
        Shape (ny, nx), electrons squared: read noise and error of the master bias, before division by the flat.
    flat, flat_variance
        Shape (ny, nx): what the frame was divided by (1 where nothing was) and its variance.
    correlation
        Of the read noise along axis 0 (the slit) at lags 1, 2, ...; empty where the serial register runs along axis 1.
    """

    read_variance: Array
    flat: Array
    flat_variance: Array
    correlation: tuple[float, ...] = ()

    def variance(self, signal: Array) -> Array:
        """Return the variance of pixels that expect `signal` (flat-fielded electrons), shape (ny, nx)."""
        positive = np.maximum(signal, 0.0)
        photon = positive * self.flat
        return np.asarray(
            (photon + self.read_variance + positive**2 * self.flat_variance) / self.flat**2, dtype=np.float64
        )

    def sum_variance(self, weights: Array, variance: Array) -> Array:
        """Return the variance of the sums over axis 0 of pixels with `weights` and `variance`, shape (nx,)."""
        total = np.sum(weights**2 * variance, axis=0)
        scaled = weights * np.sqrt(self.read_variance) / self.flat
        for lag, rho in enumerate(self.correlation, start=1):
            total += 2.0 * rho * np.sum(scaled[:-lag] * scaled[lag:], axis=0)
        return np.asarray(total, dtype=np.float64)

    def part(self, rows: slice) -> PixelNoise:
        """Return the noise of the rows `rows`."""
        return PixelNoise(self.read_variance[rows], self.flat[rows], self.flat_variance[rows], self.correlation)


def _flattened(strip: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return the strip less each row's straight line, and which pixels lie within 4 sigma."""
    x = np.linspace(-1.0, 1.0, strip.shape[1])
    deviation = strip - np.median(strip, axis=1, keepdims=True)
    kept = np.ones(strip.shape, dtype=bool)
    for _ in range(6):
        sigma = np.std(deviation[kept])
        kept = np.abs(deviation) <= 4.0 * sigma
        for row in range(strip.shape[0]):
            ok = kept[row]
            if ok.sum() > 10:
                deviation[row] -= np.polyval(np.polyfit(x[ok], deviation[row, ok], 1), x)
    return deviation, kept


def _significant(correlation: float, count: int) -> float:
    """Return a correlation, or 0 below three standard errors: sums add those of all pairs, and with them their noise."""
    return correlation if abs(correlation) > 3.0 / float(np.sqrt(count)) else 0.0


def _lag(deviation: Array, kept: NDArray[np.bool_], lag: int) -> float:
    both = kept[:, :-lag] & kept[:, lag:]
    products = deviation[:, :-lag] * deviation[:, lag:]
    return float(np.mean(products[both]))
