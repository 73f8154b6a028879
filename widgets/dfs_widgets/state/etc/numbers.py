"""The numbers of plots as one row of bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Numbers"]

Array = NDArray[np.float64]


@dataclass
class Numbers:
    """Rows of numbers one after the other; each row is kept once."""

    rows: list[Array] = field(default_factory=list)
    length: int = 0
    _places: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, values: Array) -> tuple[int, int]:
        """Keep a row and return where it begins and how long it is."""
        known = self._places.get(id(values))
        if known is not None:
            return known
        place = (self.length, int(values.size))
        self.rows.append(values)
        self.length += int(values.size)
        self._places[id(values)] = place
        return place

    def bytes(self) -> bytes:
        """Return all rows as 32-bit floats."""
        return (
            np.concatenate([np.asarray(row, dtype="<f4").ravel() for row in self.rows]).tobytes() if self.rows else b""
        )
