"""The index: what queries read.  Built from the truth, never the only copy of anything, and as new as the last commit.

Rows lie in generations of immutable files.  Whoever asks for a snapshot also gets what was committed since the generation was made: the
audit trail names the files concerned, their rows are made anew and kept in memory, their old rows hidden.  When too much has come
together, a new generation is built: behind the scenes by a process that stays (a server), else at once.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from dfs.archive.index.build import write_generation
from dfs.archive.index.changes import Changes, Pulse, changes_since, head, present
from dfs.archive.index.columns import structure
from dfs.archive.index.delta import Delta, adoptable
from dfs.archive.index.generation import Generation, Resources
from dfs.archive.index.harm import harm_of
from dfs.archive.index.manifest import Manifest, locked
from dfs.archive.index.snapshot import Snapshot, TableState
from dfs.errors import DfsError
from dfs.model.schema import TableSchema
from dfs.progress import Progress, Silent
from dfs.store import Database
from dfs.store.sources import TableSource

__all__ = ["Index"]

_log = logging.getLogger(__name__)

_FEW_FILES = 500  # changed files that never ask for a new generation
_SHARE_BEHIND = 0.02  # of the rows: more changed files than this and a server builds anew behind the scenes
_READ_AT_ONCE = 256_000_000  # bytes of an index that is read whole whenever it is opened (0.2 s)
_SHARE_AT_ONCE = 0.2  # more than this and whoever asks waits for it


class Index:
    """The index of an observatory.

    Parameters
    ----------
    database
        The truth.
    folder
        Where generations lie.
    sources
        Who makes rows of the truth.
    resources
        What queries may use.
    behind
        Build new generations in a thread of this process (a server); False: only when somebody must wait for it anyway.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        sources: Sequence[TableSource],
        *,
        resources: Resources | None = None,
        behind: bool = False,
    ) -> None:
        self._database = database
        self._folder = folder
        self._sources = tuple(sources)
        self._resources = resources or Resources()
        self.behind = behind
        self._pulse = Pulse(database)
        self._lock = threading.RLock()
        self._last: tuple[tuple[object, ...], Snapshot] | None = None  # the last, with the signs of its moment
        self._delta: Delta | None = None
        self._opened: tuple[int, int] | None = None
        self._builder: threading.Thread | None = None
        self._process = os.getpid()

    def snapshot(self) -> Snapshot:
        """Return every table as it is now: all that was committed before this call is in it.

        Raises
        ------
        ServiceError
            The truth or the index cannot be read.
        """
        kept = self._last  # read once: another thread may be about to renew it
        if kept is not None and self._process == os.getpid() and kept[0] == self._signs():
            return kept[1]
        with self._lock:
            if self._process != os.getpid():  # a fork: what the parent opened is the parent's
                self._forget()
            signs, kept = self._signs(), self._last
            if kept is None or kept[0] != signs:
                renewed = self._renewed()
                kept = self._last = ((self._stamp(), *signs[1:]), renewed)
            return kept[1]

    def rebuild(self, progress: Progress | None = None) -> Manifest:
        """Write a new generation from the truth and put it in force; another process that does so at the same moment is waited for.

        Parameters
        ----------
        progress
            Steps are batches of rows, then tables.
        """
        with locked(self._folder), self._database.read() as connection:
            watermark = head(connection)
            tables = [table for source in self._sources for table in source.tables(connection)]
            rows = (pair for source in self._sources for pair in source.rows(connection))
            return write_generation(self._folder, tables, rows, watermark=watermark, progress=progress or Silent())

    def check(self) -> list[str]:
        """Read every file of the index and return those that are not as they were written; if there are any, it is built anew."""
        found = harm_of(self._folder)
        if found:
            self.rebuild()
        return found

    def close(self) -> None:
        """Let go of files and memory; a build behind the scenes is waited for."""
        builder = self._builder
        if builder is not None and builder.is_alive():
            builder.join()
        with self._lock:
            self._pulse.close()
            if self._delta is not None and self._process == os.getpid():
                self._delta.generation.close()
            self._forget()

    def _forget(self) -> None:
        self._last, self._delta = None, None
        if self._process != os.getpid():
            self._pulse, self._process, self._builder = Pulse(self._database), os.getpid(), None

    def _signs(self) -> tuple[object, ...]:
        return (self._stamp(), self._pulse.feel())

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = (self._folder / "manifest.json").stat()
        except FileNotFoundError:
            return None
        return (found.st_ino, found.st_mtime_ns)

    def _renewed(self) -> Snapshot:
        """Return the snapshot of this moment."""
        with self._database.read() as connection:
            now = head(connection)
            tables = {table.name.lower(): table for source in self._sources for table in source.tables(connection)}
            delta = self._fitting(tables, now)
            if delta is None:
                return self._rebuilt()
            manifest = delta.generation.manifest
            before = self._last[1].watermark if self._last else manifest.watermark
            changes = changes_since(connection, before) if now > before else Changes()
            if self._too_many(len(delta.files | changes), manifest):
                return self._rebuilt()
            return self._with_changes(connection, delta, tables, changes, now)

    def _rebuilt(self) -> Snapshot:
        stamp = self._stamp()
        with locked(self._folder):
            pass  # somebody else may be at it: theirs will do
        if self._stamp() == stamp:
            self.rebuild()
        return self._renewed()

    def _fitting(self, tables: dict[str, TableSchema], now: int) -> Delta | None:
        """Return what came since the generation in force, which is opened; None: there is none that fits the truth."""
        stamp = self._stamp()
        if self._delta is None or self._opened != stamp:
            is_damaged = bool(harm_of(self._folder, _READ_AT_ONCE))
            generation = None if is_damaged else Generation.open(self._folder, self._resources)
            self._opened = stamp
            # the old one closes with its last query
            self._last, self._delta = None, Delta(generation) if generation is not None else None
        delta = self._delta
        if delta is None or delta.generation.manifest.watermark > now:
            return None
        for name, known in delta.generation.manifest.tables.items():
            table, block = tables.get(name), delta.generation.block(name)
            changed = table is not None and block is not None and known.structure != structure(table)
            if changed and table is not None and block is not None and not adoptable(table, known.rows, block):
                return None
        return delta if all(delta.follows(table) for table in tables.values()) else None

    def _too_many(self, changed: int, manifest: Manifest) -> bool:
        rows = max((one.rows for one in manifest.tables.values()), default=0)
        if self.behind and changed > max(_FEW_FILES, _SHARE_BEHIND * rows):
            self._build_behind()
        return changed > max(_FEW_FILES, _SHARE_AT_ONCE * rows)

    def _build_behind(self) -> None:
        if self._builder is None or not self._builder.is_alive():
            self._builder = threading.Thread(target=self._rebuild_quietly, name="index", daemon=True)
            self._builder.start()

    def _rebuild_quietly(self) -> None:
        """Build anew in a thread: where that fails, queries go on as they did."""
        try:
            self.rebuild()
        except DfsError as error:
            _log.warning("the index was not built anew: %s", error.line())
        except Exception:  # noqa: BLE001 - the log has it; a thread has nobody else to tell
            _log.exception("the index was not built anew")

    def _with_changes(
        self, connection: Connection, delta: Delta, tables: dict[str, TableSchema], changes: Changes, now: int
    ) -> Snapshot:
        touched = delta.adopt(tables.values())
        if changes:
            named = present(connection, changes)
            rows = (pair for source in self._sources for pair in source.rows(connection, named) if named)
            touched |= delta.change(tables, changes, rows)
        states = {name: self._kept(name, table, touched) or delta.state(table) for name, table in tables.items()}
        described = tuple(one for source in self._sources for one in source.schemas)
        before = self._last[1] if self._last else None
        version = before.version if before is not None and before.schemas == tables else _version(tables)
        return Snapshot(delta.generation, now, described, states, version)

    def _kept(self, name: str, table: TableSchema, touched: set[str]) -> TableState | None:
        """Return the last state of a table; None: it is another now."""
        state = self._last[1].tables.get(name) if self._last else None
        if state is None or name in touched or structure(state.schema) != structure(table):
            return None
        return state if state.schema == table else replace(state, schema=table)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _version(tables: dict[str, TableSchema]) -> str:
    return sha256(repr(sorted(tables.items())).encode()).hexdigest()
