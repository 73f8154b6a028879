"""Extinction curves of the observatory's sites, read from small tables that name their source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import NotFoundError

__all__ = ["ExtinctionCurve", "extinction_curve", "sites"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ExtinctionCurve:
    """Atmospheric extinction without telluric lines.

    Attributes
    ----------
    site
        Name used by `extinction_curve`.
    wavelength_nm, extinction_mag
        Nodes, and magnitudes of one air mass there.
    source
        Where the numbers come from.
    """

    site: str
    wavelength_nm: Array
    extinction_mag: Array
    source: str

    @property
    def covered_nm(self) -> tuple[float, float]:
        """Return the first and last node (nm)."""
        return float(self.wavelength_nm[0]), float(self.wavelength_nm[-1])

    def magnitude(self, wavelength_nm: ArrayLike) -> Array:
        """Return the extinction (mag per air mass) by linear interpolation; outside `covered_nm` the outermost node holds."""
        wanted = np.asarray(wavelength_nm, dtype=np.float64)
        return np.asarray(np.interp(wanted, self.wavelength_nm, self.extinction_mag), dtype=np.float64)

    def transmission(self, wavelength_nm: ArrayLike, airmass: float) -> Array:
        """Return the fraction of light that passes `airmass` air masses, 10^(-0.4 k X)."""
        return np.asarray(10.0 ** (-0.4 * airmass * self.magnitude(wavelength_nm)), dtype=np.float64)


def sites() -> tuple[str, ...]:
    """Return the sites whose extinction is known, by the name that instruments use."""
    folder = resources.files("dfs.sky").joinpath("extinction")
    return tuple(sorted(one.name.removesuffix(".ecsv") for one in folder.iterdir() if one.name.endswith(".ecsv")))


@cache
def extinction_curve(site: str) -> ExtinctionCurve:
    """Return the extinction curve of `site` (``lasilla``, ``paranal``); `NotFoundError` lists those there are."""
    known = sites()
    if site not in known:
        raise NotFoundError(f"no extinction curve for site {site!r}", accepted=", ".join(known))
    text = resources.files("dfs.sky").joinpath("extinction", f"{site}.ecsv").read_text(encoding="utf-8")
    lines = text.splitlines()
    rows = [line for line in lines if line and not line.startswith("#")][1:]
    source = next(line.split("source:", 1)[1].strip(" '") for line in lines if "source:" in line)
    nodes = np.array([row.split() for row in rows], dtype=np.float64)
    return ExtinctionCurve(site, nodes[:, 0], nodes[:, 1], source)
