"""The columns no query names: which file a row derives from, and whose it is while its metadata are protected."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from dfs.access.policy import Protection
from dfs.access.rows import row_protection
from dfs.archive.tables.making import Hidden
from dfs.archive.tables.truth import Truth
from dfs.store.tables import restrictions

__all__ = ["hidden_columns", "taken"]

_AT_ONCE = 500  # names in one query: every database takes that many


def hidden_columns(connection: Connection, truth: Truth) -> Hidden:
    """Return `_file`, `_protected_by`, `_protected_until` of each file of `truth`."""
    protected = [row["dp_id"] for row in truth.rows if row["metadata_protected"]]
    shares = _restrictions(connection, protected)
    keys = [
        row_protection(Protection(tuple(shares[row["dp_id"]]), metadata_protected=True, instrument=row["instrument"]))
        if row["dp_id"] in shares
        else (None, None)
        for row in truth.rows
    ]
    return truth.file("dp_id"), [key for key, _ in keys], [until for _, until in keys]


def taken(hidden: Hidden, indices: Sequence[int]) -> Hidden:
    """Return the hidden columns of the rows at `indices`."""
    files, keys, until = hidden
    return [files[at] for at in indices], [keys[at] for at in indices], [until[at] for at in indices]


def _restrictions(connection: Connection, dp_ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    columns = (restrictions.c.dp_id, restrictions.c.programme, restrictions.c.release_date)
    for start in range(0, len(dp_ids), _AT_ONCE):
        wanted = restrictions.c.dp_id.in_(dp_ids[start : start + _AT_ONCE])
        for dp_id, programme, release in connection.execute(select(*columns).where(wanted)):
            found.setdefault(dp_id, []).append((programme, release))
    return found
