"""The archive in process: fulfils `dfs.archive.backend.Backend` with the services of an embedded observatory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from dfs.model import TableSchema

if TYPE_CHECKING:
    from astropy.table import Table

    from dfs.access import CurrentUser
    from dfs.vo.engine import QueryEngine

__all__ = ["EmbeddedBackend", "Services"]


class Services(Protocol):
    """What of an observatory is used; they act for its user."""

    user: CurrentUser

    @property
    def engine(self) -> QueryEngine: ...  # noqa: D102
    @property
    def datalink(self) -> Any: ...  # noqa: D102
    @property
    def soda(self) -> Any: ...  # noqa: D102
    @property
    def downloads(self) -> Any: ...  # noqa: D102
    @property
    def calibrations(self) -> Any: ...  # noqa: D102
    @property
    def headers(self) -> Any: ...  # noqa: D102
    @property
    def previews(self) -> Any: ...  # noqa: D102


class EmbeddedBackend:
    """Answers queries and hands out files of an embedded observatory."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def query(self, adql: str, *, maxrec: int | None, uploads: Mapping[str, Any]) -> Table:
        """Run a query; see `dfs.archive.backend.Backend`."""
        from dfs.vo.formats import read_upload

        read = {name: read_upload(name, _votable(table)) for name, table in uploads.items()}
        with self._services.engine.run(adql, user=self._services.user, maxrec=maxrec, uploads=read) as result:
            table = result.to_table()
            table.meta["overflow"] = result.overflow
        return table

    def tables(self) -> Sequence[TableSchema]:
        """Return the tables that can be queried."""
        return self._services.engine.tables()


def _votable(table: Table) -> bytes:
    """Return an astropy table as a document, the form in which uploads come."""
    document = BytesIO()
    table.write(document, format="votable")
    return document.getvalue()
