"""How much the brightness of the sky scatters from night to night: the scatter of its airglow, by kind."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dfs.etc.photons.sky import sky_conditions
from dfs.etc.request import Sky
from dfs.instruments.optics import LightPath
from dfs.sky.emission import sky_emission
from dfs.sky.published import Published, published

__all__ = ["airglow_width"]

Array = NDArray[np.float64]

_NODES = 65
_KINDS, _CONTINUUM = 6, 6


def airglow_width(light: LightPath, sky: Sky, wavelength_nm: Array) -> Array:
    """Return the standard deviation of the logarithm of the sky's brightness, shape (n,): the scatter of its airglow."""
    nodes, relative = _airglow_scatter(light, replace(sky, seeing_arcsec=None, image_quality_arcsec=None))
    scatter = np.interp(wavelength_nm, nodes, relative) if nodes.size > 1 else np.full(wavelength_nm.size, relative[0])
    return np.asarray(np.sqrt(np.log1p(scatter**2)), dtype=np.float64)


@lru_cache(maxsize=32)
def _airglow_scatter(light: LightPath, sky: Sky) -> tuple[Array, Array]:
    """Return nodes of wavelength, and the standard deviation of the sky over its mean there; one node for an image."""
    low, high = float(light.vacuum_nm[0]), float(light.vacuum_nm[-1])
    fine = np.linspace(low, high, 50 * _NODES)
    parts = sky_emission(fine, sky_conditions(sky, light)).components
    kinds = published("airglow_kinds")["scatter"]
    lines = published("airglow_lines")
    edges = np.linspace(low, high, _NODES + 1)
    counts = np.array([_binned(lines, kind, edges) for kind in range(1, _KINDS + 1)])
    bins = np.clip(np.searchsorted(edges, fine, side="right") - 1, 0, _NODES - 1)
    total = counts.sum(axis=0)
    of_lines = np.divide(kinds @ counts, total, out=np.full(_NODES, float(np.max(kinds))), where=total > 0)[bins]
    spread = of_lines * parts["airglow_lines"] + kinds[_CONTINUUM - 1] * parts["airglow_continuum"]
    bright = np.asarray(sum(parts.values()), dtype=np.float64)
    if light.kind == "image":
        weight = np.interp(fine, light.vacuum_nm, light.throughput)
        return np.array([light.wavelength_nm.mean()]), np.array([np.sum(spread * weight) / np.sum(bright * weight)])
    middle = np.bincount(bins, spread, _NODES) / np.bincount(bins, bright, _NODES)
    return 0.5 * (edges[1:] + edges[:-1]), middle


def _binned(lines: Published, kind: int, edges: Array) -> Array:
    of_kind = lines["kind"].astype(np.int64) == kind
    return np.asarray(np.histogram(lines["wavelength_nm"][of_kind], edges, weights=lines["flux"][of_kind])[0])
