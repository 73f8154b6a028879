"""Cosmic rays: straight tracks of charge, most of them short."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs_sims.figures import figures
from dfs_sims.geometry import SHAPE

__all__ = ["cosmic_electrons"]

Array = NDArray[np.float64]

_THICKNESS_PX = 0.7  # sensitive layer in binned pixels: a thinned chip of about 20 micrometres
_LONGEST_PX = 60.0


def cosmic_electrons(seconds: float, random: np.random.Generator) -> Array:
    """Return the charge that cosmic rays leave in `seconds`, electrons per pixel.

    Directions follow the cos^2 law of the zenith angle; the charge is drawn log-normally, as the events of a real exposure show.
    """
    detector: dict[str, Any] = figures()["detector"]
    area_cm2 = SHAPE[0] * SHAPE[1] * detector["pixel_cm"] ** 2
    count = int(random.poisson(detector["cosmics_per_min_cm2"] * area_cm2 * seconds / 60.0))
    image = np.zeros(SHAPE)
    if count == 0:
        return image
    x, y = random.uniform(0, SHAPE[1], count), random.uniform(0, SHAPE[0], count)
    azimuth = random.uniform(0.0, 2.0 * np.pi, count)
    # Through a flat detector the rate goes as cos^3: the inverse of its integral gives the zenith angle.
    cosine = random.uniform(0.0, 1.0, count) ** 0.25
    length = np.minimum(_THICKNESS_PX * np.sqrt(1.0 / np.maximum(cosine, 1e-3) ** 2 - 1.0), _LONGEST_PX)
    charge = detector["cosmic_median_e"] * 10.0 ** random.normal(0.0, detector["cosmic_scatter_dex"], count)
    steps = np.ceil(4.0 * length).astype(int) + 8
    along = np.concatenate([np.linspace(-0.5, 0.5, number) for number in steps])
    track = np.repeat(np.arange(count), steps)
    spread = random.normal(0.0, 0.3, (2, len(track)))  # diffusion of the charge, pixels
    column = np.floor(x[track] + along * length[track] * np.cos(azimuth[track]) + spread[0]).astype(int)
    row = np.floor(y[track] + along * length[track] * np.sin(azimuth[track]) + spread[1]).astype(int)
    inside = (column >= 0) & (column < SHAPE[1]) & (row >= 0) & (row < SHAPE[0])
    np.add.at(image, (row[inside], column[inside]), (charge[track] / steps[track])[inside])
    return image
