"""A grid in a file, written block by block: its size does not matter."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dfs.cli.output import Terminal
from dfs.errors import ServiceError, UsageError

if TYPE_CHECKING:
    from dfs.etc.grids.blocks import Block
    from dfs.etc.grids.gridding import Grid

__all__ = ["write_grid"]

_STREAMED = (".parquet", ".csv")


class _Writer(Protocol):
    """Takes blocks, one after the other."""

    def write(self, columns: dict[str, Any]) -> None:
        """Append rows."""
        ...

    def close(self) -> None:
        """End the file."""
        ...


def write_grid(found: Grid, path: Path, terminal: Terminal) -> None:
    """Write a row for each case to `path`: Parquet and CSV as they come, ECSV and FITS at the end.

    Raises
    ------
    UsageError
        Another suffix.
    ServiceError
        The file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in _STREAMED:
        from dfs.etc.showing.tables import SUFFIXES, write_table

        if suffix not in SUFFIXES:
            accepted = ", ".join(SUFFIXES)
            raise UsageError(
                f"{path.suffix or 'no suffix'} is no format of a table", where=str(path), accepted=accepted
            )
        write_table(found.table(), path)
        return
    part = path.with_name(f".{path.name}.part")
    try:
        _stream(found, part, suffix, terminal)
        part.replace(path)
    except OSError as error:
        raise ServiceError(f"cannot be written: {error.strerror or error}", where=str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def _stream(found: Grid, part: Path, suffix: str, terminal: Terminal) -> None:
    writer: _Writer | None = None
    done, total = 0, len(found)
    try:
        for block in found:
            columns = _columns(block)
            if writer is None:
                writer = _Parquet(part, columns) if suffix == ".parquet" else _Csv(part, columns)
            writer.write(columns)
            done += block.snr.size
            if terminal.verbose:
                terminal.note(f"{done} of {total}")
    finally:
        if writer is not None:
            writer.close()


def _columns(block: Block) -> dict[str, Any]:
    return {**block.cases, "exposure_s": block.exposure_s, "snr": block.snr}


class _Csv:
    def __init__(self, path: Path, columns: dict[str, Any]) -> None:
        self._file = path.open("w", newline="", encoding="utf-8")
        self._csv = csv.writer(self._file)
        self._csv.writerow(columns)

    def write(self, columns: dict[str, Any]) -> None:
        self._csv.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))

    def close(self) -> None:
        self._file.close()


class _Parquet:
    def __init__(self, path: Path, columns: dict[str, Any]) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        from dfs.etc.grids.axes import AXES, unit_of

        self._table = pa.table
        units = {f"unit of {name}": unit_of(name) for name in columns if name in AXES and unit_of(name)}
        units["unit of exposure_s"] = "s"
        self._schema = pa.table(columns).schema.with_metadata(units)
        self._writer = parquet.ParquetWriter(path, self._schema)

    def write(self, columns: dict[str, Any]) -> None:
        self._writer.write_table(self._table(columns, schema=self._schema))

    def close(self) -> None:
        self._writer.close()
