"""The imaged field: stars and galaxies with known positions and magnitudes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs_sims.camera import Source

__all__ = ["draw_field", "draw_stars"]

Array = NDArray[np.float64]


def draw_field(figures: Any, random: np.random.Generator) -> tuple[Source, ...]:
    """Return stars and galaxies around the field's centre, brightest first among each kind.

    Parameters
    ----------
    figures
        Centre, size and numbers: ``[field]`` of ``data/targets.toml``.
    random
        Source of places and magnitudes.
    """
    stars = draw_stars(
        (figures["ra_deg"], figures["dec_deg"]),
        figures["half_width_arcmin"],
        _magnitudes(figures, figures["stars"], figures["brightest_g_ab"], random),
        random,
        "star",
    )
    # The brightest galaxies are some two magnitudes fainter than the brightest stars of so small a field (assumed).
    magnitudes = _magnitudes(figures, figures["galaxies"], figures["brightest_g_ab"] + 2.5, random)
    places = draw_stars(
        (figures["ra_deg"], figures["dec_deg"]), figures["half_width_arcmin"], magnitudes, random, "galaxy"
    )
    low, high = figures["galaxy_size_arcsec"]
    sizes, ratios = random.uniform(low, high, len(places)), random.uniform(0.4, 1.0, len(places))
    angles = random.uniform(0.0, 180.0, len(places))
    galaxies = tuple(
        Source(one.name, one.ra_deg, one.dec_deg, one.g_ab, float(size), float(ratio), float(angle))
        for one, size, ratio, angle in zip(places, sizes, ratios, angles, strict=True)
    )
    return (*stars, *galaxies)


def draw_stars(
    centre: tuple[float, float], half_width_arcmin: float, magnitudes: Array, random: np.random.Generator, name: str
) -> tuple[Source, ...]:
    """Return point sources of `magnitudes`, evenly spread over a square around `centre` (deg)."""
    east, north = random.uniform(-half_width_arcmin, half_width_arcmin, (2, len(magnitudes))) / 60.0
    ra = centre[0] + east / math.cos(math.radians(centre[1]))
    return tuple(
        Source(f"{name}-{number:03d}", float(a), float(d), float(m))
        for number, (a, d, m) in enumerate(zip(ra, centre[1] + north, magnitudes, strict=True), start=1)
    )


def _magnitudes(figures: Any, count: int, brightest: float, random: np.random.Generator) -> Array:
    """Return magnitudes whose counts grow as 10^(slope m), sorted."""
    slope, faintest = figures["slope_per_mag"], figures["faintest_g_ab"]
    low, high = 10.0 ** (slope * brightest), 10.0 ** (slope * faintest)
    return np.sort(np.log10(random.uniform(low, high, count)) / slope)
