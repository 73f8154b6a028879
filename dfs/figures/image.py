"""Images: a bokeh figure to look into, and a PNG thumbnail for lists."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from bokeh.models import ColorBar, LinearColorMapper
from bokeh.plotting import figure
from numpy.typing import NDArray

from dfs.figures.style import new_figure

__all__ = ["display_range", "image_figure", "thumbnail_png"]

_SIDE = 512
_LEVELS = 255


def image_figure(
    data: NDArray[Any], title: str, unit: str = "", *, x_label: str = "x (pixel)", y_label: str = "y (pixel)"
) -> figure:
    """Return a grey-scale figure of a two-dimensional image.

    Shown in at most 512 x 512 block means, cut between the 1st percentile and five robust deviations above the median
    (`display_range`); not-a-number is drawn as the darkest. The colour bar gives values in `unit`.
    """
    small = _shrink(data)
    low, high = display_range(small)
    ny, nx = data.shape
    plot = new_figure(
        title, x_label, y_label, height=430, x_range=(-0.5, nx - 0.5), y_range=(-0.5, ny - 0.5), match_aspect=True
    )
    plot.sizing_mode = "fixed"
    plot.width = 520
    # 8 bits are what a screen shows; the values beside the bar stay those of the image.
    levels = np.nan_to_num(np.clip((small - low) / (high - low) * _LEVELS, 0, _LEVELS), nan=0.0).astype(np.uint8)
    shown = LinearColorMapper(palette=_greys(), low=0, high=_LEVELS)
    plot.image([levels], x=-0.5, y=-0.5, dw=nx, dh=ny, color_mapper=shown)
    bar = LinearColorMapper(palette=_greys(), low=low, high=high)
    plot.add_layout(ColorBar(color_mapper=bar, title=unit or None, width=10), "right")
    plot.grid.visible = False
    return plot


def thumbnail_png(data: NDArray[Any], side: int = 360) -> bytes:
    """Return a PNG of `data`, at most `side` pixels wide and high, y upwards, cut as `image_figure` cuts."""
    from PIL import Image as Picture

    small = _shrink(data, side)
    low, high = display_range(small)
    levels = np.nan_to_num(np.clip((small - low) / (high - low) * _LEVELS, 0, _LEVELS), nan=0.0).astype(np.uint8)
    buffer = io.BytesIO()
    Picture.fromarray(levels[::-1]).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def display_range(data: NDArray[Any]) -> tuple[float, float]:
    """Return (low, high) to show `data` between: 1st percentile, and median + 5 x 1.4826 MAD or the 99.5th percentile, the larger."""
    finite = data[np.isfinite(data)]
    if finite.size == 0:
        return 0.0, 1.0
    low, middle, high = np.percentile(finite, [1.0, 50.0, 99.5])
    spread = 1.4826 * float(np.median(np.abs(finite - middle)))
    top = max(float(high), float(middle) + 5 * spread)
    return float(low), top if top > low else float(low) + 1.0


def _greys() -> list[str]:
    return [f"#{level:02x}{level:02x}{level:02x}" for level in range(256)]


def _shrink(data: NDArray[Any], side: int = _SIDE) -> NDArray[np.float64]:
    """Average `data` in whole blocks until it fits into `side`; a remainder at the upper edges is left out."""
    block = max(1, -(-max(data.shape) // side))
    ny, nx = (size // block * block for size in data.shape)
    cut = np.asarray(data[:ny, :nx], dtype=np.float64).reshape(ny // block, block, nx // block, block)
    mean: NDArray[np.float64] = cut.mean(axis=(1, 3))
    return mean
