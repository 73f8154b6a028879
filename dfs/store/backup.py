"""Backup of an observatory to a folder, consistent while others use it.

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
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dfs.errors import DataError
from dfs.progress import Progress
from dfs.store.database import Database
from dfs.store.durable import disk_errors, fingerprint, make_folder, sync_folder
from dfs.store.files import FileStore
from dfs.store.manifest import DATABASE, FILES, MANIFEST, Manifest, refuse_content
from dfs.store.rows import copy_rows
from dfs.store.tables import audit, files

__all__ = ["back_up"]


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
    refuse_content(folder)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        with disk_errors(folder, "write the backup"):
            make_folder(part)
            _copy_database(database, part / DATABASE)
            manifest = _copy_files(store, part, made, progress)
            _write_text(part / MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True))
            part.replace(folder)
            sync_folder(folder.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _copy_database(database: Database, target: Path) -> None:
    """Write one state of the database to the new SQLite file `target`."""
    if database.file is not None:
        with (
            database.errors(),
            closing(sqlite3.connect(database.file)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
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
    rows, version, trail = _snapshot(part / DATABASE)
    lost, copied, size = [], {}, 0
    progress.begin("backup", len(rows))
    for row in rows:
        target = part / FILES / row["path"]
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
    digest = fingerprint(part / DATABASE).sha256
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
