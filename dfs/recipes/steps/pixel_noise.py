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
SHORTEST = 50  # px, a strip must be long enough for its level to be told from its noise
FAR = 15.0  # times the spread: what no slow change of the level reaches
MINIMUM_PIXELS = 1000  # below this the standard error of the read-out noise exceeds 2 %


@dataclass(frozen=True, slots=True)
class ReadNoise:
    """Read-out noise of one frame, measured on its own dark rows and columns.

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
    """Return the read-out noise of `frame` from rows and columns that see no light; None where there are too few.

    Slow changes of the level are removed from each strip, values beyond 4 sigma left out (cosmic rays during read-out). A standard
    deviation rather than a median absolute deviation, which on whole numbers moves in steps of 1.48. The correlation is
    that within the dark rows: columns are too narrow a strip for it.
    """
    pixels = np.asarray(frame.content)
    rows = _strip(pixels[regions.dark_rows].astype(np.float64)) if regions.dark_rows else None
    columns = _strip(pixels[regions.dark_columns].T.astype(np.float64)) if regions.dark_columns else None
    strips = _clean([strip for strip in (rows, columns) if strip is not None])
    count = sum(strip.count for strip in strips)
    if count < MINIMUM_PIXELS:
        return None
    variance = sum(strip.count * strip.variance for strip in strips) / count
    if variance <= 0:
        return None
    ron = float(np.sqrt(variance))
    correlation = rows.correlation() if rows is not None else ()
    return ReadNoise(ron, ron / float(np.sqrt(2 * count)), correlation, count)


def with_read_noise(noise: NoiseModel, measured: ReadNoise | None) -> NoiseModel:
    """Return `noise` with the read-out noise of the frame itself, where it was measured."""
    if measured is None:
        return noise
    return replace(
        noise,
        ron_e=measured.ron_adu * noise.gain_e_per_adu,
        ron_error=measured.error_adu * noise.gain_e_per_adu,
        origin=f"{noise.origin.split(';')[0]}; read-out noise measured (the frame's own dark pixels)",
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


@dataclass(frozen=True, slots=True, eq=False)
class _Strip:
    """A dark strip, its long axis last: deviations from the slowly changing level, and which lie within 4 sigma."""

    deviation: Array
    kept: NDArray[np.bool_]
    variance: float

    @property
    def count(self) -> int:
        return int(self.kept.sum())

    def correlation(self) -> tuple[float, ...]:
        """Return the correlation along the long axis at lags 1, 2, ...; what is below three standard errors is 0.

        Sums of pixels add the correlations of all pairs, and with them their noise.
        """
        found = []
        for lag in range(1, LAGS + 1):
            both = self.kept[:, :-lag] & self.kept[:, lag:]
            products = self.deviation[:, :-lag] * self.deviation[:, lag:]
            rho = float(np.mean(products[both])) / self.variance
            found.append(rho if abs(rho) > 3.0 / float(np.sqrt(self.count)) else 0.0)
        return tuple(found)


def _clean(strips: list[_Strip]) -> list[_Strip]:
    """Return the strips into which no light has spilt: those as quiet as the quietest, within 5 standard errors."""
    least = min((strip.variance for strip in strips), default=0.0)
    return [strip for strip in strips if strip.variance <= least * (1.0 + 5.0 * float(np.sqrt(4.0 / strip.count)))]


def _strip(values: Array) -> _Strip | None:
    """Remove from each line of a strip a cubic along it, twice clipped; None where the strip is too small."""
    length = values.shape[1]
    if values.shape[0] < 1 or length < SHORTEST:
        return None
    design = np.polynomial.legendre.legvander(np.linspace(-1.0, 1.0, length), 3)
    there = np.isfinite(values)
    if there.mean() < 0.5:
        return None
    values = np.where(there, values, np.median(values[there]))
    deviation = values - np.median(values, axis=1, keepdims=True)
    # A block of zeros would widen the standard deviation until it lies within.
    spread = 1.4826 * float(np.median(np.abs(deviation[there])))
    kept = there & (np.abs(deviation) <= FAR * max(spread, 1.0))
    for _ in range(6):
        kept = there & (np.abs(deviation) <= 4.0 * float(np.std(deviation[kept])))
        for line in range(values.shape[0]):
            ok = kept[line]
            if ok.sum() > SHORTEST // 2:
                fit = np.linalg.lstsq(design[ok], deviation[line, ok], rcond=None)[0]
                deviation[line] -= design @ fit
    free = int(kept.sum()) - design.shape[1] * values.shape[0]
    return _Strip(deviation, kept, float(np.sum(deviation[kept] ** 2)) / max(free, 1))
