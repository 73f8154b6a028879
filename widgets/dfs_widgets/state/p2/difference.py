"""What two versions of a block differ in, field by field, and how two people's changes of the same version become one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dfs.phase2.api import Document
from dfs_widgets.state.p2.fields import field_label, fields_of, with_fields

__all__ = ["FieldChange", "Merge", "changes_between", "merge", "value_text"]

_LONGEST = 200


@dataclass(frozen=True)
class FieldChange:
    """One field that differs; None: it was not there."""

    key: str
    label: str
    before: Any
    after: Any

    def shown(self) -> dict[str, str]:
        """Return what a table of differences shows."""
        return {
            "key": self.key,
            "label": self.label,
            "before": value_text(self.before),
            "after": value_text(self.after),
        }


@dataclass(frozen=True)
class Merge:
    """My changes on top of theirs.

    Attributes
    ----------
    document
        Theirs with those of my changes that nobody else touched.
    taken
        What came from them.
    conflicts
        Fields both changed: ``before`` is theirs, ``after`` mine.
    """

    document: Document
    taken: tuple[FieldChange, ...] = ()
    conflicts: tuple[FieldChange, ...] = ()
    kept: tuple[FieldChange, ...] = field(default=())

    def resolved(self, mine: set[str]) -> Document:
        """Return the document with my value in the conflicting fields `mine`, theirs in the others."""
        return with_fields(self.document, {one.key: one.after for one in self.conflicts if one.key in mine})


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Return the fields that differ between two versions of a document, in the order of the later one."""
    old, new = fields_of(before), fields_of(after)
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(
        FieldChange(key, field_label(key, after if key in new else before), old.get(key), new.get(key))
        for key in keys
        if not _same(old.get(key), new.get(key))
    )


def merge(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merge:
    """Return what both made of `base`: fields that only one changed are as he left them, the others are conflicts."""
    ours = {one.key: one for one in changes_between(base, mine)}
    others = {one.key: one for one in changes_between(base, theirs)}
    there = fields_of(theirs)
    lost = {key for key in ours if key not in there and key.startswith("template:")}  # the template was deleted
    conflicts = tuple(
        FieldChange(key, one.label, there.get(key), one.after)
        for key, one in ours.items()
        if key in others and not _same(others[key].after, one.after) and key not in lost
    )
    disputed = {one.key for one in conflicts} | lost
    kept = tuple(one for key, one in ours.items() if key not in disputed)
    taken = tuple(one for key, one in others.items() if key not in disputed)
    return Merge(with_fields(theirs, {one.key: one.after for one in kept}), taken, conflicts, kept)


def value_text(value: Any) -> str:
    """Return a value as a table shows it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list):
        return ", ".join(_item_text(one) for one in value) or "none"
    return str(value) or "–"


def _item_text(value: Any) -> str:
    if isinstance(value, Mapping) and {"from", "to"} <= value.keys():
        return f"{value['from']} to {value['to']}"
    return (json.dumps(value) if isinstance(value, Mapping) else value_text(value))[:_LONGEST]


def _same(one: Any, other: Any) -> bool:
    """Compare as a person would: 1 and 1.0 are the same."""
    return bool(one == other)
