"""safcat.<name>: published catalogues, a table for each archived file.

A catalogue is a FITS binary table whose PRODCATG begins with SCIENCE.CATALOG or SCIENCE.MCATALOG, or any FITS table that was ingested
with the category CATALOG.  What its columns are, its header says (TTYPE, TFORM, TUNIT, TUCD, TCOMM); headers are kept in the truth, so
only the rows themselves are read from the file.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from dfs.access.hidden import hidden_columns
from dfs.archive.describe import EXTENSIONS
from dfs.archive.tables.catalogue_columns import CatalogueColumn, catalogue_columns, sky_of
from dfs.archive.tables.catalogue_rows import read_batches
from dfs.archive.tables.truth import Truth
from dfs.archive.tables.values import as_number, as_text
from dfs.errors import DfsError
from dfs.instruments.eso import known_instrument
from dfs.model.schema import SchemaDescription, TableSchema
from dfs.store import FileStore
from dfs.store.tables import files, headers

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ABOUT", "CATEGORIES", "SCHEMAS", "Catalogue", "catalogues", "rows"]

SCHEMAS = (SchemaDescription("safcat", "Catalogues: what publications and surveys measured, a table for each"),)
CATEGORIES = ("CATALOG", "SCIENCE_CATALOG", "SCIENCE_CATALOGTILE", "SCIENCE_MCATALOG")
# ESO's further columns of TAP_SCHEMA.tables, which tell of catalogues.
ABOUT = (
    *(
        "cat_id",
        "title",
        "version",
        "collection",
        "instrument",
        "telescope",
        "filter",
        "publication_date",
        "number_rows",
    ),
    *(
        "number_columns",
        "mjd_obs",
        "mjd_end",
        "skysqdeg",
        "bibliography",
        "document_id",
        "rel_descr_url",
        "acknowledgment",
    ),
)
_PLAIN = "PHASE3CATALOG"  # what the standard calls the extension of every catalogue
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Catalogue:
    """An archived catalogue: its schema, its columns in the file, and which extension they are in (from 1)."""

    dp_id: str
    state: str
    schema: TableSchema
    columns: tuple[CatalogueColumn, ...]
    extension: int


def catalogues(connection: Connection) -> list[Catalogue]:
    """Return every archived catalogue, in the order of archiving.

    A catalogue's version counts the files of its title, and its `cat_id` all catalogues: both stay what they are when others come.
    """
    columns = (files.c.dp_id, files.c.state, files.c.path, files.c.archived, files.c.release_date, headers.c.keywords)
    query = select(*columns).join(headers, headers.c.dp_id == files.c.dp_id)
    query = query.where((files.c.kind == "product") & files.c.category.in_(CATEGORIES))
    found: list[Catalogue] = []
    versions: dict[str, int] = {}
    for number, row in enumerate(connection.execute(query.order_by(files.c.archived, files.c.dp_id)).mappings(), 1):
        header = row["keywords"] if isinstance(row["keywords"], dict) else {}
        extension, table = _table(header)
        title = _title(header, table, row["path"])
        versions[title] = versions.get(title, 0) + 1
        made = _catalogue(dict(row), header, (extension, table), title, versions[title], number)
        found += [] if made is None else [made]
    return found


def rows(connection: Connection, truth: Truth, store: FileStore) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Read the rows of the catalogues among the files of `truth`; one that cannot be read has none."""
    concerned = {row["dp_id"]: at for at, row in enumerate(truth.rows) if row["category"] in CATEGORIES}
    if not concerned:
        return
    for catalogue in catalogues(connection):
        at = concerned.get(catalogue.dp_id)
        if at is None:
            continue
        hidden = [one[0] for one in hidden_columns(connection, [truth.rows[at]])]
        path = store.path(truth.rows[at]["path"])
        try:
            for batch in read_batches(path, catalogue.extension, catalogue.columns, hidden):
                yield catalogue.schema.name, batch
        except DfsError as error:
            _log.warning("catalogue %s has no rows: %s", catalogue.dp_id, error.line())


def _table(header: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
    """Return the number and the header of the extension that holds the catalogue; (0, {}) where there is none."""
    kept = header.get(EXTENSIONS)
    tables = [
        (at, one)
        for at, one in enumerate(kept if isinstance(kept, list) else [], 1)
        if isinstance(one, dict) and one.get("XTENSION") == "BINTABLE"
    ]
    return next((pair for pair in tables if pair[1].get("EXTNAME") == _PLAIN), tables[0] if tables else (0, {}))


def _catalogue(
    row: Mapping[str, Any],
    header: Mapping[str, Any],
    place: tuple[int, Mapping[str, Any]],
    title: str,
    version: int,
    number: int,
) -> Catalogue | None:
    """Return a catalogue; None for a file without a table."""
    extension, table = place
    columns = catalogue_columns(table)
    if not columns:
        return None
    schema = TableSchema(
        name=f"safcat.{_identifier(title)}_V{version}",
        description=_description(header, table, title),
        columns=tuple(column.schema for column in columns),
        sky=sky_of(columns),
        extra=_extra(row, header, table, title, version, number) | {"number_columns": len(columns)},
    )
    return Catalogue(row["dp_id"], row["state"], schema, columns, extension)


def _title(header: Mapping[str, Any], table: Mapping[str, Any], path: str) -> str:
    """Return what a catalogue is called: by its header, else by its target and extension, else by its file's name."""
    told = as_text(header.get("TITLE")) or as_text(header.get("ORIGFILE"))
    extension = as_text(table.get("EXTNAME"))
    parts = [as_text(header.get("OBJECT")), extension] if extension not in {None, _PLAIN} else []
    return (told or " ".join(part for part in parts if part) or path.rpartition("/")[2]).removesuffix(".fits")


def _identifier(title: str) -> str:
    """Return a title as a name of a table."""
    name = re.sub(r"\W+", "_", title, flags=re.ASCII).strip("_")
    return name if name[:1].isalpha() else f"cat_{name}"


def _description(header: Mapping[str, Any], table: Mapping[str, Any], title: str) -> str:
    whose = as_text(header.get("OBJECT"))
    count = table.get("NAXIS2")
    return f"Catalogue {title}{f' of {whose}' if whose else ''}, {count} entries, made with {_makers(header)}"


def _makers(header: Mapping[str, Any]) -> str:
    return known_instrument(header.get("INSTRUME")).name or as_text(header.get("INSTRUME")) or "several instruments"


def _extra(
    row: Mapping[str, Any], header: Mapping[str, Any], table: Mapping[str, Any], title: str, version: int, number: int
) -> dict[str, str | int | float | None]:
    """Return ESO's further columns of TAP_SCHEMA.tables."""
    filters: Sequence[str | None] = [as_text(header.get(f"FILTER{wheel}")) for wheel in ("", *range(1, 20))]
    count = table.get("NAXIS2")
    return {
        "cat_id": number,
        "title": title,
        "version": version,
        "collection": as_text(header.get("PROG_ID")),
        "instrument": _makers(header),
        "telescope": as_text(header.get("TELESCOP")),
        "filter": ",".join(one for one in filters if one and one != "MULTI") or None,
        "publication_date": f"{row['archived']}Z",
        "number_rows": count if type(count) is int else None,
        "mjd_obs": as_number(header.get("MJD-OBS")),
        "mjd_end": as_number(header.get("MJD-END")),
        "skysqdeg": as_number(header.get("SKYSQDEG")),
        "bibliography": as_text(header.get("REFERENC")),
        "document_id": row["dp_id"],
        "rel_descr_url": None,
        "acknowledgment": None,
    }
