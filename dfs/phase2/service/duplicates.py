"""Copies of blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select

from dfs.phase2.api import Document, Versioned
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import What
from dfs.phase2.limits import LONGEST_NAME
from dfs.phase2.service.desk import Desk, versioned
from dfs.phase2.service.nesting import require_place
from dfs.phase2.service.records import Item
from dfs.phase2.service.shown import block_document
from dfs.phase2.service.work import ANY, Work
from dfs.store.tables import p2_items

__all__ = ["Duplicates", "next_name"]

_NUMBERED = re.compile(r"(?P<base>.*)_(?P<number>\d{1,5})", re.DOTALL)
_ROOM = LONGEST_NAME - len("_99999")  # the base is shortened so that five digits fit (p2api 1.2.1, duplicateOB)
_COPIED = ("absolute", "sidereal", "charts", "ephemeris")


class Duplicates(Desk):
    """Copies of blocks."""

    def duplicate_ob(self, ob_id: int, container_id: int | None = None) -> Versioned[Document]:
        """Make a copy at the end of the same or another container, also of another run of the same instrument.

        It has a name ending in ``_2`` or the next free number, status P, no execution times; time windows, templates with their
        files, finding charts and the ephemeris are copied.
        """
        with self._change("duplicate") as work:
            source = work.block(ob_id)
            item = _duplicate(work, source, work.container(container_id or source.parent or 0))
            return versioned(block_document(work, item), work.of(item, "self"))


def next_name(name: str, taken: Iterable[str]) -> str:
    """Return the name of a copy: ``base_2``, or one more than the largest number that a name of this base has."""
    found = _NUMBERED.fullmatch(name)
    base = (found["base"] if found else name)[:_ROOM].rstrip()
    matches = (_NUMBERED.fullmatch(one) for one in taken)
    numbers = [int(one["number"]) for one in matches if one is not None and one["base"] == base]
    return f"{base}_{max([1, *numbers]) + 1}"


def _duplicate(work: Work, source: Item, container: Item) -> Item:
    run = work.editing(container, What.MEMBERS)
    origin = work.run(source.run_id)
    if run.instrument != origin.instrument:
        raise StateError(f"run {run.prog_id} is for {run.instrument}", accepted=origin.instrument)
    require_place(run, source.item_type, container)
    there = select(p2_items.c.name).where(p2_items.c.run_id == run.run_id, p2_items.c.deleted.is_(None))
    name = next_name(source.name, work.connection.execute(there).scalars())
    item = work.add_item(run, container, source.item_type, name, "P")
    body = {**work.of(source, "self").body, "name": name}
    work.write(work.of(item, "self"), body, ANY, run.run_id, "create")
    for aspect in _COPIED:
        present = work.of(source, aspect).body
        if present:
            work.write(work.of(item, aspect), present, ANY, run.run_id, "create")
    for row in list(work.templates(source)):
        copied = work.add_template(item, row.name, row.type)
        _copy_documents(work, source, row.subject, item, copied.subject)
    return item


def _copy_documents(work: Work, source: Item, subject: str, item: Item, copied: str) -> None:
    body = work.document(subject, "self", source.run_id).body
    work.write(work.document(copied, "self", item.run_id), body, ANY, item.run_id, "create")
    for one in body["parameters"]:
        if one["type"] in {"file", "paramfile"}:
            file = work.document(subject, f"file:{one['name']}", source.run_id).body
            if file:
                work.write(work.document(copied, f"file:{one['name']}", item.run_id), file, ANY, item.run_id, "create")
