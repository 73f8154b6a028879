"""Documents written with their history: a change raises a version by one and leaves the body of before.

Within one operation a document is raised by one version, however often it is written.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from dfs.access import AuditTrail, Standing
from dfs.clock import isoformat
from dfs.phase2.lifecycle import Event
from dfs.phase2.service.gate import Gate
from dfs.phase2.service.injected import Packages
from dfs.phase2.service.pending import Pending
from dfs.phase2.service.records import Item, Stored
from dfs.store.tables import p2_history

__all__ = ["Pen"]


class Pen(Gate):
    """Writes documents and history.

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
        self._written: dict[tuple[str, str], dict[str, Any]] = {}
        self._audited: list[tuple[str, str, dict[str, Any]]] = []

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

    def save(self, item: Item, aspect: str, body: Any, version: str | None) -> Stored:
        """Give a document of a block or container, which is being edited, a new body."""
        stored = self.of(item, aspect)
        number = stored.version
        self.write(stored, body, version, item.run_id)
        if stored.version != number:
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

    def edited(self, item: Item) -> None:
        """Let a rejected item be in preparation again once it is changed.

        Its version stays: who goes on editing with the version that he read must not fail.
        """
        if item.status == "-":
            item.status = "P"
            self.pending.change(item)
            self.note(item.subject, "tree", 0, {"status": "-"}, {"status": "P"}, item.run_id, Event.EDIT.value)
            self.audit("p2-edit", item.subject, run=self.run(item.run_id).prog_id, before="-", after="P")

    def finish(self) -> None:
        """Write everything; called once, before the transaction commits."""
        self.pending.write()
        for action, subject, details in self._audited:
            self._audit.append(self.connection, action, subject, **details)
