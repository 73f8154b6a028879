"""The relational store: one door to SQLite or PostgreSQL, safe for several processes at once.

SQLite runs in WAL mode with ``synchronous=FULL`` (a commit survives a power cut), a busy timeout and foreign keys on.  A write
takes the writer's lock when it begins (``BEGIN IMMEDIATE``; in PostgreSQL an advisory lock), so that what it read is still
true when it commits: "look, then write" needs no further care.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url, text
from sqlalchemy.engine import URL

from dfs.errors import ConflictError, DfsError, ServiceError, UsageError

__all__ = ["Database"]

_WRITE = "dfs_write"
_ADVISORY_LOCK = 0x0DF5  # any fixed number: the key of the one writer's lock in PostgreSQL


class Database:
    """Connections to the relational store.

    Parameters
    ----------
    url
        SQLAlchemy URL: ``sqlite:///`` with an absolute path, or ``postgresql+psycopg://...``.
    busy_timeout_s
        Seconds a write waits for the writers before it.

    Examples
    --------
    >>> with database.read() as connection:                       # doctest: +SKIP
    ...     rows = connection.execute(select(tables.files)).all()
    >>> with database.write() as connection:                      # doctest: +SKIP
    ...     connection.execute(insert(tables.users).values(...))
    """

    def __init__(self, url: str, *, busy_timeout_s: float = 60.0) -> None:
        self._url = _parsed(url)
        self._busy_timeout_s = busy_timeout_s
        self._opened: tuple[int, int] | None = None
        self._engine = self._make_engine()

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is a SQLite file."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The database file; None when a server holds the database."""
        return Path(str(self._url.database)) if self.is_sqlite else None

    @property
    def name(self) -> str:
        """The place of the database without any password, for messages."""
        return str(self.file) if self.file else self._url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database until it closes."""
        with self.errors(), self._engine.connect() as connection:
            # SQLite's readers see one state in any case
            yield connection if self.is_sqlite else connection.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the writer's connection; commit at the end, roll back on any error.

        Raises
        ------
        ServiceError
            The database stayed busy, is full, read-only or gone.
        ConflictError
            A row breaks a constraint: somebody else saved first.
        """
        with self.errors(), self._engine.connect() as connection:
            writer = connection.execution_options(**{_WRITE: True})
            self._begin_write(writer)
            yield writer
            writer.commit()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _begin_write(self, connection: Connection) -> None:
        """Take the writer's lock, trying again while others hold it.

        SQLite's own busy handler is not called in every case (switching to WAL, recovery after a crash): hence the loop.
        """
        deadline = time.monotonic() + self._busy_timeout_s
        while True:
            try:
                connection.begin()
                if not self.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            except exc.OperationalError as error:
                connection.rollback()
                if not _is_busy(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    def _make_engine(self) -> Engine:
        try:
            engine = create_engine(
                self._url,
                pool_pre_ping=not self.is_sqlite,
                json_serializer=lambda value: json.dumps(value, allow_nan=False),
            )
        except (exc.ArgumentError, exc.NoSuchModuleError, ModuleNotFoundError) as error:
            raise UsageError(
                f"cannot use database_url {self.name}: {error}",
                accepted="sqlite:////path/to/file, or postgresql+psycopg://host/name with psycopg installed",
                hint="pip install 'psycopg[binary]' for PostgreSQL",
            ) from error
        _engines.add(engine)
        if self.is_sqlite:
            self._configure_sqlite(engine)
        return engine

    def _configure_sqlite(self, engine: Engine) -> None:
        timeout_ms = int(self._busy_timeout_s * 1000)

        @event.listens_for(engine, "do_connect")
        def find(*_: Any) -> None:
            if self._opened is not None:
                self._refuse_another()
            else:
                _make_private(Path(str(self._url.database)))

        @event.listens_for(engine, "checkout")
        def check(*_: Any) -> None:
            self._refuse_another()

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # the driver begins nothing by itself: see begin()
            connection.execute(f"PRAGMA busy_timeout = {timeout_ms}")
            _switch_to_wal(connection, self._busy_timeout_s)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if self._opened is None:
                self._opened = _identity(Path(str(self._url.database)))

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            write = connection.get_execution_options().get(_WRITE, False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    def _refuse_another(self) -> None:
        """Raise `ServiceError` when the file that was opened lies no longer there: what is written to it would be lost."""
        if self._opened is not None and _identity(Path(str(self._url.database))) != self._opened:
            raise ServiceError(
                "the database's file was moved or replaced while it was open",
                where=self.name,
                hint="put it back, or start this program again",
            )

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn what the database says into our errors, in one line."""
        try:
            yield
        except DfsError:
            raise
        except exc.IntegrityError as error:
            raise ConflictError(f"a row is not accepted: {error.orig}", where=self.name) from error
        except exc.DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
            raise ServiceError(f"the database failed: {reason}", where=self.name, hint=_hint(reason)) from error
        except sqlite3.DatabaseError as error:  # the driver itself, without SQLAlchemy around it
            raise ServiceError(f"the database failed: {error}", where=self.name, hint=_hint(str(error))) from error


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except exc.ArgumentError as error:
        raise UsageError(
            f"setting database_url = {url!r} is not a URL",
            accepted="sqlite:////path/to/file or postgresql+psycopg://host/name",
        ) from error
    backend = parsed.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise UsageError(f"setting database_url names {backend}", accepted="sqlite, postgresql")
    if backend == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise UsageError("setting database_url names no file", accepted="sqlite:////path/to/file")
    return parsed


_engines: WeakSet[Engine] = WeakSet()


def _forget_connections() -> None:
    """Give a forked process connections of its own: a SQLite connection must not cross a fork."""
    for engine in list(_engines):
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_connections)


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make_private(file: Path) -> None:
    """Make the file if there is none: it holds hashes of passwords and signing keys, so it is not for everybody on the machine to read."""
    with suppress(OSError):  # SQLite will say what is wrong
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o660))


def _switch_to_wal(connection: Any, patience_s: float) -> None:
    """Switch a database to WAL (kept in the file); others who do the same at once make it busy without waiting."""
    deadline = time.monotonic() + patience_s
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _is_busy(error: exc.OperationalError) -> bool:
    return "locked" in str(error.orig) or "busy" in str(error.orig)


def _hint(reason: str) -> str:
    """Return what to do about the database's complaint."""
    cures = {
        "locked": "another process keeps writing: wait for it, or raise busy_timeout_s",
        "readonly": "make the observatory's root writable, or name another by --root",
        "full": "free space on the disk, then run the command again",
        "disk I/O error": "see whether the disk is full or faulty; what was committed is kept",
        "unable to open": "check that the root exists and that you may write there",
        "malformed": "restore the last backup: dfs restore",
        "not a database": "restore the last backup: dfs restore",
        "no such table": "this observatory is older than this dfs: dfs upgrade",
        "connection": "check that the database server runs and that database_url is right",
    }
    return next((cure for sign, cure in cures.items() if sign in reason), "")
