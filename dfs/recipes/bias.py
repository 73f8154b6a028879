"""Recipe ``bias``: bias frames to a master bias.

The level drifts by some ADU from frame to frame (EFOSC2: 2.9 ADU within a minute), so each frame is first brought to the common mean level, measured
on its own light-sensitive area: a bias frame shows nothing but its level there, at 15 times the precision of the few dark
columns. The frames are then averaged, values that the read-out noise does not allow left out. A master's pixel has
the variance ron^2 / n: the scatter of a handful of values is a worse estimate of it, and is used to find unstable pixels.
"""

from __future__ import annotations

from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dfs.errors import DataError
from dfs.instruments import Instrument
from dfs.model import Card, Flag, Frame, Image, Product, QcValue
from dfs.recipes.contract import FrameSet, Input, Parameters, Recipe
from dfs.recipes.steps.bias_structure import Structure, structure, unstable_pixels
from dfs.recipes.steps.levels import LEVEL_ESTIMATOR, SAMPLE, Level, clipped_level, dark_level
from dfs.recipes.steps.noise import best_gain, header_gain, header_ron
from dfs.recipes.steps.photon_transfer import (
    RUN,
    PairBoxes,
    ReadOutNoise,
    raw_pair_boxes,
    read_out_noise,
    single_noise,
)
from dfs.recipes.steps.regions import Regions, bad_pixels, detector_area, same_geometry
from dfs.recipes.steps.stack import Clip, Stack, combine, median_stack

__all__ = ["RECIPE", "BiasParameters"]

_PAIRS = 3  # pairs of frames that the read-out noise is measured on


class BiasParameters(Parameters):
    """Parameters of ``bias``."""

    method: Literal["average", "median"] = Field(
        "average", description="clipped mean, or median (its variance is pi/2 times larger) of the frames"
    )
    kappa: float = Field(5.0, ge=2.0, le=50.0, description="values further than this many read-out noises are left out")
    iterations: int = Field(5, ge=0, le=20, description="how often values are left out at most; 0 keeps all")
    level: Literal["light", "dark", "none"] = Field(
        "light",
        description="what brings the frames to one level: their light-sensitive area, their prescan or overscan, or nothing",
    )
    hot_column_ron: float = Field(
        1.0, gt=0, description="columns this many read-out noises beside their neighbours are marked bad"
    )
    minimum_frames: int = Field(
        2, ge=1, description="fewest frames accepted; 1 gives a master with the frame's own noise"
    )


def run(frames: FrameSet, parameters: BiasParameters) -> list[Product]:
    """Return the master bias."""
    raw = frames.all("BIAS")
    regions = _checked(raw, frames.instrument, parameters)
    pixels = [cast("NDArray[Any]", frame.content) for frame in raw]
    levels = [_level(one, regions, frame.name) for one, frame in zip(pixels, raw, strict=True)]
    noise, sums = _noise(pixels, regions, 1), _noise(pixels, regions, RUN)
    offsets = _offsets(pixels, regions, levels, raw, parameters.level)
    clip = Clip(parameters.kappa, parameters.iterations, ron_adu=noise.ron_adu)
    stack = combine(pixels, regions.light, clip, offsets=offsets, progress=frames.progress)
    image, found = _master(stack, noise, pixels, offsets, regions, frames, parameters)
    qc = _quality(raw[0], frames.instrument, image, levels, noise, sums, stack, found, _dark(pixels, regions))
    cards = (Card("ESO PRO DATANCOM", len(raw), "Number of combined frames"),)
    return [Product("MASTER_BIAS", image, raw[0], cards=cards, qc=qc)]


def _checked(raw: tuple[Frame, ...], instrument: Instrument, parameters: BiasParameters) -> Regions:
    """Return the common regions of the frames, or raise `DataError`."""
    if len(raw) < parameters.minimum_frames:
        raise DataError(
            f"{len(raw)} bias frame(s), fewer than minimum_frames = {parameters.minimum_frames}",
            where=raw[0].name if raw else "",
            hint="take more, or allow it with --minimum_frames=1",
        )
    regions = [_regions(frame, instrument) for frame in raw]
    for frame, one in zip(raw[1:], regions[1:], strict=True):
        same_geometry(frame, one.light_shape, raw[0], regions[0].light_shape)
    return regions[0]


