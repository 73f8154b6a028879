"""Backup of an observatory to a folder, consistent while others use it, and its restoration.

A backup is ``manifest.json``, ``observatory.sqlite`` (one state of the database, also when the database is PostgreSQL) and
``files/``.  Archived files never change and are never removed, so a copy of every file that a row of that state names is
consistent, however long the copying takes.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dfs.errors import DataError, ServiceError, UsageError
from dfs.progress import Progress
from dfs.store.database import Database
from dfs.store.durable import copy_durably, disk_errors, fingerprint, make_folder, sync_folder
from dfs.store.files import FileStore
from dfs.store.format import FORMAT, format_of
from dfs.store.rows import copy_rows
from dfs.store.tables import audit, files

__all__ = ["Manifest", "back_up", "restore"]

_MANIFEST, _DATABASE, _FILES = "manifest.json", "observatory.sqlite", "files"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Attributes
    ----------
    format
        Format version of the observatory.
    made
        UTC ISO 8601.
    database_sha256
        Of the copy of the database.
    audit_rows, audit_head
        Length and last digest of the audit trail: tells a trail that was cut off.
    bytes
        Of all files.
    files
        Place inside the volume -> SHA-256.
    lost
        Places of files that were damaged without a whole copy, and are not in the backup.
    """

    format: int
    made: str
    database_sha256: str
    audit_rows: int
    audit_head: str
    bytes: int
    files: Mapping[str, str]
    lost: tuple[str, ...] = ()


