"""At which instants of a run blocks may begin, for links between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dfs.model.phase2 import ObservationBlock, ObservingRun
from dfs.phase2.visibility.masks import masks
from dfs.phase2.visibility.places import places_of
from dfs.phase2.visibility.season import STEP_MINUTES, nights_of, season
from dfs.sky.ephemerides import altitude_of, mjd_of, pointing_of, site_of

__all__ = ["STEP_DAYS", "possible_starts"]

Array = NDArray[np.float64]

STEP_DAYS = STEP_MINUTES / 1440.0


def possible_starts(blocks: Sequence[ObservationBlock], run: ObservingRun) -> dict[int, Array]:
    """Return, by OB number, the instants (MJD, ascending, every ten minutes of the nights of `run`) at which each block may begin.

    A calibration block may begin in any dark hour; a block whose target cannot be read, never.
    """
    sky = season(site_of(run.telescope), nights_of(run))
    inside = (sky.mjd >= mjd_of(run.valid_from)) & (sky.mjd <= mjd_of(run.valid_to))
    found: dict[int, Array] = {}
    for block in blocks:
        if block.kind == "CB":
            found[block.ob_id] = sky.mjd[sky.dark & inside]
            continue
        places, wrong = places_of([block], sky.sky.mjd)
        if wrong[0] is not None:
            found[block.ob_id] = np.empty(0)
            continue
        told = masks([block], places, altitude_of(places, sky.sky), sky, pointing_of(run.telescope))
        found[block.ob_id] = sky.mjd[told.starts(0) & inside]
    return found
