"""Copying all rows of one database into another, new one of the same format (SQLite to PostgreSQL and back)."""

from __future__ import annotations

from sqlalchemy import Connection, Integer, Table, insert, select, text

from dfs.errors import ServiceError
from dfs.store.database import Database
from dfs.store.format import FORMAT, create_tables, format_of
from dfs.store.tables import metadata

__all__ = ["copy_rows"]

_BATCH = 1000


def copy_rows(source: Connection, target: Database) -> None:
    """Make the tables in `target` and copy every row into them, in one transaction.

    Raises
    ------
    ServiceError
        The source has another format than this package writes, or the target holds an observatory already.
    """
    found = format_of(source)
    if found != FORMAT:
        raise ServiceError(f"format {found} cannot be copied to another kind of database", hint="run: dfs upgrade")

    def fill(connection: Connection) -> None:
        for table in metadata.sorted_tables:
            rows = source.execution_options(yield_per=_BATCH).execute(select(table)).mappings()
            for batch in rows.partitions():
                connection.execute(insert(table), [dict(row) for row in batch])
            if connection.dialect.name == "postgresql" and _is_counted(table):  # numbers given do not move the counter
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                connection.execute(text(f"SELECT setval({sequence}, (SELECT max(id) FROM {table.name}))"))  # noqa: S608

    if not create_tables(target, fill):
        raise ServiceError("the database holds an observatory already", where=target.name)


def _is_counted(table: Table) -> bool:
    """Tell whether the database itself numbers the rows of `table`."""
    return "id" in table.c and isinstance(table.c.id.type, Integer)
