"""Results to bytes, piece by piece, in any of the formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from dfs.vo.formats.attached import ServiceInfo, TableInfo
from dfs.vo.formats.catalogue import Format
from dfs.vo.formats.delimited import write_csv, write_tsv
from dfs.vo.formats.fits_table import write_fits
from dfs.vo.formats.json_rows import write_json
from dfs.vo.formats.parquet_table import write_parquet
from dfs.vo.formats.readable import write_html, write_text
from dfs.vo.formats.rows import Rows
from dfs.vo.formats.votable import write_votable

__all__ = ["write"]

_WRITERS: Mapping[str, Callable[..., Iterator[bytes]]] = {
    "fits": write_fits,
    "csv": write_csv,
    "csv/noheader": write_csv,
    "tsv": write_tsv,
    "json": write_json,
    "parquet": write_parquet,
    "text": write_text,
    "html": write_html,
}


def write(
    rows: Rows,
    format: Format,  # noqa: A002 - as the parameter of the protocol
    *,
    infos: Sequence[TableInfo] = (),
    services: Sequence[ServiceInfo] = (),
) -> Iterator[bytes]:
    """Write rows in a format; memory stays bounded by the largest batch.

    Parameters
    ----------
    rows
        What to write; its `overflow` is asked when the last batch has come.
    format
        One of `dfs.vo.formats.FORMATS`.
    infos, services
        For VOTables, the only format that has a place for them.

    Yields
    ------
    bytes
        Pieces of the document.
    """
    if format.name.startswith("votable"):
        yield from write_votable(rows, str(format.options["serialization"]), infos=infos, services=services)
    else:
        yield from _WRITERS[format.name](rows, **format.options)
