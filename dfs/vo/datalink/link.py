"""One link, and the columns of a table of links: DataLink 1.1, with those that ESO adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from dfs.model import ColumnSchema
from dfs.vo.formats import TableRows

__all__ = ["CONTENT_TYPE", "ESO", "Link", "links_table"]

CONTENT_TYPE = "application/x-votable+xml;content=datalink"
ESO = "http://archive.eso.org/rdf/datalink/eso#"


@dataclass(frozen=True, slots=True)
class Link:
    """A row of a links document; exactly one of `access_url`, `service_def` and `error_message` is given.

    Attributes
    ----------
    identifier
        As the client gave it.
    semantics
        What the link is to the file: ``#this``, ``#preview`` ..., or the full address of another vocabulary's word.
    content_length
        Bytes; None when unknown.
    link_auth
        ``false`` (open to all), ``true`` (only for some).
    link_authorized
        Whether whoever asks is one of those.
    eso_origfile, eso_category, eso_datalink
        Name at the telescope, class or PRO CATG, and links of the file linked to.
    """

    identifier: str
    access_url: str | None = None
    service_def: str | None = None
    error_message: str | None = None
    semantics: str = "#this"
    description: str | None = None
    content_type: str | None = None
    content_length: int | None = None
    content_qualifier: str | None = None
    local_semantics: str | None = None
    link_auth: str | None = None
    link_authorized: bool | None = None
    eso_origfile: str | None = None
    eso_category: str | None = None
    eso_datalink: str | None = None


_COLUMNS = (
    ColumnSchema("ID", "char", "Identifier of the file, as asked for", ucd="meta.id;meta.main"),
    ColumnSchema("access_url", "char", "Where the link leads", ucd="meta.ref.url"),
    ColumnSchema("service_def", "char", "The resource below that describes the service", ucd="meta.ref"),
    ColumnSchema("error_message", "char", "Why there is no link", ucd="meta.code.error"),
    ColumnSchema("semantics", "char", "What the link is to the file", ucd="meta.code"),
    ColumnSchema("description", "unicodeChar", "What there is, for people", ucd="meta.note"),
    ColumnSchema("content_type", "char", "Media type", ucd="meta.code.mime"),
    ColumnSchema("content_length", "long", "Size", unit="byte", ucd="phys.size;meta.file"),
    ColumnSchema("content_qualifier", "char", "Kind of data product", ucd="meta.code"),
    ColumnSchema("local_semantics", "char", "What tells links of the same semantics apart", ucd="meta.id.assoc"),
    ColumnSchema("link_auth", "char", "Whether signing in is needed: false, optional, true", ucd="meta.code"),
    ColumnSchema("link_authorized", "boolean", "Whether whoever asks may follow the link", ucd="meta.code"),
    ColumnSchema("eso_origfile", "char", "Name of the file at the telescope", ucd="meta.id;meta.file"),
    ColumnSchema("eso_category", "char", "Class of the frame, or category of the product", ucd="meta.code.class"),
    ColumnSchema("eso_datalink", "char", "Links of the file that this link leads to", ucd="meta.ref.url"),
)


def links_table(links: Sequence[Link]) -> TableRows:
    """Return links as a table."""
    import pyarrow as pa

    from dfs.vo.formats.rows import arrow_type

    arrays: list[Any] = [
        pa.array([getattr(one, name.name) for one in links], arrow_type(column))
        for name, column in zip(fields(Link), _COLUMNS, strict=True)
    ]
    batch = pa.RecordBatch.from_arrays(arrays, [column.name for column in _COLUMNS])
    return TableRows(_COLUMNS, [batch] if links else [])
