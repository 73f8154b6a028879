"""Outlines on the sky as rings of corners, which a map can draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from dfs.errors import UsageError

__all__ = ["Ring", "outline_rings"]

Ring = list[tuple[float, float]]

_CORNERS = 24  # of a circle


def outline_rings(texts: Sequence[str | None]) -> list[list[Ring] | None]:
    """Return the rings (RA, Dec in degrees) of each STC-S text; None where there is none, or only a point."""
    return [None if text is None else _rings(str(text)) for text in texts]


@lru_cache(maxsize=20_000)
def _rings(text: str) -> list[Ring] | None:
    from dfs.sky.regions import parse

    try:
        region = parse(text)
    except UsageError:  # a row with a text that is no outline is shown as a point
        return None
    rings = [ring for shape in getattr(region, "parts", (region,)) if (ring := _ring(shape))]
    return rings or None


def _ring(shape: object) -> Ring | None:
    from dfs.sky.regions import Circle, Polygon

    match shape:
        case Polygon(vertices=vertices):
            return [(round(ra, 6), round(dec, 6)) for ra, dec in vertices]
        case Circle(ra=ra, dec=dec, radius=radius):
            wide = max(math.cos(math.radians(dec)), 1e-3)
            turns = [2 * math.pi * i / _CORNERS for i in range(_CORNERS)]
            return [
                (ra + radius * math.cos(t) / wide, max(-90.0, min(90.0, dec + radius * math.sin(t)))) for t in turns
            ]
    return None
