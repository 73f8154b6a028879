"""Where a reduction puts what it makes: what the pipeline asks of an archive, and no more.

The archive stands above the pipeline; `dfs.archive.sink` fulfils this protocol and `dfs.observatory` binds the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy import Connection

__all__ = ["Also", "Delivery", "Kept", "Sink"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file to be kept.

    Attributes
    ----------
    path
        The file; it is copied, never moved or changed.
    kind
        ``raw``, ``product`` or ``report``.
    category
        Frame class, PRO CATG, or a word in capitals for a report.
    parents
        DP IDs of what it was made from, raw frames first; paths for files earlier in the same delivery.
    datasum
        DATASUM of each extension with data, where known.
    """

    path: Path
    kind: Literal["raw", "product", "report"]
    category: str | None = None
    parents: tuple[str | Path, ...] = ()
    datasum: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is kept: its identifier, its place, its checksum (None where nobody computed one), and its category."""

    dp_id: str
    path: Path
    category: str | None
    kind: str
    sha256: str
    datasum: tuple[str, ...] = ()
    version: int = 1


Also = Callable[[Connection, Sequence[Kept]], None]


class Sink(Protocol):
    """Keeps files."""

    def deliver(self, deliveries: Sequence[Delivery], *, also: Also | None = None) -> tuple[Kept, ...]:
        """Keep all of `deliveries` or none; `also` writes further rows in the same transaction."""
        ...

    def find(self, dp_ids: Sequence[str]) -> dict[str, Kept]:
        """Return those of `dp_ids` that are kept and undamaged."""
        ...

    def products(self) -> list[Kept]:
        """Return all kept products that are undamaged."""
        ...

    def parents(self, dp_id: str) -> tuple[str, ...]:
        """Return the DP IDs a product was made from, in the order given to the recipe."""
        ...
