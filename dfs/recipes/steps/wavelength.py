"""The wavelength solution: wavelength as a function of the pixel along the dispersion and of the row along the slit.

Coordinates are those of oriented, trimmed, binned frames: `x` runs along the dispersion with wavelength increasing, `y` along
the slit; both count from 0 at the centre of the first pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import ArrayLike, NDArray

from dfs.errors import DataError
from dfs.model import Card, Column, HeaderValue, Table

__all__ = ["WavelengthSolution"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class WavelengthSolution:
    """A two-dimensional polynomial, wavelength(x, y), with the range it was fitted over.

    The polynomial is a sum of products of Legendre polynomials in x and y, each scaled to -1...1 over the detector:
    well conditioned, and the first coefficient is the mean wavelength.

    Attributes
    ----------
    coefficients
        Shape (degree in y + 1, degree in x + 1), nm.
    shape
        (ny, nx) of the oriented frame it belongs to.
    calibrated_nm
        Wavelengths of the outermost lines used; outside this the solution is extrapolated.
    calibrated_rows
        First and last row in which lines were measured.
    medium
        ``"air"`` or ``"vacuum"``: what the wavelengths are measured in.
    lines
        Number of lines used.
    rms_px, rms_loo_px
        Root mean square of the residuals of the lines in pixels, and the same with each line left out of the fit in turn.
    fwhm_px
        Median width of the lines.
    shift_px, shift_per_px
        Displacement of the frame against the arc that `shifted` has taken into account: at its centre, and its change per pixel.
    """

    coefficients: Array
    shape: tuple[int, int]
    calibrated_nm: tuple[float, float]
    calibrated_rows: tuple[float, float]
    medium: Literal["air", "vacuum"] = "air"
    lines: int = 0
    rms_px: float = 0.0
    rms_loo_px: float = 0.0
    fwhm_px: float = 0.0
    shift_px: float = 0.0
    shift_per_px: float = 0.0

    def wavelength_nm(self, x: ArrayLike, y: ArrayLike | None = None) -> Array:
        """Return the wavelength (nm) at pixel `x` of row `y` (None: the middle row); the two broadcast."""
        u, v = self._scaled(x, y)
        return np.asarray(legendre.legval2d(v, u, self.coefficients), dtype=np.float64)

    def dispersion_nm(self, x: ArrayLike, y: ArrayLike | None = None) -> Array:
        """Return the dispersion (nm per pixel) at pixel `x` of row `y` (None: the middle row)."""
        u, v = self._scaled(x, y)
        slope = legendre.legval2d(v, u, legendre.legder(self.coefficients, axis=1))
        return np.asarray(slope, dtype=np.float64) * (1.0 - self.shift_per_px) / self._half_width

    def pixel(self, wavelength_nm: ArrayLike, y: ArrayLike | None = None) -> Array:
        """Return the pixel `x` at which `wavelength_nm` falls in row `y` (None: the middle row); the two broadcast.

        Solved by Newton's method to 1e-9 px. Wavelengths more than a tenth of the detector beyond its ends give NaN.
        """
        wanted = np.asarray(wavelength_nm, dtype=np.float64)
        rows = np.asarray(self._middle_row if y is None else y, dtype=np.float64)
        wanted, rows = np.broadcast_arrays(wanted, rows)
        nx = self.shape[1]
        grid = np.linspace(-0.1 * nx, 1.1 * nx, 241)
        x = np.interp(wanted, self.wavelength_nm(grid), grid)
        flattest = 0.05 * float(
            np.mean(self.dispersion_nm([0, nx - 1]))
        )  # keeps a wild extrapolation from dividing by 0
        for _ in range(20):
            step = (wanted - self.wavelength_nm(x, rows)) / np.maximum(self.dispersion_nm(x, rows), flattest)
            x = np.clip(x + step, -0.2 * nx, 1.2 * nx)
            if np.all(np.abs(step) < 1e-10 * nx):
                break
        found: Array = np.where((x < -0.1 * nx) | (x > 1.1 * nx), np.nan, x)
        return found

    def wavelength_map(self) -> Array:
        """Return the wavelength (nm) of every pixel, shape (ny, nx)."""
        ny, nx = self.shape
        return self.wavelength_nm(np.arange(nx)[np.newaxis, :], np.arange(ny)[:, np.newaxis])

    def shifted(self, dx_px: float, per_px: float = 0.0) -> WavelengthSolution:
        """Return the solution of a frame whose features lie `dx_px` pixels higher in `x` than in the arc.

        Parameters
        ----------
        dx_px
            Displacement (px) at the centre of the detector; positive: a line at x in the arc is at x + dx_px in the frame.
        per_px
            Change of the displacement per pixel along x.
        """
        shift = self.shift_px + (1.0 - self.shift_per_px) * dx_px
        stretch = 1.0 - (1.0 - self.shift_per_px) * (1.0 - per_px)
        return replace(self, shift_px=shift, shift_per_px=stretch)

    @property
    def range_nm(self) -> tuple[float, float]:
        """Return the wavelengths at the outer edges of the first and last pixel of the middle row."""
        low, high = self.wavelength_nm([-0.5, self.shape[1] - 0.5])
        return float(low), float(high)

    @property
    def extrapolated_nm(self) -> tuple[tuple[float, float], ...]:
        """Return the parts of `range_nm` that lie outside `calibrated_nm`."""
        low, high = self.range_nm
        first, last = self.calibrated_nm
        parts = ((low, min(first, high)), (max(last, low), high))
        return tuple(part for part in parts if part[1] > part[0])

    def to_table(self) -> Table:
        """Return the solution as a table: one row per coefficient, the rest as cards."""
        degree_y, degree_x = np.indices(self.coefficients.shape)
        columns = (
            Column(
                "degree_y", degree_y.ravel().astype(np.int16), "", "degree of the Legendre polynomial along the slit"
            ),
            Column(
                "degree_x",
                degree_x.ravel().astype(np.int16),
                "",
                "degree of the Legendre polynomial along the dispersion",
            ),
            Column("coefficient", self.coefficients.ravel(), "nm", "coefficient of the product of the two"),
        )
        return Table(columns, self._cards())

    @classmethod
    def from_table(cls, table: Table, where: str = "") -> WavelengthSolution:
        """Return the solution kept in `table`; `DataError` names the card or column that is missing or wrong.

        Parameters
        ----------
        table
            As `to_table` made it.
        where
            Name of the file, for messages.
        """
        cards = {card.keyword: card.value for card in table.cards}
        try:
            return cls(
                coefficients=_matrix(table),
                shape=(int(_number(cards, "NY")), int(_number(cards, "NX"))),
                calibrated_nm=(_number(cards, "CAL MIN"), _number(cards, "CAL MAX")),
                calibrated_rows=(_number(cards, "ROW MIN"), _number(cards, "ROW MAX")),
                medium=cast('Literal["air", "vacuum"]', str(cards[_PREFIX + "MEDIUM"])),
                lines=int(_number(cards, "LINES")),
                rms_px=_number(cards, "RMS"),
                rms_loo_px=_number(cards, "RMSLOO"),
                fwhm_px=_number(cards, "FWHM"),
                shift_px=_number(cards, "SHIFT"),
                shift_per_px=_number(cards, "STRETCH"),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise DataError(
                f"not a wavelength solution: {error}",
                where=where,
                accepted="a WAVE_SOLUTION made by the recipe arc",
                hint="make it again from the arc frame",
            ) from error

    @property
    def _half_width(self) -> float:
        return 0.5 * (self.shape[1] - 1)

    @property
    def _middle_row(self) -> float:
        return 0.5 * (self.shape[0] - 1)

    def _scaled(self, x: ArrayLike, y: ArrayLike | None) -> tuple[Array, Array]:
        """Return x and y scaled to -1...1, x as the arc would have it."""
        row = np.asarray(self._middle_row if y is None else y, dtype=np.float64)
        u = (1.0 - self.shift_per_px) * (np.asarray(x, dtype=np.float64) - self._half_width) - self.shift_px
        u, v = np.broadcast_arrays(u / self._half_width, (row - self._middle_row) / max(self._middle_row, 1.0))
        return u, v

    def _cards(self) -> tuple[Card, ...]:
        ny, nx = self.shape
        values: Sequence[tuple[str, HeaderValue, str]] = (
            ("NX", nx, "[px] pixels along the dispersion"),
            ("NY", ny, "[px] pixels along the slit"),
            ("MEDIUM", self.medium, "wavelengths are measured in"),
            ("CAL MIN", self.calibrated_nm[0], "[nm] shortest line used"),
            ("CAL MAX", self.calibrated_nm[1], "[nm] longest line used"),
            ("ROW MIN", self.calibrated_rows[0], "[px] first row with lines, from 0"),
            ("ROW MAX", self.calibrated_rows[1], "[px] last row with lines, from 0"),
            ("LINES", self.lines, "lines used"),
            ("RMS", self.rms_px, "[px] rms of the residuals"),
            ("RMSLOO", self.rms_loo_px, "[px] rms with each line left out"),
            ("FWHM", self.fwhm_px, "[px] median width of the lines"),
            ("SHIFT", self.shift_px, "[px] displacement against the arc"),
            ("STRETCH", self.shift_per_px, "change of the displacement per px"),
        )
        return tuple(Card(_PREFIX + name, value, comment) for name, value, comment in values)


_PREFIX = "ESO DRS WAVE "


def _number(cards: dict[str, HeaderValue], name: str) -> float:
    value = cards[_PREFIX + name]
    if value is None or isinstance(value, bool | str):
        raise ValueError(f"card {_PREFIX}{name} = {value!r} is not a number")
    return float(value)


def _matrix(table: Table) -> Array:
    """Return the coefficients of `table` as a matrix (degree in y, degree in x)."""
    rows, columns = table["degree_y"].astype(int), table["degree_x"].astype(int)
    values = table["coefficient"].astype(np.float64)
    if len(values) == 0 or not np.all(np.isfinite(values)):
        raise ValueError("its coefficients are missing or not numbers")
    matrix = np.zeros((rows.max() + 1, columns.max() + 1))
    matrix[rows, columns] = values
    return matrix
