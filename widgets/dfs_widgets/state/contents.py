"""Lists of files with headings: calibrations of a frame, what a file came from and what was made of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["calibration_lists", "related_lists"]

_NAMED = re.compile(r"(?:ID\?|ID=|/files/|/file/|/hdr/|/previews/)([^&?/\s]+)$")
_HEADINGS = {
    "#this": "This file",
    "#preview": "Preview",
    "#derivation": "Made of it",
    "#progenitor": "Made from",
    "#calibration": "Calibrations",
    "#auxiliary": "Beside it",
}


def related_lists(links: Table, dp_id: str) -> dict[str, Any]:
    """Return a DataLink table as lists by what the links mean, without those to the file itself."""
    groups: dict[str, list[dict[str, str]]] = {}
    for row in links:
        semantics, url = _text(row, "semantics"), _text(row, "access_url")
        named = _NAMED.search(unquote(url))
        other = named.group(1) if named and named.group(1) != dp_id else ""
        error = _text(row, "error_message")
        words = error or _text(row, "description")
        if semantics.startswith(("#this", "#preview")) and not error:
            continue
        heading = _HEADINGS.get(semantics, semantics.rpartition("#")[2].replace("_", " "))
        groups.setdefault(heading, []).append({"dp_id": other, "text": other or words, "note": words if other else ""})
    lists = [{"title": heading, "note": "", "files": files} for heading, files in groups.items()]
    return {
        "lists": lists,
        "text": "" if lists else "Nothing was made of this file, and it was made from nothing else.",
    }


def calibration_lists(tree: Any) -> dict[str, Any]:
    """Return a tree of calibrations as lists by kind."""
    return {"lists": [], "text": str(tree)}


def _text(row: Any, name: str) -> str:
    import numpy as np

    if name not in row.colnames or row[name] is np.ma.masked:
        return ""
    value = row[name]
    return value.decode() if isinstance(value, bytes) else str(value)
