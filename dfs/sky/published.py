"""Published figures of the sky, read from small tables that name their source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfs.errors import NotFoundError

__all__ = ["Published", "published", "published_names"]

Array = NDArray[np.float64]
_FOLDER = "curves"


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A table of figures.

    Attributes
    ----------
    name
        Name used by `published`.
    columns
        Values by column; units are in the file, or in the name of the column.
    source, remark
        Where the numbers come from, and what to know of them.
    """

    name: str
    columns: Mapping[str, Array]
    source: str
    remark: str

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def at(self, column: str, wavelength_nm: ArrayLike, outside: float | None = None) -> Array:
        """Return `column` at wavelengths (nm), linear between rows; beyond them the last row holds, or `outside`."""
        nodes = self.columns["wavelength_nm"]
        wanted = np.asarray(wavelength_nm, dtype=np.float64)
        found = np.interp(wanted, nodes, self.columns[column], left=outside, right=outside)
        return np.asarray(found, dtype=np.float64)

    def grid(self, first: str, second: str, value: str) -> tuple[Array, Array, Array]:
        """Return a table of rows (first, second, value) as two axes and a matrix."""
        rows, columns = np.unique(self.columns[first]), np.unique(self.columns[second])
        return rows, columns, self.columns[value].reshape(len(rows), len(columns))


def published_names() -> tuple[str, ...]:
    """Return the tables there are."""
    folder = resources.files("dfs.sky").joinpath(_FOLDER)
    return tuple(sorted(one.name.removesuffix(".ecsv") for one in folder.iterdir() if one.name.endswith(".ecsv")))


@cache
def published(name: str) -> Published:
    """Return the table `name`; `NotFoundError` lists those there are."""
    known = published_names()
    if name not in known:
        raise NotFoundError(f"no table of the sky is called {name!r}", accepted=", ".join(known))
    text = resources.files("dfs.sky").joinpath(_FOLDER, f"{name}.ecsv").read_text(encoding="utf-8")
    lines = text.splitlines()
    rows = [line for line in lines if line and not line.startswith("#")]
    names = rows[0].split()
    values = np.array(" ".join(rows[1:]).split(), dtype=np.float64).reshape(-1, len(names))
    values.setflags(write=False)
    columns = {column: values[:, place] for place, column in enumerate(names)}
    return Published(name, columns, _meta(lines, "source"), _meta(lines, "remark"))


def _meta(lines: list[str], key: str) -> str:
    mark = f"#   {key}:"
    return next((line[len(mark) :].strip(" '\"") for line in lines if line.startswith(mark)), "")