def _regions(frame: Frame, instrument: Instrument) -> Regions:
    if not isinstance(frame.content, np.ndarray):
        raise DataError("this is a product, not a raw bias frame", where=frame.name, accepted="raw frames")
    return detector_area(frame.header, instrument, frame.content.shape, frame.name)


def _level(pixels: NDArray[Any], regions: Regions, name: str) -> Level:
    level = clipped_level(pixels[regions.light])
    if level is None or level.scatter == 0:
        raise DataError(
            "the frame holds no noise: every pixel has one value" if level else "the frame holds no number",
            where=name,
            accepted="an exposure of 0 s as the detector delivered it",
            hint="leave it out",
        )
    return level


def _noise(pixels: list[NDArray[Any]], regions: Regions, sums_of: int) -> ReadOutNoise:
    """Return the read-out noise from up to three pairs of neighbouring frames; from one frame alone if there is but one."""
    if len(pixels) == 1:
        alone = single_noise(pixels[0][regions.light].astype(np.float32), run=sums_of)
        return _found(alone)
    apart = 2 if len(pixels) > 2 * _PAIRS - 1 else 1
    pairs = [(first, first + 1) for first in range(0, len(pixels) - 1, apart)][:_PAIRS]
    boxes = [raw_pair_boxes(pixels[i], pixels[j], regions.light, run=sums_of) for i, j in pairs]
    together = PairBoxes(
        *(np.concatenate([getattr(one, field) for one in boxes]) for field in ("variance", "level", "ratio", "count"))
    )
    return _found(read_out_noise(together))


def _found(noise: ReadOutNoise | None) -> ReadOutNoise:
    if noise is None:
        raise DataError("the light-sensitive area is too small to measure the read-out noise", accepted="8 x 8 pixels")
    return noise


def _offsets(
    pixels: list[NDArray[Any]], regions: Regions, levels: list[Level], raw: tuple[Frame, ...], by: str
) -> list[float]:
    """Return what to subtract from each frame so that all have the mean level of all."""
    if by == "none":
        return [0.0] * len(pixels)
    if by == "light":
        values = [level.value for level in levels]
    else:
        dark = [dark_level(one, regions) for one in pixels]
        if any(one is None for one in dark):
            raise DataError(
                "level=dark, but the frame has no prescan or overscan",
                where=raw[0].name,
                keyword="ESO DET OUT1 PRSCX",
                hint="use --level=light",
            )
        values = [one.value for one in dark if one is not None]
    mean = float(np.mean(values))
    return [value - mean for value in values]


def _dark(pixels: list[NDArray[Any]], regions: Regions) -> Level | None:
    """Return the mean dark level of the frames: what a later frame's is compared with."""
    levels = [one for one in (dark_level(frame, regions) for frame in pixels) if one is not None]
    if not levels:
        return None
    error = float(np.sqrt(np.sum([one.error**2 for one in levels]))) / len(levels)
    return Level(
        float(np.mean([one.value for one in levels])), levels[0].scatter, error, sum(one.pixels for one in levels)
    )


def _master(
    stack: Stack,
    noise: ReadOutNoise,
    pixels: list[NDArray[Any]],
    offsets: list[float],
    regions: Regions,
    frames: FrameSet,
    parameters: BiasParameters,
) -> tuple[Image, Structure]:
    """Return the master and its structure; the stack's variance is overwritten."""
    data = stack.mean
    if parameters.method == "median":
        data = median_stack(pixels, regions.light, offsets=offsets, progress=frames.progress)
    level = clipped_level(data)
    found = structure(data, level.value if level else 0.0, noise.ron_adu, len(pixels), parameters.hot_column_ron)
    mask = found.mask
    mask |= bad_pixels(regions, frames.instrument.detector(frames.all("BIAS")[0].header))
    mask[unstable_pixels(stack.variance, stack.count, noise.ron_adu)] |= np.uint8(Flag.BAD)
    factor = np.pi / 2 if parameters.method == "median" and len(pixels) > 2 else 1.0
    variance = stack.variance
    np.divide(np.float32(noise.ron_adu**2 * factor), stack.count, out=variance, where=stack.count > 0)
    lost = stack.count == 0
    if lost.any():
        mask[lost] |= np.uint8(Flag.NO_DATA)
        data[lost], variance[lost] = 0, 0
    return Image(data, variance, mask, "adu"), found


