"""Flats, whatever they are of: which are usable, their stack above bias, their gain, and the figures they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dfs.errors import DataError
from dfs.instruments import Instrument
from dfs.model import Flag, Frame, Image, QcValue
from dfs.progress import Progress
from dfs.recipes.steps.calibrate import master_image, own_level, raw_light
from dfs.recipes.steps.noise import GAIN_CARD, RON_CARD, best_gain, header_gain, header_ron
from dfs.recipes.steps.photon_transfer import RUN, Gain, fit_gain, pair_boxes
from dfs.recipes.steps.stack import Clip, combine

__all__ = ["FlatNoise", "FlatStack", "Limits", "UsableFlat", "common_quality", "stack_flats", "usable_flats"]

PAIR_RATIO = 1.25  # levels of a pair for the gain may differ by this factor
PAIR_LOWEST_ADU = 100.0  # below, an error of 1 ADU in the bias level is an error of 1 % in the gain


@dataclass(frozen=True, slots=True)
class Limits:
    """What a usable flat keeps to: least median level (ADU above bias), largest fraction of saturated pixels."""

    lowest_adu: float
    saturated_fraction: float


@dataclass(frozen=True, slots=True, eq=False)
class UsableFlat:
    """A flat above bias.

    Attributes
    ----------
    frame
        The raw frame.
    data
        float32, ADU above bias, trimmed; NaN where saturated, bad or missing.
    level
        Median of `data`.
    mask
        uint8: what made the NaNs.
    """

    frame: Frame
    data: NDArray[np.float32]
    level: float
    mask: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class FlatNoise:
    """Read-out noise in ADU for single pixels and for sums along a row, with errors, and who says so."""

    ron_adu: float
    error_adu: float
    ron_sum_adu: float
    error_sum_adu: float
    origin: str


@dataclass(frozen=True, slots=True, eq=False)
class FlatStack:
    """The stack of flats: `image` in ADU of the first flat, and what was found on the way."""

    image: Image
    used: tuple[UsableFlat, ...]
    rejected: tuple[str, ...]
    noise: FlatNoise
    gain: Gain | None
    gain_pixel: Gain | None
    gain_e_per_adu: float
    ratios: tuple[float, ...]


def usable_flats(
    raw: Sequence[Frame], bias: Frame | None, instrument: Instrument, limits: Limits
) -> tuple[tuple[UsableFlat, ...], tuple[str, ...]]:
    """Return the flats within `limits`, and why the others are not.

    Raises
    ------
    DataError
        None is usable (the first one's reason), or one has another binning or size than the master bias or the first flat.
    """
    used: list[UsableFlat] = []
    problems: list[DataError] = []
    for frame in raw:
        try:
            used.append(_above_bias(frame, bias, instrument, limits))
        except DataError as error:
            if error.keyword:  # geometry: not a matter of light
                raise
            problems.append(error)
    if not used:
        raise problems[0] if problems else DataError("there is no flat")
    for one in used[1:]:
        if one.data.shape != used[0].data.shape:
            raise DataError(
                f"the light-sensitive area is {one.data.shape[::-1]} but {used[0].data.shape[::-1]} in {used[0].frame.name}",
                where=one.frame.name,
                keyword="NAXIS1, NAXIS2",
                hint="combine flats of one binning and read-out window",
            )
    return tuple(used), tuple(f"{error.where}: {error.message}" for error in problems)


def stack_flats(
    used: tuple[UsableFlat, ...],
    rejected: tuple[str, ...],
    bias: Frame | None,
    instrument: Instrument,
    *,
    kappa: float,
    progress: Progress,
) -> FlatStack:
    """Return the stack of `used`, each scaled to the first, values that noise does not allow left out.

    The variance is that of the noise model, (mean / gain + ron^2) / n with the scales taken into account, plus the master bias's.
    """
    header = used[0].frame.header
    noise = flat_noise(bias, used[0].frame, instrument)
    saturation = instrument.detector(header).saturation_adu
    gain, gain_pixel = _gains(used, noise, 0.8 * saturation)
    value = gain.gain_e_per_adu if gain else _known_gain(bias) or best_gain(header, instrument)
    if value is None:
        raise DataError(
            "no gain: it cannot be measured (no pair of flats) and the header claims none",
            where=used[0].frame.name,
            keyword=instrument.detector(header).gain_keyword,
            hint="give two flats of equal level",
        )
    ratios = tuple(_ratio(one, used[0]) for one in used)
    stack = combine(
        [one.data for one in used],
        clip=Clip(kappa, ron_adu=noise.ron_adu, gain_e_per_adu=value),
        scales=[1 / one for one in ratios],
        progress=progress,
    )
    mask = _common(used)
    mask[stack.count == 0] |= np.uint8(Flag.BAD)
    data = np.where(stack.count > 0, stack.mean, np.float32(0))
    mean_scale = np.float32(np.mean([1 / one for one in ratios]))
    mean_square = np.float32(np.mean([1 / one**2 for one in ratios]))
    count = np.maximum(stack.count, 1)
    variance = (
        np.maximum(data, 0) / np.float32(value) * mean_scale + np.float32(noise.ron_adu**2) * mean_square
    ) / count
    if isinstance(bias, Frame) and isinstance(bias.content, Image):
        variance += bias.content.variance * mean_square
    image = Image(data, variance.astype(np.float32), mask, "adu")
    return FlatStack(image, used, rejected, noise, gain, gain_pixel, float(value), ratios)


def flat_noise(bias: Frame | None, frame: Frame, instrument: Instrument) -> FlatNoise:
    """Return the read-out noise in ADU: as the master bias measured it, else as the header of `frame` claims."""
    header = bias.header if bias is not None else {}
    ron = _figure(header.get(RON_CARD))
    if ron and bias is not None:
        error = _figure(header.get(f"{RON_CARD} ERR")) or 0.0
        sums = _figure(header.get("ESO QC RON_SUM_ADU")) or ron
        error_sums = _figure(header.get("ESO QC RON_SUM_ADU ERR")) or error
        return FlatNoise(ron, error, sums, error_sums, f"measured ({bias.name})")
    claimed, gain = header_ron(frame.header, instrument), header_gain(frame.header, instrument)
    if not claimed or not gain:
        raise DataError(
            "no read-out noise: no master bias measured it and the header claims none",
            where=frame.name,
            keyword=instrument.detector(frame.header).ron_keyword,
            hint="give a MASTER_BIAS",
        )
    return FlatNoise(claimed / gain, 0.0, claimed / gain, 0.0, "claimed by the header")


def common_quality(stack: FlatStack, instrument: Instrument) -> tuple[QcValue, ...]:
    """Return the figures that every master flat has: level, gain and read-out noise, drift of the lamp or sky, frames."""
    header = stack.used[0].frame.header
    detector = instrument.detector(header)
    first = stack.used[0]
    gain, pixel, noise = stack.gain, stack.gain_pixel, stack.noise
    claim, ron_claim = header_gain(header, instrument), header_ron(header, instrument)
    value = gain.gain_e_per_adu if gain else None
    relative = np.hypot(gain.error / gain.gain_e_per_adu, noise.error_adu / noise.ron_adu) if gain else 0.0
    change = gain.change * 100 if gain and np.isfinite(gain.change) else None
    return (
        QcValue(
            "flat_level_adu",
            first.level,
            _level_error(first, stack),
            "adu",
            "median of the first flat above the master bias, over the light-sensitive area",
        ),
        QcValue(
            "gain_e_per_adu",
            value,
            gain.error if gain else None,
            "electron / adu",
            f"photon transfer on a pair of flats of equal level (difference, boxes of 32 x 32 pixels, sums of {RUN} pixels along a row so "
            f"that correlations of neighbours count; least squares of shot variance against level; read-out noise {noise.origin})",
            detector.gain_keyword if claim else None,
            claim,
        ),
        QcValue(
            "gain_pixel_e_per_adu",
            pixel.gain_e_per_adu if pixel else None,
            pixel.error if pixel else None,
            "electron / adu",
            "as gain_e_per_adu, from the variance of single pixels",
            detector.gain_keyword if claim else None,
            claim,
        ),
        QcValue(
            "gain_change_percent",
            change,
            gain.change_error * 100 if gain and change is not None else None,
            "%",
            "change of gain_e_per_adu from the lowest to the highest level of the pair (straight line against log level)",
        ),
        QcValue(
            "ron_e",
            noise.ron_adu * value if value else None,
            noise.ron_adu * value * float(relative) if value else None,
            "electron",
            f"read-out noise in ADU {noise.origin} times gain_e_per_adu",
            detector.ron_keyword if ron_claim else None,
            ron_claim,
        ),
        QcValue(
            "lamp_drift_percent",
            100 * (stack.ratios[-1] - 1) if len(stack.ratios) > 1 else None,
            None,
            "%",
            "median ratio of the last flat to the first, less 1",
        ),
        QcValue(
            "flats_used",
            float(len(stack.used)),
            None,
            "",
            "flats that entered the master; 1: no cosmic ray was rejected",
        ),
        QcValue("flats_rejected", float(len(stack.rejected)), None, "", "flats left out: saturated or too faint"),
    )


def _above_bias(frame: Frame, bias: Frame | None, instrument: Instrument, limits: Limits) -> UsableFlat:
    area = raw_light(frame, instrument)
    data, mask = area.data, area.mask
    if bias is not None:
        master = master_image(bias, frame, area.regions)
        data = data - master.data
        mask = mask | master.mask
    else:
        data = data - np.float32(own_level(frame, area))
    lost = (mask & np.uint8(Flag.excluded())) != 0
    saturated = float(np.mean((mask & np.uint8(Flag.SATURATED)) != 0))
    if saturated > limits.saturated_fraction:
        raise DataError(
            f"the flat is saturated in {100 * saturated:.1f} % of its pixels",
            where=frame.name,
            accepted=f"at most {100 * limits.saturated_fraction:g} %",
            hint="leave it out, or take a shorter one",
        )
    data[lost] = np.nan
    level = float(np.nanmedian(data)) if not lost.all() else 0.0
    if level < limits.lowest_adu:
        raise DataError(
            f"the flat has only {level:.1f} ADU above bias",
            where=frame.name,
            accepted=f"at least {limits.lowest_adu:g} ADU",
            hint="was the lamp on? Leave the frame out",
        )
    return UsableFlat(frame, data, level, mask)


def _gains(used: tuple[UsableFlat, ...], noise: FlatNoise, highest: float) -> tuple[Gain | None, Gain | None]:
    """Return gain from sums and from single pixels, of the first two neighbours of nearly equal level."""
    for one, other in pairwise(used):
        if not 1 / PAIR_RATIO <= other.level / one.level <= PAIR_RATIO:
            continue
        gains = [
            fit_gain(
                pair_boxes(one.data, other.data, run=run, scaled=True),
                ron,
                error,
                highest_adu=highest,
                lowest_adu=PAIR_LOWEST_ADU,
            )
            for run, ron, error in ((RUN, noise.ron_sum_adu, noise.error_sum_adu), (1, noise.ron_adu, noise.error_adu))
        ]
        if gains[0] is not None:
            return gains[0], gains[1]
    return None, None


def _ratio(one: UsableFlat, first: UsableFlat) -> float:
    """Return the brightness of a flat relative to the first: the median of their ratio over pixels brighter than half the first's level."""
    if one is first:
        return 1.0
    both = np.isfinite(one.data) & np.isfinite(first.data) & (first.data > 0.5 * first.level)
    quotient = one.data[both] / first.data[both]
    return float(np.median(quotient))


def _common(used: tuple[UsableFlat, ...]) -> NDArray[np.uint8]:
    """Return the bits that all frames have: a pixel lost in one flat only is known from the others."""
    common: NDArray[np.uint8] = np.bitwise_and.reduce([one.mask for one in used])
    return common


def _known_gain(bias: Frame | None) -> float | None:
    return _figure(bias.header.get(GAIN_CARD)) if bias is not None else None


def _figure(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def _level_error(first: UsableFlat, stack: FlatStack) -> float:
    """Return the standard error of the median for the noise alone: sqrt(pi / 2) sigma / sqrt(n)."""
    sigma2 = max(first.level, 0.0) / stack.gain_e_per_adu + stack.noise.ron_adu**2
    return float(np.sqrt(np.pi / 2 * sigma2 / max(int(np.isfinite(first.data).sum()), 1)))
