"""The true figures of a simulated instrument, read from its data file; the recipes never see them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

__all__ = ["DATA", "curve", "figures"]

DATA = Path(__file__).parent / "data"


@cache
def figures() -> Mapping[str, Any]:
    """Return the true figures of EFOSC2 as ``data/efosc2.toml`` gives them, section by section."""
    return tomllib.loads((DATA / "efosc2.toml").read_text(encoding="utf-8"))


def curve(x: Sequence[float], y: Sequence[float], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the smooth curve through (`x`, `y`) at `at`: monotone cubic pieces, constant outside the nodes."""
    nodes = np.asarray(x, dtype=np.float64)
    inside = np.clip(at, nodes[0], nodes[-1])
    smooth: NDArray[np.float64] = PchipInterpolator(nodes, np.asarray(y, dtype=np.float64))(inside)
    return smooth
