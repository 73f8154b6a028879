"""The archive's service: ingest, list, get, verify."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import select

from dfs.access import AuditTrail
from dfs.archive import rows
from dfs.archive.backend import Backend
from dfs.archive.client import ArchiveClient
from dfs.archive.entries import ArchivedFile, Kind, Submission, Verification
from dfs.archive.ingest import Also, Ingest
from dfs.archive.rereading import reread_headers
from dfs.archive.verify import Verifier
from dfs.clock import Clock
from dfs.errors import AccessError, ConflictError, DataError
from dfs.progress import Progress, Silent
from dfs.store import Database, FileStore
from dfs.store.durable import disk_errors, fingerprint, make_folder
from dfs.store.tables import files, provenance

__all__ = ["Archive"]

Published = Callable[[tuple[ArchivedFile, ...]], object]


class Archive(ArchiveClient):
    """Files in, out, and proved; and all that a client of an archive can do.

    Parameters
    ----------
    published
        Called with the files of each batch once they are archived (their previews are made).

    Examples
    --------
    >>> archive = dfs.open("observatory").archive                                    # doctest: +SKIP
    >>> frame = archive.ingest("EFOSC.2022-01-26T19:02:38.210.fits")                  # doctest: +SKIP
    >>> archive.get(frame.dp_id, "here")                                             # doctest: +SKIP
    """

    def __init__(
        self,
        database: Database,
        store: FileStore,
        audit: AuditTrail,
        clock: Clock,
        backend: Backend,
        published: Published | None = None,
    ) -> None:
        super().__init__(backend)
        self._database = database
        self._store = store
        self._audit = audit
        self._published = published
        self._ingest = Ingest(database, store, audit, clock)
        self._verifier = Verifier(database, store, audit)

    def ingest(
        self,
        path: str | Path,
        *,
        category: str | None = None,
        kind: Kind = "raw",
        parents: Sequence[str] = (),
        first_raw: str | None = None,
        datasum: Sequence[str] = (),
    ) -> ArchivedFile:
        """Archive one file: when this returns, file and row are on disk.

        The same content again returns the entry it has (and puts its file back where that was lost).  A product with other content gets a new version; a raw frame is
        refused.  Parameters are those of `dfs.archive.Submission`.

        Raises
        ------
        DataError
            The file cannot be named or read as what its name says.
        NotFoundError
            The file or a parent is not there.
        ConflictError
            A raw frame of this DP ID is archived with other content.
        ServiceError
            Disk or database failed; then nothing of the file is visible.
        """
        submission = Submission(Path(path), kind, category, tuple(parents), first_raw, tuple(datasum))
        return self.ingest_many([submission])[0]

    def ingest_many(
        self, submissions: Sequence[Submission], progress: Progress | None = None, *, also: Also | None = None
    ) -> tuple[ArchivedFile, ...]:
        """Archive a batch in one transaction: all of it, or nothing.

        Parameters
        ----------
        submissions
            The files; a later one may name an earlier one's path as its parent.
        progress
            One step a file.
        also
            ``also(connection, archived)`` writes further rows (a job, quality values) in the same transaction.

        Returns
        -------
        tuple of ArchivedFile
            In the order of `submissions`.
        """
        archived = self._ingest.run(submissions, progress or Silent(), also)
        if self._published is not None:
            self._published(archived)
        return archived

    def reread_headers(self, progress: Progress | None = None, *, only_incomplete: bool = False) -> builtins.list[str]:
        """Read the headers of all files again and keep what they say; return the DP IDs of those that were kept otherwise.

        Parameters
        ----------
        progress
            One step a file.
        only_incomplete
            Only those that an earlier version archived, which kept a selection of keywords.
        """
        return reread_headers(
            self._database, self._store, self._audit, progress or Silent(), only_incomplete=only_incomplete
        )

    def recover(self) -> list[str]:
        """Clear what processes left that died during an ingest; return the places removed (none was acknowledged)."""
        return [place for token in self._store.staging.abandoned() for place in self._ingest.settle(token)]

    def list(
        self, *, kind: Kind | None = None, category: str | None = None, instrument: str | None = None
    ) -> list[ArchivedFile]:
        """Return the archived files by time of observation, those of a kind, category or instrument if given."""
        query = select(files).order_by(files.c.mjd_obs.is_(None), files.c.mjd_obs, files.c.dp_id)
        for column, value in ((files.c.kind, kind), (files.c.category, category), (files.c.instrument, instrument)):
            query = query if value is None else query.where(column == value)
        with self._database.read() as connection:
            return [rows.of_row(dict(row), self._store) for row in connection.execute(query).mappings()]

    def find(self, dp_id: str) -> ArchivedFile:
        """Return the entry of `dp_id`, or raise `NotFoundError`."""
        with self._database.read() as connection:
            return rows.of_row(rows.find(connection, dp_id), self._store)

    def find_all(self, dp_ids: Sequence[str]) -> builtins.list[ArchivedFile]:
        """Return the entries of those of `dp_ids` that are in the archive."""
        with self._database.read() as connection:
            return [rows.of_row(row, self._store) for row in rows.find_all(connection, dp_ids)]

    def parents(self, dp_id: str) -> tuple[str, ...]:
        """Return the DP IDs of what a file was made from, in the order given to the recipe."""
        query = select(provenance.c.parent).where(provenance.c.child == dp_id).order_by(provenance.c.position)
        with self._database.read() as connection:
            rows.find(connection, dp_id)
            return tuple(connection.execute(query).scalars())

    def copy_out(self, dp_id: str, folder: str | Path = ".") -> Path:
        """Copy a file to `folder`, whoever asks, and return where it is; it appears whole and with the right checksum, or not at all.

        `get` is the door for users: it asks the access policy first.

        Raises
        ------
        NotFoundError
            No such file in the archive.
        DataError
            The file is damaged: it is quarantined and not served.
        ConflictError
            A file of this name with other content is in `folder`.
        ServiceError
            `folder` cannot be written.
        """
        with self._database.read() as connection:
            row = rows.find(connection, dp_id)
        target = Path(folder).absolute() / Path(row["path"]).name
        if row["state"] != "online":
            raise _damaged(dp_id)
        if target.exists():
            if fingerprint(target).sha256 == row["sha256"]:
                return target
            raise ConflictError("another file of this name is here", where=str(target), hint="name another folder")
        with disk_errors(target.parent, "write the file"):
            make_folder(target.parent)
        if not self._store.copy_out(row["path"], row["sha256"], target):
            findings = self._verifier.prove(row)
            if any(one.problem == "unreadable" for one in findings):
                raise AccessError("you may not read the archived file", where=str(self._store.path(row["path"])))
            raise _damaged(dp_id)
        return target

    def replicate(self, progress: Progress | None = None) -> int:
        """Copy every file to the replicas that lack it; return how many copies were made."""
        return self._verifier.replicate(progress or Silent())

    def verify(self, progress: Progress | None = None) -> Verification:
        """Read every copy of every file and compare it with its checksum, every row with the audit trail.

        A damaged copy goes to quarantine; where a replica is whole, it is restored from it.  A file without a whole copy is not
        served any more.  Files without a row are moved to quarantine.
        """
        return self._verifier.run(progress or Silent())


def _damaged(dp_id: str) -> DataError:
    return DataError(
        f"the archived file {dp_id} is damaged and in quarantine: it is not served",
        where=dp_id,
        hint="restore it from a backup, then run: dfs archive verify",
    )
