"""Rows as Parquet, described by a VOTable without rows in the file's metadata (IVOA Note "VOParquet" 1.0)."""

from __future__ import annotations

import io
from collections.abc import Iterator

from dfs.vo.formats.rows import Rows, arrow_type, conform
from dfs.vo.formats.votable import header_document

__all__ = ["write_parquet"]

_GROUP_ROWS = 100_000


def write_parquet(rows: Rows) -> Iterator[bytes]:
    """Write rows as Parquet, a row group at a time; units and UCDs stand in each field's metadata too."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    described = header_document(rows.columns)
    metadata = {"IVOA.VOTable-Parquet.version": b"1.0", "IVOA.VOTable-Parquet.content": described}
    fields = [
        pa.field(
            one.name,
            arrow_type(one),
            metadata={
                name: value
                for name, value in (("unit", one.unit), ("ucd", one.ucd), ("description", one.description))
                if value
            },
        )
        for one in rows.columns
    ]
    schema = pa.schema(fields, metadata=metadata)
    sink = _Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        waiting: list[pa.RecordBatch] = []
        for batch in rows.batches():
            waiting.append(pa.RecordBatch.from_arrays(conform(batch, rows.columns), schema=schema))
            if sum(one.num_rows for one in waiting) >= _GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(waiting, schema))
                waiting = []
                yield sink.take()
        writer.write_table(pa.Table.from_batches(waiting, schema))
        if rows.overflow:
            writer.add_key_value_metadata({"QUERY_STATUS": "OVERFLOW"})
    yield sink.take()


class _Sink(io.RawIOBase):
    """A file that forgets what was taken from it."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.place = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self.parts.append(part)
        self.place += len(part)
        return len(part)

    def tell(self) -> int:
        return self.place

    def take(self) -> bytes:
        taken, self.parts = b"".join(self.parts), []
        return taken
