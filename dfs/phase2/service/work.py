"""One change of phase 2, in one transaction: the only place that writes it.

A call opens a `Work`, asks it for what it will change (`dfs.phase2.service.gate`: is it there, is it his, does its status permit, is its package
the newest, is the version the present one), and writes through it.  Document, history and audit trail are written together at the end, or nothing is.

`Look` reads, `Gate` refuses, `Pen` writes documents, `Tree` places, `Work` states.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from dfs.phase2.lifecycle import Event, after
from dfs.phase2.service.gate import ANY
from dfs.phase2.service.records import Item, Run
from dfs.phase2.service.tree import Tree
from dfs.store.tables import p2_runs

__all__ = ["ANY", "Work"]


class Work(Tree):
    """Reads and changes on the writer's connection."""

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

    def set_state(self, run: Run, state: str, action: str) -> None:
        """Write a new state of a run."""
        if run.state == state:
            return
        before, run.state = run.state, state
        self.connection.execute(update(p2_runs).where(p2_runs.c.run_id == run.run_id).values(state=state))
        self.note(f"run:{run.run_id}", "tree", 0, {"state": before}, {"state": state}, run.run_id, action)
        self.audit(f"p2-{action}", f"run:{run.run_id}", run=run.prog_id, before=before, after=state)
