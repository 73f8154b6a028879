"""Review: what a support astronomer says to a block, to a container, to all of a folder."""

from __future__ import annotations

from collections.abc import Iterable

from dfs.access.observing import Deed
from dfs.errors import UsageError
from dfs.phase2.api import Document
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import Event, after, transitions
from dfs.phase2.service.comments import write_comment
from dfs.phase2.service.desk import Desk
from dfs.phase2.service.records import Item
from dfs.phase2.service.shown import item_document
from dfs.phase2.service.work import Work

__all__ = ["Reviewing"]

_VERDICTS = {"take": Event.TAKE, "accept": Event.ACCEPT, "reject": Event.REJECT, "cancel": Event.CANCEL}


class Reviewing(Desk):
    """Review."""

    def review(self, item_id: int, verdict: str, text: str = "") -> Document:
        """Give a verdict on a block; on a container: on it and on everything in it that waits for this verdict.

        Parameters
        ----------
        verdict
            ``take`` (D to R), ``accept`` (R to +), ``reject`` (R to -, opens a notified run for its user), ``cancel`` (to K).
        text
            For its user: kept as a comment.  A rejection and a cancellation need one.

        Raises
        ------
        StateError
            Neither it nor anything in it is in a status for this verdict.
        """
        event = _VERDICTS.get(verdict)
        if event is None:
            raise UsageError(f"there is no verdict {verdict!r}", accepted=", ".join(_VERDICTS))
        if event in {Event.REJECT, Event.CANCEL} and not text.strip():
            raise UsageError(f"{verdict} needs a reason", where="text", accepted="what its user should know or change")
        with self._change(event.value) as work:
            item = work.item(item_id, Deed.REVIEW)
            run = work.run(item.run_id)
            if run.state == "ended":
                raise StateError(f"run {run.prog_id} has ended")
            if item.is_block:
                after(run.mode, item.status, event, item.label)
            meant = [one for one in _meant(work, item) if one.status in transitions(run.mode).get(event, {})]
            if not meant:
                letters = " ".join(transitions(run.mode).get(event, {}))
                raise StateError(f"nothing in {item.label} waits for this", accepted=f"in status {letters}")
            for one in meant:
                work.happen(one, event)
            if text.strip():
                write_comment(work, run, text, item.id)
            if event is Event.REJECT:
                _reject_container(work, item)
                work.set_state(run, "open", "open")
            return item_document(work, item)


def _meant(work: Work, item: Item) -> Iterable[Item]:
    yield item
    if not item.is_block:
        yield from work.descendants(item)


def _reject_container(work: Work, item: Item) -> None:
    """Let the containers of a rejected item be changed, too: they are submitted again with it."""
    parent = work.parent(item)
    while parent is not None and parent.is_scheduling:
        if parent.status in {"D", "R", "+"}:
            work.set_status(parent, "-", Event.REJECT.value)
        parent = work.parent(parent)
