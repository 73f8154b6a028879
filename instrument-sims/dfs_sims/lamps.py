"""The calibration lamps as electrons per second behind a slit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfs_sims.figures import curve, figures
from dfs_sims.geometry import SHAPE
from dfs_sims.spectrograph import SlitView, diffuse_electrons, fine_rows

__all__ = ["arc_electrons", "flat_electrons"]

Array = NDArray[np.float64]


def flat_electrons(view: SlitView) -> Array:
    """Return electrons per second on every pixel from the dome flat lamp."""
    lamp: dict[str, Any] = figures()["flat_lamp"]
    rate = curve(lamp["y_px"], lamp["rate_adu"], fine_rows().row) * _electrons_per_adu(view, lamp["exposure_s"])
    return diffuse_electrons(view, rate, np.array([]), np.array([]))


def arc_electrons(view: SlitView) -> Array:
    """Return electrons per second on every pixel from the helium and argon lamps."""
    lamp: dict[str, Any] = figures()["arc_lamp"]
    factor = _electrons_per_adu(view, lamp["exposure_s"])
    continuum = curve(lamp["continuum_y_px"], lamp["continuum_adu"], fine_rows().row) * factor
    table = np.array(lamp["lines"], dtype=float)
    # A line is as wide as the image of the slit through which its peak was measured.
    measured_width = SlitView("slit#1.2").width_px
    light = diffuse_electrons(view, continuum, table[:, 0], table[:, 1] * measured_width * factor)
    veil = curve(lamp["continuum_y_px"], lamp["veil_adu"], np.arange(SHAPE[0], dtype=float)) * factor
    return np.asarray(light + veil[:, np.newaxis])


def _electrons_per_adu(view: SlitView, exposure_s: float) -> float:
    """Return what turns ADU measured through slit 1.2 into electrons per second through the slit of `view`."""
    wider = view.width_px / SlitView("slit#1.2").width_px
    gain: float = figures()["detector"]["gain_e_per_adu"]
    return gain / exposure_s * wider
