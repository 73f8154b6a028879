"""The archive's queryable tables, derived from the truth: fulfils `dfs.store.sources.TableSource`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from dfs.archive.tables import ambient, catalogues, obscore, phase3, quicklooks, raw
from dfs.archive.tables.truth import read_truth
from dfs.model.schema import SchemaDescription, TableSchema
from dfs.store import FileStore

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ArchiveTables"]

_FAMILIES = (raw, obscore, phase3, ambient, quicklooks)


class ArchiveTables:
    """Tables of raw frames, science products, their origin, the sky above, and catalogues.

    Parameters
    ----------
    store
        Where the files of catalogues lie; all other rows come from the database.
    """

    def __init__(self, store: FileStore) -> None:
        self._store = store

    @property
    def schemas(self) -> Sequence[SchemaDescription]:
        """The schemas its tables are in."""
        return [*(schema for family in _FAMILIES for schema in family.SCHEMAS), *catalogues.SCHEMAS]

    def tables(self, connection: Connection) -> Sequence[TableSchema]:
        """Return its tables: those that are always there, and one for each archived catalogue."""
        first, *others = [table for family in _FAMILIES for table in family.tables()]
        # TAP_SCHEMA.tables has the columns about catalogues also while there is none: clients ask for them by name.
        first = replace(first, extra=dict.fromkeys(catalogues.ABOUT))
        fixed = [first, *others]
        return fixed + [one.schema for one in catalogues.catalogues(connection) if one.state == "online"]

    def rows(self, connection: Connection, dp_ids: Sequence[str] | None = None) -> Iterator[tuple[str, pa.RecordBatch]]:
        """Derive rows, batch by batch; see `dfs.store.sources.TableSource.rows`."""
        for truth in read_truth(connection, dp_ids):
            for family in _FAMILIES:
                yield from family.rows(connection, truth)
            yield from catalogues.rows(connection, truth, self._store)
