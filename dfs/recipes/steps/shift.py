"""The displacement of a frame against its wavelength solution: line by line, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dfs.model import Card
from dfs.recipes.steps.wavelength import WavelengthSolution

__all__ = ["LineShift", "Shift", "combine"]

Array = NDArray[np.float64]

_SLOPE_SIGNIFICANCE = 4.0  # a change along the dispersion must be this sure before it is believed


@dataclass(frozen=True, slots=True)
class LineShift:
    """The displacement of one line: wavelength, position expected and displacement found (px), error, whether it was used."""

    name: str
    wavelength_nm: float
    expected_px: float
    shift_px: float
    error_px: float
    used: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """The displacement of a frame against its wavelength solution.

    Attributes
    ----------
    px, error_px
        Displacement at the centre of the detector, positive towards longer wavelengths, and its standard error.
    per_px
        Its change per pixel along the dispersion; 0 unless four lines or more show one of four standard errors.
    lines
        The lines looked at.
    method
        What was measured, in words.
    """

    px: float
    error_px: float
    per_px: float
    lines: tuple[LineShift, ...]
    method: str

    def apply(self, solution: WavelengthSolution) -> WavelengthSolution:
        """Return `solution` for the displaced frame."""
        return solution.shifted(self.px, self.per_px)

    @property
    def used(self) -> tuple[LineShift, ...]:
        """Return the lines used."""
        return tuple(line for line in self.lines if line.used)

    def cards(self, prefix: str) -> tuple[Card, ...]:
        """Return header cards that record it, as in ``ESO DRS WAVE SKY SHIFT`` for `prefix` ``SKY``."""
        names = ", ".join(f"{line.name} {line.wavelength_nm:.2f}" for line in self.used)
        start = f"ESO DRS WAVE {prefix} "
        return (
            Card(start + "SHIFT", round(self.px, 4), "[px] displacement against the arc"),
            Card(start + "ERROR", round(self.error_px, 4), "[px] its standard error"),
            Card(start + "STRETCH", round(self.per_px, 8), "its change per px"),
            Card(start + "NLINES", len(self.used), "lines used"),
            Card(start + "LINES", names[:40], "lines used"),
        )


def combine(found: Sequence[LineShift], solution: WavelengthSolution, method: str, *, least: int = 1) -> Shift | None:
    """Return the weighted mean over the lines used, outliers left out, with a slope only where the lines demand it."""
    lines = _without_outliers(found)
    used = [line for line in lines if line.used]
    if len(used) < least:
        return None
    shift = np.array([line.shift_px for line in used])
    weight = 1.0 / np.array([line.error_px for line in used]) ** 2
    mean = float(np.sum(weight * shift) / np.sum(weight))
    error = float(np.sqrt(1.0 / np.sum(weight)))
    reduced = float(np.sum(weight * (shift - mean) ** 2)) / max(1, len(used) - 1)
    error *= max(1.0, float(np.sqrt(reduced)))
    # displaced features are at expected + shift: that is where the slope is a function of
    x = np.array([line.expected_px + line.shift_px for line in used]) - 0.5 * (solution.shape[1] - 1)
    sloped = _slope(x, shift, weight) if len(used) >= 4 and np.ptp(x) > 0.25 * solution.shape[1] else None
    if sloped is not None:
        mean, error, slope = sloped
        return Shift(mean, error, slope, tuple(lines), f"{method}; linear along the dispersion")
    return Shift(mean, error, 0.0, tuple(lines), f"{method}; weighted mean")


def _without_outliers(found: Sequence[LineShift]) -> list[LineShift]:
    """Mark lines unused that lie more than 4 errors (and 0.5 px) from the others.

    The others are described by their weighted median (of two lines, the better one is it), or, with five lines or more, by the
    straight line of median slope when more lines lie near that.
    """
    used = [line for line in found if line.used]
    if not used:
        return list(found)
    shift, error = np.array([line.shift_px for line in used]), np.array([line.error_px for line in used])
    near = _near(shift, error)
    if len(used) >= 5:
        x = np.array([line.expected_px for line in used])
        one, other = np.triu_indices(len(used), 1)
        slope = float(np.median((shift[other] - shift[one]) / (x[other] - x[one])))
        tilted = _near(shift - slope * x, error)
        near = tilted if tilted.sum() > near.sum() else near
    kept = {id(line) for line, good in zip(used, near, strict=True) if good}
    return [replace(line, used=line.used and id(line) in kept) for line in found]


def _near(shift: Array, error: Array) -> NDArray[np.bool_]:
    order = np.argsort(shift)
    weight = np.cumsum(1.0 / error[order] ** 2)
    middle = shift[order[int(np.searchsorted(weight, 0.5 * weight[-1]))]]
    return np.asarray(np.abs(shift - middle) <= np.maximum(0.5, 4.0 * error), dtype=np.bool_)


def _slope(x: Array, shift: Array, weight: Array) -> tuple[float, float, float] | None:
    """Return (shift at x = 0, its error, slope) of a weighted straight line, or None where the slope is not sure."""
    matrix = np.column_stack([np.ones_like(x), x])
    normal = matrix.T @ (matrix * weight[:, np.newaxis])
    covariance = np.linalg.inv(normal)
    level, slope = covariance @ (matrix.T @ (weight * shift))
    residual = shift - level - slope * x
    reduced = max(1.0, float(np.sum(weight * residual**2)) / (len(x) - 2))
    if abs(slope) < _SLOPE_SIGNIFICANCE * float(np.sqrt(reduced * covariance[1, 1])):
        return None
    return float(level), float(np.sqrt(reduced * covariance[0, 0])), float(slope)
