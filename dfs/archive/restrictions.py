"""Releases as rows: written at ingest, made anew for a programme's files and all that was made from them when its rules change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from dfs.access import Protection
from dfs.access.runs import covers
from dfs.archive.programme import Programme, find_programme
from dfs.archive.release import Release, release_of_frame, release_of_product
from dfs.store.tables import files, headers, provenance, restrictions

__all__ = ["protections", "recompute", "release_details", "releases", "set_release", "write_restrictions"]

_AT_ONCE = 500  # names in one query: every database takes that many


def protections(connection: Connection, dp_ids: Sequence[str] | None = None) -> dict[str, Protection]:
    """Return what keeps files closed, by DP ID; None: of all files.  What is not in the archive is left out."""
    instruments = {row.dp_id: row.instrument for row in _rows(connection, [files.c.dp_id, files.c.instrument], dp_ids)}
    return {
        dp_id: Protection(tuple(sorted(one.restrictions.items())), one.metadata_protected, instruments[dp_id])
        for dp_id, one in releases(connection, dp_ids).items()
    }


def releases(connection: Connection, dp_ids: Sequence[str] | None = None) -> dict[str, Release]:
    """Return the releases of files by DP ID; None: of all files.

    A file whose date of release lies after its restrictions (nobody wrote it so) is nobody's until then.
    """
    columns = [files.c.dp_id, files.c.release_date, files.c.archived, files.c.metadata_protected]
    rows = list(_rows(connection, columns, dp_ids))
    until: dict[str, dict[str, str]] = {row.dp_id: {} for row in rows}
    for chunk in [None] if dp_ids is None else list(_chunks(dp_ids)):
        query = select(restrictions)
        for one in connection.execute(query if chunk is None else query.where(restrictions.c.dp_id.in_(chunk))):
            until[one.dp_id][one.programme] = one.release_date
    for row in rows:
        if row.release_date > max([row.archived, *until[row.dp_id].values()]):
            until[row.dp_id][""] = row.release_date
    return {row.dp_id: Release(row.release_date, until[row.dp_id], bool(row.metadata_protected)) for row in rows}


def write_restrictions(connection: Connection, dp_id: str, release: Release) -> None:
    """Write the rows of a file's restrictions, in place of those it has."""
    connection.execute(delete(restrictions).where(restrictions.c.dp_id == dp_id))
    rows = [
        {"dp_id": dp_id, "programme": run, "release_date": date} for run, date in sorted(release.restrictions.items())
    ]
    if rows:
        connection.execute(insert(restrictions), rows)


def set_release(connection: Connection, dp_id: str, release: Release) -> None:
    """Give a file that is in the archive another release."""
    write_restrictions(connection, dp_id, release)
    values = {"release_date": release.date, "metadata_protected": release.metadata_protected}
    connection.execute(update(files).where(files.c.dp_id == dp_id).values(**values))


def release_details(release: Release) -> dict[str, Any]:
    """Return a release as the audit trail keeps it."""
    return {
        "release_date": release.date,
        "restrictions": dict(release.restrictions),
        "metadata_protected": release.metadata_protected,
    }


def recompute(connection: Connection, scope: str) -> dict[str, Release]:
    """Make the releases anew for the files of `scope` (programme or run) and all that was made from them; return those that changed."""
    rows = {row["dp_id"]: row for row in _with_descendants(connection, scope)}
    parents = _parents(connection, list(rows))
    before = releases(connection, list(rows))
    outside = releases(connection, sorted({one for made in parents.values() for one in made} - rows.keys()))
    after: dict[str, Release] = {}
    rules: dict[str, Programme | None] = {}
    for dp_id in TopologicalSorter(
        {name: [one for one in parents[name] if one in rows] for name in rows}
    ).static_order():
        row = rows[dp_id]
        archived = datetime.fromisoformat(row["archived"]).replace(tzinfo=UTC)
        if row["kind"] == "raw" or not parents[dp_id]:
            run, category = row["programme"] or "", (row["keywords"] or {}).get("ESO DPR CATG")
            rules[run] = rules[run] if run in rules else find_programme(connection, run)
            after[dp_id] = release_of_frame(archived, str(category or "").strip() or None, run, rules[run])
        else:
            after[dp_id] = release_of_product(archived, [after.get(one) or outside[one] for one in parents[dp_id]])
    changed = {dp_id: release for dp_id, release in after.items() if release != before[dp_id]}
    for dp_id, release in changed.items():
        set_release(connection, dp_id, release)
    return changed


def _with_descendants(connection: Connection, scope: str) -> Iterator[Mapping[str, Any]]:
    """Give the rows of the files of `scope` and of all that was made from them."""
    inside = or_(files.c.programme == scope, files.c.programme.startswith(scope, autoescape=True))
    found = connection.execute(select(files.c.dp_id, files.c.programme).where(inside)).all()
    fresh = [row.dp_id for row in found if covers(scope, row.programme)]
    known = set(fresh)
    while fresh:
        children = _select_in(connection, [provenance.c.child], provenance.c.parent, fresh)
        fresh = sorted({row.child for row in children} - known)
        known.update(fresh)
    columns = [files.c.dp_id, files.c.kind, files.c.programme, files.c.archived, headers.c.keywords]
    for chunk in _chunks(sorted(known)):
        query = select(*columns).select_from(files.outerjoin(headers)).where(files.c.dp_id.in_(chunk))
        yield from (dict(row) for row in connection.execute(query).mappings())


def _parents(connection: Connection, dp_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the parents of each file."""
    found: dict[str, list[str]] = {dp_id: [] for dp_id in dp_ids}
    for row in _select_in(connection, [provenance.c.child, provenance.c.parent], provenance.c.child, dp_ids):
        found[row.child].append(row.parent)
    return found


def _rows(connection: Connection, columns: Sequence[Any], dp_ids: Sequence[str] | None) -> Iterable[Any]:
    if dp_ids is None:
        return connection.execute(select(*columns))
    return _select_in(connection, columns, files.c.dp_id, dp_ids)


def _select_in(connection: Connection, columns: Sequence[Any], column: Any, values: Sequence[str]) -> Iterator[Any]:
    for chunk in _chunks(values):
        yield from connection.execute(select(*columns).where(column.in_(chunk)))


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
