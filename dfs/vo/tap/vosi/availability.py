"""Is the service there, and since when (VOSI 1.1)."""

from __future__ import annotations

from dfs.vo.tap.markup import child, document, element

__all__ = ["availability_document"]


def availability_document(*, available: bool, up_since: str, note: str = "") -> bytes:
    """Return the document.

    Parameters
    ----------
    available
        Whether queries are answered now.
    up_since
        UTC ISO 8601.
    note
        For people: why not, or until when.
    """
    root = element("vosi:availability", xmlns_vosi="http://www.ivoa.net/xml/VOSIAvailability/v1.0")
    child(root, "vosi:available", "true" if available else "false")
    child(root, "vosi:upSince", f"{up_since}Z")
    if note:
        child(root, "vosi:note", note)
    return document(root)
