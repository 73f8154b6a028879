"""A table of equally long columns with units: what a binary table extension holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from dfs.model.header import Card

__all__ = ["Column", "Table"]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column: name, values, unit (FITS spelling, ``""`` for none) and what it means."""

    name: str
    values: NDArray[Any]
    unit: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of equal length, with the cards that go into the table's own header."""

    columns: tuple[Column, ...]
    cards: tuple[Card, ...] = ()

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return the values of column `name`; KeyError lists the names there are."""
        for column in self.columns:
            if column.name == name:
                return column.values
        raise KeyError(f"no column {name!r}; there are {', '.join(column.name for column in self.columns)}")

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.columns[0].values) if self.columns else 0
