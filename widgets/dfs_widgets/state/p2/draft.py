"""A block or container while somebody edits it: as it was read, as it is now, and what is still to be saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dfs.phase2.api import Change, Document
from dfs_widgets.state.p2.difference import FieldChange, Merge, changes_between, merge
from dfs_widgets.state.p2.fields import aspect_of, fields_of, key_of, with_fields

__all__ = ["Draft"]

# Documents of their own beside a block's: the rest is the block itself.
_BESIDE = ("templates", "absolute", "sidereal", "schedule", "ephemeris", "charts", "versions", "items")


@dataclass(frozen=True)
class Draft:
    """A whole document under edit.

    Attributes
    ----------
    base
        As it was last read or saved.
    mine
        With what was typed since.
    problems
        Path -> what was typed there and cannot be read as a value: shown beside the field, not saved.
    """

    base: Document
    mine: Document
    problems: Mapping[str, tuple[Any, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document) -> Draft:
        """Begin to edit a whole document."""
        return cls(document, document)

    @property
    def item_id(self) -> int:
        """Number of the block or container."""
        return int(self.base.get("obId") or self.base["containerId"])

    def put(self, path: str, value: Any) -> Draft:
        """Return the draft with a field changed."""
        key = key_of(path, self.mine)
        if not key:
            return self
        problems = {one: told for one, told in self.problems.items() if one != path}
        if key.endswith("/"):  # windows are one field
            return replace(self, mine=with_fields(self.mine, {key: value}), problems=problems)
        return replace(self, mine=with_fields(self.mine, {key: value}), problems=problems)

    def refuse(self, path: str, typed: Any, why: str) -> Draft:
        """Return the draft with something typed that is no value."""
        return replace(self, problems={**self.problems, path: (typed, why)})

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        """What is not saved yet."""
        return changes_between(self.base, self.mine)

    @property
    def dirty(self) -> tuple[str, ...]:
        """The documents to save, each once."""
        return tuple(dict.fromkeys(aspect_of(one.key) for one in self.changes))

    def body(self, aspect: str) -> Any:
        """Return the document to save for an aspect."""
        if aspect == "self":
            return {name: value for name, value in self.mine.items() if name not in _BESIDE}
        if aspect.startswith("template:"):
            return next(one for one in self.mine["templates"] if f"template:{one['templateId']}" == aspect)
        return self.mine[aspect]

    def version(self, aspect: str) -> str | None:
        """Return the version that an aspect was read with."""
        found = (self.base.get("versions") or {}).get(aspect)
        return str(found) if found is not None else None

    def as_changes(self) -> list[Change]:
        """Return the changes of a bulk edit that save a block."""
        found = []
        for aspect in self.dirty:
            kind, _, number = aspect.partition(":")
            action = "save-ob" if kind == "self" else f"save-{kind}"
            found.append(Change(action, int(number or self.item_id), self.body(aspect), self.version(aspect)))
        return found

    def saved(self, aspect: str, body: Any, version: str | None) -> Draft:
        """Return the draft once `body` was written as `version`; what was typed meanwhile stays to be saved."""
        pending = {one.key: one.after for one in self.changes if aspect_of(one.key) != aspect}
        base = _with_aspect(self.base, aspect, body, version)
        return replace(self, base=base, mine=with_fields(base, pending))

    def rebased(self, theirs: Document) -> tuple[Draft, Merge]:
        """Return the draft on top of what somebody else saved, and how both went together.

        In fields that both changed the draft has their value: nothing of theirs is ever overwritten unasked.
        """
        merged = merge(self.base, self.mine, theirs)
        known = set(fields_of(theirs))
        problems = {path: told for path, told in self.problems.items() if key_of(path, theirs) in known}
        return replace(self, base=theirs, mine=merged.document, problems=problems), merged


def _with_aspect(document: Document, aspect: str, body: Any, version: str | None) -> Document:
    versions = {**(document.get("versions") or {}), aspect: version}
    if aspect == "self":
        beside = {name: value for name, value in document.items() if name in _BESIDE}
        return {**body, **beside, "versions": versions}
    if aspect.startswith("template:"):
        templates = [
            body if f"template:{one['templateId']}" == aspect else one for one in document.get("templates", ())
        ]
        return {**document, "templates": templates, "versions": versions}
    return {**document, aspect: body, "versions": versions}
