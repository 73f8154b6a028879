"""Simulated instruments: from a scene to raw FITS frames with the observatory's keywords.

The recipes see nothing of a simulator but its frames.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dfs.progress import Progress
    from dfs_sims.truth import NightTruth

__all__ = ["efosc2_night"]


def efosc2_night(folder: str | os.PathLike[str], *, seed: int = 1, progress: Progress | None = None) -> NightTruth:
    """Draw one night of EFOSC2 into `folder` and return what is true of it.

    Five biases, five dome flats and an arc through slit 1.2, four sky flats, the standard EG21 through slit 5, two targets of two
    exposures each in Gr#3, and five dithered images in g. The truth is also written to ``truth.json`` beside the
    folder, where a reduction of the folder does not look.

    Parameters
    ----------
    folder
        Made when it is not there.
    seed
        The same seed gives the same files, byte for byte.
    progress
        Reported to once a frame; may be cancelled.

    Raises
    ------
    ServiceError
        The folder or a file cannot be written.
    """
    from dfs_sims.night import draw_night

    return draw_night(Path(folder).resolve(), seed=seed, progress=progress)
