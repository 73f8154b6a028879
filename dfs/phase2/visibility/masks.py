"""Which instants of many nights meet which condition of which block, as arrays of truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfs.model.phase2 import ObservationBlock
from dfs.phase2.visibility.conditions import MOON_DOWN_DEG, lowest_altitude
from dfs.phase2.visibility.season import Season
from dfs.sky.ephemerides import Pointing, mjd_of, separation

__all__ = ["Masks", "masks"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Masks:
    """Truth over (nights, instants) for each condition of some blocks.

    Attributes
    ----------
    conditions
        By code, for each block; None where the block does not set the condition.
    """

    blocks: tuple[ObservationBlock, ...]
    conditions: Mapping[str, Sequence[Mask | None]]
    season: Season

    def hours(self, row: int) -> Array:
        """Return in how many hours of each night the block can be under way."""
        under_way = _widened(self.starts(row), self._samples(row))
        return np.asarray(under_way.sum(-1) * (self.season.step_minutes / 60.0), dtype=np.float64)

    def starts(self, row: int) -> Mask:
        """Return at which instants the block may begin, its time windows counted to half a step."""
        found = self._fitting(row) & _after_dusk(self.blocks[row], self.season)
        absolute = self.conditions["absolute"][row]
        return found if absolute is None else found & absolute

    def longest_minutes(self, row: int) -> float:
        """Return the longest stretch of any night in which all conditions on the whole block hold."""
        whole = self._whole(row)
        length = np.zeros(len(whole), dtype=np.int64)
        longest = length.copy()
        for good in whole.T:
            length += 1
            length *= good
            np.maximum(longest, length, out=longest)
        return float(longest.max(initial=0)) * self.season.step_minutes

    def _samples(self, row: int) -> int:
        return max(1, int(np.ceil(self.blocks[row].execution_s / 60.0 / self.season.step_minutes)))

    def _whole(self, row: int) -> Mask:
        sky = self.season
        whole = (sky.mjd >= sky.sunset[:, None]) & (sky.mjd <= sky.dawn[:, None])
        for code, found in self.conditions.items():
            one = found[row]
            if one is not None and code != "absolute":  # which is for starts
                whole &= one
        return whole

    def _fitting(self, row: int) -> Mask:
        """Return at which instants the block may begin so that it lies whole in what holds."""
        whole, samples = self._whole(row), self._samples(row)
        if samples == 1:
            return whole
        counted = np.zeros((whole.shape[0], whole.shape[1] + samples), dtype=np.int32)
        counted[:, 1 : whole.shape[1] + 1] = np.cumsum(whole, axis=1)
        counted[:, whole.shape[1] + 1 :] = counted[:, whole.shape[1], None]
        return np.asarray(counted[:, samples:] - counted[:, : whole.shape[1]] == samples)


def masks(blocks: Sequence[ObservationBlock], places: Array, height: Array, sky: Season, pointing: Pointing) -> Masks:
    """Return which instants of a season meet which condition of `blocks` with directions `places` and altitudes `height`."""
    shape = sky.mjd.shape
    height = height.reshape(-1, *shape)
    down = (sky.sky.moon_altitude < MOON_DOWN_DEG).reshape(shape)
    lit = sky.sky.moon_lit.reshape(shape)
    found: dict[str, list[Mask | None]] = {}
    numbers = {
        name: [block.constraints.number(name) for block in blocks] for name in ("airmass", "moonDistance", "fli")
    }
    found["ephemeris"] = [
        ~np.isnan(one) if block.ephemeris.strip() else None for block, one in zip(blocks, height, strict=True)
    ]
    found["airmass"] = [
        one >= max(lowest_altitude(limit), pointing.lowest_deg)
        for one, limit in zip(height, numbers["airmass"], strict=True)
    ]
    if pointing.zenith_gap_deg:
        highest = 90.0 - pointing.zenith_gap_deg
        found["zenith"] = [one <= highest if (one > highest).any() else None for one in height]
    if any(numbers["moonDistance"]):
        distance = separation(places, sky.sky, sky.sky.moon).reshape(-1, *shape)
        found["moonDistance"] = [
            (one >= limit) | down if limit else None
            for one, limit in zip(distance, numbers["moonDistance"], strict=True)
        ]
    found["fli"] = [(lit <= limit) | down if limit is not None and limit < 1 else None for limit in numbers["fli"]]
    found["sidereal"] = [_sidereal(block, sky) for block in blocks]
    found["absolute"] = [_absolute(block, sky) for block in blocks]
    return Masks(tuple(blocks), found, sky)


def _sidereal(block: ObservationBlock, sky: Season) -> Mask | None:
    if not block.sidereal:
        return None
    minutes = sky.sky.sidereal_deg.reshape(sky.mjd.shape) * 4.0
    inside = np.zeros(minutes.shape, dtype=bool)
    for one in block.sidereal:
        if one.end_min < one.start_min:
            inside |= (minutes >= one.start_min) | (minutes <= one.end_min)
        else:
            inside |= (minutes >= one.start_min) & (minutes <= one.end_min)
    return inside


def _absolute(block: ObservationBlock, sky: Season) -> Mask | None:
    """Return the instants within a step of a window's start or inside it."""
    if not block.absolute:
        return None
    half = sky.step_minutes / 2880.0
    inside = np.zeros(sky.mjd.shape, dtype=bool)
    for one in block.absolute:
        inside |= (sky.mjd >= mjd_of(one.start) - half) & (sky.mjd <= mjd_of(one.end) + half)
    return inside


def _after_dusk(block: ObservationBlock, sky: Season) -> Mask:
    minutes = block.constraints.number("twilight") or 0.0
    return np.asarray(sky.mjd >= np.maximum(sky.dusk + minutes / 1440.0, sky.sunset)[:, None])


def _widened(started: Mask, samples: int) -> Mask:
    """Return the instants at which something that takes `samples` steps is under way."""
    under_way = started.copy()
    reach = 1
    while reach < samples:  # doubling: each round carries on what the rounds before reached
        step = min(reach, samples - reach)
        under_way[:, step:] |= under_way[:, :-step].copy()
        reach += step
    return under_way
