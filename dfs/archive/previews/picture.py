"""Images as PNG: sky dark, faint things visible, in one colour scale, with a line that says what they are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.archive.previews.contents import Images, arranged
from dfs.archive.previews.lettering import draw, length

__all__ = ["image_png", "stretch_of"]

Array = NDArray[np.float32]
_SIDE = 512
_NARROWEST = 96  # of an image much longer than wide (a two-dimensional spectrum), which is stretched to be seen
_LEAST_WIDTH = 300
_CAPTION = 24
_GAP = 4  # between the chips of a mosaic
_MIDDLE = 0.30  # where the median pixel goes, of the range from dark to bright
_SAMPLES = 100_000

# The picture has 256 colours: 248 levels of the scale, what is no number, and the caption's letters from ground to ink.
_LEVELS, _NO_DATA, _LETTERS = 248, 248, 7
# The scale from dark to bright, evenly spaced: night blue, through steel, to warm white.
_COLOURS = ("#070b16", "#12203f", "#27406e", "#47699a", "#7895b8", "#b1bfcc", "#e6e2d6", "#fffdf6")
_GROUND, _INK, _MISSING = "#070b16", "#c9d1dc", "#40302f"


def image_png(images: Images, caption: str) -> bytes:
    """Return the PNG of an image or a mosaic, at most 512 pixels wide and high, below it a line with `caption`."""
    from PIL import Image

    low, high, softening = stretch_of(np.concatenate([chip.ravel() for chip in images.chips]))
    chips = [_levels(chip, low, high, softening) for chip in images.chips]
    picture = _mosaic(chips, images.blocks) if len(chips) > 1 else _one(chips[0], images.blocks, _SIDE)
    width = max(picture.width, _LEAST_WIDTH)
    canvas = Image.new("L", (width, picture.height + _CAPTION), 0)
    canvas.paste(picture, ((width - picture.width) // 2, 0))
    canvas.paste(_written(caption, width), (0, picture.height))
    canvas.putpalette(_palette())
    buffer = io.BytesIO()
    canvas.save(buffer, format="PNG", compress_level=6)
    return buffer.getvalue()


def stretch_of(values: Array) -> tuple[float, float, float]:
    """Return (low, high, softening) of the asinh stretch that brings out what an image shows.

    Low lies three robust deviations below the median (or where the darkest half per cent ends), high where the brightest 0.15 per
    cent begin; the softening takes the median to 0.30 of the scale, where it does not lie higher anyway.
    """
    sample = values[:: max(1, values.size // _SAMPLES)]
    sample = sample[np.isfinite(sample)].astype(np.float64)
    if sample.size == 0:
        return 0.0, 1.0, 10.0
    floor, middle, top = np.percentile(sample, [0.5, 50.0, 99.85])
    spread = 1.4826 * float(np.median(np.abs(sample - middle)))
    low, high = max(float(floor), float(middle) - 3 * spread), float(top)
    if not high > low:
        return low, low + 1.0, 10.0
    return low, high, _softening((float(middle) - low) / (high - low))


def _softening(place: float) -> float:
    """Return s with asinh(place / s) / asinh(1 / s) = `_MIDDLE`, by bisection; 10 (nearly linear) where `place` is that high."""
    if place >= _MIDDLE or place <= 0:
        return 10.0
    hard, soft = 1e-4, 10.0
    for _ in range(40):
        middle = float(np.sqrt(hard * soft))
        hard, soft = (middle, soft) if np.arcsinh(place / middle) / np.arcsinh(1 / middle) > _MIDDLE else (hard, middle)
    return soft


def _levels(chip: Array, low: float, high: float, softening: float) -> NDArray[np.uint8]:
    """Return the level of each pixel, rows from the top."""
    scaled = np.clip((chip - low) / (high - low), 0.0, 1.0)
    stretched = np.arcsinh(scaled / softening) / np.arcsinh(1.0 / softening)
    levels = np.nan_to_num(stretched * (_LEVELS - 1), nan=_NO_DATA).astype(np.uint8)
    return np.asarray(levels[::-1], dtype=np.uint8)


@cache
def _palette() -> bytes:
    """Return the 256 colours."""
    scale = _between(_COLOURS, _LEVELS)
    letters = _between((_GROUND, _INK), _LETTERS)
    return np.concatenate([scale, _between((_MISSING, _MISSING), 1), letters]).tobytes()


def _between(colours: Sequence[str], count: int) -> NDArray[np.uint8]:
    stops = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours], dtype=np.float64)
    places = np.linspace(0, len(stops) - 1, count)
    bands = [np.interp(places, np.arange(len(stops)), stops[:, band]) for band in range(3)]
    return np.round(np.column_stack(bands)).astype(np.uint8)


def _written(caption: str, width: int) -> Any:
    """Return the caption's strip, its letters in the last levels."""
    from PIL import Image, ImageDraw

    letters = 13
    while letters > 9 and length(caption, letters) > width - 12:
        letters -= 1
    while caption and length(caption, letters) > width - 12:
        caption = caption[:-1]
    strip = Image.new("L", (width, _CAPTION), 0)
    draw(ImageDraw.Draw(strip), (6, _CAPTION / 2), caption, letters, "#ffffff")
    first = _NO_DATA + 1
    return strip.point([first + round(level / 255 * (_LETTERS - 1)) for level in range(256)])


def _one(levels: NDArray[np.uint8], blocks: tuple[int, int], side: int) -> Any:
    """Return an image scaled so that its longer side is `side`; blocks that are not square are stretched to be."""
    from PIL import Image

    height, width = levels.shape[0] * blocks[1], levels.shape[1] * blocks[0]
    factor = side / max(width, height)
    across, up = (max(min(_NARROWEST, side), round(extent * factor)) for extent in (width, height))
    # Levels are no numbers to average (one of them stands for "no data"): the nearest pixel is taken.
    return Image.fromarray(levels).resize((across, up), Image.Resampling.NEAREST)


def _mosaic(chips: Sequence[NDArray[np.uint8]], blocks: tuple[int, int]) -> Any:
    """Return the chips side by side in the order of the file, from the top left."""
    from PIL import Image

    across, up = arranged(len(chips))
    tiles = [_one(chip, blocks, _SIDE // max(across, up) - _GAP) for chip in chips]
    width, height = tiles[0].size
    picture = Image.new("L", (across * (width + _GAP) - _GAP, up * (height + _GAP) - _GAP), 0)
    for at, tile in enumerate(tiles):
        picture.paste(tile, (at % across * (width + _GAP), at // across * (height + _GAP)))
    return picture
