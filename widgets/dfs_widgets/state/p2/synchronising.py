"""A run here and the same run elsewhere: what differs, and the changes that make one as the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dfs.phase2.api import Change, Document
from dfs_widgets.state.p2.difference import FieldChange, value_text
from dfs_widgets.state.p2.fields import field_label

__all__ = ["ItemDifference", "changes_towards", "run_differences"]

_BLOCKS = {"OB", "CB"}
_SENT = (
    "itemType",
    "name",
    "userPriority",
    "target",
    "constraints",
    "obsDescription",
    "absolute",
    "sidereal",
    "ephemeris",
)


@dataclass(frozen=True)
class ItemDifference:
    """An item that is not the same on both sides.

    Attributes
    ----------
    place
        Names of its containers and its own.
    kind
        ``here``: only here; ``there``: only there; ``both``: its fields differ.
    """

    place: tuple[str, ...]
    kind: Literal["here", "there", "both"]
    here: Document | None
    there: Document | None
    fields: tuple[FieldChange, ...] = ()

    def rows(self) -> list[list[str]]:
        """Return rows (item, field, here, there)."""
        name = " / ".join(self.place)
        if self.kind != "both":
            words = ["there is one", "–"] if self.kind == "here" else ["–", "there is one"]
            return [[name, "", *words]]
        return [[name, one.label, value_text(one.before), value_text(one.after)] for one in self.fields]


def run_differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[ItemDifference]:
    """Return the items of two root folders that differ; items are the same when their names and their containers' are."""
    ours, theirs = dict(_walk(here, ())), dict(_walk(there, ()))
    found = []
    for place in [*ours, *(one for one in theirs if one not in ours)]:
        one, other = ours.get(place), theirs.get(place)
        if one is None or other is None:
            found.append(ItemDifference(place, "here" if other is None else "there", one, other))
        elif fields := _fields_between(one, other):
            found.append(ItemDifference(place, "both", one, other, fields))
    return found


def changes_towards(
    target: Mapping[str, Any], differences: list[ItemDifference], side: Literal["here", "there"]
) -> list[Change]:
    """Return the changes that bring `side` to what the other has: items it lacks are made, fields that differ written; none deleted.

    Parameters
    ----------
    target
        The root folder of that side.
    """
    known = dict(_walk(target, ())) | {(): dict(target)}
    made: dict[tuple[str, ...], int] = {}
    changes: list[Change] = []
    for one in differences:
        source = one.there if side == "here" else one.here
        present = one.here if side == "here" else one.there
        if source is None:
            continue
        if present is None:
            number = -len(made) - 1
            made[one.place] = number
            parent = made.get(one.place[:-1]) or _number(known[one.place[:-1]])
            changes.append(Change("create-item", number, {"containerId": parent, **_sent(source)}))
        elif one.kind == "both" and present["itemType"] in _BLOCKS:
            changes += _writes(present, source)
    return changes


def _writes(present: Document, source: Document) -> list[Change]:
    number, versions = _number(present), present.get("versions") or {}
    changes = []
    parts = {
        name: source[name] for name in ("userPriority", "target", "constraints", "obsDescription") if name in source
    }
    if any(present.get(name) != value for name, value in parts.items()):
        body = {
            name: value
            for name, value in present.items()
            if name not in {"versions", "templates", "absolute", "sidereal", "schedule", "ephemeris", "charts"}
        }
        changes.append(Change("save-ob", number, {**body, **parts}, versions.get("self")))
    changes += [
        Change(f"save-{aspect}", number, source.get(aspect, []), versions.get(aspect))
        for aspect in ("absolute", "sidereal")
        if present.get(aspect, []) != source.get(aspect, [])
    ]
    for mine, theirs in zip(present.get("templates", ()), source.get("templates", ()), strict=False):
        if mine["templateName"] == theirs["templateName"] and _values(mine) != _values(theirs):
            values = _values(theirs)
            parameters = [{**one, "value": values.get(one["name"], one.get("value"))} for one in mine["parameters"]]
            template = mine["templateId"]
            changes.append(
                Change(
                    "save-template", template, {**mine, "parameters": parameters}, versions.get(f"template:{template}")
                )
            )
    changes += [
        Change("create-template", number, {"templateName": one["templateName"], "parameters": one["parameters"]})
        for one in source.get("templates", ())[len(present.get("templates", ())) :]
    ]
    return changes


def _sent(source: Document) -> Document:
    """Return what of an item is made on the other side."""
    body = {name: source[name] for name in _SENT if name in source}
    if source["itemType"] in _BLOCKS:
        body["templates"] = [
            {name: value for name, value in one.items() if name != "templateId"} for one in source.get("templates", ())
        ]
    return body


def _fields_between(here: Document, there: Document) -> tuple[FieldChange, ...]:
    one, other = _fields(here), _fields(there)
    keys = [*one, *(key for key in other if key not in one)]
    return tuple(
        FieldChange(key, _label(key), one.get(key), other.get(key)) for key in keys if one.get(key) != other.get(key)
    )


def _fields(item: Document) -> dict[str, Any]:
    """Return the fields of an item by names that both sides share: templates by their place."""
    found: dict[str, Any] = {"type": item["itemType"]}
    if item["itemType"] not in _BLOCKS:
        return found
    for part in ("target", "constraints", "obsDescription"):
        found |= {f"self/{part}.{name}": value for name, value in (item.get(part) or {}).items()}
    found["self/userPriority"] = item.get("userPriority")
    for at, template in enumerate(item.get("templates", ())):
        found |= {f"{at + 1} {template['templateName']} · {name}": value for name, value in _values(template).items()}
    return found | {f"{name}/": item.get(name) or [] for name in ("absolute", "sidereal")}


def _label(key: str) -> str:
    return field_label(key) if "/" in key and "·" not in key else key


def _values(template: Mapping[str, Any]) -> dict[str, Any]:
    return {one["name"]: one.get("value") for one in template.get("parameters", ())}


def _walk(container: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Document]]:
    seen: dict[str, int] = {}
    for item in container.get("items", ()):
        name = str(item["name"])
        seen[name] = seen.get(name, 0) + 1
        own = (*place, name if seen[name] == 1 else f"{name} ({seen[name]})")
        yield own, item
        yield from _walk(item, own)


def _number(item: Mapping[str, Any]) -> int:
    return int(item["obId"] if item["itemType"] in _BLOCKS else item["containerId"])
