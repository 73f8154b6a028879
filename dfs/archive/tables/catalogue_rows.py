"""The rows of a FITS binary table as Arrow batches, a slice at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dfs.archive.tables.catalogue_columns import CatalogueColumn
from dfs.archive.tables.values import arrow_type
from dfs.errors import DataError
from dfs.store.sources import FILE, PROTECTED_BY, PROTECTED_UNTIL

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_batches"]

_SLICE = 50_000


def read_batches(
    path: Path, extension: int, columns: Sequence[CatalogueColumn], hidden: Sequence[str | None]
) -> Iterator[pa.RecordBatch]:
    """Read a catalogue.

    Parameters
    ----------
    path
        The archived file.
    extension
        Number of the HDU that holds the table, the primary one being 0.
    columns
        Which to read.
    hidden
        `_file`, `_protected_by`, `_protected_until`, the same for every row.

    Raises
    ------
    DataError
        The file cannot be read, or its table is not what its header promised.
    """
    import warnings

    from astropy.io import fits
    from astropy.utils.exceptions import AstropyWarning

    try:
        with warnings.catch_warnings(), fits.open(path, memmap=True) as hdus:
            warnings.simplefilter("ignore", AstropyWarning)
            data: Any = hdus[extension].data
            for start in range(0, len(data), _SLICE):
                yield _batch(data[start : start + _SLICE], columns, hidden)
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, fits.VerifyError) as error:
        raise DataError(f"the catalogue cannot be read: {error}", where=str(path)) from error


def _batch(data: Any, columns: Sequence[CatalogueColumn], hidden: Sequence[str | None]) -> pa.RecordBatch:
    import pyarrow as pa

    arrays = [_array(data.field(column.number - 1), column) for column in columns]
    arrays += [pa.array([value] * len(data), type=pa.string()) for value in hidden]
    names = [column.schema.name for column in columns]
    return pa.RecordBatch.from_arrays(arrays, names=[*names, FILE, PROTECTED_BY, PROTECTED_UNTIL])


def _array(values: Any, column: CatalogueColumn) -> pa.Array:
    """Return a slice of a column; NaN, TNULL and empty text are null."""
    import pyarrow as pa

    kind = arrow_type(column.schema)
    values = np.asarray(values)
    if column.schema.datatype == "char":
        texts = [str(value).strip() for value in values.astype(str, copy=False)]
        return pa.array(
            [text if text.isascii() else text.encode("ascii", "replace").decode() for text in texts],
            type=kind,
            mask=np.array([not text for text in texts], dtype=bool),
        )
    native = values.astype(values.dtype.newbyteorder("="))
    mask = np.zeros(len(native), dtype=bool)
    if native.dtype.kind == "f":
        mask = ~np.isfinite(native)
    elif column.null is not None and native.dtype.kind in "iu":
        mask = native == column.null
    return pa.array(native, mask=mask).cast(kind)
