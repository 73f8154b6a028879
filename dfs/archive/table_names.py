"""Queryable tables by name; a name that is none gets the likeliest meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dfs.errors import NotFoundError
from dfs.model import TableSchema

__all__ = ["TableNames"]


class TableNames(Mapping[str, TableSchema]):
    """Queryable tables by name, in whatever letter case."""

    def __init__(self, tables: Sequence[TableSchema]) -> None:
        self._tables = {one.name.lower(): one for one in tables}

    def __getitem__(self, name: str) -> TableSchema:
        """Return a table, or raise `NotFoundError` that names the likeliest meant."""
        from difflib import get_close_matches

        try:
            return self._tables[name.lower()]
        except KeyError:
            near = get_close_matches(name.lower(), self._tables, n=3)
            hint = f"did you mean {', '.join(self._tables[one].name for one in near)}?" if near else ""
            raise NotFoundError(f"there is no table {name!r}", hint=hint) from None

    def __iter__(self) -> Iterator[str]:
        return (one.name for one in self._tables.values())

    def __len__(self) -> int:
        return len(self._tables)

    def __repr__(self) -> str:
        return "\n".join(
            f"{one.name:<28} {len(one.columns):>4} columns  {one.description}" for one in self._tables.values()
        )
