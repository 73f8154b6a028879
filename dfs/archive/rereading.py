"""Headers of files archived by earlier versions, which kept a selection of keywords: read again, whole."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from dfs.access import AuditTrail
from dfs.archive.describe import EXTENSIONS, describe
from dfs.errors import DfsError
from dfs.progress import Progress
from dfs.store import Database, FileStore
from dfs.store.tables import files, headers

__all__ = ["reread_headers"]

_log = logging.getLogger(__name__)
_BATCH = 500


def reread_headers(
    database: Database, store: FileStore, audit: AuditTrail, progress: Progress, *, only_incomplete: bool
) -> list[str]:
    """Read headers again; return the DP IDs of those that the truth held otherwise.

    A file that cannot be read keeps what it has.  Each change is noted in the audit trail, so that indexes make its rows anew.

    Parameters
    ----------
    only_incomplete
        Only those files of which the truth holds less than now is kept; else all.
    """
    with database.read() as connection:
        wanted = _wanted(connection, only_incomplete=only_incomplete)
    progress.begin("headers", len(wanted))
    done: list[str] = []
    for start in range(0, len(wanted), _BATCH):
        done += _reread(database, store, audit, wanted[start : start + _BATCH], progress)
    progress.end()
    return done


def _wanted(connection: Connection, *, only_incomplete: bool) -> list[tuple[str, str]]:
    """Return (DP ID, place) of the FITS files whose headers are to be read."""
    columns = (files.c.dp_id, files.c.path, headers.c.keywords)
    query = select(*columns).outerjoin(headers, headers.c.dp_id == files.c.dp_id)
    query = query.where((files.c.state == "online") & files.c.path.contains(".fits")).order_by(files.c.dp_id)
    rows = connection.execute(query.execution_options(yield_per=_BATCH))
    return [(dp_id, path) for dp_id, path, keywords in rows if not (only_incomplete and _is_whole(keywords))]


def _is_whole(keywords: Mapping[str, Any] | None) -> bool:
    """Tell whether a header is whole: it begins as every FITS header does, and a product's extensions are with it."""
    if not isinstance(keywords, dict) or "SIMPLE" not in keywords:
        return False
    return EXTENSIONS in keywords or not ({"PRODCATG", "ESO PRO CATG"} & keywords.keys())


def _reread(
    database: Database, store: FileStore, audit: AuditTrail, wanted: Sequence[tuple[str, str]], progress: Progress
) -> list[str]:
    """Read some headers, then write those that differ in one transaction."""
    found: dict[str, Mapping[str, Any]] = {}
    for dp_id, path in wanted:
        progress.step(dp_id)
        try:
            found[dp_id] = describe(store.path(path)).keywords or {}
        except DfsError as error:
            _log.warning("the header of %s is kept as it is: %s", dp_id, error.line())
    with database.write() as connection:
        rows = connection.execute(select(headers).where(headers.c.dp_id.in_(found)))
        kept: dict[str, Any] = {row.dp_id: row.keywords for row in rows}
        changed = [dp_id for dp_id in found if kept.get(dp_id) != found[dp_id]]
        for dp_id in changed:
            if dp_id in kept:
                connection.execute(update(headers).where(headers.c.dp_id == dp_id).values(keywords=found[dp_id]))
            else:
                connection.execute(insert(headers).values(dp_id=dp_id, keywords=found[dp_id]))
            audit.append(connection, "reread header", dp_id, keywords=len(found[dp_id]))
    return changed
