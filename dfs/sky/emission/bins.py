"""Bins of wavelength about given centres."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import UsageError

__all__ = ["bin_edges", "in_bins"]

Array = NDArray[np.float64]


def bin_edges(wavelength_nm: ArrayLike) -> Array:
    """Return the edges half way between centres, the outer bins as wide as their neighbours; `UsageError` if not ascending."""
    centres = np.atleast_1d(np.asarray(wavelength_nm, dtype=np.float64))
    if centres.ndim != 1 or centres.size < 2 or not np.all(np.diff(centres) > 0):
        raise UsageError(
            "wavelengths must be at least two, in ascending order",
            where="wavelength_nm",
            hint="lines are averaged over the bins between them",
        )
    middle = 0.5 * (centres[1:] + centres[:-1])
    first, last = 2.0 * centres[0] - middle[0], 2.0 * centres[-1] - middle[-1]
    return np.concatenate([[first], middle, [last]])


def in_bins(places: Array, amounts: Array, edges: Array) -> Array:
    """Return `amounts` at `places` summed within the bins and divided by their widths."""
    bins = np.searchsorted(edges, places, side="right") - 1
    inside = (bins >= 0) & (bins < edges.size - 1)
    total = np.bincount(bins[inside], weights=amounts[inside], minlength=edges.size - 1)
    return np.asarray(total / np.diff(edges), dtype=np.float64)
