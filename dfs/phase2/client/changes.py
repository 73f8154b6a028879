"""What differs between a run as it is known and as it is edited: for people, field by field; for the observatory, as changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dfs.phase2.api import Change, Phase2Desk
from dfs.phase2.client.trees import Document, block_itself, is_block, item_number, walk
from dfs.phase2.differences import difference

__all__ = ["Difference", "Push", "differences", "plan"]

Call = Callable[[Phase2Desk, Callable[[int], int]], None]
_SAVED = {
    "absolute": "save-absolute",
    "sidereal": "save-sidereal",
    "schedule": "save-schedule",
    "ephemeris": "save-ephemeris",
}
_CONTAINER_PARTS = frozenset({"items", "versions", "schedule", "itemCount"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs.

    Attributes
    ----------
    item
        Kind, name and number of the block or container.
    path
        The field, as in findings; empty: the item itself came or went.
    before, after
        None: not there.
    """

    item: str
    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if not self.path:
            return f"{self.item}: {'new' if self.before is None else 'deleted'}"
        return f"{self.item}: {self.path}: {self.before!r} -> {self.after!r}"


@dataclass(slots=True)
class Push:
    """What a push sends: `changes` in one transaction, then `calls` one by one."""

    changes: list[Change] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)


def differences(known: Document, edited: Document) -> list[Difference]:
    """Return every difference between two trees, by their root containers."""
    before, after = _indexed(known), _indexed(edited)
    found = [Difference(_label(after[one][0]), "", None, after[one][0]["name"]) for one in after if one not in before]
    for number, (item, container, place) in before.items():
        if number not in after:
            found.append(Difference(_label(item), "", item["name"], None))
            continue
        now, new_container, new_place = after[number]
        if item_number(container) != item_number(new_container):
            found.append(Difference(_label(item), "container", container["name"], new_container["name"]))
        elif place != new_place and _order(container) != _order(new_container):
            found.append(Difference(_label(item), "position", place, new_place))
        found += [Difference(_label(item), **one) for one in difference(_fields(item), _fields(now))]
    return found


def plan(known: Document, edited: Document) -> Push:
    """Return what turns `known` into `edited`, by their root containers."""
    before, after = _indexed(known), _indexed(edited)
    push = Push()
    for number, (item, container, _) in after.items():
        if number not in before:
            push.changes.append(_creation(item, container))
    for number, (item, container, _) in after.items():
        if number in before:
            old, old_container, _ = before[number]
            if item_number(old_container) != item_number(container):
                position = [item_number(one) for one in container["items"]].index(number)
                push.changes.append(
                    Change("move", number, {"containerId": item_number(container), "position": position})
                )
            _save(old, item, push)
    gone = [item for number, (item, _, _) in before.items() if number not in after]
    # From the deepest up: a container must be empty to be deleted.
    push.changes += [Change("delete", item_number(one), {}, _version(one)) for one in reversed(gone)]
    push.calls += list(_orders(known, edited))
    return push


def _indexed(root: Document) -> dict[int, tuple[Document, Document, int]]:
    """Return number -> (item, its container, its place there), containers before what lies in them."""
    found: dict[int, tuple[Document, Document, int]] = {}
    places: dict[int, int] = {}
    for item, container, _ in walk(root):
        at = places.get(id(container), 0)
        places[id(container)] = at + 1
        found[item_number(item)] = (item, container, at)
    return found


def _creation(item: Document, container: Document) -> Change:
    where = {"containerId": item_number(container)}
    if not is_block(item):
        kept = {key: item[key] for key in ("itemType", "name", "userPriority") if key in item}
        schedule = {"schedule": item["schedule"]} if item.get("schedule") else {}
        return Change("create-item", item_number(item), {**kept, **schedule, **where})
    body = {
        key: value
        for key, value in item.items()
        if key not in {"versions", "charts", "files", "obId", "runId", "parentContainerId"}
    }
    body["templates"] = [{key: value for key, value in one.items() if key != "templateId"} for one in item["templates"]]
    return Change("create-item", item_number(item), {**body, **where})


