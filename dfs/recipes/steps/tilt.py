"""How lines run along the slit: lit rows, traces, and the map that makes lines straight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import ArrayLike, NDArray

from dfs.model import Image
from dfs.recipes.steps.line_profile import LineProfile, fit_lines, windows
from dfs.recipes.steps.straighten import RowMean, clipped_mean, mean_of_rows, resampled_rows

__all__ = ["LineTraces", "SlitGeometry", "fit_geometry", "lit_rows", "straighten", "trace_lines"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]

_LARGEST_STEP = 1.0  # px: a line moves less than this from one bin of rows to the next


@dataclass(frozen=True, slots=True, eq=False)
class LineTraces:
    """Positions of lines in bins of rows.

    Attributes
    ----------
    rows
        Middle row of each bin, shape (bins,).
    x, x_error
        Position and its standard error (px), shape (lines, bins); NaN where it was not measured.
    """

    rows: Array
    x: Array
    x_error: Array


@dataclass(frozen=True, slots=True, eq=False)
class SlitGeometry:
    """Displacement of lines along the slit: x - x(reference row) as a polynomial of the row and of the position.

    The polynomial is a sum of c[i, j] v^(i+1) L_j(u) with v = (row - reference) / half height and L_j the Legendre polynomials of
    u = x scaled to -1...1: it vanishes in the reference row.

    Attributes
    ----------
    coefficients
        c, shape (degree along the slit, degree along the dispersion + 1), px.
    reference_row
        The row in which displacements are 0.
    shape
        (ny, nx) of the oriented frame.
    rms_px
        Root mean square of the residuals of the traces that were fitted.
    """

    coefficients: Array
    reference_row: float
    shape: tuple[int, int]
    rms_px: float = 0.0

    def displacement(self, x: ArrayLike, row: ArrayLike) -> Array:
        """Return how far (px) a line that is at `x` in the reference row lies from there in `row`; the two broadcast."""
        basis = _basis(np.asarray(x, dtype=np.float64), np.asarray(row, dtype=np.float64), self)
        return np.asarray(np.einsum("...ij,ij->...", basis, self.coefficients), dtype=np.float64)

    def tilt_px(self, rows: tuple[float, float], x: float) -> float:
        """Return the displacement (px) between the ends of the slit at `x`: last row of `rows` minus first."""
        ends = self.displacement(x, np.array(rows))
        return float(ends[1] - ends[0])

    def sagitta_px(self, rows: tuple[float, float], x: float) -> float:
        """Return the bow of the slit at `x`: displacement in the middle of `rows` minus the mean of that at its ends."""
        middle = 0.5 * (rows[0] + rows[1])
        low, centre, high = self.displacement(x, np.array([rows[0], middle, rows[1]]))
        return float(centre - 0.5 * (low + high))


def _basis(x: Array, row: Array, geometry: SlitGeometry) -> Array:
    ny, nx = geometry.shape
    degree_y, degree_x = geometry.coefficients.shape
    v = (row - geometry.reference_row) / (0.5 * ny)
    along = np.stack([v ** (power + 1) for power in range(degree_y)], axis=-1)
    across = legendre.legvander(x / (0.5 * (nx - 1)) - 1.0, degree_x - 1)
    return np.asarray(along[..., :, np.newaxis] * across[..., np.newaxis, :], dtype=np.float64)


def lit_rows(image: Image) -> tuple[int, int] | None:
    """Return the half-open range of rows that the slit lights, or None where nothing is lit.

    A row is lit where its lines (99th percentile minus median) are at least 0.3 of the typical lit row's; the range runs from the
    first to the last such row, ends trimmed by two rows.
    """
    data = np.where(image.good(), image.data, np.nan)
    full = np.mean(np.isfinite(data), axis=1) > 0.5
    strength = np.zeros(data.shape[0])
    if not full.any():
        return None
    high, middle = np.nanpercentile(data[full], [99.0, 50.0], axis=1)
    strength[full] = high - middle
    typical = float(np.percentile(strength, 75.0))
    lit = np.flatnonzero(strength > 0.3 * typical)
    if typical <= 0 or len(lit) < 0.1 * data.shape[0]:
        return None
    return int(lit[0]) + 2, int(lit[-1]) - 1


def trace_lines(
    image: Image, start: Array, profile: LineProfile, rows: tuple[int, int], *, first_row: float, height: int = 16
) -> LineTraces:
    """Follow lines along the slit, from `first_row` outwards, in bins of `height` rows.

    Parameters
    ----------
    image
        Oriented arc.
    start
        Positions (px) of the lines in `first_row`.
    profile
        Their shape.
    rows
        Half-open range of lit rows.
    height
        Rows averaged in a bin.
    """
    edges = np.arange(rows[0], rows[1] - height + 1, height)
    middle = np.asarray(edges + 0.5 * (height - 1), dtype=np.float64)
    x = np.full((len(start), len(edges)), np.nan)
    error = np.full_like(x, np.nan)
    home = int(np.argmin(np.abs(middle - first_row)))
    for order in (range(home, len(edges)), range(home, -1, -1)):
        position = start.astype(np.float64).copy()
        if home in order and np.isfinite(x[:, home]).any():
            position = np.where(np.isfinite(x[:, home]), x[:, home], position)
        for number in order:
            found, found_error = _measure_bin(
                image, (int(edges[number]), int(edges[number]) + height), position, profile
            )
            near = np.abs(found - position) < _LARGEST_STEP
            x[:, number], error[:, number] = np.where(near, found, np.nan), np.where(near, found_error, np.nan)
            position = np.where(near, found, position)
    return LineTraces(middle, x, error)


def _measure_bin(image: Image, rows: tuple[int, int], position: Array, profile: LineProfile) -> tuple[Array, Array]:
    spectrum, variance, saturated = mean_of_rows(image, rows)
    half = max(4, int(np.ceil(1.1 * profile.fwhm + 2)))
    data, index = windows(spectrum, position, half)
    spread, _ = windows(variance, position, half)
    fits = fit_lines(data, spread, index, position, profile)
    touched = saturated[np.clip(index, 0, len(spectrum) - 1)].any(axis=1)
    return np.where(touched, np.nan, fits.x), fits.x_error


def fit_geometry(
    traces: LineTraces,
    reference: Array,
    shape: tuple[int, int],
    reference_row: float,
    *,
    degree: int = 3,
    kappa: float = 4.0,
) -> SlitGeometry:
    """Fit the displacement of traced lines along the slit.

    Parameters
    ----------
    traces
        Positions of lines in bins of rows.
    reference
        Positions of the same lines (px) in `reference_row`; each is improved by a free constant.
    shape
        (ny, nx) of the oriented frame.
    degree
        Of the polynomial along the slit; along the dispersion it is 2 with at least 6 lines, else 1 with 3, else 0.
    kappa
        Points further than this many robust standard deviations from the fit are left out.
    """
    lines = len(reference)
    across = 2 if lines >= 6 else (1 if lines >= 3 else 0)
    empty = SlitGeometry(np.zeros((degree, across + 1)), reference_row, shape)
    basis = _basis(reference[:, np.newaxis], np.broadcast_to(traces.rows, traces.x.shape), empty)
    own = np.broadcast_to(np.eye(lines)[:, np.newaxis, :], (*traces.x.shape, lines))
    matrix = np.concatenate([basis.reshape(*traces.x.shape, -1), own], axis=-1)
    value = traces.x - reference[:, np.newaxis]
    usable = np.isfinite(value) & np.isfinite(traces.x_error)
    weight = 1.0 / np.hypot(np.where(usable, traces.x_error, 1.0), 0.02)  # 0.02 px: pixel phase and flat-field errors
    found: Array = np.zeros(matrix.shape[-1])
    rms = 0.0
    for _ in range(8):
        w = weight[usable]
        solved = np.linalg.lstsq(matrix[usable] * w[:, np.newaxis], value[usable] * w, rcond=None)[0]
        found = np.asarray(solved, dtype=np.float64)
        residual = value - matrix @ found
        rms = float(np.sqrt(np.mean(residual[usable] ** 2)))
        scatter = 1.4826 * float(np.median(np.abs(residual[usable] * w)))
        keep = np.isfinite(value) & (np.abs(np.nan_to_num(residual)) * weight < kappa * max(scatter, 1.0))
        if np.array_equal(keep, usable):
            break
        usable = keep
    coefficients = found[: degree * (across + 1)].reshape(degree, across + 1)
    return SlitGeometry(coefficients, reference_row, shape, rms)


def straighten(image: Image, geometry: SlitGeometry, rows: tuple[int, int]) -> RowMean:
    """Return the clipped mean of `rows`, each moved to where its lines have in the reference row; variance; saturation."""
    grid = np.arange(image.shape[1], dtype=np.float64)
    numbers = np.arange(*rows)
    source = grid + geometry.displacement(grid[np.newaxis, :], numbers[:, np.newaxis].astype(np.float64))
    values, spread, saturated = resampled_rows(image, numbers, source)
    mean, variance = clipped_mean(values, spread)
    return mean, variance, np.asarray(saturated.any(axis=0), dtype=np.bool_)
