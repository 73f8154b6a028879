"""Restoration of an observatory from a backup: everything is checked first, the database comes last."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path, PurePosixPath

from dfs.errors import DataError, UsageError
from dfs.progress import Progress
from dfs.store.database import Database
from dfs.store.durable import copy_durably, disk_errors, fingerprint, make_folder, sync_folder
from dfs.store.files import FileStore
from dfs.store.format import format_of
from dfs.store.manifest import DATABASE, FILES, Manifest, read_manifest, refuse_content
from dfs.store.rows import copy_rows

__all__ = ["restore"]


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
    manifest = read_manifest(source)
    for place in (root, *store.volumes):
        refuse_content(place)
    _refuse_database(database)
    _prove(source, manifest, progress)
    try:
        with disk_errors(root, "restore the observatory"):
            make_folder(root)
            _put_files(source, manifest, store, progress)
            _put_database(source / DATABASE, database)
    except BaseException:
        for volume in store.volumes:
            _empty(volume)
        raise
    return manifest


def _refuse_database(database: Database) -> None:
    if database.file is not None:
        refuse_content(database.file.parent)
        return
    with database.read() as connection:
        if format_of(connection) is not None:
            raise UsageError("the database holds an observatory", where=database.name, hint="name an empty database")


def _prove(source: Path, manifest: Manifest, progress: Progress) -> None:
    """Raise `DataError` unless every file of the backup is there and unchanged, and nothing else is named."""
    parts = {DATABASE: manifest.database_sha256}
    parts |= {f"{FILES}/{place}": sha256 for place, sha256 in manifest.files.items()}  # "/x" becomes "files//x"
    progress.begin("check the backup", len(parts))
    for part, sha256 in parts.items():
        path = source / part
        if not _is_inside(part) or not path.is_file() or fingerprint(path).sha256 != sha256:
            raise DataError("this part of the backup is missing or changed", where=str(path), hint="use another backup")
        progress.step(part)
    progress.end()
    with closing(sqlite3.connect(f"file:{source / DATABASE}?mode=ro&immutable=1", uri=True)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise DataError(
                "the database of the backup is damaged", where=str(source / DATABASE), hint="use another backup"
            )


def _is_inside(part: str) -> bool:
    """Tell whether a part lies in its backup's folder: neither upwards nor an absolute place behind the folder's name."""
    return ".." not in PurePosixPath(part).parts and "//" not in part


def _put_files(source: Path, manifest: Manifest, store: FileStore, progress: Progress) -> None:
    progress.begin("restore", len(manifest.files))
    for place, sha256 in manifest.files.items():
        targets = [volume / place for volume in store.volumes]
        for target in targets:
            make_folder(target.parent)
        if copy_durably(source / FILES / place, targets).sha256 != sha256:
            raise DataError("this part of the backup changed while it was read", where=str(source / FILES / place))
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