def _save(old: Document, new: Document, push: Push) -> None:
    """Add what saves an item that was there before."""
    number, versions = item_number(new), old.get("versions") or {}
    if not is_block(new):
        if _fields(old, but={"schedule"}) != _fields(new, but={"schedule"}):
            body = {key: value for key, value in new.items() if key not in _CONTAINER_PARTS}
            push.changes.append(Change("save-container", number, body, versions.get("self")))
        if (old.get("schedule") or {}) != (new.get("schedule") or {}):
            push.changes.append(Change("save-schedule", number, new.get("schedule") or {}, versions.get("schedule")))
        return
    if block_itself(old) != block_itself(new):
        push.changes.append(Change("save-ob", number, block_itself(new), versions.get("self")))
    for part, action in _SAVED.items():
        if (old.get(part) or None) != (new.get(part) or None):
            push.changes.append(Change(action, number, new.get(part), versions.get(part)))
    _save_templates(number, old, new, push)


def _save_templates(ob_id: int, old: Document, new: Document, push: Push) -> None:
    before = {one["templateId"]: one for one in old.get("templates", ())}
    after = {one["templateId"]: one for one in new.get("templates", ())}
    versions = old.get("versions") or {}
    for number in before.keys() - after.keys():
        push.changes.append(Change("delete-template", number, {}, versions.get(f"template:{number}")))
    for number, template in after.items():
        if number not in before:
            body = {key: value for key, value in template.items() if key != "templateId"}
            push.changes.append(Change("create-template", ob_id, body))
        elif template != before[number]:
            push.changes.append(Change("save-template", number, template, versions.get(f"template:{number}")))
    wanted = [one["templateName"] for one in new.get("templates", ())]
    arrived = [one["templateName"] for one in old.get("templates", ()) if one["templateId"] in after]
    arrived += [one["templateName"] for number, one in after.items() if number not in before]
    if wanted != arrived:
        push.calls.append(_template_order(ob_id, wanted))


def _template_order(ob_id: int, wanted: list[str]) -> Call:
    """Return a call that puts templates into the order of the names `wanted`; an acquisition comes first anyway."""

    def reorder(desk: Phase2Desk, present: Callable[[int], int]) -> None:
        found = desk.templates(present(ob_id))
        left = list(found.body)
        order = []
        for name in wanted:
            one = next((each for each in left if each["templateName"] == name), None)
            if one is not None:
                left.remove(one)
                order.append(one)
        if order + left != found.body:
            desk.reorder_templates(present(ob_id), order + left, found.version)

    return reorder


def _orders(known: Document, edited: Document) -> Iterator[Call]:
    """Give calls that put the items of containers into their new order."""
    before = {item_number(one): one for one in _containers(known)}
    for container in _containers(edited):
        number = item_number(container)
        stayed = set(_order(container))
        old = [one for one in _order(before[number]) if one in stayed] if number in before else []
        arrived = old + [one for one in _order(container) if one not in old]
        if arrived != _order(container):
            yield _item_order(number, _order(container))


def _item_order(container_id: int, wanted: list[int]) -> Call:
    def reorder(desk: Phase2Desk, present: Callable[[int], int]) -> None:
        places = {present(one): at for at, one in enumerate(wanted)}
        found = desk.items(present(container_id))
        order = sorted(found.body, key=lambda one: places.get(item_number(one), len(places)))
        if order != found.body:
            desk.reorder_items(present(container_id), order, found.version)

    return reorder


def _containers(root: Document) -> Iterator[Document]:
    yield root
    yield from (item for item, _, _ in walk(root) if not is_block(item))


def _order(container: Mapping[str, Any]) -> list[int]:
    return [item_number(one) for one in container["items"]]


def _fields(item: Mapping[str, Any], but: set[str] = frozenset()) -> Document:  # type: ignore[assignment]
    """Return what a user can change in an item, with a block's parts but without files and numbers."""
    left_out = {
        "items",
        "versions",
        "files",
        "itemCount",
        "parentContainerId",
        "charts",
        "exposureTime",
        "executionTime",
        *but,
    }
    kept = {key: value for key, value in item.items() if key not in left_out and value not in ([], {}, "", None)}
    if "templates" in kept:
        kept["templates"] = [
            {key: value for key, value in one.items() if key != "templateId"} for one in item["templates"]
        ]
    return kept


def _version(item: Mapping[str, Any]) -> str | None:
    return (item.get("versions") or {}).get("self")


def _label(item: Mapping[str, Any]) -> str:
    number = item_number(item)
    return f"{item['itemType']} {item['name']!r}" + (f" ({number})" if number > 0 else "")
