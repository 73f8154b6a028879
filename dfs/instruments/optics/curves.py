"""Curves of an instrument: small tables over wavelength that name their source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import DataError

__all__ = ["Curve", "read_curve"]

Array = NDArray[np.float64]
_SHORTEST_NM, _LONGEST_NM = 200.0, 2700.0
_MOST = {"dispersion_nm": 10.0, "fwhm_nm": 100.0, "resolution": 1e6}  # all others are fractions


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A figure over wavelength.

    Attributes
    ----------
    name
        Of the file, without its ending.
    quantity
        What the second column is: ``transmission``, ``efficiency``, ``qe``, ``reflectivity``, ``dispersion_nm`` ...
    wavelength_nm, value
        Shape (n,), wavelengths ascending, in the medium of the instrument.
    source, remark
        Where the numbers come from, and what to know of them.
    """

    name: str
    quantity: str
    wavelength_nm: Array
    value: Array
    source: str
    remark: str

    def at(self, wavelength_nm: ArrayLike, outside: float | None = None) -> Array:
        """Return the value at wavelengths (nm), linear between rows; beyond them the last row holds, or `outside`."""
        wanted = np.asarray(wavelength_nm, dtype=np.float64)
        found = np.interp(wanted, self.wavelength_nm, self.value, left=outside, right=outside)
        return np.asarray(found, dtype=np.float64)

    @property
    def assumed(self) -> str:
        """Return why the curve is assumed, or an empty text."""
        told = next((text for text in (self.source, self.remark) if "assumed" in text), "")
        return f"curve {self.name}: {told}" if told else ""


@cache
def read_curve(path: Path) -> Curve:
    """Return the curve in the ECSV file `path`.

    Raises
    ------
    DataError
        The file is missing or no table of two columns, it has no source, wavelengths do not ascend or lie beyond
        200-2700 nm, a fraction is not within 0 and 1.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        there = ", ".join(sorted(one.stem for one in path.parent.glob("*.ecsv")))
        raise DataError("the curve is missing", where=str(path), accepted=there or "no curves there") from None
    rows = [line for line in lines if line.strip() and not line.startswith("#")]
    names = rows[0].split() if rows else []
    try:
        values = np.array(" ".join(rows[1:]).split(), dtype=np.float64).reshape(-1, len(names))
    except ValueError:
        raise DataError(
            "not a table of numbers", where=str(path), accepted="columns wavelength_nm and a value"
        ) from None
    if len(names) != 2 or names[0] != "wavelength_nm" or len(values) < 2:
        raise DataError(f"columns {', '.join(names)}", where=str(path), accepted="columns wavelength_nm and a value")
    values.setflags(write=False)
    curve = Curve(path.stem, names[1], values[:, 0], values[:, 1], _meta(lines, "source"), _meta(lines, "remark"))
    _check(curve, path)
    return curve


def _check(curve: Curve, path: Path) -> None:
    most = _MOST.get(curve.quantity, 1.0)
    nodes, values = curve.wavelength_nm, curve.value
    if not curve.source:
        raise DataError("the curve has no source", where=str(path), accepted='# meta: {source: "..."}')
    if not (np.all(np.diff(nodes) > 0) and nodes[0] >= _SHORTEST_NM and nodes[-1] <= _LONGEST_NM):
        raise DataError(
            "wavelengths do not ascend", where=str(path), accepted="200 to 2700 nm, each row longer than the last"
        )
    if not np.all((values >= 0) & (values <= most)):
        raise DataError(f"a {curve.quantity} is not within 0 and {most:g}", where=str(path))


def _meta(lines: list[str], key: str) -> str:
    mark = f"#   {key}:"
    return next((line[len(mark) :].strip(" '\"") for line in lines if line.startswith(mark)), "")
