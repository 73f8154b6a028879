"""Containers and what lies in them: making, saving, moving, ordering, deleting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dfs.access.observing import Deed
from dfs.errors import UsageError
from dfs.phase2.api import Document, Versioned
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import What, is_service
from dfs.phase2.service import fields
from dfs.phase2.service.desk import Desk, versioned
from dfs.phase2.service.nesting import require_empty_way, require_place, require_type
from dfs.phase2.service.records import Item
from dfs.phase2.service.shown import block_document, container_document, item_document, item_line, read_only
from dfs.phase2.service.work import Work

__all__ = ["Containers", "make_item", "move", "remove_container", "require_movable", "write_container"]


class Containers(Desk):
    """Folders, groups, concatenations, time links."""

    def container(self, container_id: int) -> Versioned[Document]:
        """Return a container."""
        with self._look() as look:
            item = look.container(container_id)
            return versioned(container_document(look, item), look.of(item, "self"))

    def save_container(self, container: Document, version: str | None) -> Versioned[Document]:
        """Save name and user priority of a container."""
        with self._change("save") as work:
            item = work.container(_number(container, "containerId"))
            stored = write_container(work, item, container, version)
            return versioned(container_document(work, item), stored)

    def delete_container(self, container_id: int, version: str | None) -> None:
        """Delete a container that is empty."""
        with self._change("delete") as work:
            remove_container(work, work.container(container_id), version)

    def create_item(self, container_id: int, item_type: str, name: str) -> Versioned[Document]:
        """Make an item at the end of a container; a new block has the constraints of phase 1, else the instrument's."""
        with self._change("create") as work:
            item = make_item(work, work.container(container_id), item_type, name)
            return versioned(item_document(work, item), work.of(item, "self"))

    def items(self, container_id: int) -> Versioned[list[Document]]:
        """Return what lies in a container, in order."""
        with self._look() as look:
            item = look.container(container_id)
            return versioned([item_line(look, one) for one in look.children(item)], look.of(item, "items"))

    def reorder_items(
        self, container_id: int, items: Sequence[Document], version: str | None
    ) -> Versioned[list[Document]]:
        """Put the items of a container into another order; the list holds the same items."""
        with self._change("reorder") as work:
            container = work.container(container_id)
            work.editing(container, What.MEMBERS)
            order = [_number(one, "obId", "containerId") for one in items]
            require_same(order, [one.id for one in work.children(container)], container.label)
            stored = work.arrange(container, order, version)
            return versioned([item_line(work, one) for one in work.children(container)], stored)

    def move_item(self, container_id: int, item_type: str, item_id: int) -> None:
        """Move an item to the end of a container of the same run."""
        with self._change("move") as work:
            item = work.item(item_id)
            if item.item_type != item_type:
                raise UsageError(f"{item.label} is no {item_type}", where="itemType", accepted=item.item_type)
            move(work, item, work.container(container_id))

    def summary(self, container_id: int) -> list[Document]:
        """Return the blocks in a container with target, constraint set, first template and charts: the table of its users."""
        with self._look() as look:
            blocks = [one for one in look.children(look.container(container_id)) if one.is_block]
            return [_summary(look, one) for one in blocks]


def make_item(work: Work, parent: Item, item_type: str, name: Any) -> Item:
    """Make an item at the end of a container, which may be one of another item just made."""
    run = work.editing(parent, What.MEMBERS)
    require_place(run, require_type(item_type), parent)
    status = "" if item_type == "Folder" else "P"
    item = work.add_item(run, parent, item_type, fields.item_name(name), status)
    if item.is_block:
        body = fields.new_block(item_type, work.packages.package(run.instrument), run.limits)
    else:
        body = {"userPriority": 1} if item.is_scheduling else {}
    work.write(work.of(item, "self"), {"name": item.name, **body}, "*", run.run_id, "create")
    return item


def write_container(work: Work, item: Item, document: Mapping[str, Any], version: str | None) -> Any:
    """Save the fields of a container that its user may change."""
    work.editing(item, What.CONTAINER)
    known = {"name", "userPriority"}
    wrong = next((key for key in document if key not in known | read_only(item)), None)
    if wrong is not None:
        raise UsageError(f"no field {wrong!r}", where=item.label, accepted=", ".join(sorted(known)))
    body = {"name": item.name, **work.of(item, "self").body}
    if "name" in document:
        body["name"] = fields.item_name(document["name"])
    if item.is_scheduling and "userPriority" in document:
        body["userPriority"] = fields.user_priority(document["userPriority"])
    stored = work.save(item, "self", body, version)
    rename(work, item, body["name"])
    return stored


def rename(work: Work, item: Item, name: str) -> None:
    """Write an item's name where the tree has it."""
    if item.name != name:
        item.name = name
        work.pending.change(item)


def remove_container(work: Work, item: Item, version: str | None) -> None:
    """Delete an empty container; the root folder stays."""
    run = work.editing(item, What.DELETION)
    if item.parent is None:
        raise StateError(f"the root folder of run {run.prog_id} cannot be deleted")
    work.require(work.of(item, "self"), version)
    if work.children(item):
        raise StateError(f"{item.label} is not empty", hint="delete or move what lies in it first")
    _editing_members(work, item.parent)
    work.remove(item, run.run_id)


def move(work: Work, item: Item, container: Item, position: int | None = None) -> None:
    """Move an item; between folders in any status, into or out of a scheduling container before its review."""
    run = work.run(item.run_id, Deed.EDIT)
    if container.run_id != item.run_id:
        raise StateError(f"{item.label} is in another run than {container.label}", hint="duplicate it there")
    if item.parent is None:
        raise StateError(f"the root folder of run {run.prog_id} cannot be moved")
    work.open_run(run)
    require_place(run, item.item_type, container)
    require_empty_way(work, item, container)
    require_movable(work, item, container)
    work.relocate(item, container, position)


def require_movable(work: Work, item: Item, container: Item) -> None:
    """Refuse a move out of or into a container that cannot be changed; scheduling containers want it before review."""
    run = work.editing(container, What.MEMBERS)
    source = _editing_members(work, item.parent or 0)
    scheduling = container.is_scheduling or source.is_scheduling
    if scheduling and is_service(run.mode) and item.status not in {"P", "-", "D"}:
        raise StateError(f"{item.label} cannot be moved in status {item.status}", accepted="in status P - D")


def _editing_members(work: Work, container_id: int) -> Item:
    container = work.container(container_id)
    work.editing(container, What.MEMBERS)
    return container


def require_same(order: Sequence[int], present: Sequence[int], where: str) -> None:
    """Refuse a list that is no permutation of what is there."""
    if sorted(order) != sorted(present):
        raise UsageError(
            "the list does not hold the same items",
            where=where,
            accepted=", ".join(map(str, present)),
            hint="only the order can be changed",
        )


def _number(document: Mapping[str, Any], *keys: str) -> int:
    for key in keys:
        value = document.get(key) if isinstance(document, Mapping) else None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    raise UsageError(f"{' or '.join(keys)} is missing", accepted="a whole number")


def _summary(look: Any, item: Item) -> Document:
    document = block_document(look, item)
    templates = look.templates(item)
    charts = [one["name"] for one in look.of(item, "charts").body]
    acquisition = next((one.name for one in templates if one.type == "acquisition"), "")
    return {
        **document,
        "acquisition": acquisition,
        "templates": [one.name for one in templates],
        "findingCharts": charts,
    }
