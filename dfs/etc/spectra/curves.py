"""Published curves of this room: bands and templates, each a small table that names its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Curve", "curve", "curve_names", "meta"]

Array = NDArray[np.float64]

_META = "#   "


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Two columns and what is known of them.

    Attributes
    ----------
    wavelength_nm, value
        Shape (n,), read-only; vacuum.
    meta
        ``source``, ``remark`` and what else the file tells.
    """

    wavelength_nm: Array
    value: Array
    meta: Mapping[str, str]


@cache
def curve_names(folder: str) -> tuple[str, ...]:
    """Return the curves of a folder (``bands``, ``templates``)."""
    found = (one.name for one in _folder(folder).iterdir())
    return tuple(sorted(name.removesuffix(".ecsv") for name in found if name.endswith(".ecsv")))


@cache
def meta(folder: str, name: str) -> Mapping[str, str]:
    """Return what a file tells of itself, without its numbers."""
    found = {}
    with _folder(folder).joinpath(f"{name}.ecsv").open(encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                break
            key, mark, value = line.removeprefix(_META).partition(": ")
            if line.startswith(_META) and mark and key.isidentifier():
                found[key] = value.strip().strip("'\"")
    return found


@cache
def curve(folder: str, name: str) -> Curve:
    """Return a curve of a folder; the name must be one of `curve_names`."""
    text = _folder(folder).joinpath(f"{name}.ecsv").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line and not line.startswith("#")][1:]
    values = np.array(" ".join(rows).split(), dtype=np.float64).reshape(-1, 2)
    columns = np.ascontiguousarray(values.T)
    columns.setflags(write=False)
    return Curve(columns[0], columns[1], meta(folder, name))


def _folder(folder: str) -> Traversable:
    return resources.files("dfs.etc.spectra").joinpath("curves", folder)
