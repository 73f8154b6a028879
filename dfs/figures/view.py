"""An image to look into: its values beside the figure, so that whoever shows it can cut, stretch and read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from bokeh.models import DataRange1d, LinearColorMapper
from bokeh.plotting import figure
from numpy.typing import NDArray

from dfs.figures.image import display_range
from dfs.figures.style import new_figure

__all__ = ["ImageView", "image_view"]

_SIDE = 1024
_PERCENTILES = ("99.8", "99", "95")


@dataclass(frozen=True)
class ImageView:
    """An image as far as a screen can show it.

    Attributes
    ----------
    figure
        With a renderer called ``pixels`` of 8-bit levels.
    values
        float32, block means of the image, index order (y, x); not-a-number where there is none.
    block
        Pixels of the image in a side of one of `values`.
    shape
        (ny, nx) of the whole image.
    cuts
        Name -> (low, high); the first is the one shown.
    """

    figure: figure
    values: NDArray[np.float32]
    block: int
    shape: tuple[int, int]
    cuts: Mapping[str, tuple[float, float]]


def image_view(data: NDArray[Any]) -> ImageView:
    """Return the view of a two-dimensional image, averaged in whole blocks to at most 1024 pixels a side."""
    block = max(1, -(-max(data.shape) // _SIDE))
    values = _means(data, block)
    cuts = _cuts(values)
    low, high = next(iter(cuts.values()))
    levels = np.nan_to_num(np.clip((values - low) / (high - low) * 255, 0, 255), nan=0.0).astype(np.uint8)
    ny, nx = values.shape
    ranges = {f"{axis}_range": DataRange1d(range_padding=0) for axis in "xy"}  # what keeps pixels square
    plot = new_figure("", "", "", match_aspect=True, **ranges)
    plot.sizing_mode = "stretch_both"
    plot.toolbar_location = "right"
    plot.toolbar.active_scroll = plot.tools[2]
    plot.toolbar.active_drag = plot.tools[0]
    grey = LinearColorMapper(palette=[f"#{v:02x}{v:02x}{v:02x}" for v in range(256)], low=0, high=255)
    shown = plot.image([levels], x=-0.5, y=-0.5, dw=nx * block, dh=ny * block, color_mapper=grey)
    shown.name = "pixels"
    plot.grid.visible = False
    return ImageView(plot, values, block, (int(data.shape[0]), int(data.shape[1])), cuts)


def _means(data: NDArray[Any], block: int) -> NDArray[np.float32]:
    if block == 1:
        return np.asarray(data, dtype=np.float32)
    ny, nx = (size // block * block for size in data.shape)
    cut = np.asarray(data[:ny, :nx], dtype=np.float64).reshape(ny // block, block, nx // block, block)
    mean: NDArray[np.float32] = cut.mean(axis=(1, 3)).astype(np.float32)
    return mean


def _cuts(values: NDArray[np.float32]) -> dict[str, tuple[float, float]]:
    """Return the usual cuts: of a robust range, of percentiles, of everything."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return {"auto": (0.0, 1.0)}
    cuts = {"auto": display_range(values)}
    for name in _PERCENTILES:
        tail = (100 - float(name)) / 2
        cuts[f"{name} %"] = _apart(*np.percentile(finite, [tail, 100 - tail]))
    return cuts | {"min, max": _apart(finite.min(), finite.max())}


def _apart(low: Any, high: Any) -> tuple[float, float]:
    return float(low), float(high) if high > low else float(low) + 1.0
