"""The tree of a run changed: items and templates made, removed, brought back, moved, put in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dfs.phase2.service.pen import Pen
from dfs.phase2.service.records import Item, Run, Stored, TemplateRow
from dfs.store.tables import p2_items, p2_templates

__all__ = ["Tree"]


class Tree(Pen):
    """Writes places and existence."""

    def add_item(self, run: Run, parent: Item, item_type: str, name: str, status: str) -> Item:
        """Put a new item at the end of a container."""
        siblings = self.children(parent)
        position = siblings[-1].position + 1 if siblings else 0
        number = self.pending.number(p2_items.c.id)
        item = Item(number, run.run_id, parent.id, position, item_type, name, status)
        self._items[number] = item
        self._children[number] = []
        self._templates[number] = []
        siblings.append(item)
        self.pending.add(item)
        self.note(item.subject, "tree", 0, None, placed(item), run.run_id, self._verb("create"))
        self._members_changed(parent)
        return item

    def add_template(self, block: Item, name: str, kind: str) -> TemplateRow:
        """Add a template to a block: an acquisition before all others."""
        rows = self.templates(block)
        position = rows[0].position - 1 if rows and kind == "acquisition" else rows[-1].position + 1 if rows else 0
        row = TemplateRow(self.pending.number(p2_templates.c.id), block.id, position, name, kind)
        self._rows[row.id] = row
        rows.insert(0 if kind == "acquisition" else len(rows), row)
        self.pending.add(row)
        self.note(row.subject, "tree", 0, None, placed(row), block.run_id, self._verb("create"))
        self.touch(block, "templates")
        return row

    def remove(self, row: Item | TemplateRow, run_id: int) -> None:
        """Take an item or template away; its documents stay, so that undo brings all of it back."""
        if isinstance(row, Item):
            self._take_from_parent(row)
        else:
            block = self.block(row.ob_id)
            _drop(self.templates(block), row)
            self.touch(block, "templates")
        row.deleted = self.at
        self.pending.change(row)
        self.note(row.subject, "tree", 0, placed(row), None, run_id, self._verb("delete"))

    def restore(self, row: Item | TemplateRow, run_id: int) -> None:
        """Put a removed item or template back where it was, with everything in it."""
        row.deleted = None
        self.pending.change(row)
        if isinstance(row, Item):
            # what is in it was not read with the run: it was not there then
            self._children[row.id] = [] if row.is_block else self._read_children(row.id)
            self._templates[row.id] = self._read_templates(p2_templates.c.ob_id == row.id) if row.is_block else []
            self._put_into_parent(row)
        else:
            block = self.block(row.ob_id)
            rows = self.templates(block)
            if row.type == "acquisition" and rows:
                row.position = rows[0].position - 1
            _insert(rows, row)
            self.touch(block, "templates")
        self.note(row.subject, "tree", 0, None, placed(row), run_id)

    def relocate(self, item: Item, parent: Item, index: int | None = None) -> None:
        """Move an item into a container: before what is now number `index` there, else to its end."""
        before = {"parent": item.parent, "position": item.position}
        self._take_from_parent(item)
        siblings = self.children(parent)
        item.parent = parent.id
        self.pending.change(item)
        if index is None or index >= len(siblings):
            item.position = siblings[-1].position + 1 if siblings else 0
            siblings.append(item)
        else:
            siblings.insert(max(index, 0), item)
            self._number_anew(siblings)
        self._members_changed(parent)
        place = {"parent": item.parent, "position": item.position}
        self.note(item.subject, "tree", 0, before, place, item.run_id, self._verb("move"))

    def arrange(self, container: Item, order: list[int], version: str | None) -> Stored:
        """Put the items of a container into the order of their numbers."""
        stored = self.of(container, "items")
        self.require(stored, version)
        siblings = self.children(container)
        before = [one.id for one in siblings]
        if before == order:
            return stored
        place = {number: index for index, number in enumerate(order)}
        siblings.sort(key=lambda one: place[one.id])
        self._number_anew(siblings)
        self._members_changed(container)
        self.note(container.subject, "items", stored.version, before, order, container.run_id, self._verb("reorder"))
        return stored

    def arrange_templates(self, block: Item, order: list[int], version: str | None) -> Stored:
        """Put the templates of a block into the order of their numbers."""
        stored = self.of(block, "templates")
        self.require(stored, version)
        rows = self.templates(block)
        before = [one.id for one in rows]
        if before == order:
            return stored
        place = {number: index for index, number in enumerate(order)}
        rows.sort(key=lambda one: place[one.id])
        self._number_anew(rows)
        self.touch(block, "templates")
        self.note(block.subject, "templates", stored.version, before, order, block.run_id, self._verb("reorder"))
        return stored

    def _number_anew(self, rows: Iterable[Item | TemplateRow]) -> None:
        for position, row in enumerate(rows):
            if row.position != position:
                row.position = position
                self.pending.change(row)

    def _take_from_parent(self, item: Item) -> None:
        parent = self.parent(item)
        if parent is not None:
            _drop(self.children(parent), item)
            self._members_changed(parent)

    def _put_into_parent(self, item: Item) -> None:
        parent = self.parent(item)
        if parent is not None:
            _insert(self.children(parent), item)
            self._members_changed(parent)

    def _members_changed(self, parent: Item) -> None:
        self.touch(parent, "items")
        self.edited(parent)

    def _verb(self, verb: str) -> str:
        """Return what the history says: of what undo does, that it was undo."""
        return self.action if self.action == "undo" else verb


def placed(row: Item | TemplateRow) -> Mapping[str, Any]:
    """Return what the history keeps of the existence of a row."""
    if isinstance(row, TemplateRow):
        return {"block": row.ob_id, "position": row.position, "templateName": row.name, "type": row.type}
    return {
        "parent": row.parent,
        "position": row.position,
        "itemType": row.item_type,
        "name": row.name,
        "status": row.status,
    }


def _insert(rows: list[Any], row: Any) -> None:
    place = (row.position, row.id)
    index = next((number for number, one in enumerate(rows) if (one.position, one.id) > place), len(rows))
    rows.insert(index, row)


def _drop(rows: list[Any], row: Any) -> None:
    """Take `row` itself out of `rows`; from the end, for undo takes back what was made last first."""
    index = next(number for number in range(len(rows) - 1, -1, -1) if rows[number] is row)
    del rows[index]
