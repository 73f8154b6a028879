"""A generation opened for reading: a locked-down DuckDB on its tables, and its rows by number."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from dfs.archive.index.block import Block
from dfs.archive.index.build import CUBE
from dfs.archive.index.manifest import DATABASE, STREAM, Manifest, current, hold
from dfs.errors import ServiceError
from dfs.model.schema import TableSchema

__all__ = ["Generation", "Resources", "Use"]

Prepare = Callable[[Any], None]
Use = Literal["tables", "stream", "rows"]
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
        Of the queries that join, sort or group; beyond it they go to disk.
    stream_memory
        Of those that only read a whole table: what they have read need not be kept.
    spill
        The most that goes to disk.
    """

    threads: int = min(4, os.cpu_count() or 1)
    memory: str = "1GB"
    stream_memory: str = "24MB"
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
        self._connections: dict[Use, Any] = {}
        self._prepared: set[Use] = set()
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

    def cursor(self, prepare: Prepare | None = None, *, use: Use = "tables") -> Any:
        """Return a DuckDB connection of its own for one query.

        Parameters
        ----------
        prepare
            Called once for each use: registers functions that are not there yet.
        use
            What it will read: the generation's ``tables``; one of them from end to end (``stream``); or registered ``rows`` alone, in
            the thread that asks, which for few rows is quicker than to wake others.
        """
        if use == "stream" and not (self.folder / STREAM).exists():
            use = "tables"  # where files cannot have second names, both share one DuckDB
        with self._lock:
            if self._handle is None:
                raise ServiceError("the index is closed", where=str(self.folder))
            if use not in self._connections:
                self._connections[use] = self._connect(use)
            if prepare is not None and use not in self._prepared:
                prepare(self._connections[use])
                self._prepared.add(use)
            return self._connections[use].cursor()

    def _connect(self, use: Use) -> Any:
        import duckdb

        config = {
            "threads": 1 if use == "rows" else self._resources.threads,
            "memory_limit": self._resources.stream_memory if use == "stream" else self._resources.memory,
            "temp_directory": str(
                self.folder / f"spill-{os.getpid()}"
            ),  # of a process that dies it goes with the generation
            "max_temp_directory_size": self._resources.spill,
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "preserve_insertion_order": use == "rows",
            "arrow_large_buffer_size": True,
        }
        # DuckDB knows a file by its name: under its second name it gets limits of its own
        places = {"tables": DATABASE, "stream": STREAM}
        with _connecting:
            if use == "rows":
                connection = duckdb.connect(config=config)
            else:
                connection = duckdb.connect(str(self.folder / places[use]), read_only=True, config=config)
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
