"""Many cases at once: every combination of seeing, air mass, Moon, exposure, magnitude, slit and binning.

What is slow is done once for each value it depends on: the sky for each air mass and Moon, the target's light for each air mass, image
and slit for each seeing on 65 nodes of wavelength. A case is then three looks into tables and one pass over its pixels in float32:
against `calculate`, in float64, right to 2e-6 with the apertures of ESO; as reduced, where the rows of noise that the weights count come
from polynomials, to 5e-5 in 0.8 arcsec and to 4e-4 in 0.4 arcsec on binned pixels (FORS2 300V, 16 to 26 mag). The signal-to-noise at the
wavelength of interest is not looked up: it is that of `calculate`.
An infrared DIT that is left open is, for each exposure time, that of the first case.
Cases come in blocks, so that a million of them need no more memory than one block and the tables.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dfs.errors import UsageError
from dfs.etc.grids.axes import AXES, shown, unit_of, values_of, with_values
from dfs.etc.request import Request

if TYPE_CHECKING:
    from astropy.table import QTable

    from dfs.etc.grids.blocks import Block

__all__ = ["Grid", "grid"]

Array = NDArray[np.float64]

_INSTRUMENT = ("binning", "slit")
BLOCK = 2048
_TABLE_MOST = 5_000_000
_THREADS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Grid:
    """All combinations of the values of some axes about a request; iterate over it for blocks.

    Attributes
    ----------
    request
        What all cases share.
    axes
        Axis -> its values, in the order in which they change, the last the fastest.
    with_spectra
        Whether blocks hold the signal-to-noise at every wavelength.
    block
        Most cases in a block.
    """

    request: Request
    axes: Mapping[str, tuple[Any, ...]]
    with_spectra: bool = False
    block: int = BLOCK

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of values on each axis."""
        return tuple(len(values) for values in self.axes.values())

    def __len__(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    def __iter__(self) -> Iterator[Block]:
        from dfs.etc.grids.blocks import blocks_of

        first = 0
        slow = [name for name in self.axes if name in _INSTRUMENT]
        rest = {name: found for name, found in self.axes.items() if name not in slow}
        with ThreadPoolExecutor(_THREADS) as threads:
            for values in product(*(self.axes[name] for name in slow)):
                fixed = dict(zip(slow, values, strict=True))
                asked = with_values(self.request, fixed)
                for block in blocks_of(asked, rest, self.block, threads if self.with_spectra else None):
                    same = {name: np.full(block.snr.size, shown(value)) for name, value in fixed.items()}
                    yield replace(block, first=first + block.first, cases={**same, **block.cases})
                first += int(np.prod([len(found) for found in rest.values()], dtype=np.int64))

    def snr(self) -> Array:
        """Return the signal-to-noise at the wavelength of interest, of the shape of the grid."""
        return np.concatenate([block.snr for block in self]).reshape(self.shape)

    def exposure_s(self) -> Array:
        """Return the time on the target (s), of the shape of the grid."""
        return np.concatenate([block.exposure_s for block in self]).reshape(self.shape)

    def table(self) -> QTable:
        """Return one row for each case: the axes, the exposure time, the signal-to-noise."""
        from astropy import units as u
        from astropy.table import QTable

        if len(self) > _TABLE_MOST:
            raise UsageError(
                f"a table of {len(self)} cases", where="grid", accepted=f"{_TABLE_MOST}", hint="go through its blocks"
            )
        blocks: list[Block] = list(self)
        columns: dict[str, Any] = {}
        for name in self.axes:
            values = np.concatenate([block.cases[name] for block in blocks])
            columns[name] = values * u.Unit(unit_of(name)) if unit_of(name) else values
        columns["exposure"] = np.concatenate([block.exposure_s for block in blocks]) * u.s
        columns["snr"] = np.concatenate([block.snr for block in blocks])
        return QTable(columns)


def grid(request: Request, *, spectra: bool = False, block: int = BLOCK, **axes: Any) -> Grid:
    """Return every combination of the values of some axes, to iterate over in blocks or to make a table of.

    Parameters
    ----------
    request
        What all cases share; axes take the place of its values.
    spectra
        True: blocks hold the signal-to-noise of every pixel, not only that at the wavelength of interest.
    block
        Most cases in a block: it bounds the memory.
    **axes
        Sequences of numbers or a quantity: `seeing` (arcsec), `airmass`, `moon` (days from new moon) or `fli`, `exposure` (s), `mag`, `slit` (arcsec),
        `binning` (``"2x2"`` or pairs).

    Raises
    ------
    UsageError
        No such axis, no values, or a value that cannot be.

    Examples
    --------
    >>> from dfs import etc
    >>> from dfs.etc.request import Exposure, Request, Target
    >>> asked = Request(etc.Choice("FORS2"), Target(etc.Sed.of("flat_lambda"), 22.0), exposure=Exposure(600.0))
    >>> etc.grid(asked, seeing=[0.6, 0.8, 1.0], airmass=[1.0, 1.5]).shape
    (2, 3)
    """
    unknown = [name for name in axes if name not in AXES]
    if unknown:
        raise UsageError(f"no axis {unknown[0]!r}", where="grid", accepted=", ".join(AXES))
    if "moon" in axes and "fli" in axes:
        raise UsageError("the Moon is given twice", where="moon, fli", accepted="one of them")
    if "exposure" in axes and request.exposure.snr is not None:
        raise UsageError("exposure time and signal-to-noise are both given", where="exposure", accepted="one of them")
    if block < 1:
        raise UsageError(f"blocks of {block}", where="block", accepted="1 or more")
    found = {name: values_of(name, axes[name]) for name in AXES if name in axes}
    return Grid(with_values(request, {name: values[0] for name, values in found.items()}), found, spectra, block)
