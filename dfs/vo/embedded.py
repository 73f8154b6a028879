"""The archive in process: fulfils `dfs.archive.backend.Backend` with the services of an embedded observatory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.model import TableSchema
from dfs.progress import Progress

if TYPE_CHECKING:
    from astropy.table import Table

    from dfs.archive.calibrations import Association
    from dfs.archive.deliveries import Delivery

__all__ = ["EmbeddedBackend"]


class EmbeddedBackend:
    """Answers queries and hands out files of an embedded observatory."""

    def __init__(self, services: Any) -> None:  # an Observatory, which stands above: it acts for its user
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
        tables: Sequence[TableSchema] = self._services.engine.tables()
        return tables

    def fetch(self, dp_id: str, folder: Path, progress: Progress) -> Path:
        """Put a file into `folder`, if the user may have it."""
        from dfs.access import Action

        self._services.doors.require(Action.DATA, dp_id)
        path: Path = self._services.archive.copy_out(dp_id, folder)
        progress.step(dp_id)
        return path

    def links(self, dp_ids: Sequence[str]) -> Table:
        """Return the DataLink table of files."""
        return self._services.datalink.table(dp_ids)

    def cutout(self, dp_id: str, parameters: Mapping[str, str], folder: Path) -> Path:
        """Put a cut-out into `folder`, if the user may have the file."""
        saved: Path = self._services.soda.save(dp_id, parameters, folder)
        return saved

    def calibrations(self, dp_id: str, mode: str) -> Association:
        """Return the calibrations of a raw frame as a tree."""
        tree: Association = self._services.calibrations.tree(dp_id, mode)
        return tree

    def header(self, dp_id: str) -> str:
        """Return the header as text, a card a line."""
        text: str = self._services.headers.text(dp_id)
        return text

    def night_log(self, dp_id: str) -> str:
        """Return the night log of a raw frame, if the user may have the frame."""
        text: str = self._services.headers.night_log(dp_id)
        return text

    def request(self, dp_ids: Sequence[str], **options: Any) -> Delivery:
        """Make a delivery of files, and return it."""
        made: Delivery = self._services.deliveries.request(dp_ids, **options)
        return made

    def requests(self) -> Sequence[Delivery]:
        """Return the user's deliveries, and those shared with him."""
        listed: Sequence[Delivery] = self._services.deliveries.list()
        return listed

    def preview(self, dp_id: str) -> bytes:
        """Return the preview of a file, if the user may see the file."""
        from dfs.access import Action

        self._services.doors.require(Action.DATA, dp_id)
        picture: bytes = self._services.previews.path(dp_id).read_bytes()
        return picture


def _votable(table: Table) -> bytes:
    """Return an astropy table as a document, the form in which uploads come."""
    document = BytesIO()
    table.write(document, format="votable")
    return document.getvalue()
