"""From a raw frame to electrons: trimmed, bias subtracted, flat-fielded, with variance and mask.

The level of the frame
----------------------
The bias level drifts by some ADU between the night's frames and the biases of the afternoon. What the dark columns (or rows) of
the frame show above those of the master bias is subtracted with it, but only from faint frames: bright ones leave a trail of
charge there (EFOSC2: 0.26 % of the light at the edge), which then is the larger error.

The error of a pixel
--------------------
With ``s`` the signal of the pixel in ADU above bias, ``g`` the gain in e-/ADU, ``R`` the read-out noise in e- (as measured
on bias pairs it holds the digitisation noise too), ``v_b`` the variance of the master bias and ``f +- sqrt(v_f)`` the flat::

    variance [e-^2] = (max(E[s], 0) g + R^2 + g^2 v_b) / f^2 + (E[s] g / f)^2 v_f / f^2

The Poisson term belongs to the *expected* signal. Taken from the pixel itself it is low where the pixel came out low, which
drags every weighted mean down (at 10 e- of sky by several percent). So E[s] is an estimate from the neighbourhood: the
mean of the good pixels in a 5x5 box wherever that mean agrees with the pixel within five of its errors, and the pixel itself elsewhere (stars, lines, cosmic rays).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfs.errors import DataError
from dfs.instruments import Instrument
from dfs.model import Flag, Frame, Image
from dfs.recipes.steps.levels import dark_level
from dfs.recipes.steps.noise import NoiseModel
from dfs.recipes.steps.regions import Regions, bad_pixels, detector_area, same_geometry

__all__ = ["RawArea", "calibrate", "expected_signal", "level_change", "master_image", "own_level", "raw_light"]

DARK_CARD = "ESO QC DARK_LEVEL_ADU"
TRAIL_FRACTION = 0.003  # of the mean light, measured on EFOSC2's sky flat (0.0026)
TRAIL_LIMIT_ADU = 0.5
BOX = 5  # pixels, side of the box for the expected signal
BELOW_KAPPA = 10.0  # sigma of the read-out noise; of EFOSC2's frames at most 80 dead pixels lie that far below the bias
BELOW_SHARE = 0.5  # of a frame: then it is no exposure, or not of this bias


def calibrate(
    frame: Frame,
    instrument: Instrument,
    *,
    bias: Frame | None,
    flat: Frame | None,
    noise: NoiseModel,
    flat_part: str | None = None,
) -> Image:
    """Return the light-sensitive area of a raw frame in electrons.

    Parameters
    ----------
    frame
        Raw frame.
    instrument
        The instrument that took it.
    bias
        Master bias (`Image`, ADU, trimmed); None subtracts the frame's own dark level, where it shows one.
    flat
        Master flat (`Image`, ratio, trimmed); None divides by nothing.
    noise
        Gain and read-out noise.
    flat_part
        Name of the part of `flat` to divide by instead of its content: ``"PIXEL"`` for frames through another slit.

    Returns
    -------
    Image
        electrons, electrons squared, mask: `Flag.SATURATED` judged on the raw pixel, `Flag.NO_DATA` for what is not a number,
        and for what lies so far below the bias that no read-out delivers it (a lost packet of zeros), the bits of the masters and
        the detector's known bad pixels. Pixels without data are 0 with variance 0.

    Raises
    ------
    DataError
        A master has another binning or size (names both files and the keyword), or most of the frame lies below its bias.
    """
    area = raw_light(frame, instrument)
    data, mask = area.data, area.mask
    added = np.zeros_like(data)
    if bias is not None:
        master = master_image(bias, frame, area.regions)
        data = data - (master.data + np.float32(level_change(frame, bias, area)))
        added += master.variance
        mask = mask | master.mask
    else:
        data = data - np.float32(own_level(frame, area))
    gain, ron = np.float32(noise.gain_e_per_adu), np.float32(noise.ron_e)
    electrons = data * gain
    mask = mask | _below_bias(electrons, mask, max(float(ron), float(gain)), frame, bias)
    expected = expected_signal(electrons, (mask & np.uint8(Flag.excluded())) == 0, float(ron))
    variance = np.maximum(expected, 0) + ron**2 + gain**2 * added
    if flat is not None:
        electrons, variance, mask = _divide(
            electrons, variance, mask, expected, master_image(flat, frame, area.regions, flat_part)
        )
    empty = (mask & np.uint8(Flag.NO_DATA)) != 0
    electrons[empty] = 0
    variance[empty] = 0
    return Image(electrons.astype(np.float32), variance.astype(np.float32), mask.astype(np.uint8), "electron")


def _below_bias(
    electrons: NDArray[np.float32], mask: NDArray[np.uint8], ron_e: float, frame: Frame, bias: Frame | None
) -> NDArray[np.uint8]:
    """Return `Flag.NO_DATA` where a pixel lies further below the bias than read-out noise takes it; refuse a frame that is there."""
    below = (electrons < -BELOW_KAPPA * ron_e) & ((mask & np.uint8(Flag.NO_DATA)) == 0)
    share = float(below.mean())
    if share > BELOW_SHARE:
        raise DataError(
            f"{100 * share:.0f} % of its pixels lie far below the bias level: no exposure looks like that",
            where=frame.name,
            hint=f"fetch the file again, or leave it out{f'; the bias is {bias.name}' if bias is not None else ''}",
        )
    return np.where(below, np.uint8(Flag.NO_DATA), np.uint8(0))


def level_change(frame: Frame, bias: Frame, area: RawArea) -> float:
    """Return how far the bias level of `frame` lies above that of the master `bias`, ADU; 0 where it cannot be told.

    It cannot where the frame has no dark columns or rows, where the master does not say its own (``ESO QC DARK_LEVEL_ADU``), or where
    the light is so strong that its trail would exceed `TRAIL_LIMIT_ADU`.
    """
    known = bias.header.get(DARK_CARD)
    if isinstance(known, bool) or not isinstance(known, int | float) or not isinstance(frame.content, np.ndarray):
        return 0.0
    dark = dark_level(frame.content, area.regions)
    if dark is None:
        return 0.0
    light = float(np.mean(area.data[:: max(1, area.data.shape[0] // 256)])) - dark.value
    return dark.value - float(known) if abs(light) * TRAIL_FRACTION < TRAIL_LIMIT_ADU else 0.0


def own_level(frame: Frame, area: RawArea) -> float:
    """Return the bias level that `frame` shows in its own dark columns or rows, ADU; 0 where it has none."""
    dark = dark_level(frame.content, area.regions) if isinstance(frame.content, np.ndarray) else None
    return dark.value if dark is not None else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class RawArea:
    """The light-sensitive area of a raw frame: float32 ADU, mask, and where it lies in the frame."""

    data: NDArray[np.float32]
    mask: NDArray[np.uint8]
    regions: Regions


def raw_light(frame: Frame, instrument: Instrument) -> RawArea:
    """Return the light-sensitive area of a raw frame in ADU, with saturated, missing and known bad pixels masked."""
    pixels = frame.content
    if not isinstance(pixels, np.ndarray):
        raise DataError(f"{frame.tag} is a product, not a raw frame", where=frame.name, accepted="a raw frame")
    regions = detector_area(frame.header, instrument, pixels.shape, frame.name)
    detector = instrument.detector(frame.header)
    data = np.array(pixels[regions.light], dtype=np.float32)
    mask = bad_pixels(regions, detector)
    lost = ~np.isfinite(data)
    mask[lost] |= np.uint8(Flag.NO_DATA)
    data[lost] = 0
    mask[data >= detector.saturation_adu] |= np.uint8(Flag.SATURATED)
    return RawArea(data, mask, regions)


def master_image(master: Frame, frame: Frame, regions: Regions, part: str | None = None) -> Image:
    """Return the image of a master that is to be applied to `frame`, after checking that it fits."""
    content = master.content if part is None else master.parts.get(part)
    if not isinstance(content, Image):
        raise DataError(
            f"{master.tag} has no image{f' {part}' if part else ''}",
            where=master.name,
            accepted="a master with an image",
        )
    same_geometry(frame, regions.light_shape, master, content.shape)
    return content


def expected_signal(
    electrons: NDArray[np.float32], good: NDArray[np.bool_], ron_e: float, box: int = BOX
) -> NDArray[np.float32]:
    """Return an estimate of each pixel's expected signal that its own noise hardly touches.

    Parameters
    ----------
    electrons
        Bias-subtracted signal, e-.
    good
        Pixels that may be averaged.
    ron_e
        Read-out noise, e-.
    box
        Side of the averaging box, pixels.

    Returns
    -------
    ndarray of float32
        The mean of the good pixels in the box where the pixel agrees with it within 5 sigma (sigma^2 = mean + ron^2), else
        the pixel itself.
    """
    weight = ndimage.uniform_filter(good.astype(np.float32), box, mode="nearest")
    total = ndimage.uniform_filter(np.where(good, electrons, np.float32(0)), box, mode="nearest")
    mean = np.divide(total, weight, out=electrons.copy(), where=weight > 0.5 / box**2)
    sigma = np.sqrt(np.maximum(mean, 0) + ron_e**2)
    expected: NDArray[np.float32] = np.where(np.abs(electrons - mean) <= 5 * sigma, mean, electrons).astype(np.float32)
    return expected


def _divide(
    electrons: NDArray[np.float32],
    variance: NDArray[np.float32],
    mask: NDArray[np.uint8],
    expected: NDArray[np.float32],
    flat: Image,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint8]]:
    usable = np.isfinite(flat.data) & (flat.data > 0)
    divisor = np.where(usable, flat.data, np.float32(1))
    signal = expected / divisor
    variance = variance / divisor**2 + signal**2 * np.where(usable, flat.variance, 0) / divisor**2
    mask = mask | flat.mask | np.where(usable, 0, Flag.NO_DATA).astype(np.uint8)
    quotient = (electrons / divisor).astype(np.float32)
    return quotient, variance.astype(np.float32), mask
