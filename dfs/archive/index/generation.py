"""A generation opened for reading: a locked-down DuckDB on its tables, and its rows by number."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from dfs.archive.index.block import Block
from dfs.archive.index.build import CUBE
from dfs.archive.index.manifest import DATABASE, Manifest, current, hold
from dfs.errors import ServiceError
from dfs.model.schema import TableSchema

__all__ = ["Generation", "Resources"]

Prepare = Callable[[Any], None]
_TRIES = 20
_connecting = threading.Lock()


@dataclass(frozen=True, slots=True)
class Resources:
    """What queries may use of the machine.

    Attributes
    ----------
    threads
        Of one process, all its queries together.
    memory
        Of DuckDB; beyond it, sorts and joins go to disk.
    spill
        The most they may put there.
    """

    threads: int = min(4, os.cpu_count() or 1)
    memory: str = "192MB"
    spill: str = "20GB"


class Generation:
    """One generation, from `Generation.open`."""

    def __init__(self, folder: Path, manifest: Manifest, handle: int, resources: Resources) -> None:
        self.folder = folder
        self.manifest = manifest
        self._handle: int | None = handle
        self._resources = resources
        self._blocks: dict[str, Block] = {}
        self._cubes: dict[str, pa.Table | None] = {}
        self._connections: dict[bool, Any] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, index: Path, resources: Resources) -> Generation | None:
        """Open the generation in force; None: there is none."""
        for _ in range(_TRIES):
            manifest = current(index)
            if manifest is None:
                return None
            folder = index / manifest.generation
            handle = hold(folder)
            if handle is not None:
                return cls(folder, manifest, handle, resources)
        raise ServiceError("the index changes faster than it can be opened", where=str(index))

    def block(self, table: str) -> Block | None:
        """Return the rows of `table` (lower case); None: this generation has no such table."""
        files = self.manifest.tables.get(table)
        if files is None:
            return None
        if table not in self._blocks:
            self._blocks[table] = Block.mapped(self.folder / files.folder, files)
        return self._blocks[table]

    def cube(self, table: TableSchema) -> pa.Table | None:
        """Return the counts of `table` kept ready; None: there are none."""
        name = table.name.lower()
        files = self.manifest.tables.get(name)
        if files is None:
            return None
        if name not in self._cubes:
            path = self.folder / files.folder / CUBE
            self._cubes[name] = pa.ipc.open_file(pa.memory_map(str(path))).read_all() if path.exists() else None
        return self._cubes[name]

    def cursor(self, prepare: Prepare | None = None, *, tables: bool = True) -> Any:
        """Return a DuckDB connection of its own for one query.

        Parameters
        ----------
        prepare
            Called once on the first connection: registers functions that are not there yet.
        tables
            Whether it reads the generation's tables; False: it runs on registered rows alone, in the thread that asks, which for few
            rows is quicker than to wake others.
        """
        with self._lock:
            if self._handle is None:
                raise ServiceError("the index is closed", where=str(self.folder))
            if tables not in self._connections:
                self._connections[tables] = self._connect(prepare, tables=tables)
            return self._connections[tables].cursor()

    def _connect(self, prepare: Prepare | None, *, tables: bool) -> Any:
        import duckdb

        spill = self.folder.parent / f"spill-{os.getpid()}"
        config = {
            "threads": self._resources.threads if tables else 1,
            "memory_limit": self._resources.memory,
            "temp_directory": str(spill),
            "max_temp_directory_size": self._resources.spill,
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "preserve_insertion_order": not tables,
            "arrow_large_buffer_size": True,
        }
        with _connecting:
            if tables:
                connection = duckdb.connect(str(self.folder / DATABASE), read_only=True, config=config)
            else:
                connection = duckdb.connect(config=config)
            if prepare is not None:
                prepare(connection)
            # connections of one process to one file share one DuckDB: another index may have locked it
            if not connection.sql("SELECT current_setting('lock_configuration')").fetchall()[0][0]:
                connection.execute("SET enable_external_access = false")
                connection.execute("SET lock_configuration = true")
        return connection

    def close(self) -> None:
        """Let go of it; its files may be removed then.  A query that still runs keeps what it has open."""
        with self._lock:
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None

    def __del__(self) -> None:
        self.close()
