"""What a chart is drawn on: anything that paints a piece of the sky as ink on paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dfs.errors import NotFoundError
from dfs.phase2.charts.tangent import Tangent

__all__ = ["Background", "Blank", "FirstOf", "Painted"]


@dataclass(frozen=True, slots=True)
class Painted:
    """A painted piece of sky.

    Attributes
    ----------
    ink
        From 0 (paper) to 1 (black), NaN where there is nothing known; rows from the top, north up, east to the left.
    origin
        What it is, for the chart: ``DSS2 red``.
    band
        Filter or wavelength; empty: not known.
    finer
        Paints a small part of it anew, larger; None: it is enlarged as it is.
    """

    ink: NDArray[np.float32]
    origin: str
    band: str = ""
    finer: Callable[[Tangent], Painted] | None = None


class Background(Protocol):
    """Paints the sky."""

    def paint(self, plane: Tangent) -> Painted:
        """Return the sky in `plane`; `NotFoundError` when there is nothing to show there."""
        ...


class Blank:
    """White paper: a chart with its annotations only."""

    def paint(self, plane: Tangent) -> Painted:
        """Return white paper."""
        return Painted(np.zeros((plane.pixels, plane.pixels), dtype=np.float32), "no image")


class FirstOf:
    """The first of several that has something to show.

    Parameters
    ----------
    backgrounds
        In the order in which they are asked.
    """

    def __init__(self, backgrounds: Sequence[Background]) -> None:
        self._backgrounds = tuple(backgrounds)

    def paint(self, plane: Tangent) -> Painted:
        """Return what the first of them shows; `NotFoundError` tells what each of them lacks."""
        missing = []
        for one in self._backgrounds:
            try:
                return one.paint(plane)
            except NotFoundError as error:
                missing.append(error.line())
        raise NotFoundError("there is no image of this place", hint="; ".join(missing))