def _quality(
    first: Frame,
    instrument: Instrument,
    image: Image,
    levels: list[Level],
    noise: ReadOutNoise,
    sums: ReadOutNoise,
    stack: Stack,
    found: Structure,
    dark: Level | None,
) -> tuple[QcValue, ...]:
    level = _master_level(image)
    scatter = float(np.std([one.value for one in levels], ddof=1)) if len(levels) > 1 else None
    gain, ron = header_gain(first.header, instrument), header_ron(first.header, instrument)
    claim = ron / gain if ron and gain else None
    best = best_gain(first.header, instrument)
    pair = "median over boxes of 32 x 32 pixels of the variance, within 4 sigma, of the difference of two bias frames, over 2"
    if len(levels) == 1:
        pair = "median over boxes of 32 x 32 pixels of the variance, within 4 sigma, of the single bias frame (holds fixed pattern)"
    detector = instrument.detector(first.header)
    return (
        QcValue(
            "bias_level_adu",
            level.value if level else None,
            scatter / len(levels) ** 0.5 if scatter is not None else (level.error if level else None),
            "adu",
            f"{LEVEL_ESTIMATOR}, over the light-sensitive area of the master bias; error from the scatter of the frames' levels",
        ),
        QcValue(
            "bias_level_scatter_adu", scatter, None, "adu", "standard deviation of the levels of the single frames"
        ),
        QcValue(
            "ron_adu",
            noise.ron_adu,
            noise.error_adu,
            "adu",
            f"square root of: {pair}; up to 3 pairs",
            f"{detector.ron_keyword} / {detector.gain_keyword}" if claim else None,
            round(claim, 4) if claim else None,
        ),
        QcValue(
            "ron_e",
            noise.ron_adu * best if best else None,
            noise.error_adu * best if best else None,
            "electron",
            f"ron_adu times the gain measured for the read-out mode, else claimed ({detector.gain_keyword}): {best} e-/ADU",
            detector.ron_keyword if ron else None,
            ron,
        ),
        QcValue(
            "ron_sum_adu",
            sums.ron_adu,
            sums.error_adu,
            "adu",
            f"as ron_adu, of sums of {RUN} pixels along a row, over {RUN}: below ron_adu where neighbours are anticorrelated",
        ),
        QcValue(
            "dark_level_adu",
            dark.value if dark else None,
            dark.error if dark else None,
            "adu",
            f"{LEVEL_ESTIMATOR}, over the prescan or overscan, mean of the frames",
        ),
        QcValue(
            "structure_rows_adu",
            found.rows_adu,
            None,
            "adu",
            "standard deviation of the master's row means, their noise taken off in quadrature",
        ),
        QcValue(
            "structure_columns_adu",
            found.columns_adu,
            None,
            "adu",
            "standard deviation of the master's column means (hot columns left out), their noise taken off in quadrature",
        ),
        QcValue(
            "hot_columns", float(len(found.hot_columns)), None, "", "columns marked bad, see parameter hot_column_ron"
        ),
        QcValue(
            "hot_pixels", float(found.hot_pixels), None, "", "pixels 5 ron_adu from their row and column in the master"
        ),
        QcValue(
            "rejected_fraction",
            sum(stack.rejected) / (stack.count.size * len(levels)),
            None,
            "",
            "values left out of the mean over all values",
        ),
    )


def _master_level(image: Image) -> Level | None:
    """Return the level of the good pixels; of a large master those of evenly spaced rows, as `clipped_level` takes them."""
    stride = max(1, image.data.size // SAMPLE)
    data = image.data[::stride].copy()
    data[(image.mask[::stride] & np.uint8(Flag.excluded())) != 0] = np.nan
    return clipped_level(data)


RECIPE = Recipe(
    name="bias",
    version="1.0",
    summary="Combine bias frames into a master bias and measure level, read-out noise and structure",
    instruments=("EFOSC2", "FORS2"),
    inputs=(
        Input("BIAS", minimum=1, maximum=None, raw=True, meaning="exposures of 0 s, one binning and read-out mode"),
    ),
    parameters=BiasParameters,
    products=("MASTER_BIAS",),
    run=run,
    description=__doc__ or "",
)
