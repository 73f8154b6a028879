"""Blocks of cases, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs.etc.grids.axes import with_values
from dfs.etc.grids.spectra import filling_of, spectra_of
from dfs.etc.grids.tables import Numbers, Tables, snr_at_place, solved, tables_of
from dfs.etc.request import Request
from dfs.instruments.optics import light_path

__all__ = ["Block", "blocks_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some of the cases, in the order of the grid.

    Attributes
    ----------
    first
        Number of the first case, from 0.
    cases
        Axis -> value of each case (binning: text).
    snr
        Shape (k,): at the wavelength of interest.
    exposure_s
        Shape (k,): time on the target, as given or as the signal-to-noise asks.
    wavelength_nm, spectra
        Shape (n,), (k, n) float32: signal-to-noise of each pixel, where asked for.
    """

    first: int
    cases: Mapping[str, NDArray[Any]]
    snr: Array
    exposure_s: Array
    wavelength_nm: Array | None = None
    spectra: NDArray[np.float32] | None = None


def blocks_of(
    request: Request, axes: Mapping[str, tuple[Any, ...]], most: int, threads: Executor | None
) -> Iterator[Block]:
    """Yield the blocks of one instrument set up, numbered from 0; `axes` are those of night, target and exposure.

    `most` cases in a block; `threads` where spectra are asked.
    """
    light, first = light_path(request.choice), 0
    slow = [name for name in axes if name == "airmass"]
    rest = {name: found for name, found in axes.items() if name not in slow}
    for values in product(*(axes[name] for name in slow)):
        fixed = dict(zip(slow, values, strict=True))
        tables = tables_of(light, with_values(request, fixed), rest)
        fill = filling_of(tables, threads) if threads is not None else None
        size = int(np.prod(tables.shape))
        for start in range(0, size, most):
            numbers = np.unravel_index(np.arange(start, min(start + most, size)), tables.shape)
            cases = {name: np.full(numbers[0].size, value) for name, value in fixed.items()}
            cases |= _cases(rest, numbers)
            snr, times = _snr(tables, numbers)
            block = Block(first + start, cases, snr, times)
            if threads is not None:
                found = spectra_of(tables, fill, numbers, times, threads)
                block = Block(first + start, cases, snr, times, tables.rates[0].wavelength_nm, found)
            yield block
        first += size


def _cases(axes: Mapping[str, tuple[Any, ...]], numbers: Numbers) -> dict[str, Array]:
    moon, seeing, bright, exposure = numbers
    found = {"moon": moon, "fli": moon, "seeing": seeing, "mag": bright, "exposure": exposure}
    return {name: np.array(axes[name])[found[name]] for name in axes}


def _snr(tables: Tables, numbers: Numbers) -> tuple[Array, Array]:
    """Return the signal-to-noise and the time of each case."""
    if tables.divisions is not None:
        times = np.array([one.time_s for one in tables.divisions])
        return snr_at_place(tables, tables.divisions, numbers), times[numbers[3]]
    pairs = [
        solved(tables, int(moon), int(seeing), int(bright)) for moon, seeing, bright, _ in zip(*numbers, strict=True)
    ]
    found = np.array(pairs).T
    return found[0], found[1]
