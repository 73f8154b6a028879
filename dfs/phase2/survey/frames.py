"""The tiling that suits an instrument: frames as large as its field of view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dfs.instruments.field_of_view import field_of_view
from dfs.phase2.survey.tilings import VISTA_TILE, Tiling

__all__ = ["tiling_for"]

_WHOLE_TILES = ("tile6", "tile3")  # VIRCAM's templates that take the pawprints themselves


def tiling_for(instrument: str, templates: Sequence[str] = (), *, overlap: float = 0.0) -> Tiling:
    """Return a tiling by frames of an instrument's field of view, as a block with `templates` (names) uses it.

    VIRCAM: by tiles of VISTA; where no template takes a tile's pawprints, each is a pointing of its own.

    Raises
    ------
    NotFoundError
        The instrument's field is not known.
    """
    if instrument.upper() == "VIRCAM":
        whole = not templates or any(kind in name for name in templates for kind in _WHOLE_TILES)
        return replace(VISTA_TILE, overlap=overlap, pawprints=not whole)
    shapes = field_of_view(instrument).shapes_for(templates)
    corners = np.array([corner for one in shapes for corner in one.corners()])
    width, height = corners.max(0) - corners.min(0)
    is_round = len(shapes) == 1 and shapes[0].kind == "circle"
    return Tiling(float(width), float(height), "hexagonal" if is_round else "square", overlap)
