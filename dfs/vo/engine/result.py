"""What a query gives: described columns, and rows that stream."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dfs.model.schema import ColumnSchema

if TYPE_CHECKING:
    import pyarrow as pa
    from astropy.table import Table

    from dfs.vo.engine.running import Running

__all__ = ["Result"]


class Result:
    """The answer to a query.

    Attributes
    ----------
    columns
        In order.
    overflow
        Whether rows were left out because of the limit; known once `batches` has ended.
    """

    def __init__(
        self, columns: tuple[ColumnSchema, ...], rows: Iterator[pa.RecordBatch], running: Running, most: int | None
    ) -> None:
        self.columns = columns
        self.overflow = False
        self._rows = rows
        self._running = running
        self._most = most

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the rows, batch by batch, as they are found; once.

        Raises
        ------
        DfsError
            The query failed, ran out of time, or was closed meanwhile.
        """
        left = self._most
        try:
            for batch in self._rows:
                if left is not None and batch.num_rows > left:
                    self.overflow = True
                    if left:
                        yield batch.slice(0, left)
                    return
                left = left - batch.num_rows if left is not None else None
                if batch.num_rows:
                    yield batch
        finally:
            self.close()

    def to_table(self) -> Table:
        """Return the rows as an astropy table, with units and descriptions, masked where null."""
        from dfs.vo.formats import to_astropy

        return to_astropy(self.columns, self.batches())

    def close(self) -> None:
        """Let go of the query; one that runs is stopped.  May be called from any thread, and again."""
        self._running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
