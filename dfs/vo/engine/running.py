"""A query at work in DuckDB: on a connection of its own, with a time limit, stopped from any thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from dfs.archive.index import Snapshot
from dfs.errors import DataError, DfsError, ServiceError
from dfs.vo.adql import AdqlError
from dfs.vo.engine.functions import register
from dfs.vo.engine.plan import Plan, Planner
from dfs.vo.engine.watch import Watch
from dfs.vo.engine.wording import further_name, hidden_name, rows_name

__all__ = ["BATCH_ROWS", "Running"]

BATCH_ROWS = 8_192  # rows of a batch of a result

T = TypeVar("T")


class Running:
    """One run of a query.

    Parameters
    ----------
    snapshot
        What it reads.
    watch
        Keeps the time.
    seconds
        Of work; waiting for whoever reads the rows does not count.
    """

    def __init__(self, snapshot: Snapshot, watch: Watch, seconds: float) -> None:
        self._generation = snapshot.generation
        self._cursor: Any = None
        self._watch = watch
        self._seconds = seconds
        self._left = seconds
        self._late = False
        self._closed = False
        self._working = threading.Lock()

    def start(self, planner: Planner) -> Iterator[pa.RecordBatch]:
        """Begin the query and return its rows; what is wrong with it shows here or with the first of them."""
        for plan, wanted in planner.beginnings():
            table = self._timed(lambda plan=plan: self._query(planner, plan).to_arrow_table())  # type: ignore[misc]
            if table.num_rows >= wanted:
                return iter(table.to_batches(BATCH_ROWS))
        plan = planner.plan()
        reader = self._timed(lambda: self._query(planner, plan).to_arrow_reader(BATCH_ROWS))
        return self._read(reader)

    def close(self) -> None:
        """Stop the query if it runs, and let go of everything; from any thread, and as often as one likes."""
        self._closed = True
        while not self._working.acquire(timeout=0.02):
            cursor = self._cursor
            if cursor is not None:
                cursor.interrupt()  # again and again: one that comes between two steps of the query is lost
        try:
            if self._cursor is not None:
                self._cursor.close()
            self._cursor = None
        finally:
            self._working.release()

    def _query(self, planner: Planner, plan: Plan) -> Any:
        """Put a query to DuckDB, on a new connection."""
        if self._cursor is not None:
            self._cursor.close()
        self._cursor = self._generation.cursor(register, use=planner.use(plan))
        for alias, source in plan.sources.items():
            if source.rows is not None:
                self._cursor.register(rows_name(alias), source.rows)
            if source.further is not None:
                self._cursor.register(further_name(alias), source.further)
            if source.hidden is not None:
                self._cursor.register(hidden_name(alias), pa.table({"row": source.hidden}))
        return self._cursor.sql(planner.sql(plan))

    def _read(self, reader: Any) -> Iterator[pa.RecordBatch]:
        while True:
            batch = self._timed(lambda: next(iter(reader), None))
            if batch is None:
                return
            yield batch

    def _timed(self, work: Callable[[], T]) -> T:
        """Do some of the work within the time that is left."""
        with self._working:
            if self._closed:
                raise ServiceError("the query was stopped")
            began = time.monotonic()
            try:
                with self._watch.limit(max(0.0, self._left), self._stop_late):
                    return work()
            except (duckdb.Error, pa.ArrowException, RuntimeError, OSError) as error:
                raise self._told(error) from error
            finally:
                self._left -= time.monotonic() - began

    def _stop_late(self) -> None:
        self._late = True
        cursor = self._cursor
        if cursor is not None:
            cursor.interrupt()

    def _told(self, error: Exception) -> DfsError:
        """Return our word for what DuckDB says."""
        if self._late:
            limit = f"{self._seconds:g} s"
            return ServiceError(
                f"the query took longer than {limit}", hint="ask for less, use an asynchronous job, or a higher limit"
            )
        if self._closed or isinstance(error, duckdb.InterruptException):
            return ServiceError("the query was stopped")
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if isinstance(error, duckdb.OutOfMemoryException):
            return ServiceError(
                "the query needs more memory than it may have", hint="ask for fewer rows or columns at once"
            )
        if isinstance(error, duckdb.ConversionException | duckdb.OutOfRangeException):
            return DataError("a value does not fit its type")  # which, may be of a row that is not for whoever asks
        if "expression depth" in said:
            return AdqlError("the query is nested too deep", hint="compute inner expressions in a subquery")
        return ServiceError(f"the query failed: {said}", hint="tell the archive, with the query")
