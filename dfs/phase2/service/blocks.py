"""Observation and calibration blocks: reading, saving, deleting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from dfs.errors import UsageError
from dfs.phase2.api import Document, Versioned
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import What
from dfs.phase2.service import fields
from dfs.phase2.service.containers import rename
from dfs.phase2.service.desk import Desk, versioned
from dfs.phase2.service.records import Item, Stored
from dfs.phase2.service.shown import block_document, read_only
from dfs.phase2.service.work import Work
from dfs.store.tables import p2_executions

__all__ = ["Blocks", "remove_block", "require_never_executed", "write_block"]

_SAVED = ("name", "userPriority", "obsDescription", "target", "constraints")


class Blocks(Desk):
    """Blocks."""

    def ob(self, ob_id: int) -> Versioned[Document]:
        """Return an OB or CB."""
        with self._look() as look:
            item = look.block(ob_id)
            return versioned(block_document(look, item), look.of(item, "self"))

    def save_ob(self, ob: Document, version: str | None) -> Versioned[Document]:
        """Save a block; fields left out stay, read-only ones may differ and are not looked at."""
        with self._change("save") as work:
            number = ob.get("obId")
            if not isinstance(number, int) or isinstance(number, bool):
                raise UsageError("obId is missing", accepted="a whole number")
            item = work.block(number)
            stored = write_block(work, item, ob, version)
            return versioned(block_document(work, item), stored)

    def delete_ob(self, ob_id: int, version: str | None) -> None:
        """Delete a block that was never executed."""
        with self._change("delete") as work:
            remove_block(work, work.block(ob_id), version)


def write_block(work: Work, item: Item, document: Mapping[str, Any], version: str | None) -> Stored:
    """Save the fields of a block that its user may change."""
    run = work.editing(item, What.BLOCK)
    wrong = next((key for key in document if key not in _SAVED and key not in read_only(item)), None)
    if wrong is not None:
        raise UsageError(f"no field {wrong!r}", where=item.label, accepted=", ".join(_SAVED))
    stored = work.of(item, "self")
    work.require(stored, version)  # before the body is looked at: who is late must hear that first
    body = {**stored.body}
    if "name" in document:
        body["name"] = fields.item_name(document["name"])
    if "userPriority" in document:
        body["userPriority"] = fields.user_priority(document["userPriority"])
    if "obsDescription" in document:
        body["obsDescription"] = fields.description(document["obsDescription"], body["obsDescription"])
    if document.get("target") is not None:
        if item.item_type != "OB":
            raise UsageError("a calibration block has no target", where="target", accepted="no target")
        body["target"] = fields.target(document["target"], body["target"])
    if "constraints" in document:
        package = work.packages.package(run.instrument, body["ipVersion"])
        body["constraints"] = fields.constraint_set(document["constraints"], body["constraints"], package)
    stored = work.save(item, "self", body, version)
    rename(work, item, body["name"])
    return stored


def remove_block(work: Work, item: Item, version: str | None) -> None:
    """Delete a block; undo brings it back."""
    run = work.editing(item, What.DELETION)
    work.require(work.of(item, "self"), version)
    require_never_executed(work, item)
    parent = work.parent(item)
    if parent is not None:
        work.editing(parent, What.MEMBERS)
    work.remove(item, run.run_id)


def require_never_executed(work: Work, item: Item) -> None:
    """Refuse a block of which an execution is known."""
    executed = select(p2_executions.c.id).where(p2_executions.c.ob_id == item.id).limit(1)
    if work.connection.execute(executed).first() is not None:
        raise StateError(f"{item.label} was executed and cannot be deleted")
