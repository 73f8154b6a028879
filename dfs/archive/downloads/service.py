"""The service of downloads: whole files, for those who may have them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dfs.access import Action
from dfs.archive import rows
from dfs.archive.doors import Doorkeeper
from dfs.archive.downloads.download import Download, media_type
from dfs.archive.downloads.proven import ProvenFiles
from dfs.archive.identifiers import dp_id_of
from dfs.store import Database

__all__ = ["Downloads"]


class Downloads:
    """Files out, for the user of one observatory.

    Parameters
    ----------
    database, doors, proven
        Where the files are, who may have them, and what proves them.
    """

    def __init__(self, database: Database, doors: Doorkeeper, proven: ProvenFiles) -> None:
        self._database = database
        self._doors = doors
        self._proven = proven

    def open(self, identifier: str) -> Download:
        """Return a file, open and proved: the bytes given are those that were archived.

        Parameters
        ----------
        identifier
            DP ID, or IVOA identifier.

        Raises
        ------
        NotFoundError
            No such file, or none the user may know of.
        AccessError
            He may not have it yet.
        DamagedFileError
            Its bytes are not those that were archived: it is in quarantine.
        """
        row = self._row(identifier)
        name = Path(row["path"]).name
        return Download(
            row["dp_id"], name, row["bytes"], row["sha256"], row["archived"], media_type(name), self._proven.open(row)
        )

    def path(self, identifier: str) -> Path:
        """Return where a file lies, to be read in place at once; errors as for `open`."""
        return self._proven.path(self._row(identifier))

    def _row(self, identifier: str) -> Mapping[str, Any]:
        dp_id = dp_id_of(identifier)
        self._doors.require(Action.DATA, dp_id)
        with self._database.read() as connection:
            return rows.find(connection, dp_id)
