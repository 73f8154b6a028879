"""Tables that users send along with a query: read with limits, whatever the bytes are, and refused in one line.

What a stranger sends may be wrong on purpose. Sizes are limited before and after decompression; of XML no entity is ever defined, nothing outside the
document is ever read; names are identifiers; and what remains are Arrow arrays of plain types.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from dfs.errors import UsageError
from dfs.model.schema import ColumnSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Upload", "UploadLimits", "read_upload"]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_MEBI = 1 << 20


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How much of an uploaded table is taken.

    Attributes
    ----------
    bytes, expanded_bytes
        Of the file as it is sent, and after decompression.
    rows, columns
        Of the table.
    """

    bytes: int = 32 * _MEBI
    expanded_bytes: int = 64 * _MEBI
    rows: int = 1_000_000
    columns: int = 500


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded table.

    Attributes
    ----------
    name
        As queries name it, after ``TAP_UPLOAD.``.
    columns
        What is known of its columns.
    table
        Its rows; columns in the types of `columns`, nulls where there is no value.
    """

    name: str
    columns: tuple[ColumnSchema, ...]
    table: pa.Table


def read_upload(name: str, source: bytes | Path | BinaryIO, limits: UploadLimits = UploadLimits()) -> Upload:
    """Read an uploaded table: VOTable (TABLEDATA, BINARY, BINARY2), CSV with names in its first line, FITS, or Parquet.

    Parameters
    ----------
    name
        Of the table, an identifier.
    source
        The bytes, a file, or an open stream; may be compressed with gzip.
    limits
        Beyond which it is refused.

    Raises
    ------
    UsageError
        It is none of these formats, is broken, too large, or has columns that cannot be named.
    """
    import pyarrow as pa

    where = f"upload {name[:64]!r}"
    if not _IDENTIFIER.fullmatch(name):
        raise UsageError("the table's name is no identifier", where=where, accepted="letters, digits and _, 64 at most")
    data = _expanded(_limited(source, limits.bytes, where), limits.expanded_bytes, where)
    try:
        columns, arrays = _read(data, limits)
    except UsageError as error:
        raise UsageError(error.message, where=where, accepted=error.accepted, hint=error.hint) from None
    _check_names(columns, limits, where)
    if arrays and len(arrays[0]) > limits.rows:
        raise UsageError(f"{len(arrays[0])} rows are too many", where=where, accepted=f"{limits.rows} rows")
    table = pa.Table.from_arrays(list(arrays), names=[one.name for one in columns])
    return Upload(name, tuple(columns), table)


def _limited(source: bytes | Path | BinaryIO, limit: int, where: str) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            data = stream.read(limit + 1)
    else:
        data = source if isinstance(source, bytes) else source.read(limit + 1)
    if len(data) > limit:
        raise UsageError("the file is too large", where=where, accepted=f"{limit} bytes")
    return data


def _expanded(data: bytes, limit: int, where: str) -> bytes:
    """Return data without their gzip, of which the outcome is limited while it grows."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    expander = zlib.decompressobj(wbits=31)
    try:
        out = expander.decompress(data, limit + 1)
    except zlib.error:
        raise UsageError("the gzip file is broken", where=where) from None
    if len(out) > limit:
        raise UsageError("the file is too large when decompressed", where=where, accepted=f"{limit} bytes")
    if not expander.eof:
        raise UsageError("the gzip file is cut off", where=where)
    return out


def _read(data: bytes, limits: UploadLimits) -> tuple[list[ColumnSchema], list[Any]]:
    if data.startswith(b"SIMPLE  ="):
        from dfs.vo.formats.upload_files import read_fits

        return read_fits(data)
    if data.startswith(b"PAR1"):
        from dfs.vo.formats.upload_files import read_parquet

        return read_parquet(data, limits.rows, limits.expanded_bytes, limits.columns)
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"<", b"\xfe\xff", b"\xff\xfe")):
        from dfs.vo.formats.upload_votable import read_votable

        return read_votable(data, limits.rows, limits.columns)
    if not start or b"\0" in data[:4096]:
        raise UsageError(
            "the file is empty" if not data.strip() else "the file's format is not known",
            accepted="VOTable, CSV, FITS, Parquet; also with gzip",
        )
    from dfs.vo.formats.upload_files import read_csv

    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("the text is not UTF-8") from None
    return read_csv(data, limits.columns)


def _check_names(columns: list[ColumnSchema], limits: UploadLimits, where: str) -> None:
    if not columns:
        raise UsageError("the table has no columns", where=where)
    if len(columns) > limits.columns:
        raise UsageError(f"{len(columns)} columns are too many", where=where, accepted=f"{limits.columns} columns")
    seen: set[str] = set()
    for column in columns:
        if not _IDENTIFIER.fullmatch(column.name):
            raise UsageError(
                f"the column name {column.name[:64]!r} is no identifier",
                where=where,
                accepted="letters, digits and _, 64 at most",
            )
        if column.name.lower() in seen:
            raise UsageError(f"two columns are called {column.name} (letter case does not count)", where=where)
        seen.add(column.name.lower())
