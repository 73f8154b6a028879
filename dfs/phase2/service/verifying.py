"""Verification: findings, submitting, revising, execution times."""

from __future__ import annotations

from collections.abc import Sequence

from dfs.access.observing import Deed
from dfs.model.phase2 import Finding, ObservationBlock
from dfs.phase2.api import Document
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import Event, after, is_service
from dfs.phase2.service.desk import Desk, block_noun, container_noun, run_noun, run_tree
from dfs.phase2.service.look import Look
from dfs.phase2.service.migration import migration_of
from dfs.phase2.service.records import Item
from dfs.phase2.service.sequences import leave_sequences
from dfs.phase2.service.shown import finding_document
from dfs.phase2.service.work import Work

__all__ = ["Verifying"]

_BEFORE_DEFINED = frozenset("P-")


class Verifying(Desk):
    """Verification."""

    def verify_ob(self, ob_id: int, *, submit: bool = False) -> Document:
        """Verify a block; with `submit`, and without an error found, it is defined (SM) or accepted (VM).

        Returns
        -------
        Document
            ``observable``, ``messages`` (a line for each finding), and ``findings`` as data.

        Raises
        ------
        StateError
            Its status does not allow to submit it, or its instrument package is not the newest.
        """
        if not submit:
            with self._look() as look:
                item = look.block(ob_id)
                found, times = self._found(look, item), self._timed(look, item)
            self._keep([times])
            return _verdict(found)
        with self._change("submit") as work:
            item = work.block(ob_id, Deed.EDIT)
            run = work.run(item.run_id)
            work.open_run(run, rejected=item.status in _BEFORE_DEFINED)
            after(run.mode, item.status, Event.SUBMIT, item.label)
            found = self._found(work, item)
            _write_times(work, [self._timed(work, item)])
            if _observable(found):
                work.happen(item, Event.SUBMIT)
            return _verdict(found)

    def revise_ob(self, ob_id: int) -> None:
        """Let a block be changed again; its container, when it was submitted, and execution sequences follow."""
        with self._change("revise") as work:
            item = work.block(ob_id, Deed.EDIT)
            run = work.run(item.run_id)
            work.open_run(run)
            work.happen(item, Event.REVISE)
            parent = work.parent(item)
            if is_service(run.mode):
                while parent is not None and parent.is_scheduling:
                    if parent.status not in _BEFORE_DEFINED:
                        work.set_status(parent, "P", Event.REVISE.value)
                    parent = work.parent(parent)
            leave_sequences(work, run, item)

    def verify_container(self, container_id: int, *, submit: bool = False) -> Document:
        """Verify a scheduling container; what lies in it must be submitted first."""
        if not submit:
            with self._look() as look:
                item = look.container(container_id)
                look.read_whole(item.run_id)
                _require_defined(look, item)
                return _verdict(
                    self._rules.verify_container(run_noun(look, look.run(item.run_id)), container_noun(look, item))
                )
        with self._change("submit") as work:
            item = work.container(container_id, Deed.EDIT)
            run = work.run(item.run_id)
            _require_scheduling(item)
            work.open_run(run, rejected=item.status in _BEFORE_DEFINED)
            after(run.mode, item.status, Event.SUBMIT, item.label)
            _require_defined(work, item)
            found = self._rules.verify_container(run_noun(work, run), container_noun(work, item))
            if _observable(found):
                work.happen(item, Event.SUBMIT)
            return _verdict(found)

    def revise_container(self, container_id: int) -> None:
        """Let a scheduling container be changed again; what lies in it keeps its status."""
        with self._change("revise") as work:
            item = work.container(container_id, Deed.EDIT)
            _require_scheduling(item)
            work.open_run(work.run(item.run_id))
            work.happen(item, Event.REVISE)
            parent = work.parent(item)
            if parent is not None and parent.is_scheduling and parent.status not in _BEFORE_DEFINED:
                work.set_status(parent, "P", Event.REVISE.value)

    def findings(self, item_id: int) -> list[Document]:
        """Return every finding on a block, or on all in a container; of a run's root folder also those on the run as a whole."""
        with self._look() as look:
            item = look.item(item_id)
            look.read_whole(item.run_id)
            if item.parent is None:
                return [finding_document(one) for one in self._rules.verify_run(run_tree(look, item.run_id))]
            run = run_noun(look, look.run(item.run_id))
            if not item.is_block:
                return [finding_document(one) for one in self._rules.verify_container(run, container_noun(look, item))]
            parent = look.parent(item)
            container = container_noun(look, parent) if parent is not None and parent.is_scheduling else None
            return [finding_document(one) for one in self._rules.verify_block(run, block_noun(look, item), container)]

    def execution_time(self, ob_id: int) -> Document:
        """Work out how long a block takes, alone or in its place in a concatenation; s."""
        with self._look() as look:
            times = self._timed(look, look.block(ob_id))
        self._keep([times])
        return times

    def execution_times(self, container_id: int) -> list[Document]:
        """Work out how long every block in or below a container takes; s."""
        with self._look() as look:
            container = look.container(container_id)
            look.read_whole(container.run_id)
            times = [self._timed(look, one) for one in look.descendants(container) if one.is_block]
        self._keep(times)
        return times

    def _found(self, look: Look, item: Item) -> list[Finding]:
        """Verify a block; refuse one of an old package, and say what its migration would change."""
        run = look.run(item.run_id)
        version = look.of(item, "self").body["ipVersion"]
        if version != look.newest(run):
            raise StateError(
                f"{item.label} was made with package {version} of {run.instrument}",
                accepted=f"package {look.newest(run)}",
                hint="; ".join(["migrate it first", *migration_of(look, item).told]),
            )
        parent = look.parent(item)
        container = container_noun(look, parent) if parent is not None and parent.is_scheduling else None
        return self._rules.verify_block(run_noun(look, run), block_noun(look, item), container)

    def _timed(self, look: Look, item: Item) -> Document:
        duration = self._rules.execution(block_noun(look, item), _previous(look, item))
        return {
            "obId": item.id,
            "exposureTime": round(duration.exposure_s),
            "executionTime": round(duration.execution_s),
            "parts": [{"label": one.label, "seconds": one.seconds, "source": one.source} for one in duration.parts],
        }

    def _keep(self, times: Sequence[Document]) -> None:
        """Write times beside their blocks; they were worked out without the writer's lock, which others want."""
        with self._look() as look:
            late = [one for one in times if _differs(look.block(one["obId"]), one)]
        if late:
            with self._change("execution time") as work:
                _write_times(work, late)


