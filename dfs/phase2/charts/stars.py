"""A catalogue of stars as background: each star a disc, the brighter the larger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import DataError, NotFoundError
from dfs.phase2.charts.backgrounds import Painted
from dfs.phase2.charts.tangent import Tangent

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["StarCatalogue"]

Array = NDArray[np.float64]
_RA = ("ra", "ra_icrs", "raj2000", "_raj2000", "ra_deg", "alpha")
_DEC = ("dec", "de_icrs", "dej2000", "_dej2000", "dec_deg", "delta")
_MAG = ("phot_g_mean_mag", "gmag", "mag", "vmag", "g", "v", "r", "hpmag", "rmag", "kmag", "ksmag")
_LARGEST, _SMALLEST = 0.0105, 0.0011  # radius of a disc, as a part of the chart's side
_NO_MAG = 99.0
_RANGE = 9.0  # magnitudes over which discs shrink


class StarCatalogue:
    """Stars, by position and magnitude.

    Parameters
    ----------
    ra_deg, dec_deg
        ICRS.
    mag
        Magnitudes; NaN is drawn as the faintest.
    origin, band
        What the chart calls them.
    """

    def __init__(
        self, ra_deg: ArrayLike, dec_deg: ArrayLike, mag: ArrayLike, origin: str = "catalogue", band: str = ""
    ) -> None:
        self._ra, self._dec = np.asarray(ra_deg, float).ravel(), np.asarray(dec_deg, float).ravel()
        self._mag = np.asarray(mag, float).ravel()
        self._origin = origin
        self._band = band

    @classmethod
    def of_table(cls, table: Table, origin: str = "catalogue") -> StarCatalogue:
        """Return the stars of a table; its columns are found by the names they usually have (``ra``, ``RAJ2000``, ``Gmag`` ...).

        Raises
        ------
        DataError
            A column is missing.
        """
        ra, dec, mag = (_column(table, names, what) for names, what in ((_RA, "ra"), (_DEC, "dec"), (_MAG, "mag")))
        return cls(_degrees(table[ra], 15.0), _degrees(table[dec], 1.0), _plain(table[mag]), origin, str(mag))

    @classmethod
    def read(cls, file: Path | str) -> StarCatalogue:
        """Return the stars of a file: CSV, ECSV, FITS, VOTable; `DataError` when it cannot be read."""
        from astropy.table import Table

        kinds = {".csv": "ascii.csv", ".ecsv": "ascii.ecsv", ".xml": "votable", ".vot": "votable"}
        path = Path(file)
        try:
            table = Table.read(path, format=kinds.get(path.suffix.lower()))
        except Exception as error:  # astropy's readers raise what they like
            raise DataError(f"the catalogue cannot be read: {error}", where=str(path)) from error
        return cls.of_table(table, path.stem)

    def paint(self, plane: Tangent) -> Painted:
        """Return the stars as discs; `NotFoundError` when none lies in the chart."""
        _, _, mag = self._inside(plane)
        if not mag.size:
            raise NotFoundError(f"{self._origin} has no star around {plane.ra_deg:.5f} {plane.dec_deg:+.5f}")
        brightest = float(mag[mag < _NO_MAG].min(initial=_NO_MAG))
        return self._painted(plane, min(brightest, _NO_MAG - 1), plane.pixels)

    def _painted(self, plane: Tangent, brightest: float, side: int) -> Painted:
        """Return the stars of `plane` in the sizes that they have on a chart of `side` pixels."""
        x, y, mag = self._inside(plane)
        faintness = np.clip((mag - brightest) / _RANGE, 0.0, 1.0)
        radii = side * (_LARGEST - (_LARGEST - _SMALLEST) * faintness**0.7)
        ink = np.zeros((plane.pixels, plane.pixels), dtype=np.float32)
        for star in np.argsort(radii):
            _disc(ink, float(x[star]), float(y[star]), float(radii[star]))
        return Painted(ink, self._origin, self._band, lambda part: self._painted(part, brightest, side))

    def _inside(self, plane: Tangent) -> tuple[Array, Array, Array]:
        """Return place and magnitude of the stars on the chart."""
        x, y = plane.pixel(self._ra, self._dec)
        inside = (x > -20) & (x < plane.pixels + 20) & (y > -20) & (y < plane.pixels + 20)
        mag = self._mag[inside]
        return x[inside], y[inside], np.where(np.isfinite(mag), mag, _NO_MAG)


def _disc(ink: NDArray[np.float32], x: float, y: float, radius: float) -> None:
    """Draw a disc with a soft edge of a pixel, and a thin white ring where it lies on another."""
    reach = int(radius) + 3
    left, top = max(0, int(x) - reach), max(0, int(y) - reach)
    piece = ink[top : int(y) + reach + 1, left : int(x) + reach + 1]
    if not piece.size:
        return
    rows, columns = np.ogrid[top : top + piece.shape[0], left : left + piece.shape[1]]
    away = np.hypot(columns + 0.5 - x, rows + 0.5 - y)
    piece *= np.clip(np.abs(away - radius - 1.0), 0.25, 1.0)
    np.maximum(piece, np.clip(radius + 0.5 - away, 0.0, 1.0), out=piece)


def _column(table: Any, names: tuple[str, ...], what: str) -> str:
    known = {name.lower(): name for name in table.colnames}
    for name in names:
        if name in known:
            return str(known[name])
    raise DataError(f"the catalogue has no column {what}", accepted=", ".join(names), hint="name the columns so")


def _plain(column: Any) -> Array:
    return np.ma.filled(np.ma.asarray(getattr(column, "value", column), dtype=float), np.nan)


def _degrees(column: Any, per_hour: float) -> Array:
    """Return a coordinate in degrees: as it is, converted by its unit, or read from text (hours for right ascension)."""
    if column.dtype.kind in "US":
        from dfs.model.sexagesimal import dec_deg, ra_deg

        return np.array([(ra_deg if per_hour > 1 else dec_deg)(str(one)) for one in column])
    values = _plain(column)
    unit = str(getattr(column, "unit", None) or "deg")
    return values * {"deg": 1.0, "rad": 180 / np.pi, "hourangle": 15.0, "h": 15.0}.get(unit, 1.0)