def back_up(database: Database, store: FileStore, folder: Path, made: str, progress: Progress) -> Manifest:
    """Copy the observatory to the new folder `folder`, which appears when all is in it.

    Raises
    ------
    UsageError
        `folder` holds something.
    DataError
        A file that should be whole is damaged.
    ServiceError
        `folder` cannot be written.
    """
    _refuse_content(folder)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        with disk_errors(folder, "write the backup"):
            make_folder(part)
            _copy_database(database, part / _DATABASE)
            manifest = _copy_files(store, part, made, progress)
            _write_text(part / _MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True))
            part.replace(folder)
            sync_folder(folder.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def restore(source: Path, database: Database, store: FileStore, root: Path, progress: Progress) -> Manifest:
    """Make an observatory from the backup in `source`: checked first, then files, the database last.

    Raises
    ------
    UsageError
        `source` is no backup, or there is something where the observatory shall be.
    DataError
        A file of the backup is missing or changed.
    ServiceError
        The target cannot be written.
    """
    manifest = _read_manifest(source)
    for place in (root, *store.volumes):
        _refuse_content(place)
    _refuse_database(database)
    _prove(source, manifest, progress)
    try:
        with disk_errors(root, "restore the observatory"):
            make_folder(root)
            _put_files(source, manifest, store, progress)
            _put_database(source / _DATABASE, database)
    except BaseException:
        for volume in store.volumes:
            _empty(volume)
        raise
    return manifest


def _copy_database(database: Database, target: Path) -> None:
    """Write one state of the database to the new SQLite file `target`."""
    if database.file is not None:
        with closing(sqlite3.connect(database.file)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        return
    snapshot = Database(f"sqlite:///{target}")
    with database.write() as connection:  # the writer's lock holds this state still
        copy_rows(connection, snapshot)
    snapshot.close()
    with closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")


def _copy_files(store: FileStore, part: Path, made: str, progress: Progress) -> Manifest:
    rows, version, trail = _snapshot(part / _DATABASE)
    lost, copied, size = [], {}, 0
    progress.begin("backup", len(rows))
    for row in rows:
        target = part / _FILES / row["path"]
        make_folder(target.parent)
        if store.copy_out(row["path"], row["sha256"], target):
            copied[row["path"]] = row["sha256"]
            size += row["bytes"]
        elif row["state"] == "quarantined":
            lost.append(row["path"])
        else:
            raise DataError(
                "the archived file is lost or damaged",
                where=str(store.path(row["path"])),
                hint="run: dfs archive verify",
            )
        progress.step(row["path"])
    progress.end()
    digest = fingerprint(part / _DATABASE).sha256
    return Manifest(version, made, digest, trail[0], trail[1], size, copied, tuple(lost))


def _snapshot(file: Path) -> tuple[list[dict[str, Any]], int, tuple[int, str]]:
    """Return the rows of `files`, the format version, and length and head of the audit trail."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(str(select(files).order_by(files.c.path)))]
        version = int(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        newest = select(audit.c.sequence, audit.c.digest).order_by(audit.c.sequence.desc())
        last = connection.execute(str(newest)).fetchone()
    return rows, version, (last["sequence"], last["digest"]) if last else (0, "")


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(path.parent)


def _refuse_content(folder: Path) -> None:
    """Raise `UsageError` when `folder` holds anything but a settings file and the command line's log."""
    try:
        content = sorted(entry.name for entry in folder.iterdir() if entry.name not in {"dfs.toml", "log"})
    except FileNotFoundError:
        return
    except OSError as error:
        raise ServiceError(f"cannot look into the folder: {error.strerror}", where=str(folder)) from error
    if content:
        raise UsageError(
            f"the folder is not empty ({content[0]} ...)",
            where=str(folder),
            hint="name a new folder; nothing is overwritten",
        )


def _refuse_database(database: Database) -> None:
    if database.file is not None:
        _refuse_content(database.file.parent)
        return
    with database.read() as connection:
        if format_of(connection) is not None:
            raise UsageError("the database holds an observatory", where=database.name, hint="name an empty database")


def _read_manifest(source: Path) -> Manifest:
    file = source / _MANIFEST
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        manifest = Manifest(**(content | {"lost": tuple(content["lost"])}))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            "this folder is no backup: its manifest.json is missing or damaged",
            where=str(source),
            hint="see: dfs backup --help",
        ) from error
    if manifest.format > FORMAT:
        raise ServiceError(
            f"the backup has format {manifest.format}, this dfs knows formats up to {FORMAT}",
            where=str(source),
            hint="install a newer vlt-dfs",
        )
    return manifest


def _prove(source: Path, manifest: Manifest, progress: Progress) -> None:
    """Raise `DataError` unless every file of the backup is there and unchanged, and nothing else is named."""
    parts = {_DATABASE: manifest.database_sha256}
    parts |= {f"{_FILES}/{place}": sha256 for place, sha256 in manifest.files.items()}
    progress.begin("check the backup", len(parts))
    for part, sha256 in parts.items():
        path = source / part
        if ".." in Path(part).parts or not path.is_file() or fingerprint(path).sha256 != sha256:
            raise DataError("this part of the backup is missing or changed", where=str(path), hint="use another backup")
        progress.step(part)
    progress.end()
    with closing(sqlite3.connect(f"file:{source / _DATABASE}?mode=ro&immutable=1", uri=True)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise DataError(
                "the database of the backup is damaged", where=str(source / _DATABASE), hint="use another backup"
            )


def _put_files(source: Path, manifest: Manifest, store: FileStore, progress: Progress) -> None:
    progress.begin("restore", len(manifest.files))
    for place, sha256 in manifest.files.items():
        targets = [volume / place for volume in store.volumes]
        for target in targets:
            make_folder(target.parent)
        if copy_durably(source / _FILES / place, targets).sha256 != sha256:
            raise DataError("this part of the backup changed while it was read", where=str(source / _FILES / place))
        progress.step(place)
    for folder in _folders(manifest, store):
        sync_folder(folder)
    progress.end()


def _folders(manifest: Manifest, store: FileStore) -> Iterator[Path]:
    for volume in store.volumes:
        yield from dict.fromkeys((volume / place).parent for place in manifest.files)


def _put_database(snapshot: Path, database: Database) -> None:
    """Put the database in place, in one step."""
    if database.file is not None:
        make_folder(database.file.parent)
        part = database.file.with_name(f".{database.file.name}.part")
        try:
            copy_durably(snapshot, [part])
            part.chmod(0o644)
            part.replace(database.file)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(database.file.parent)
        return
    with (
        tempfile.TemporaryDirectory() as folder
    ):  # a backup is never opened for writing, not even to switch its journal
        origin = Database(f"sqlite:///{shutil.copy(snapshot, folder)}")
        with origin.read() as connection:
            copy_rows(connection, database)
        origin.close()


def _empty(volume: Path) -> None:
    """Take back what a failed restoration put into `volume`, which was empty before."""
    for entry in volume.iterdir() if volume.is_dir() else ():
        shutil.rmtree(entry, ignore_errors=True)
    with suppress(OSError):  # it may be a mount point
        volume.rmdir()
