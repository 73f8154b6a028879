"""The columns of tables that no query names: which file a row derives from, and whose it is while its metadata are protected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from dfs.access.policy import Protection
from dfs.access.rows import row_protection
from dfs.store.tables import restrictions

__all__ = ["Hidden", "hidden_columns", "taken"]

# Values of `_file`, `_protected_by`, `_protected_until` (see dfs.store.sources).
Hidden = tuple[Sequence[str], Sequence[str | None], Sequence[str | None]]
_AT_ONCE = 500  # names in one query: every database takes that many


def hidden_columns(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> Hidden:
    """Return the hidden columns for rows that derive from these files.

    Parameters
    ----------
    connection
        One state of the truth.
    rows
        ``dp_id``, ``instrument`` and ``metadata_protected`` of each file, as in `dfs.store.tables.files`.
    """
    shares = _restrictions(connection, sorted({row["dp_id"] for row in rows if row["metadata_protected"]}))
    keys = [
        row_protection(Protection(tuple(shares[row["dp_id"]]), metadata_protected=True, instrument=row["instrument"]))
        if row["dp_id"] in shares
        else (None, None)
        for row in rows
    ]
    return [row["dp_id"] for row in rows], [key for key, _ in keys], [until for _, until in keys]


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
