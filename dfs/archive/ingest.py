"""Durable ingest: a file is acknowledged when it and its row are on disk, and not before.

All files are copied and synced first, without any lock.  Then one transaction, under the writer's lock, names them, makes them
visible and writes rows, provenance and audit; its commit comes last.  A batch is one transaction: all of it, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, update

from dfs.access import AuditTrail
from dfs.archive import rows
from dfs.archive.describe import Description, describe, file_suffix
from dfs.archive.entries import ArchivedFile, Submission
from dfs.archive.naming import Name, name_of
from dfs.archive.programme import find_programme
from dfs.archive.release import Release, release_of_frame, release_of_product
from dfs.archive.restrictions import release_details, releases, write_restrictions
from dfs.archive.soundness import refuse_damaged
from dfs.clock import Clock, isoformat
from dfs.errors import DataError, DfsError, NotFoundError
from dfs.progress import Progress
from dfs.store import Database, FileStore, Staged, Transfer
from dfs.store.durable import fingerprint
from dfs.store.places import location
from dfs.store.tables import files, headers, provenance

__all__ = ["Ingest"]

Also = Callable[[Connection, tuple[ArchivedFile, ...]], None]
_Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Arrival:
    """A submission whose header is read and whose bytes are on disk, not yet visible."""

    submission: Submission
    described: Description
    staged: Staged


class Ingest:
    """Takes files into the archive."""

    def __init__(self, database: Database, store: FileStore, audit: AuditTrail, clock: Clock) -> None:
        self._database = database
        self._store = store
        self._audit = audit
        self._clock = clock

    def run(self, submissions: Sequence[Submission], progress: Progress, also: Also | None) -> tuple[ArchivedFile, ...]:
        """Archive `submissions` in one transaction; see `dfs.archive.Archive.ingest_many`."""
        with self._store.staging.transfer(self.settle) as transfer:
            arrivals = []
            progress.begin("archive", len(submissions))
            for submission in submissions:
                described = describe(submission.path)
                staged = transfer.stage(submission.path)
                refuse_damaged(submission.path, staged.fingerprint)
                arrivals.append(_Arrival(submission, described, staged))
                progress.step(submission.path.name)
            progress.end()
            return self._commit(transfer, arrivals, also)

    def settle(self, token: str) -> list[str]:
        """Clear what an interrupted transfer left: what has no row goes."""
        with self._database.write() as connection:
            removed = self._store.staging.settle(token, lambda place: rows.is_known(connection, place))
            for place in removed:
                self._audit.append(
                    connection, "clear", place, reason="ingest was interrupted before its row was written"
                )
        return removed

    def _commit(self, transfer: Transfer, arrivals: list[_Arrival], also: Also | None) -> tuple[ArchivedFile, ...]:
        """Write rows, make the files visible, commit: in this order nobody ever sees a row without its file."""
        with self._database.write() as connection:
            entered = self._enter_all(connection, arrivals)
            transfer.publish((one.staged, Path(row["path"]).name) for one, row, is_published in entered if is_published)
            archived = tuple(rows.of_row(row, self._store) for _, row, _ in entered)
            if also is not None:
                also(connection, archived)
        return archived

    def _enter_all(self, connection: Connection, arrivals: list[_Arrival]) -> list[tuple[_Arrival, _Row, bool]]:
        """Give every arrival its row; one that is in the archive with the same content keeps the row it has.

        A raw frame whose archived file was lost or quarantined is put back: whoever is told "archived" may delete his copy.
        """
        entered: list[tuple[_Arrival, _Row, bool]] = []
        for arrival in arrivals:
            earlier = {one.submission.path: str(row["dp_id"]) for one, row, _ in entered}
            parents = _parents(arrival.submission, earlier)
            content = arrival.staged.fingerprint
            name = name_of(
                connection, arrival.submission, arrival.described, content, parents, self._is_whole, self._clock.now()
            )
            if name.existing is not None:
                is_first = name.dp_id not in {row["dp_id"] for _, row, _ in entered}
                is_lost = is_first and name.existing["sha256"] == content.sha256 and not self._is_served(name.existing)
                entered.append(
                    (arrival, self._put_back(connection, name.existing) if is_lost else name.existing, is_lost)
                )
                continue
            now = self._clock.now()
            release = _release(connection, arrival, parents, now)
            row = _row(arrival, name, release, now)
            self._write(connection, row, arrival.described, parents, release)
            entered.append((arrival, row, True))
        return entered

    def _is_whole(self, row: _Row) -> bool:
        """Tell whether the file of a row is there as it was archived."""
        try:
            return fingerprint(self._store.path(row["path"])).sha256 == str(row["sha256"])
        except DfsError:
            return False

    def _is_served(self, row: _Row) -> bool:
        """Tell, without reading it, whether the file of a row is online and there."""
        place = self._store.path(row["path"])
        return row["state"] == "online" and place.is_file() and place.stat().st_size == row["bytes"]

    def _put_back(self, connection: Connection, row: _Row) -> _Row:
        """Return the row of a lost file online again; its file is published with those of the batch."""
        connection.execute(update(files).where(files.c.dp_id == row["dp_id"]).values(state="online"))
        self._audit.append(connection, "heal", row["dp_id"], did="put back from a file ingested again")
        return {**row, "state": "online"}

    def _write(
        self, connection: Connection, row: _Row, described: Description, parents: list[str], release: Release
    ) -> None:
        dp_id = row["dp_id"]
        connection.execute(insert(files).values(**row))
        if described.keywords:
            connection.execute(insert(headers).values(dp_id=dp_id, keywords=described.keywords))
        for position, parent in enumerate(parents):
            connection.execute(insert(provenance).values(child=dp_id, parent=parent, position=position))
        write_restrictions(connection, dp_id, release)
        told = {"sha256": row["sha256"], "bytes": row["bytes"], "kind": row["kind"]}
        self._audit.append(connection, "ingest", dp_id, **told, **release_details(release))


def _release(connection: Connection, arrival: _Arrival, parents: list[str], now: datetime) -> Release:
    """Return when an arriving file becomes public and whose it is until then."""
    told = arrival.described
    inherited = releases(connection, parents)
    missing = next((parent for parent in parents if parent not in inherited), None)
    if missing is not None:
        raise NotFoundError(
            f"the parent {missing!r} is not in the archive", hint="archive parents before their products"
        )
    if parents and arrival.submission.kind != "raw":
        return release_of_product(now, inherited.values())
    programme = find_programme(connection, told.programme or "")
    return release_of_frame(now, told.observation_category, told.programme, programme)


def _row(arrival: _Arrival, name: Name, release: Release, now: datetime) -> _Row:
    told, submission = arrival.described, arrival.submission
    return {
        "dp_id": name.dp_id,
        "version": name.version,
        "path": location(name.dp_id + file_suffix(submission.path)),
        "bytes": arrival.staged.fingerprint.bytes,
        "sha256": arrival.staged.fingerprint.sha256,
        "content_sha256": arrival.staged.fingerprint.content_sha256,
        "datasum": list(submission.datasum),
        "category": submission.category or told.category,
        "kind": submission.kind,
        "instrument": told.instrument,
        "mjd_obs": told.mjd_obs,
        "target": told.target,
        "programme": told.programme,
        "exposure_s": told.exposure_s,
        "archived": isoformat(now),
        "release_date": release.date,
        "metadata_protected": release.metadata_protected,
        "state": "online",
    }


def _parents(submission: Submission, earlier: Mapping[Path, str]) -> list[str]:
    """Return the parents as DP IDs, each once; a path stands for a file earlier in the batch."""
    resolved = []
    for parent in submission.parents:
        name = earlier.get(parent) if isinstance(parent, Path) else parent
        if name is None:
            raise DataError(
                f"the parent {parent} is not in this batch",
                where=str(submission.path),
                hint="list parents before children",
            )
        resolved.append(name)
    return list(dict.fromkeys(resolved))
