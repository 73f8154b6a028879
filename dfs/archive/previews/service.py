"""The service of previews: made after a file is published, or when somebody first asks."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dfs.archive import rows
from dfs.archive.entries import ArchivedFile
from dfs.errors import DfsError, NotFoundError
from dfs.store import Database, FileStore
from dfs.store.durable import disk_errors, make_folder
from dfs.store.places import location
from dfs.store.tables import headers

__all__ = ["Previews"]

_log = logging.getLogger(__name__)


class Previews:
    """Pictures of archived files, 512 pixels; they can be thrown away at any time.

    Whether somebody may see a file's preview is the policy's to say, and not asked here.

    Parameters
    ----------
    database, store
        Where the files are.
    folder
        Where the pictures lie, in folders by date as the files do.
    """

    def __init__(self, database: Database, store: FileStore, folder: Path) -> None:
        self._database = database
        self._store = store
        self.folder = folder

    def path(self, dp_id: str) -> Path:
        """Return the PNG of a file; it is made when it is not there.

        Raises
        ------
        NotFoundError
            There is no such file, it is in quarantine, or it has nothing to look at (a table); the message says which.
        DataError
            The file cannot be read.
        ServiceError
            The picture cannot be written.
        """
        with self._database.read() as connection:
            row = rows.find(connection, dp_id)
            header = connection.execute(select(headers.c.keywords).where(headers.c.dp_id == dp_id)).scalar()
        if row["state"] != "online":
            raise NotFoundError("no preview: the file is damaged and in quarantine", where=dp_id)
        place = self._place(dp_id)
        if not place.is_file():
            self._write(place, self._made(row, header if isinstance(header, dict) else {}))
        return place

    def make(self, archived: Iterable[ArchivedFile]) -> int:
        """Make the previews of files just archived, those that can be made; return how many."""
        made = 0
        for one in archived:
            if one.state != "online" or ".fits" not in one.path.name or self._place(one.dp_id).is_file():
                continue
            try:
                self.path(one.dp_id)
                made += 1
            except NotFoundError:
                continue  # nothing to look at
            except Exception as error:  # noqa: BLE001 - a preview never stands in the way of an ingest
                said = error.line() if isinstance(error, DfsError) else repr(error)
                _log.warning("no preview of %s: %s", one.dp_id, said)
        return made

    def _place(self, dp_id: str) -> Path:
        return self.folder / location(f"{dp_id}.png")

    def _made(self, row: Mapping[str, Any], header: Mapping[str, Any]) -> bytes:
        """Return the PNG of a file."""
        from dfs.archive.previews.contents import Images, contents_of
        from dfs.archive.previews.picture import image_png
        from dfs.archive.previews.plot import spectrum_png
        from dfs.archive.previews.words import caption_of, title_of

        path = self._store.path(row["path"])
        if ".fits" not in path.name:
            raise NotFoundError("no preview: the file is a report", hint="open it as it is", where=row["dp_id"])
        try:
            found = contents_of(path)
        except NotFoundError as error:
            raise NotFoundError(error.message, where=row["dp_id"], hint=error.hint) from error
        if isinstance(found, Images):
            return image_png(found, caption_of(row, header))
        return spectrum_png(found, *title_of(row, header))

    def _write(self, place: Path, content: bytes) -> None:
        """Put a picture in its place at once: nobody sees half of one."""
        part = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
        with disk_errors(place, "write the preview"):
            make_folder(place.parent)
            try:
                part.write_bytes(content)
                part.replace(place)
            finally:
                part.unlink(missing_ok=True)
