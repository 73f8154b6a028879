"""Ways to the rows that may meet a condition: each gives numbers of rows from sorted arrays, and never misses one.

The query itself is not touched: it runs on the rows found instead of on the table, and tests its conditions as ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from dfs.archive.index.arrays import ABSENT, codes_of
from dfs.archive.index.block import Block, Rows
from dfs.sky.pixels import circle_runs, circles_runs, unit_vectors

__all__ = ["ByKey", "ByTime", "Cap", "Caps", "Few", "NearRegions", "Path", "Pixels"]

_SLACK_DEG = 1e-7  # 0.4 mas: rounding of the exact test, in which the candidates must not be fewer


class Path(Protocol):
    """A way to rows; `scattered` tells that they do not lie side by side."""

    scattered: ClassVar[bool]

    def count(self, block: Block) -> int:
        """Return about how many rows it leads to; cheap."""
        ...

    def rows(self, block: Block) -> Rows:
        """Return their numbers, ascending."""
        ...


@dataclass(frozen=True, slots=True)
class Cap:
    """A circle on the sky (deg)."""

    ra: float
    dec: float
    radius: float


@dataclass(frozen=True, slots=True)
class Caps:
    """Circles of one radius (deg)."""

    ra: NDArray[np.float64]
    dec: NDArray[np.float64]
    radius: float


def _runs(where: Cap | Caps, margin_deg: float) -> NDArray[np.int64]:
    radius = where.radius + margin_deg + _SLACK_DEG
    if isinstance(where, Cap):
        return circle_runs(where.ra, where.dec, radius)
    return circles_runs(where.ra, where.dec, radius)


def _spans(sorted_pixels: NDArray[Any], runs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each run begins and ends in an array of pixels, shape (n, 2), empty runs left out."""
    if runs.size == 0:
        return runs
    found = np.searchsorted(sorted_pixels, runs.ravel()).reshape(-1, 2)
    return np.asarray(found[found[:, 0] < found[:, 1]], dtype=np.int64)


def _numbers(spans: NDArray[np.int64]) -> Rows:
    """Return the numbers that spans hold."""
    lengths = spans[:, 1] - spans[:, 0]
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if ends.size else 0
    return np.asarray(np.arange(total) + np.repeat(spans[:, 0] - (ends - lengths), lengths), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Pixels:
    """Rows whose place may lie within a circle, or one of many."""

    scattered: ClassVar[bool] = False
    where: Cap | Caps
    known: dict[int, NDArray[np.int64]] = field(default_factory=dict, compare=False, repr=False)

    def count(self, block: Block) -> int:
        """Return how many rows lie in pixels that the circles touch."""
        spans = self._found(block)
        return int((spans[:, 1] - spans[:, 0]).sum())

    def rows(self, block: Block) -> Rows:
        """Return the rows in these pixels."""
        return _numbers(self._found(block))

    def _found(self, block: Block) -> NDArray[np.int64]:
        if id(block) not in self.known:
            self.known[id(block)] = _spans(block.arrays["hpx"], _runs(self.where, 0.0))
        return self.known[id(block)]


@dataclass(frozen=True, slots=True)
class NearRegions:
    """Rows whose region may share a position with a circle, or one of many: regions are looked for as far away as they reach."""

    scattered: ClassVar[bool] = False
    where: Cap | Caps
    known: dict[int, list[tuple[int, NDArray[np.int64]]]] = field(default_factory=dict, compare=False, repr=False)

    def count(self, block: Block) -> int:
        """Return how many rows are near enough."""
        return sum(int((spans[:, 1] - spans[:, 0]).sum()) for _, spans in self._found(block))

    def rows(self, block: Block) -> Rows:
        """Return those of them whose own circle reaches the searched one."""
        found = [block.arrays[f"region{number}.row"][_numbers(spans)] for number, spans in self._found(block)]
        rows = np.sort(np.concatenate(found)).astype(np.int64) if found else np.empty(0, dtype=np.int64)
        if not isinstance(self.where, Cap) or rows.size == 0:
            return rows
        arrays = block.arrays
        places = np.stack([arrays[axis][rows] for axis in "xyz"], axis=1)
        chord: NDArray[np.float64] = np.linalg.norm(places - unit_vectors(self.where.ra, self.where.dec), axis=1)
        reach = np.radians(np.minimum(arrays["radius"][rows] + self.where.radius + _SLACK_DEG, 180.0))
        near: NDArray[np.bool_] = chord <= 2 * np.sin(reach / 2)
        return rows[near]

    def _found(self, block: Block) -> list[tuple[int, NDArray[np.int64]]]:
        if id(block) not in self.known:
            self.known[id(block)] = self._search(block)
        return self.known[id(block)]

    def _search(self, block: Block) -> list[tuple[int, NDArray[np.int64]]]:
        found = []
        for number, greatest in enumerate(block.classes_deg):
            pixels = block.arrays.get(f"region{number}.hpx")
            if pixels is not None and pixels.size:
                found.append((number, _spans(pixels, _runs(self.where, greatest))))
        return found


@dataclass(frozen=True, slots=True)
class ByTime:
    """Rows whose time lies in a closed range."""

    scattered: ClassVar[bool] = True
    first: float
    last: float

    def count(self, block: Block) -> int:
        """Return how many there are."""
        begin, end = self.span(block)
        return max(0, end - begin)

    def rows(self, block: Block) -> Rows:
        """Return them."""
        begin, end = self.span(block)
        return np.sort(block.arrays["time.row"][begin:end]).astype(np.int64)

    def span(self, block: Block) -> tuple[int, int]:
        """Return where they begin and end in the order of time."""
        times = block.arrays["time"]
        return int(np.searchsorted(times, self.first, "left")), int(np.searchsorted(times, self.last, "right"))


@dataclass(frozen=True, slots=True)
class ByKey:
    """Rows with one of some texts in a column that has keys."""

    scattered: ClassVar[bool] = True
    column: str
    texts: tuple[str, ...]

    def count(self, block: Block) -> int:
        """Return how many there are."""
        return int(self.rows(block).size)

    def rows(self, block: Block) -> Rows:
        """Return them."""
        return block.rows_with(self.column, self.texts)


@dataclass(frozen=True, slots=True)
class Few:
    """Rows with one of some values in a column of few values; thins out what another path found."""

    column: str
    values: tuple[Any, ...]

    def keep(self, block: Block, rows: Rows) -> Rows:
        """Return those of `rows` that have one of the values."""
        import pyarrow as pa

        codes = block.arrays.get(f"code.{self.column.lower()}")
        if codes is None:
            return rows
        known = next(values for name, values in block.arrays.codes.items() if name.lower() == self.column.lower())
        texts = isinstance(self.values[0], str)
        if not known or isinstance(known[0], str) != texts:
            return rows
        wanted = codes_of(pa.array(list(self.values)), known) if texts else self._numbers(known)
        wanted = wanted[wanted != ABSENT]
        found = codes[rows]
        return rows[found == wanted[0]] if wanted.size == 1 else rows[np.isin(found, wanted)]

    def _numbers(self, known: list[Any]) -> NDArray[np.uint16]:
        return np.array([code for code, value in enumerate(known) if value in self.values], dtype=np.uint16)
