"""The history of a run, read: which items an entry is about, whether it is known here, and operations as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from dfs.phase2.api import Document
from dfs_widgets.state.p2.difference import changes_between

__all__ = ["ChangeView", "Known", "group_history", "is_known", "subjects_of"]

_SUBJECT = re.compile(r"(\w+):(\d+)")
_ORDER = {"tree", "items"}
_FEW = 3
_MOVES = {"create", "delete", "move", "reorder", "undo", "duplicate", "import", "edit-run", "apply"}
_WORDS = {
    "save": "Changed",
    "create": "Made",
    "delete": "Deleted",
    "move": "Moved",
    "submit": "Submitted",
    "verify": "Verified",
    "revise": "Revised",
    "undo": "Took back",
    "apply": "Bulk edit",
    "duplicate": "Duplicated",
    "review": "Reviewed",
    "comment": "Commented",
}


class Known(Protocol):
    """What is known of a run; `dfs_widgets.state.p2.opened.OpenedRun` is one."""

    def item(self, number: int) -> Document | None:
        """Return a whole item."""
        ...

    def block_of(self, template: int) -> int | None:
        """Return the number of the block that a template is in."""
        ...

    def versions(self, kind: str, number: int) -> Mapping[str, Any]:
        """Return the versions of an item (``item``), or of the block that a template is in (``template``)."""
        ...


@dataclass(frozen=True)
class ChangeView:
    """One operation.

    Attributes
    ----------
    fields
        (label, before, after) of what it changed.
    """

    operation: str
    what: str
    who: str
    at: str
    fields: tuple[Mapping[str, str], ...] = field(default=())

    def shown(self) -> dict[str, Any]:
        """Return it as the history shows it."""
        return {
            "operation": self.operation,
            "what": self.what,
            "who": self.who,
            "at": self.at,
            "fields": list(self.fields),
        }


def is_known(entry: Mapping[str, Any], known: Known, *, exactly: bool = False) -> bool:
    """Tell whether what is known has the entry in it: then it was made here, or seen already.

    Parameters
    ----------
    exactly
        What is known is just what the entry made: nothing has come after it.
    """
    kind, number = _subject(entry)
    aspect, version = str(entry.get("aspect") or "self"), _bare(entry.get("version")).rpartition("/")[2]
    found = _bare(known.versions(kind, number).get(f"template:{number}" if kind == "template" else aspect)).rpartition(
        "/"
    )[2]
    if not found.isdigit() or not version.isdigit() or not int(version):
        return False
    return found == version if exactly else int(found) >= int(version)


def subjects_of(entries: Iterable[Mapping[str, Any]], known: Known) -> tuple[list[int], bool]:
    """Return the items that entries are about, and whether the order of the run has changed."""
    items: dict[int, None] = {}
    whole = False
    for entry in entries:
        kind, number = _subject(entry)
        aspect = str(entry.get("aspect") or "")
        if aspect == "comments":
            continue
        item = (
            known.block_of(number) if kind == "template" else number if kind == "item" and known.item(number) else None
        )
        if kind == "run" or item is None or (aspect in _ORDER and kind == "item" and entry.get("action") in _MOVES):
            whole = True
        else:
            items[item] = None
    return list(items), whole


def group_history(entries: Iterable[Mapping[str, Any]], name: Callable[[int], str]) -> list[ChangeView]:
    """Return operations, in the order of the entries (newest first), each with the fields it changed."""
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        grouped.setdefault(str(entry["operation"]), []).append(entry)
    return [_operation(operation, found, name) for operation, found in grouped.items()]


def _operation(operation: str, entries: list[Mapping[str, Any]], name: Callable[[int], str]) -> ChangeView:
    first = entries[0]
    subjects = list(dict.fromkeys(_subject(one) for one in entries))
    action = str(first.get("action") or "changed")
    words = _WORDS.get(action, action.replace("-", " ").capitalize())
    fields = [one for entry in entries for one in _fields(entry)]
    items = list(dict.fromkeys(number for kind, number in subjects if kind == "item"))
    about = name(items[0]) if len(items) == 1 else f"{len(items)} items" if items else _what_else(subjects)
    labels = list(dict.fromkeys(one["label"].removeprefix("template · ") for one in fields))
    what = f"{words} {about}".strip()
    if labels and len(labels) <= _FEW:
        what += f": {', '.join(labels)}"
    return ChangeView(
        operation,
        what,
        str(first.get("who") or ""),
        str(first.get("at") or "")[:19].replace("T", " "),
        tuple(fields[:60]),
    )


def _what_else(subjects: Iterable[tuple[str, int]]) -> str:
    kinds = {kind for kind, _ in subjects}
    return "a template" if "template" in kinds else "the run" if "run" in kinds else ""


def _fields(entry: Mapping[str, Any]) -> list[Mapping[str, str]]:
    before, after = entry.get("before"), entry.get("after")
    aspect = str(entry.get("aspect") or "self")
    kind, number = _subject(entry)
    if aspect in {"absolute", "sidereal", "schedule"}:
        before, after = (
            {aspect: before or ([] if aspect != "schedule" else {})},
            {aspect: after or ([] if aspect != "schedule" else {})},
        )
    elif kind == "template":
        before, after = ({"templates": [_template(one, number)]} if one else {} for one in (before, after))
    if not isinstance(before or {}, Mapping) or not isinstance(after or {}, Mapping):
        return []
    return [one.shown() for one in changes_between(before or {}, after or {})]


def _template(body: Any, number: int) -> dict[str, Any]:
    return {"templateName": "template", **body, "templateId": number}


def _subject(entry: Mapping[str, Any]) -> tuple[str, int]:
    found = _SUBJECT.search(str(entry.get("subject") or ""))
    return (found[1], int(found[2])) if found else ("", 0)


def _bare(version: Any) -> str:
    return str(version or "").removeprefix("W/").strip('"')
