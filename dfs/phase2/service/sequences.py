"""Visitors' execution sequences: for each user and instrument the blocks he is going to execute, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from dfs.access.observing import Deed
from dfs.errors import DfsError, UsageError
from dfs.phase2.api import Document, Versioned
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import EXECUTABLE, is_service
from dfs.phase2.service.desk import Desk, versioned
from dfs.phase2.service.look import Look
from dfs.phase2.service.records import Item, Run, subject_of
from dfs.phase2.service.shown import block_document
from dfs.phase2.service.work import ANY, Work
from dfs.store.tables import p2_documents

__all__ = ["Sequences", "leave_sequences"]


class Sequences(Desk):
    """Execution sequences."""

    def sequence(self, instrument: str) -> Versioned[list[Document]]:
        """Return the user's sequence: whole OB documents; a block that is not executable any more is not in it."""
        with self._look() as look:
            stored = look.document(self._subject(instrument), "self", None)
            return versioned(_shown(look, stored.body or []), stored)

    def save_sequence(
        self, instrument: str, sequence: Sequence[Document], version: str | None
    ) -> Versioned[list[Document]]:
        """Save the user's sequence; of each member only ``obId`` is read."""
        with self._change("save") as work:
            stored = work.document(self._subject(instrument), "self", None)
            work.require(stored, version)
            items = [_member(work, one, instrument) for one in sequence]
            if len({one.id for one in items}) < len(items):
                raise UsageError("a block stands in the sequence twice", where="obId", accepted="each block once")
            work.write(stored, [one.id for one in items], version, None)
            return versioned(_shown(work, stored.body), stored)

    def _subject(self, instrument: str) -> str:
        return subject_of(self._user.name, instrument.upper())


def leave_sequences(work: Work, run: Run, item: Item) -> None:
    """Take a block out of everybody's execution sequences, which get new versions."""
    if is_service(run.mode):
        return
    of_instrument = p2_documents.c.subject.startswith(f"sequence:{run.instrument}:", autoescape=True)
    for subject in work.connection.execute(select(p2_documents.c.subject).where(of_instrument)).scalars().all():
        stored = work.document(subject, "self", None)
        if item.id in (stored.body or []):
            work.write(stored, [one for one in stored.body if one != item.id], ANY, None)


def _member(work: Work, document: Mapping[str, Any], instrument: str) -> Item:
    number = document.get("obId") if isinstance(document, Mapping) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise UsageError("obId is missing", where="sequence", accepted='[{"obId": 1000012}, ...]')
    item = work.block(number, Deed.EDIT)
    run = work.run(item.run_id)
    if run.instrument != instrument.upper():
        raise StateError(f"{item.label} is for {run.instrument}", accepted=instrument.upper())
    if is_service(run.mode) or item.status not in EXECUTABLE:
        raise StateError(
            f"{item.label} of run {run.prog_id} ({run.mode}) has status {item.status}",
            accepted="blocks of visitor runs in status + A X S",
        )
    return item


def _shown(look: Look, numbers: Sequence[int]) -> list[Document]:
    shown = []
    for number in numbers:
        try:
            item = look.block(number)
        except DfsError:  # deleted since, or a run that was his once
            continue
        if item.status in EXECUTABLE:
            shown.append(block_document(look, item))
    return shown
