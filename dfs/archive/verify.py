"""Proving the archive: every copy of every file is read and compared; what is wrong is healed or quarantined, never served."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from dfs.access import AuditTrail
from dfs.archive.entries import Finding, Verification
from dfs.archive.release import Release
from dfs.archive.restrictions import release_details, releases, set_release
from dfs.errors import DataError
from dfs.progress import Progress
from dfs.store import Database, FileStore
from dfs.store.files import Copy
from dfs.store.tables import audit as audit_table
from dfs.store.tables import files

__all__ = ["Verifier"]

_ASIDE = {"staging", "quarantine"}


@dataclass(frozen=True)
class Verifier:
    """Compares what the rows say with what lies on disk."""

    database: Database
    store: FileStore
    audit: AuditTrail

    def run(self, progress: Progress) -> Verification:
        """Prove every file; see `dfs.archive.Archive.verify`."""
        findings = self._prove_audit()
        with self.database.read() as connection:  # one state of both tables
            rows = [dict(row) for row in connection.execute(select(files).order_by(files.c.dp_id)).mappings()]
            acknowledged = None if findings else _acknowledged(connection)
            moved = [] if findings else _changed_releases(connection)
        if acknowledged is not None:
            findings += self._lost_rows(rows, acknowledged)
        findings += [self._put_release_back(dp_id, right) for dp_id, right in moved]
        progress.begin("verify", len(rows))
        for row in rows:
            findings += self._against_audit(row, acknowledged) if acknowledged is not None else []
            findings += self.prove(row)
            progress.step(row["dp_id"])
        progress.end()
        findings += self._unregistered()
        return Verification(len(rows), sum(row["bytes"] for row in rows), tuple(findings))

    def replicate(self, progress: Progress) -> int:
        """Copy what a replica lacks from a copy that is good; return how many copies were made.  Nothing else is touched."""
        with self.database.read() as connection:
            rows = connection.execute(select(files.c.dp_id, files.c.path, files.c.sha256)).all()
        made = 0
        progress.begin("replicate", len(rows))
        for dp_id, place, sha256 in rows:
            lacking = [volume / place for volume in self.store.volumes if not (volume / place).is_file()]
            good = (
                next((one.path for one in self.store.check(place, sha256) if one.state == "good"), None)
                if lacking
                else None
            )
            if good is not None:
                for copy in lacking:
                    self.store.heal(good, copy)
                made += len(lacking)
            progress.step(dp_id)
        progress.end()
        return made

    def prove(self, row: Mapping[str, Any]) -> list[Finding]:
        """Read every copy of one file, heal or quarantine what is wrong, and say what was found."""
        copies = self.store.check(row["path"], row["sha256"])
        good = next((copy.path for copy in copies if copy.state == "good"), None)
        findings = [self._treat(row, copy, good) for copy in copies if copy.state != "good"]
        state = "quarantined" if good is None else "online"
        unreadable = any(copy.state == "unreadable" for copy in copies)  # says nothing about the file
        if state != row["state"] and not (unreadable and good is None):
            self._set_state(row["dp_id"], state)
        return findings

    def _treat(self, row: Mapping[str, Any], copy: Copy, good: Path | None) -> Finding:
        if copy.state == "unreadable":
            return Finding(row["dp_id"], copy.path, copy.state, "left alone: give read permission, or mount its disk")
        action = "none left to serve"
        if copy.state == "changed":
            moved = self.store.quarantine(copy.path)
            action = f"moved to {moved}"
        if good is not None:
            self.store.heal(good, copy.path)
            action = f"restored from {good}"
        with self.database.write() as connection:
            self.audit.append(
                connection,
                "heal" if good else "quarantine",
                row["dp_id"],
                path=str(copy.path),
                problem=copy.state,
                did=action,
            )
        return Finding(row["dp_id"], copy.path, copy.state, action)

    def _set_state(self, dp_id: str, state: str) -> None:
        with self.database.write() as connection:
            connection.execute(update(files).where(files.c.dp_id == dp_id).values(state=state))
            self.audit.append(connection, "state", dp_id, state=state)

    def _prove_audit(self) -> list[Finding]:
        """Walk the audit trail; when it is broken, nothing in it counts, and the files are proved without it."""
        try:
            self.audit.verify()
        except DataError as error:
            return [Finding(None, Path(self.database.name), "audit broken", error.message)]
        return []

    def _lost_rows(self, rows: list[dict[str, Any]], acknowledged: Mapping[str, str]) -> list[Finding]:
        """Find files whose ingest the audit trail tells of and whose row has gone."""
        gone = acknowledged.keys() - {row["dp_id"] for row in rows}
        place = Path(self.database.name)
        return [Finding(one, place, "row missing", "restore the database from a backup") for one in sorted(gone)]

    def _against_audit(self, row: dict[str, Any], acknowledged: Mapping[str, str]) -> list[Finding]:
        """Find a row whose checksum was changed; the audit trail's is the right one, and is put back."""
        right = acknowledged.get(row["dp_id"])
        if right == row["sha256"]:
            return []
        place = self.store.path(row["path"])
        if right is None:
            return [
                Finding(row["dp_id"], place, "row unknown", "left alone: no ingest in the audit trail speaks of it")
            ]
        with self.database.write() as connection:
            connection.execute(update(files).where(files.c.dp_id == row["dp_id"]).values(sha256=right))
            self.audit.append(connection, "heal", row["dp_id"], problem="row changed", found=row["sha256"])
        row["sha256"] = right
        return [Finding(row["dp_id"], place, "row changed", "checksum put back from the audit trail")]

    def _put_release_back(self, dp_id: str, right: Release) -> Finding:
        """Undo a change of who may see a file, and until when, that the audit trail knows nothing of."""
        with self.database.write() as connection:
            set_release(connection, dp_id, right)
            self.audit.append(connection, "release", dp_id, problem="release changed", **release_details(right))
        did = f"put back from the audit trail: {right.date}"
        return Finding(dp_id, Path(self.database.name), "release changed", did)

    def _unregistered(self) -> list[Finding]:
        """Find files without a row; the writer's lock makes sure that none is just on its way in."""
        candidates = [path for volume in self.store.volumes for path in _files_of(volume)]
        with self.database.write() as connection:
            known = set(connection.execute(select(files.c.path)).scalars())
            strays = [path for path in candidates if self._place(path) not in known and path.is_file()]
            findings = []
            for path in strays:
                moved = self.store.quarantine(path)
                self.audit.append(
                    connection, "quarantine", self._place(path), problem="unregistered", did=f"moved to {moved}"
                )
                findings.append(Finding(None, path, "unregistered", f"moved to {moved}"))
        return findings

    def _place(self, path: Path) -> str:
        volume = next(volume for volume in self.store.volumes if path.is_relative_to(volume))
        return path.relative_to(volume).as_posix()


