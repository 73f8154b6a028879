"""Stacking registered images: weighted mean on one grid, outliers rejected, with variance, mask, exposure map and noise correlation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter, minimum_filter

from dfs.model import Flag, Image
from dfs.progress import Progress, Silent
from dfs.recipes.steps.coadd_pixels import combine
from dfs.recipes.steps.image_wcs import Affine
from dfs.recipes.steps.resample import Kernel, kernel_autocorrelation, prepared, resample

__all__ = ["Coadd", "Layer", "coadd", "output_grid"]

_BAND_ROWS = 256
_MARGIN = 2  # rows above and below a band, for what is asked about neighbours


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One image to be stacked.

    Attributes
    ----------
    image
        Sky-subtracted, per second.
    mapping
        Pixel of the output grid -> pixel of the image.
    exposure_s
        Its exposure time.
    flux_scale
        What its fluxes are multiplied with to bring all layers to one transparency.
    noise
        Robust standard deviation of its sky pixels, unit of the image: its weight is 1 / (flux_scale noise)^2.
    """

    image: Image
    mapping: Affine
    exposure_s: float
    flux_scale: float = 1.0
    noise: float = 1.0

    @property
    def weight(self) -> float:
        """Return its weight, the same for all its pixels: weights that follow a pixel's own counts bias the mean."""
        return 1.0 / (self.flux_scale * self.noise) ** 2


@dataclass(frozen=True, slots=True, eq=False)
class Coadd:
    """The stack.

    Attributes
    ----------
    image
        Data, variance of single pixels, mask. Where no layer reaches: NaN, with `Flag.NO_DATA`.
    exposure_s
        float32 map of the exposure time that went into each pixel.
    weight
        float32 map of the sum of the weights, the inverse variance of the sky in each pixel.
    correlation
        Correlation of a sky pixel's noise with its neighbours', shape (11, 11), centre [5, 5] = 1.
    rejected
        Pixels rejected as outliers, by layer.
    """

    image: Image
    exposure_s: NDArray[np.float32]
    weight: NDArray[np.float32]
    correlation: NDArray[np.float64]
    rejected: tuple[int, ...]


