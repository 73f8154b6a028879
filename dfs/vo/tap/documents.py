"""The DALI error document: a VOTable that holds no table but the reason."""

from __future__ import annotations

from dfs.errors import DfsError
from dfs.vo.tap.markup import child, document, element

__all__ = ["VOTABLE", "error_document"]

VOTABLE = "application/x-votable+xml"


def error_document(error: DfsError) -> bytes:
    """Return the VOTable that says `error`: ``QUERY_STATUS=ERROR`` with its one line (DALI 1.1, 4.2)."""
    root = element("VOTABLE", version="1.4", xmlns="http://www.ivoa.net/xml/VOTable/v1.3")
    resource = child(root, "RESOURCE", type="results")
    child(resource, "INFO", error.line(), name="QUERY_STATUS", value="ERROR")
    return document(root)
