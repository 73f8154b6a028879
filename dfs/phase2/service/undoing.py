"""Taking back an operation, entry by entry, from its last to its first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from dfs.errors import ConflictError, DfsError
from dfs.phase2.differences import merge
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import What
from dfs.phase2.service.blocks import require_never_executed
from dfs.phase2.service.containers import rename, require_movable
from dfs.phase2.service.nesting import require_empty_way, require_place
from dfs.phase2.service.records import Item, Run, TemplateRow
from dfs.phase2.service.templates import require_one_acquisition
from dfs.phase2.service.work import ANY, Work
from dfs.store.tables import p2_history

__all__ = ["take_back"]

_WHAT = {
    "self": What.BLOCK,
    "templates": What.TEMPLATES,
    "absolute": What.ABSOLUTE,
    "sidereal": What.SIDEREAL,
    "ephemeris": What.EPHEMERIS,
    "schedule": What.SCHEDULE,
    "charts": What.CHARTS,
    "items": What.MEMBERS,
}
_ORDERS = ("items", "templates")
_Later = Mapping[str, set[str]]
_LARGE = 50  # from so many entries on the run is read whole first
_OWN_WAYS = frozenset({"edit"})  # a status that came with an edit stays: the block is in preparation now
_DEFAULTS: Mapping[str, Any] = {"absolute": [], "sidereal": [], "charts": []}


def take_back(work: Work, run: Run, entries: Sequence[Mapping[str, Any]]) -> None:
    """Take back the entries of one operation, given last first."""
    if len(entries) > _LARGE:
        work.read_whole(run.run_id)
    made = {entry["subject"] for entry in entries if entry["aspect"] == "tree" and entry["before"] is None}
    later = _written_since(work, entries) if made else {}
    for entry in entries:
        kind = entry["subject"].partition(":")[0]
        if entry["aspect"] == "tree":
            _take_back_tree(work, run, entry, made, later)
        elif entry["aspect"] not in _WHAT and not entry["aspect"].startswith(("file:", "readme")):
            raise StateError(f"{entry['action']} is not undone", where=entry["subject"])
        elif entry["subject"] in made:
            _require_unchanged(work, entry)  # it goes whole, with its documents
        elif kind == "item" and entry["aspect"] in _ORDERS:
            _take_back_order(work, entry)
        else:
            _take_back_body(work, run, entry)


def _take_back_body(work: Work, run: Run, entry: Mapping[str, Any]) -> None:
    subject, aspect = entry["subject"], entry["aspect"]
    item = _owner(work, run, subject, aspect)
    stored = work.document(subject, aspect, run.run_id)
    empty = _DEFAULTS.get(aspect, {})
    before = empty if entry["before"] is None else entry["before"]
    after = empty if entry["after"] is None else entry["after"]
    found = merge(after, before, stored.body)
    if found.conflicts:
        fields = ", ".join(one["path"] or aspect for one in found.conflicts[:5])
        raise _changed_since(work, entry, fields)
    number = stored.version
    work.write(stored, found.body, ANY, run.run_id)
    if item is not None and stored.version != number:
        work.edited(item)
        if aspect == "self" and subject == item.subject and "name" in found.body:
            rename(work, item, found.body["name"])


def _take_back_order(work: Work, entry: Mapping[str, Any]) -> None:
    item = work.item(_number(entry["subject"]))
    is_items = entry["aspect"] == "items"
    work.editing(item, What.MEMBERS if is_items else What.TEMPLATES)
    present = [one.id for one in (work.children(item) if is_items else work.templates(item))]
    if present != entry["after"]:
        raise _changed_since(work, entry, "the order")
    (work.arrange if is_items else work.arrange_templates)(item, entry["before"], ANY)


def _take_back_tree(work: Work, run: Run, entry: Mapping[str, Any], made: set[str], later: _Later) -> None:
    before, after = entry["before"], entry["after"]
    kind, number = entry["subject"].partition(":")[0], _number(entry["subject"])
    if kind == "run":
        raise StateError("what was done to the run itself is not undone", where=run.prog_id, hint="an operator sets it")
    if "status" in (before or {}) and "status" in (after or {}):
        if entry["action"] not in _OWN_WAYS:
            raise StateError(
                f"{entry['action']} changed the status of {entry['subject']}: that is not undone",
                hint="revise it, or verify and submit it again",
            )
        return
    if before is None:
        _undo_creation(work, run, entry, made, later)
    elif after is None:
        _undo_deletion(work, run, _row(work, kind, number), entry)
    else:
        _undo_move(work, run, work.item(number), entry)


def _undo_creation(work: Work, run: Run, entry: Mapping[str, Any], made: set[str], later: _Later) -> None:
    kind, number = entry["subject"].partition(":")[0], _number(entry["subject"])
    row = _row(work, kind, number)
    if row.deleted is not None:
        raise _changed_since(work, entry, "the existence")
    if isinstance(row, TemplateRow):
        block = work.block(row.ob_id)
        if block.subject not in made:
            work.editing(block, What.TEMPLATES)
            work.edited(block)
    else:
        work.editing(row, What.DELETION)
        work.editing(_container(work, row.parent, entry), What.MEMBERS)
        require_never_executed(work, row)
        changed = _as_restored if entry["action"] == "undo" and row.is_block else _as_made
        held = changed(work, row, later)
        if held:
            raise ConflictError(f"{row.label} is not as it was then: {', '.join(held[:5])}", hint="delete it instead")
    work.remove(row, run.run_id)


def _as_made(work: Work, item: Item, later: _Later) -> list[str]:
    """Return what an item holds that the operation which made it did not put there (what it did is gone already)."""
    inside = [one.name for one in (work.templates(item) if item.is_block else work.children(item))]
    beside = later.get(item.subject, set()) - {"self", *_ORDERS}
    return inside + [aspect for aspect in sorted(beside) if work.of(item, aspect).body]


def _as_restored(work: Work, block: Item, later: _Later) -> list[str]:
    """Return what of a block that was brought back was written since."""
    templates = [one.name for one in work.templates(block) if one.subject in later]
    return sorted(later.get(block.subject, set())) + templates


def _written_since(work: Work, entries: Sequence[Mapping[str, Any]]) -> _Later:
    """Return, for each item and template, the documents that other operations wrote since."""
    query = select(p2_history.c.subject, p2_history.c.aspect).where(
        p2_history.c.run_id == entries[0]["run_id"],
        p2_history.c.sequence > entries[0]["sequence"],
        p2_history.c.aspect != "tree",
    )
    found: dict[str, set[str]] = {}
    for subject, aspect in work.connection.execute(query):
        found.setdefault(subject, set()).add(aspect)
    return found


def _undo_deletion(work: Work, run: Run, row: Item | TemplateRow, entry: Mapping[str, Any]) -> None:
    if row.deleted is None:
        raise _changed_since(work, entry, "it is there again")
    if isinstance(row, TemplateRow):
        block = work.block(row.ob_id)
        work.editing(block, What.TEMPLATES)
        require_one_acquisition(work, block, row.type)
        work.restore(row, run.run_id)
        work.edited(block)
        return
    parent = _container(work, row.parent, entry)
    work.editing(parent, What.MEMBERS)
    require_place(run, row.item_type, parent)
    work.restore(row, run.run_id)


def _undo_move(work: Work, run: Run, item: Item, entry: Mapping[str, Any]) -> None:
    before, after = entry["before"], entry["after"]
    if item.parent != after["parent"]:
        raise _changed_since(work, entry, "its place")
    parent = _container(work, before["parent"], entry)
    require_movable(work, item, parent)
    require_place(run, item.item_type, parent)
    require_empty_way(work, item, parent)
    siblings = [one for one in work.children(parent) if one is not item]
    index = sum(1 for one in siblings if one.position < before["position"])
    work.relocate(item, parent, index)


def _owner(work: Work, run: Run, subject: str, aspect: str) -> Item | None:
    """Return the item whose document is written, which must be editable; None for a document of the run."""
    kind, number = subject.partition(":")[0], _number(subject)
    if kind == "template":
        block = work.block(work.find_template(number).ob_id)
        work.editing(block, What.TEMPLATES)
        return block
    if kind == "item":
        item = work.item(number)
        work.editing(item, What.CONTAINER if aspect == "self" and not item.is_block else _WHAT[aspect])
        return item
    work.open_run(run)
    return None


def _row(work: Work, kind: str, number: int) -> Item | TemplateRow:
    """Return an item or template, also one that was deleted."""
    return work.template_ever(number) if kind == "template" else work.item_ever(number)


def _container(work: Work, number: int | None, entry: Mapping[str, Any]) -> Item:
    try:
        return work.container(number or 0)
    except DfsError as error:
        raise ConflictError(
            f"{entry['subject']} cannot go back: {error.message}", hint="bring that container back first"
        ) from None


def _require_unchanged(work: Work, entry: Mapping[str, Any]) -> None:
    stored = work.document(entry["subject"], entry["aspect"], entry["run_id"])
    if stored.body != entry["after"]:
        raise _changed_since(work, entry, entry["aspect"])


def _changed_since(work: Work, entry: Mapping[str, Any], what: str) -> ConflictError:
    """Return the error that names who changed what since."""
    later = (
        select(p2_history.c.who, p2_history.c.at)
        .where(p2_history.c.subject == entry["subject"], p2_history.c.sequence > entry["sequence"])
        .order_by(p2_history.c.sequence.desc())
        .limit(1)
    )
    last = work.connection.execute(later).first()
    told = f" by {last.who} at {last.at}" if last else ""
    return ConflictError(
        f"{what} of {entry['subject']} was changed since{told}",
        where=f"operation {entry['operation']}",
        hint="undo that first, or change it by hand",
    )


def _number(subject: str) -> int:
    return int(subject.partition(":")[2])
