"""Lists of files with headings: calibrations of a frame, what a file came from and what was made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from astropy.table import Table

    from dfs.archive.calibrations import Association

__all__ = ["calibration_lists", "related_lists"]

_NAMED = re.compile(r"(?:ID\?|ID=|/files/|/file/|/hdr/|/previews/)([^&?/\s]+)$")
_HEADINGS = {"#derivation": "Made of it", "#progenitor": "Made from", "#auxiliary": "Beside it"}
_OWN_TAB = ("#preview", "#calibration", "#cutout", "#proc")  # what has a tab of its own, or needs a service
_LEVELS = {
    "calib_plan": "as the calibration plan wants",
    "certifiable": "good enough to certify",
    "acceptable": "acceptable",
    "risky": "risky",
}


def related_lists(links: Table, dp_id: str) -> dict[str, Any]:
    """Return a DataLink table as lists of other files by what they are to this one, and of what cannot be had."""
    groups: dict[str, list[dict[str, str]]] = {}
    for row in links:
        semantics, error = _text(row, "semantics"), _text(row, "error_message")
        named = _NAMED.search(unquote(_text(row, "access_url")))
        other = named.group(1) if named and named.group(1) != dp_id else ""
        if semantics.startswith(_OWN_TAB) or not (other or error):
            continue
        word = semantics.rpartition("#")[2].replace("_", " ")
        note = error if other else ""
        told = {"dp_id": other, "text": other or error, "note": note or _text(row, "eso_category")}
        groups.setdefault(_HEADINGS.get(semantics, "Not to be had" if error else word), []).append(told)
    lists = [{"title": heading, "note": "", "files": files} for heading, files in groups.items()]
    return {
        "lists": lists,
        "text": "" if lists else "Nothing was made of this file, and it was made from nothing else.",
    }


def calibration_lists(tree: Association) -> dict[str, Any]:
    """Return a tree of calibrations as lists, the calibrations of calibrations below what they are for."""
    lists = [
        {
            "title": f"{'› ' * depth}{one.category}",
            "note": _judged(one),
            "files": [{"dp_id": file.name, "text": file.name, "note": file.category} for file in one.files]
            + [{"dp_id": "", "text": message, "note": ""} for message in one.messages],
        }
        for one, depth in _below(tree, 0)
    ]
    state = [
        "complete" if tree.complete else "something is missing",
        "certified" if tree.certified else "not all certified",
        *tree.messages,
    ]
    return {"lists": lists, "text": " · ".join(state) if lists or tree.messages else "This file needs no calibrations."}


def _below(tree: Association, depth: int) -> Iterator[tuple[Association, int]]:
    for one in tree.associated:
        yield one, depth
        yield from _below(one, depth + 1)


def _judged(one: Association) -> str:
    told = [_LEVELS.get(one.match, ""), "" if one.certified else "not certified", "" if one.complete else "incomplete"]
    return ", ".join(filter(None, told))


def _text(row: Any, name: str) -> str:
    import numpy as np

    if name not in row.colnames or row[name] is np.ma.masked:
        return ""
    value = row[name]
    return value.decode() if isinstance(value, bytes) else str(value)
