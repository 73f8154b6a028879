"""One change of phase 2, in one transaction: the only place that writes it.

A call opens a `Work`, asks it for what it will change (`editing`: is it there, is it his, does its status permit, is its package the
newest), and writes through it (`write`: is the version the present one).  Document, history and audit trail are written together at the
end, or nothing is.  Within one operation a document is raised by one version, however often it is written.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from dfs.access import AuditTrail, Standing
from dfs.access.observing import Deed
from dfs.clock import isoformat
from dfs.phase2.failures import StaleError, StateError, VersionMissingError
from dfs.phase2.lifecycle import Event, What, after, editable, is_service
from dfs.phase2.service.injected import Packages
from dfs.phase2.service.look import Look
from dfs.phase2.service.pending import Pending
from dfs.phase2.service.records import Item, Run, Stored, TemplateRow, bare
from dfs.store.tables import p2_history, p2_items, p2_runs, p2_templates

__all__ = ["ANY", "Work"]

_NEED_NEWEST = frozenset({What.BLOCK, What.TEMPLATES, What.CHARTS})

ANY = "*"  # as If-Match has it: whatever the present version is


class Work(Look):
    """Reads and changes on the writer's connection.

    Parameters
    ----------
    action
        What the history says was done: ``save``, ``move``, ``submit`` ...
    """

    def __init__(
        self,
        connection: Connection,
        who: Standing,
        packages: Packages,
        *,
        name: str,
        now: datetime,
        audit: AuditTrail,
        action: str,
    ) -> None:
        super().__init__(connection, who, packages)
        self.name = name
        self.now = now
        self.at = isoformat(now)
        self.action = action
        self.operation = f"{int(now.timestamp() * 1000):012x}{secrets.token_hex(7)}"
        self.pending = Pending(connection)
        self._audit = audit
        self._written: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._versions: dict[tuple[str, str], str] = {}  # ETags from before this operation
        self._audited: list[tuple[str, str, dict[str, Any]]] = []

    # -- may it be changed?

    def editing(self, item: Item, what: What) -> Run:
        """Return the run of an item of which `what` is about to be changed; refuse where that may not be."""
        run = self.run(item.run_id, Deed.EDIT)
        self.open_run(run, rejected=item.status == "-" or what is What.ABSOLUTE)
        if item.status and item.status not in editable(run.mode, what):
            letters = " ".join(one for one in "P-D+AMXSRCFKT" if one in editable(run.mode, what))
            raise StateError(
                f"the {what.value} of {item.label} cannot be changed in status {item.status}",
                accepted=f"in status {letters}",
                hint="revise it first" if "P" in letters and item.status in "D+" else "",
            )
        if what in _NEED_NEWEST and item.is_block:
            self.require_newest(item, run)
        return run

    def require_newest(self, item: Item, run: Run) -> None:
        """Refuse a block whose instrument package is not the newest."""
        version = self.of(item, "self").body["ipVersion"]
        if version != self.newest(run):
            raise StateError(
                f"{item.label} was made with package {version} of {run.instrument}",
                accepted=f"package {self.newest(run)}",
                hint="migrate it first",
            )

    def open_run(self, run: Run, *, rejected: bool = False) -> None:
        """Refuse changes in a run that has ended, or that waits for its review (but for what was `rejected`)."""
        if run.state == "ended":
            raise StateError(f"run {run.prog_id} has ended", hint="an operator may extend it")
        if run.state == "notified" and is_service(run.mode) and not rejected:
            raise StateError(
                f"run {run.prog_id} is with ESO for review", hint="the support astronomer opens it again for changes"
            )

    # -- documents

    def require(self, stored: Stored, version: str | None) -> None:
        """Refuse a version that is not the present one."""
        if version == ANY:
            return
        where = f"{stored.subject} {stored.aspect}"
        if not version:
            raise VersionMissingError(
                "the version that was read is missing",
                where=where,
                accepted="the ETag, as If-Match",
                hint="read it first",
            )
        key = (stored.subject, stored.aspect)
        if bare(version) not in {stored.etag, self._versions.get(key)}:
            raise StaleError(
                f"{stored.changed_by or 'somebody'} saved it at {stored.changed or 'a time before'} after it was read",
                where=where,
                hint="read it again and merge",
                who=stored.changed_by,
                at=stored.changed,
            )

    def write(self, stored: Stored, body: Any, version: str | None, run_id: int | None, action: str = "") -> Stored:
        """Give a document a new body; the same body changes nothing."""
        self.require(stored, version)
        if stored.version and stored.body == body:
            return stored
        key = (stored.subject, stored.aspect)
        entry = self._written.get(key)
        before = stored.body if stored.version else None
        self._raise(stored, run_id)
        stored.body = body
        if entry is not None:
            entry["after"] = body
        else:
            self._written[key] = self.note(stored.subject, stored.aspect, stored.version, before, body, run_id, action)
        return stored

    def save(self, item: Item, what: What, aspect: str, body: Any, version: str | None) -> Stored:
        """Give a document of a block or container, which is being edited, a new body."""
        stored = self.of(item, aspect)
        number = stored.version
        self.write(stored, body, version, item.run_id)
        if stored.version != number and what is not What.DELETION:
            self.edited(item)
        return stored

    def touch(self, item: Item, aspect: str) -> Stored:
        """Raise the version of a document whose body lies elsewhere (the order of items) or whose item changed its status."""
        stored = self.of(item, aspect)
        self._raise(stored, item.run_id)
        return stored

    def _raise(self, stored: Stored, run_id: int | None) -> None:
        key = (stored.subject, stored.aspect)
        self.pending.document(stored, run_id)
        if key not in self._versions:
            self._versions[key] = stored.etag
            stored.version += 1
        stored.changed, stored.changed_by = self.at, self.name

    def note(
        self, subject: str, aspect: str, version: int, before: Any, after_: Any, run_id: int | None, action: str = ""
    ) -> dict[str, Any]:
        """Add an entry to the history."""
        entry = {
            "sequence": self.pending.number(p2_history.c.sequence),
            "operation": self.operation,
            "run_id": run_id,
            "subject": subject,
            "aspect": aspect,
            "version": version,
            "action": action or self.action,
            "before": before,
            "after": after_,
            "at": self.at,
            "who": self.name,
        }
        self.pending.history.append(entry)
        return entry

    def audit(self, action: str, subject: str, **details: Any) -> None:
        """Add a row to the audit trail, at the end."""
        self._audited.append((action, subject, details))

    # -- the tree

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
        self.note(item.subject, "tree", 0, None, placed(item), run.run_id, "create")
        self.touch(parent, "items")
        return item

    def add_template(self, block: Item, name: str, kind: str) -> TemplateRow:
        """Add a template to a block: an acquisition before all others."""
        rows = self.templates(block)
        position = rows[0].position - 1 if rows and kind == "acquisition" else rows[-1].position + 1 if rows else 0
        row = TemplateRow(self.pending.number(p2_templates.c.id), block.id, position, name, kind)
        self._rows[row.id] = row
        rows.insert(0 if kind == "acquisition" else len(rows), row)
        self.pending.add(row)
        self.note(row.subject, "tree", 0, None, placed(row), block.run_id, "create")
        self.touch(block, "templates")
        return row

    def remove(self, row: Item | TemplateRow, run_id: int) -> None:
        """Take an item or template away; its documents stay, so that undo brings all of it back."""
        if isinstance(row, Item):
            self._take_from_parent(row)
        else:
            block = self.block(row.ob_id)
            self.templates(block).remove(row)
            self.touch(block, "templates")
        row.deleted = self.at
        self.pending.change(row)
        self.note(row.subject, "tree", 0, placed(row), None, run_id, "delete")

    def restore(self, row: Item | TemplateRow, run_id: int) -> None:
        """Put a removed item or template back where it was."""
        row.deleted = None
        self.pending.change(row)
        self.note(row.subject, "tree", 0, None, placed(row), run_id)
        if isinstance(row, Item):
            self._put_into_parent(row)
        else:
            block = self.block(row.ob_id)
            _insert(self.templates(block), row)
            self.touch(block, "templates")

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
        self.touch(parent, "items")
        place = {"parent": item.parent, "position": item.position}
        self.note(item.subject, "tree", 0, before, place, item.run_id, "move")

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
        self.touch(container, "items")
        self.note(container.subject, "items", stored.version, before, order, container.run_id, "reorder")
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
        self.note(block.subject, "templates", stored.version, before, order, block.run_id, "reorder")
        return stored

    def _number_anew(self, rows: Iterable[Item | TemplateRow]) -> None:
        for position, row in enumerate(rows):
            if row.position != position:
                row.position = position
                self.pending.change(row)

    def _take_from_parent(self, item: Item) -> None:
        parent = self.parent(item)
        if parent is not None:
            self.children(parent).remove(item)
            self.touch(parent, "items")

    def _put_into_parent(self, item: Item) -> None:
        parent = self.parent(item)
        if parent is not None:
            _insert(self.children(parent), item)
            self.touch(parent, "items")

    # -- states

    def happen(self, item: Item, event: Event, status: str | None = None, **details: Any) -> None:
        """Let an event change the status of an item, as the table says (or to `status`, where it leaves a choice)."""
        run = self.run(item.run_id)
        new = status or after(run.mode, item.status, event, item.label)
        self.set_status(item, new, event.value, **details)

    def set_status(self, item: Item, status: str, action: str, **details: Any) -> None:
        """Write a new status: history, audit trail, and a new version, so that nobody saves over it unseen."""
        if item.status == status:
            return
        before, item.status = item.status, status
        self.pending.change(item)
        stored = self.touch(item, "self")
        self.note(item.subject, "tree", stored.version, {"status": before}, {"status": status}, item.run_id, action)
        self.audit(
            f"p2-{action}", item.subject, run=self.run(item.run_id).prog_id, before=before, after=status, **details
        )

    def edited(self, item: Item) -> None:
        """Let a rejected item be in preparation again once it is changed.

        Its version stays: who goes on editing with the version that he read must not fail.
        """
        if item.status == "-":
            item.status = "P"
            self.pending.change(item)
            self.note(item.subject, "tree", 0, {"status": "-"}, {"status": "P"}, item.run_id, Event.EDIT.value)
            self.audit("p2-edit", item.subject, run=self.run(item.run_id).prog_id, before="-", after="P")

    def set_state(self, run: Run, state: str, action: str) -> None:
        """Write a new state of a run."""
        if run.state == state:
            return
        before, run.state = run.state, state
        self.connection.execute(update(p2_runs).where(p2_runs.c.run_id == run.run_id).values(state=state))
        self.note(f"run:{run.run_id}", "tree", 0, {"state": before}, {"state": state}, run.run_id, action)
        self.audit(f"p2-{action}", f"run:{run.run_id}", run=run.prog_id, before=before, after=state)

    def finish(self) -> None:
        """Write everything; called once, before the transaction commits."""
        self.pending.write()
        for action, subject, details in self._audited:
            self._audit.append(self.connection, action, subject, **details)


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
    index = next((number for number, one in enumerate(rows) if one.position > row.position), len(rows))
    rows.insert(index, row)
