"""The service of headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from dfs.access import Action
from dfs.archive.describe import EXTENSIONS
from dfs.archive.doors import Doorkeeper
from dfs.archive.headers.cards import cards_text
from dfs.archive.headers.night_log import night_log
from dfs.archive.identifiers import dp_id_of
from dfs.errors import NotFoundError
from dfs.store import Database
from dfs.store.tables import files, headers

__all__ = ["Headers", "StoredHeader"]


@dataclass(frozen=True)
class StoredHeader:
    """The headers of a file as the archive keeps them: values without comments.

    Attributes
    ----------
    primary
        Keyword -> value, in the order of the file.
    extensions
        Of a product, those of its extensions, without what repeats the primary one.
    """

    dp_id: str
    primary: Mapping[str, Any]
    extensions: tuple[Mapping[str, Any], ...] = ()


class Headers:
    """Headers and night logs of archived files, for the user of one observatory."""

    def __init__(self, database: Database, doors: Doorkeeper) -> None:
        self._database = database
        self._doors = doors

    def header(self, identifier: str) -> StoredHeader:
        """Return the headers of a file.

        Raises
        ------
        NotFoundError
            No such file, none the user may know of, or one without a header (a report).
        """
        dp_id = dp_id_of(identifier)
        self._doors.require(Action.METADATA, dp_id)
        return self._read(dp_id)

    def text(self, identifier: str) -> str:
        """Return the primary header as text, a card a line, END at the end; errors as for `header`."""
        return cards_text(self.header(identifier).primary)

    def night_log(self, identifier: str) -> str:
        """Return the log of an exposure as text.

        Raises
        ------
        NotFoundError
            As for `header`; or the file is no raw frame.
        AccessError
            The user may not have the frame yet.
        """
        dp_id = dp_id_of(identifier)
        self._doors.require(Action.DATA, dp_id)
        with self._database.read() as connection:
            kind = connection.execute(select(files.c.kind).where(files.c.dp_id == dp_id)).scalar()
        if kind != "raw":
            raise NotFoundError(
                "only raw frames have a night log", where=dp_id, hint="ask for the frames it was made from"
            )
        return night_log(dp_id, self._read(dp_id).primary)

    def _read(self, dp_id: str) -> StoredHeader:
        with self._database.read() as connection:
            stored = connection.execute(select(headers.c.keywords).where(headers.c.dp_id == dp_id)).scalar()
        if not isinstance(stored, dict) or not stored:
            raise NotFoundError("this file has no header", where=dp_id, hint="it is a report, or no FITS file")
        primary = {keyword: value for keyword, value in stored.items() if keyword != EXTENSIONS}
        return StoredHeader(dp_id, primary, tuple(stored.get(EXTENSIONS) or ()))
