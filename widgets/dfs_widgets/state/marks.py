"""Marked files: they stay marked from one search to the next, until they are requested or let go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Marks"]


@dataclass(frozen=True)
class Marks:
    """What is marked: DP ID -> bytes (0: unknown), in the order of marking."""

    files: Mapping[str, int] = field(default_factory=dict)

    def set(self, sizes: Mapping[str, int], *, on: bool) -> Marks:
        """Return the marks with these files marked, or not."""
        if on:
            return Marks({**self.files, **sizes})
        return Marks({name: size for name, size in self.files.items() if name not in sizes})

    def only(self, names: Iterable[str], sizes: Mapping[str, int]) -> Marks:
        """Return the marks in which, of the files in `sizes`, just `names` are marked; others stay as they are."""
        others = {name: size for name, size in self.files.items() if name not in sizes}
        return Marks({**others, **{name: sizes[name] for name in names}})

    @property
    def ids(self) -> tuple[str, ...]:
        """The DP IDs."""
        return tuple(self.files)

    def text(self) -> str:
        """Return in words how much is marked."""
        if not self.files:
            return ""
        total = sum(self.files.values())
        return f"{len(self.files)} marked" + (f", {readable_bytes(total)}" if total else "")


def readable_bytes(number: int) -> str:
    """Return a size as people read it, ``12.3 MB``."""
    value, unit = float(number), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