def _acknowledged(connection: Connection) -> dict[str, str]:
    """Return the checksum of every file as the audit trail has it since its ingest."""
    query = select(audit_table.c.subject, audit_table.c.details).where(audit_table.c.action == "ingest")
    return {subject: json.loads(details)["sha256"] for subject, details in connection.execute(query)}


def _changed_releases(connection: Connection) -> list[tuple[str, Release]]:
    """Return the files whose release is not what the audit trail says last, with what it says; older entries say nothing of it."""
    query = select(audit_table.c.subject, audit_table.c.details).where(audit_table.c.action.in_(("ingest", "release")))
    told = {dp_id: json.loads(details) for dp_id, details in connection.execute(query.order_by(audit_table.c.sequence))}
    known = {
        dp_id: Release(one["release_date"], one["restrictions"], one["metadata_protected"])
        for dp_id, one in told.items()
        if "restrictions" in one
    }
    present = releases(connection)
    return [(dp_id, right) for dp_id, right in known.items() if dp_id in present and present[dp_id] != right]


def _files_of(volume: Path) -> list[Path]:
    """Return every file of a volume outside staging and quarantine."""
    folders = (
        sorted(entry for entry in volume.iterdir() if entry.is_dir() and entry.name not in _ASIDE)
        if volume.is_dir()
        else []
    )
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
