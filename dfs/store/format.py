"""The format version of a store: made new, checked at every opening, raised by ``dfs upgrade``.

The number of the newest migration is the format version, for tables and folders alike.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from dfs.errors import ServiceError
from dfs.store.database import Database

__all__ = ["FORMAT", "check_format", "create_tables", "format_of", "upgrade"]

FORMAT = 3
MIGRATIONS = Path(__file__).parent / "migrations"


def format_of(connection: Connection) -> int | None:
    """Return the format version of the store behind `connection`; None when nothing is there yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else int(found)


def create_tables(database: Database, first: Callable[[Connection], None]) -> bool:
    """Make the tables of a new store, and let `first` write its first rows, in one transaction.

    Return False when they are there already (made by another process just now, perhaps).
    """
    with database.read() as connection:
        if format_of(connection) is not None:
            return False
    with database.write() as connection:
        if format_of(connection) is not None:
            return False
        _migrate(connection, "head")
        first(connection)
    return True


def check_format(database: Database) -> None:
    """Raise `ServiceError` unless the store has the format this package reads and writes."""
    with database.read() as connection:
        found = format_of(connection)
    if found is None:
        raise ServiceError("the database holds no observatory", where=database.name)
    if found < FORMAT:
        raise ServiceError(
            f"the observatory has format {found}, this dfs needs format {FORMAT}",
            where=database.name,
            hint="back it up and raise it: dfs backup FOLDER, then dfs upgrade",
        )
    if found > FORMAT:
        raise ServiceError(
            f"the observatory has format {found}, this dfs knows formats up to {FORMAT}",
            where=database.name,
            hint="install a newer vlt-dfs",
        )


def upgrade(database: Database, note: Callable[[Connection, int, int], None]) -> tuple[int, int]:
    """Raise the store to the present format in one transaction; return (format before, format after).

    Parameters
    ----------
    database
        The store.
    note
        ``note(connection, before, after)`` writes the audit row, when something was raised.

    Raises
    ------
    ServiceError
        There is no store, or it is newer than this package.
    """
    with database.write() as connection:
        before = format_of(connection)
        if before is None:
            raise ServiceError("the database holds no observatory", where=database.name)
        if before > FORMAT:
            raise ServiceError(
                f"the observatory has format {before}, this dfs knows formats up to {FORMAT}",
                where=database.name,
                hint="install a newer vlt-dfs",
            )
        _migrate(connection, "head")
        after = format_of(connection) or before
        if after != before:
            note(connection, before, after)
    return before, after


def _migrate(connection: Connection, target: str) -> None:
    """Run Alembic's steps up to `target` on the open transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)
