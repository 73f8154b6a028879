"""Making a new observatory's stores; safe when several processes do it at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from dfs.errors import ServiceError
from dfs.store.database import Database
from dfs.store.durable import disk_errors, make_folder
from dfs.store.format import create_tables

__all__ = ["make_store"]


def make_store(root: Path, database: Database, first: Callable[[Connection], None]) -> None:
    """Make root folder and tables when they are not there.

    Parameters
    ----------
    root
        The observatory's folder.
    database
        Where the tables go.
    first
        Writes the first rows of a new store, in the transaction that makes its tables.

    Raises
    ------
    ServiceError
        The folder cannot be made or the database cannot be written.
    """
    if root.exists() and not root.is_dir():
        raise ServiceError(
            "a file stands where the observatory should be", where=str(root), hint="name another by --root"
        )
    with disk_errors(root, "make the observatory"):
        make_folder(root)
        if database.file is not None:
            make_folder(database.file.parent)
    create_tables(database, first)