def _write_times(work: Work, times: Sequence[Document]) -> None:
    """Write times beside their blocks: they have no version and no history."""
    for one in times:
        item = work.block(one["obId"])
        if _differs(item, one):
            item.exposure_s, item.execution_s = float(one["exposureTime"]), float(one["executionTime"])
            work.pending.change(item)


def _differs(item: Item, times: Document) -> bool:
    return (item.exposure_s, item.execution_s) != (times["exposureTime"], times["executionTime"])


def _previous(look: Look, item: Item) -> ObservationBlock | None:
    """Return the last OB before a block in its concatenation: the telescope is there."""
    parent = look.parent(item)
    if parent is None or parent.item_type != "Concatenation":
        return None
    members = look.children(parent)
    before = [one for one in members[: members.index(item)] if one.item_type == "OB"]
    return block_noun(look, before[-1]) if before else None


def _require_scheduling(item: Item) -> None:
    if not item.is_scheduling:
        raise StateError(f"{item.label} has no status", accepted="a Group, Concatenation or TimeLink")


def _require_defined(look: Look, item: Item) -> None:
    early = [one for one in look.children(item) if item.is_scheduling and one.status in _BEFORE_DEFINED]
    if early:
        names = ", ".join(one.label for one in early[:5])
        raise StateError(f"not submitted yet: {names}", where=item.label, hint="verify and submit its members first")


def _observable(found: list[Finding]) -> bool:
    return not any(one.is_error for one in found)


def _verdict(found: list[Finding]) -> Document:
    return {
        "observable": _observable(found),
        "messages": [one.line() for one in found],
        "findings": [finding_document(one) for one in found],
    }
