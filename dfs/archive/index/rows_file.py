"""Writing a table's rows as one Arrow batch, however many they are, in bounded memory.

Rows are taken from the file by number.  That costs a little for each column of each batch that is touched, so all rows are in one: 100
rows at random places cost the same in a table of any size.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

__all__ = ["write_rows"]

_ROWS = 65_536  # of one step; a multiple of 8, so that bitmaps can be joined byte by byte


def write_rows(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    """Write rows to `path`, an Arrow file of one batch.

    Parameters
    ----------
    path
        A new file; scratch files beside it are twice its size at most and go in the end.
    batches
        The rows.
    schema
        Of numbers, booleans and large strings; with columns of any other type, each step is a batch.
    """
    steps = _steps(batches, schema)
    if any(not _is_plain(field.type) for field in schema):
        _write(path, steps, schema)
        return
    first = next(steps, None)
    second = next(steps, None)
    if first is None or second is None:
        _write(path, [] if first is None else [first], schema)
        return
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        columns = [_Column(Path(folder) / str(number), field.type) for number, field in enumerate(schema)]
        count = 0
        for batch in _chained(first, second, steps):
            count += batch.num_rows
            for column, array in zip(columns, batch.columns, strict=True):
                column.add(array)
        whole = pa.RecordBatch.from_arrays([column.joined(count) for column in columns], schema=schema)
        _write(path, [whole], schema)


def _write(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _chained(first: Any, second: Any, rest: Iterable[Any]) -> Iterable[Any]:
    yield first
    yield second
    yield from rest


def _steps(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Any:
    """Give the rows in batches of `_ROWS`, the last shorter."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in batches:
        waiting.append(batch.cast(schema) if batch.schema != schema else batch)
        held += batch.num_rows
        while held >= _ROWS:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, _ROWS).combine_chunks().to_batches()[0]
            waiting, held = table.slice(_ROWS).to_batches(), held - _ROWS
    if held:
        yield pa.Table.from_batches(waiting).combine_chunks().to_batches()[0]


def _is_plain(kind: pa.DataType) -> bool:
    return bool(pa.types.is_primitive(kind) or pa.types.is_boolean(kind) or pa.types.is_large_string(kind))


class _Column:
    """A column that grows in files: validity, offsets and values."""

    def __init__(self, place: Path, kind: pa.DataType) -> None:
        self._kind = kind
        self._text = pa.types.is_large_string(kind)
        self._files: dict[str, IO[bytes]] = {}
        self._place = place
        self._ends = 0
        self._nulls = 0

    def add(self, array: pa.Array) -> None:
        """Put values at the end."""
        self._nulls += array.null_count
        self._file("valid").write(_bits(np.asarray(array.is_valid())))
        if self._text:
            offsets = np.frombuffer(array.buffers()[1], dtype=np.int64)[array.offset : array.offset + len(array) + 1]
            self._file("ends").write((offsets[1:] - offsets[0] + self._ends).tobytes())
            self._ends += int(offsets[-1] - offsets[0])
            if array.buffers()[2] is not None:
                self._file("values").write(memoryview(array.buffers()[2])[int(offsets[0]) : int(offsets[-1])])
        elif pa.types.is_boolean(self._kind):
            self._file("values").write(_bits(np.asarray(array.fill_null(False))))  # noqa: FBT003
        else:
            width = self._kind.bit_width // 8
            start = array.offset * width
            self._file("values").write(memoryview(array.buffers()[1])[start : start + len(array) * width])

    def joined(self, count: int) -> pa.Array:
        """Return all values, mapped from the files."""
        valid = self._mapped("valid") if self._nulls else None
        buffers = (
            [valid, self._mapped("ends"), self._mapped("values")] if self._text else [valid, self._mapped("values")]
        )
        return pa.Array.from_buffers(self._kind, count, buffers, self._nulls)

    def _file(self, part: str) -> IO[bytes]:
        if part not in self._files:
            self._files[part] = self._place.with_suffix(f".{part}").open("w+b")
            if part == "ends":
                self._files[part].write(np.int64(0).tobytes())
        return self._files[part]

    def _mapped(self, part: str) -> pa.Buffer:
        file = self._file(part)
        file.flush()
        if file.tell() == 0:
            return pa.py_buffer(b"")
        return pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _bits(flags: Any) -> bytes:
    return np.packbits(flags, bitorder="little").tobytes()