def output_grid(
    mappings: Sequence[Affine], shapes: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (shape (ny, nx), origin (x, y)) of the smallest grid that holds every frame.

    Parameters
    ----------
    mappings
        Reference pixel -> frame pixel, one per frame.
    shapes
        (ny, nx) of each frame.

    Returns
    -------
    tuple
        The pixel (x, y) of the reference that becomes pixel (0, 0) of the grid is `origin`.
    """
    corners = []
    for mapping, (ny, nx) in zip(mappings, shapes, strict=True):
        inverse = np.linalg.inv(mapping.matrix)
        for x, y in ((0.0, 0.0), (nx - 1.0, 0.0), (0.0, ny - 1.0), (nx - 1.0, ny - 1.0)):
            corners.append(inverse @ (np.array([x, y]) - mapping.shift))
    # A hundredth of a pixel of overhang is not worth a row.
    low = np.floor(np.min(corners, axis=0) + 0.01).astype(int)
    high = np.ceil(np.max(corners, axis=0) - 0.01).astype(int)
    nx, ny = (high - low + 1).tolist()
    return (int(ny), int(nx)), (int(low[0]), int(low[1]))


def coadd(
    layers: Sequence[Layer],
    shape: tuple[int, int],
    *,
    kernel: Kernel = "lanczos3",
    kappa: float = 5.0,
    tolerance: float = 1.0,
    progress: Progress | None = None,
) -> Coadd:
    """Return the weighted mean of `layers` on a grid of `shape`.

    A value is left out when it differs from the median of three and more layers by more than ``kappa`` standard deviations plus
    ``tolerance`` times the range of the scene over the 5x5 pixels about it (so that differences of seeing and centring do not clip
    the cores of stars). Of two layers that differ so, the one further from the median of the 5x5 pixels about it in both
    is left out. Low-response pixels (`Flag.LOW_FLAT`) are used only where there is
    nothing better, and where there are only excluded pixels their mean is given with their flags.

    Parameters
    ----------
    layers
        At least one.
    shape
        (ny, nx) of the grid.
    kernel
        See `resample`.
    kappa, tolerance
        See above; an infinite `kappa` rejects nothing.
    progress
        Told of each band of rows.
    """
    progress = progress or Silent()
    ready = [Layer(prepared(one.image), one.mapping, one.exposure_s, one.flux_scale, one.noise) for one in layers]
    ny = shape[0]
    out = _Out(
        data=np.zeros(shape, np.float32),
        variance=np.zeros(shape, np.float32),
        mask=np.zeros(shape, np.uint8),
        exposure=np.zeros(shape, np.float32),
        weight=np.zeros(shape, np.float32),
    )
    rejected = np.zeros(len(layers), dtype=np.int64)
    progress.begin("stack", -(-ny // _BAND_ROWS))
    for row in range(0, ny, _BAND_ROWS):
        _band(ready, out, rejected, row, min(row + _BAND_ROWS, ny), kernel, kappa, tolerance)
        progress.step()
    progress.end()
    empty = (out.mask & np.uint8(Flag.NO_DATA)) != 0
    out.data[empty] = np.nan
    out.variance[empty] = np.nan
    return Coadd(
        image=Image(out.data, out.variance, out.mask, layers[0].image.unit),
        exposure_s=out.exposure,
        weight=out.weight,
        correlation=_correlation(layers, kernel),
        rejected=tuple(int(one) for one in rejected),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Out:
    data: NDArray[np.float32]
    variance: NDArray[np.float32]
    mask: NDArray[np.uint8]
    exposure: NDArray[np.float32]
    weight: NDArray[np.float32]


def _band(
    layers: Sequence[Layer],
    out: _Out,
    rejected: NDArray[np.int64],
    begin: int,
    end: int,
    kernel: Kernel,
    kappa: float,
    tolerance: float,
) -> None:
    """Fill rows `begin` to `end` of `out`."""
    ny, nx = out.data.shape
    low, high = max(0, begin - _MARGIN), min(ny, end + _MARGIN)
    pieces = [resample(one.image, one.mapping, (high - low, nx), kernel=kernel, first_row=low) for one in layers]
    scales = [one.flux_scale for one in layers]
    data = np.stack([piece.data * np.float32(scale) for piece, scale in zip(pieces, scales, strict=True)])
    variance = np.stack([piece.variance * np.float32(scale**2) for piece, scale in zip(pieces, scales, strict=True)])
    mask = np.stack([piece.mask for piece in pieces])
    allowance = _allowance(data, variance, mask, tolerance)
    target = slice(begin, end)
    combine(
        data,
        variance,
        mask,
        allowance,
        begin - low,
        np.array([one.weight for one in layers]),
        np.array([one.exposure_s for one in layers]),
        float(kappa),
        int(Flag.excluded()),
        int(Flag.LOW_FLAT),
        int(Flag.NO_DATA),
        out.data[target],
        out.variance[target],
        out.mask[target],
        out.exposure[target],
        out.weight[target],
        rejected,
    )


def _allowance(
    data: NDArray[np.float32], variance: NDArray[np.float32], mask: NDArray[np.uint8], tolerance: float
) -> NDArray[np.float32]:
    """Return `tolerance` times how far usable values differ over 5x5 pixels, less what noise alone makes.

    Each layer has its own range; their median (of two the lower) is that of the scene, as hits and faults are in one of them.
    """
    usable = (mask & np.uint8(Flag.excluded())) == 0
    ranges = np.stack([maximum_filter(one, 5) - minimum_filter(one, 5) for one in data])
    seen = usable.any(axis=0)
    noise = np.sqrt(np.where(seen, np.where(usable, variance, np.inf).min(axis=0), 0.0))
    ordered = np.sort(np.where(usable, ranges, np.inf), axis=0)
    middle = np.maximum(usable.sum(axis=0) - 1, 0) // 2
    scene = np.where(seen, np.take_along_axis(ordered, middle[np.newaxis], axis=0)[0], 0.0)
    spread = scene - 4.0 * noise  # E(range of 25) = 3.9 sigma
    return np.asarray(tolerance * np.maximum(spread, 0.0), dtype=np.float32)


def _correlation(layers: Sequence[Layer], kernel: Kernel) -> NDArray[np.float64]:
    """Return the noise correlation of the stack: each layer's kernel autocorrelation by its share of the variance."""
    total = np.zeros((11, 11))
    for one in layers:
        share = (one.weight * one.flux_scale * one.noise) ** 2
        total += share * kernel_autocorrelation(one.mapping, kernel)
    return np.asarray(total / total[5, 5])
