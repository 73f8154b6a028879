"""The detector: from expected electrons to the numbers of a raw frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs_sims.cosmics import cosmic_electrons
from dfs_sims.figures import figures
from dfs_sims.geometry import SHAPE

__all__ = ["BiasState", "bias_state", "read_out", "ron_adu"]

Array = NDArray[np.float64]

_READOUT_S = 22.0  # DET EXP RDTTIME of the headers: cosmic rays also hit while the chip is read


@dataclass(frozen=True, slots=True)
class BiasState:
    """What the bias of one exposure is: level (ADU, overscan) and rise from the first row to the last (ADU)."""

    level_adu: float
    slope_adu: float


def bias_state(random: np.random.Generator) -> BiasState:
    """Return the bias of an exposure: it wanders from one to the next."""
    detector: dict[str, Any] = figures()["detector"]
    return BiasState(
        detector["bias_level_adu"] + detector["bias_level_scatter_adu"] * random.standard_normal(),
        detector["bias_slope_adu"] + detector["bias_slope_scatter_adu"] * random.standard_normal(),
    )


def read_out(
    light: Array | None, seconds: float, bias: BiasState, random: np.random.Generator, *, imaging: bool = False
) -> NDArray[np.uint16]:
    """Return the raw frame of an exposure.

    Parameters
    ----------
    light
        Expected electrons of the whole exposure before the detector's own response; None for a closed shutter.
    seconds
        Exposure time, for dark current and cosmic rays.
    bias
        The bias of this exposure.
    random
        Source of all noise.
    imaging
        True when the camera's edges shade the detector, False behind the grism.

    Returns
    -------
    uint16 array (1030, 1030)
        ADU, clipped at 65535.
    """
    detector: dict[str, Any] = figures()["detector"]
    expected = np.zeros(SHAPE) if light is None else np.maximum(light, 0.0) * response() * shaded_edges(imaging=imaging)
    expected[_lit()] += detector["dark_e_per_h"] * seconds / 3600.0
    electrons = _shot_noise(expected, random) + cosmic_electrons(seconds + _READOUT_S, random)
    adu = _clocked_out(electrons) / detector["gain_e_per_adu"] + _bias(bias) + _read_noise(random)
    frame: NDArray[np.uint16] = np.clip(np.rint(adu), 0, 65535).astype(np.uint16)
    return frame


def ron_adu() -> float:
    """Return the true read-out noise of one pixel (ADU, rms): white noise, pick-up, row noise and rounding together."""
    detector: dict[str, Any] = figures()["detector"]
    white, pickup, row = detector["white_noise_adu"], detector["pickup_adu"], detector["row_noise_adu"]
    return float(np.sqrt(white**2 + pickup**2 / 2.0 + row**2 + 1.0 / 12.0))


@cache
def response() -> Array:
    """Return the sensitivity of each pixel against the mean, the same for every night; zero outside the lit area."""
    detector: dict[str, Any] = figures()["detector"]
    chip = np.random.default_rng(detector["prnu_seed"])
    pixels = 1.0 + detector["prnu_rms"] * chip.standard_normal(SHAPE)
    for column in figures()["bad_column"]:
        pixels[column["from_y"] :, column["x"]] *= column["response"]
    lit = np.zeros(SHAPE)
    lit[_lit()] = 1.0
    sensitivity: Array = pixels * lit
    sensitivity.setflags(write=False)
    return sensitivity


@cache
def shaded_edges(*, imaging: bool) -> Array:
    """Return how the edges of the field are shaded: by the camera in images, at the top only behind the grism."""
    edges, geometry = figures()["edges"], figures()["geometry"]
    shade = np.ones(SHAPE)
    top = np.array(edges["top_image" if imaging else "top_spectrum"])
    shade[edges["top_row"] : edges["top_row"] + len(top)] *= top[:, np.newaxis]
    first, last = geometry["lit_columns"]
    if imaging:
        left, right = np.array(edges["left"]), np.array(edges["right"])
        shade[:, first : first + len(left)] *= left
        shade[:, last - len(right) : last] *= right
        shade *= _corners(last, edges["top_row"] + len(top) - 2, edges["corner_px"])
    shade.setflags(write=False)
    return shade


def _corners(width: int, height: int, radius: float) -> Array:
    """Return a mask with the two upper corners of a field of `width` x `height` rounded."""
    x, y = np.arange(SHAPE[1], dtype=float), np.arange(SHAPE[0], dtype=float)[:, np.newaxis]
    beyond_x = np.maximum(np.maximum(radius - x, x - (width - 1 - radius)), 0.0)
    beyond_y = np.maximum(y - (height - 1 - radius), 0.0)
    distance = np.where((beyond_x > 0) & (beyond_y > 0), np.hypot(beyond_x, beyond_y), 0.0)
    # Full light up to the circle, none 6 pixels outside: the straight edges stay as they are.
    return np.clip((radius + 6.0 - distance) / 6.0, 0.0, 1.0)


def _lit() -> tuple[slice, slice]:
    geometry: dict[str, Any] = figures()["geometry"]
    return slice(*geometry["lit_rows"]), slice(*geometry["lit_columns"])


def _shot_noise(expected: Array, random: np.random.Generator) -> Array:
    """Return Poisson numbers; above 1000 electrons their normal limit, right to 1e-3 in the third moment and much faster."""
    bright = expected > 1000.0
    drawn = random.poisson(np.where(bright, 0.0, expected)).astype(float)
    normal = expected + np.sqrt(expected) * random.standard_normal(expected.shape)
    return np.where(bright, np.rint(normal), drawn)


def _clocked_out(electrons: Array) -> Array:
    """Return the charge as it leaves the register: a little is left behind, and one column wraps around."""
    detector, geometry = figures()["detector"], figures()["geometry"]
    first, last = geometry["prescan_columns"]
    clocked = electrons.copy()
    clocked[:, first:last] += (
        detector["deferred_fraction"] * electrons[:, first - 40 : first].mean(axis=1)[:, np.newaxis]
    )
    clocked[:, last:] += detector["wrapped_fraction"] * electrons[:, :1]
    first, last = geometry["overscan_rows"]
    clocked[first:last] += (
        0.1
        * detector["deferred_fraction"]
        * electrons[geometry["lit_rows"][1] - 40 : geometry["lit_rows"][1]].mean(axis=0)
    )
    return np.asarray(clocked)


def _bias(bias: BiasState) -> Array:
    """Return the bias level of every pixel, without noise."""
    detector, geometry = figures()["detector"], figures()["geometry"]
    y = np.arange(SHAPE[0], dtype=float)
    rows = bias.level_adu + bias.slope_adu * (y / (SHAPE[0] - 1) - 1.0)
    rows += detector["bias_start_adu"] * np.exp(-y / detector["bias_start_rows"])
    level = np.repeat(rows[:, np.newaxis], SHAPE[1], axis=1)
    first, last = geometry["prescan_columns"]
    level[: geometry["overscan_rows"][0], first:last] += detector["prescan_offset_adu"]
    level[:, first - 1] += detector["first_column_offset_adu"]
    return level


def _read_noise(random: np.random.Generator) -> Array:
    """Return read-out noise (ADU): white, the same for a whole row, and a hum whose phase wanders on from row to row."""
    detector: dict[str, Any] = figures()["detector"]
    steps = detector["pickup_phase_per_row"] + detector["pickup_phase_scatter"] * random.standard_normal(SHAPE[0])
    phase = random.uniform() + np.cumsum(steps)
    along = 2.0 * np.pi * detector["pickup_cycles_per_px"] * np.arange(SHAPE[1])
    # sin(a + b) as a sum of products: two outer products instead of a million sines
    hum = np.outer(np.cos(2.0 * np.pi * phase), np.sin(along)) + np.outer(np.sin(2.0 * np.pi * phase), np.cos(along))
    noise = detector["white_noise_adu"] * random.standard_normal(SHAPE, dtype=np.float32)
    noise = noise + detector["row_noise_adu"] * random.standard_normal((SHAPE[0], 1))
    return np.asarray(noise + detector["pickup_adu"] * hum)
