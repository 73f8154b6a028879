"""Runs: reading them, their README, submitting them; operators make and change them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update

from dfs.access import Standing
from dfs.access.observing import Deed, allows, require_deed
from dfs.errors import AccessError, ConflictError, UsageError
from dfs.phase2.api import Document, Versioned
from dfs.phase2.failures import StateError
from dfs.phase2.service import readme as readmes
from dfs.phase2.service.desk import Desk, run_tree, versioned
from dfs.phase2.service.records import Item
from dfs.phase2.service.run_fields import changed_run, new_run
from dfs.phase2.service.shown import run_document
from dfs.store.tables import p2_items, p2_runs, users

__all__ = ["Runs"]


class Runs(Desk):
    """Runs."""

    def user(self) -> Document:
        """Return who is there."""
        name = self._user.name
        standing = self._signed_in()
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.name == name)).mappings().first()
        first, _, last = (row["full_name"] if row else "").rpartition(" ")
        return {
            "username": name,
            "firstName": first,
            "lastName": last,
            "emailAddress": (row["email"] if row else None) or "",
            "roles": sorted(standing.roles),
        }

    def runs(self) -> list[Document]:
        """Return the runs that the user may see, by identifier."""
        self._signed_in()
        with self._look() as look:
            open_to_him = [run for run in look.runs() if allows(look.who, Deed.READ, run.prog_id)]
            return [run_document(look, run) for run in open_to_him]

    def run(self, run_id: int) -> Document:
        """Return a run."""
        with self._look() as look:
            return run_document(look, look.run(run_id))

    def phase1_targets(self, run_id: int) -> list[Document]:
        """Return the targets of the proposal."""
        with self._look() as look:
            return look.run(run_id).targets

    def blocked_times(self, run_id: int) -> list[Document]:
        """Return when the telescope cannot be had within the run's period."""
        with self._look() as look:
            return [dict(one) for one in look.run(run_id).blocked_times]

    def readme_schema(self, run_id: int) -> Document:
        """Return the fields of the README of this run."""
        with self._look() as look:
            return readmes.schema(look.run(run_id).mode)

    def readme(self, run_id: int) -> Versioned[Document]:
        """Return the README; what was never filled in has its default."""
        with self._look() as look:
            run = look.run(run_id)
            stored = look.document(f"run:{run_id}", "readme", run_id)
            return versioned(readmes.filled(run.mode, stored.body), stored)

    def save_readme(self, run_id: int, readme: Document, version: str | None) -> Versioned[Document]:
        """Save the README."""
        with self._change("save") as work:
            run = work.run(run_id, Deed.EDIT)
            work.open_run(run)
            stored = work.document(f"run:{run_id}", "readme", run_id)
            body = readmes.checked(run.mode, readme, stored.body)
            work.write(stored, body, version, run_id)
            return versioned(readmes.filled(run.mode, body), stored)

    def submit_run(self, run_id: int) -> None:
        """Notify ESO: the run is for review now, and closed to its user until support opens it again.

        Raises
        ------
        StateError
            The README is not filled in, nothing in the run waits for review, or a rule on the run as a whole (its allocation) finds an error.
        """
        with self._change("notify") as work:
            run = work.run(run_id, Deed.EDIT)
            work.open_run(run)
            readmes.require_complete(run.mode, work.document(f"run:{run_id}", "readme", run_id).body)
            work.read_whole(run_id)
            ready = {"D", "R", "+"}
            if not any(one.status in ready for one in work.descendants(work.item(run.root)) if one.is_block):
                raise StateError(
                    f"no block of run {run.prog_id} waits for review", hint="verify and submit blocks first"
                )
            wrong = [one for one in self._rules.verify_run(run_tree(work, run_id), below=False) if one.is_error]
            if wrong:
                raise StateError(wrong[0].message, where=wrong[0].path, accepted=wrong[0].accepted)
            work.set_state(run, "notified", "notify")

    def open_run(self, run_id: int) -> Document:
        """Let a notified run be changed by its user again: support's answer to a request for changes."""
        with self._change("open") as work:
            run = work.run(run_id, Deed.REVIEW)
            if run.state == "ended":
                raise StateError(f"run {run.prog_id} has ended", hint="set_run with a later validTo opens it")
            work.set_state(run, "open", "open")
            return run_document(work, run)

    def create_run(self, document: Document) -> Document:
        """Make a run, with its root folder.

        Parameters
        ----------
        document
            ``progId``, ``instrument``; may have ``title``, ``telescope``, ``mode`` (SM), ``period`` or ``validFrom`` and ``validTo``,
            ``priorityClass`` (B), ``isToO``, ``allocatedTime`` (s), ``pi``, ``observingConstraints``, ``targets``, ``blockedTimes``,
            ``waivers`` (codes of rules, by support astronomers and operators), ``ipVersion`` (the newest).

        Raises
        ------
        ConflictError
            There is a run of this name.
        """
        row = new_run(document, self._packages, self._clock.now())
        with self._change("create") as work:
            require_deed(work.who, Deed.MANAGE, row["prog_id"])
            if row["limits"].get("waivers"):
                require_deed(work.who, Deed.REVIEW, row["prog_id"])
            if work.connection.execute(select(p2_runs.c.run_id).where(p2_runs.c.prog_id == row["prog_id"])).first():
                raise ConflictError(f"there is a run {row['prog_id']} already", hint="set_run changes it")
            run_id = work.pending.number(p2_runs.c.run_id)
            work.connection.execute(insert(p2_runs).values(run_id=run_id, **row))
            root = Item(work.pending.number(p2_items.c.id), run_id, None, 0, "Folder", row["prog_id"], "")
            work.pending.add(root)
            work.pending.write()
            work.pending.items.clear()
            work.note(f"run:{run_id}", "tree", 0, None, {"progId": row["prog_id"]}, run_id)
            work.audit("p2-create-run", f"run:{run_id}", run=row["prog_id"])
            return run_document(work, work.run(run_id))

    def set_run(self, run_id: int, changes: Mapping[str, Any]) -> Document:
        """Change what an operator may of a run: any key of `create_run` but ``progId``, ``instrument`` and ``mode``.

        ``waivers`` support astronomers set, too, and nobody else.  A run that had ended is opened when its new validity has not.
        """
        with self._change("set") as work:
            run = work.run(run_id, Deed.REVIEW if changes.keys() <= {"waivers"} else Deed.MANAGE)
            values = changed_run(changes, run.limits)
            if values.get("limits", run.limits).get("waivers") != run.limits.get("waivers"):
                require_deed(work.who, Deed.REVIEW, run.prog_id)
            before = {column: getattr(run, column) for column in values}
            for column, value in values.items():
                setattr(run, column, value)
            if run.valid_from >= run.valid_to:
                raise UsageError("the run would end before it begins", where="validTo", accepted="validFrom < validTo")
            work.connection.execute(update(p2_runs).where(p2_runs.c.run_id == run_id).values(**values))
            work.note(f"run:{run_id}", "tree", 0, before, values, run_id)
            work.audit("p2-set-run", f"run:{run_id}", run=run.prog_id, changed=sorted(values))
            if run.state == "ended" and run.valid_to > work.at:
                work.set_state(run, "open", "open")
            return run_document(work, run)

    def _signed_in(self) -> Standing:
        standing = self._standing()
        if not standing.name:
            raise AccessError("you have not signed in", hint="sign in to see your runs")
        return standing
