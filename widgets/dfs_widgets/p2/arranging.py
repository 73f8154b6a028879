"""Rearranging a run: cells of tree and table, new items, moves, duplicates, deletions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.errors import ConflictError, UsageError
from dfs.phase2.api import Change, Document
from dfs_widgets.p2.asking import Answer, note, table
from dfs_widgets.p2.opening import Opening
from dfs_widgets.p2.room import Room
from dfs_widgets.p2.showing import Showing
from dfs_widgets.p2.watching import Watching
from dfs_widgets.state.p2.pasting import COLUMNS
from dfs_widgets.state.p2.values import read_days

__all__ = ["Arranging"]

_NAMES = {"OB": "New_block", "CB": "New_calibration", "TimeLink": "New time link"}
_CONTAINERS = {"Folder", "Group", "Concatenation", "TimeLink"}


class Arranging:
    """Answers tree and table."""

    def __init__(self, room: Room, showing: Showing, watching: Watching, opening: Opening) -> None:
        self._room = room
        self._show = showing
        self._watch = watching
        self._open = opening
        self.typed: Any = None  # the editor's own way to save a field

    def cell(self, message: Mapping[str, Any]) -> None:
        """Write a cell of tree or table as the editor would write the field."""
        number, column, value = int(message["id"]), str(message["column"]), str(message["value"])
        room = self._room
        if room.draft is None or room.draft.item_id != number:
            self._open.item(number)
        if column == "type":
            self._retype(number, value)
            return
        if column in {"delay", "tolerance"}:
            self._link(column, value)
            return
        path = "schedule.groupContribution" if column == "contribution" else COLUMNS[column]
        self.typed({"id": number, "seq": 0, "edits": {path: value}}, save=True)
        problems = room.draft.problems if room.draft else {}
        if path in problems:
            raise UsageError(problems[path][1], where=path)

    def _link(self, column: str, value: str) -> None:
        """Write delay and tolerance: earliest after the previous one, and how much later at most."""
        draft = self._room.draft
        assert draft is not None  # noqa: S101 - `cell` has opened it
        schedule = draft.mine.get("schedule") or {}
        earliest, latest = float(schedule.get("earliestAfterPrevious") or 0), schedule.get("latestAfterPrevious")
        seconds = read_days(value, column)
        if column == "delay":
            delay = round(seconds or 0)
            edits = {"schedule.earliestAfterPrevious": str(delay)}
            if latest is not None:
                edits["schedule.latestAfterPrevious"] = str(round(delay + float(latest) - earliest))
        else:
            edits = {"schedule.latestAfterPrevious": "" if seconds is None else str(round(earliest + seconds))}
        self.typed({"id": draft.item_id, "seq": 0, "edits": edits}, save=True)

    def _retype(self, number: int, kind: str) -> None:
        """Make a container of another kind: a new one in its place with its members, all at once."""
        room = self._room
        document, parent = room.run.item(number), room.run.parent(number)
        assert document is not None  # noqa: S101 - `cell` has opened it
        if document["itemType"] == kind or kind not in _CONTAINERS:
            return
        place = [_number(one) for one in parent["items"]].index(number)
        changes = [
            Change(
                "create-item", -1, {"itemType": kind, "name": document["name"], "containerId": parent["containerId"]}
            )
        ]
        changes += [Change("move", _number(one), {"containerId": -1}) for one in document.get("items", ())]
        changes += [
            Change("delete", number),
            Change("move", -1, {"containerId": parent["containerId"], "position": place}),
        ]
        made = room.phase2.apply(room.run.run_id, changes)
        self._watch.did()
        self._open.item(made[-1])

    def create(self, message: Mapping[str, Any]) -> None:
        """Make an item beside, or in, what is chosen."""
        room = self._room
        kind = str(message["type"])
        container = self.container_for(message.get("at"), kind)
        name = self.free_name(_NAMES.get(kind, f"New {kind.lower()}"))
        made = room.phase2.create_item(int(container["containerId"]), kind, name)
        self._watch.did()
        self._open.item(_number(made.body))
        room.editor.send({"kind": "goto", "path": "name"})  # a name of its own comes first

    def container_for(self, at: Any, kind: str) -> Document:
        """Return the container in which something new goes: the one chosen, or the one around the item chosen."""
        room = self._room
        chosen = room.run.item(int(at)) if at else None
        if chosen is None:
            return room.run.root
        if chosen["itemType"] in _CONTAINERS and (kind in {"OB", "CB"} or chosen["itemType"] == "Folder"):
            return chosen
        while chosen["itemType"] not in _CONTAINERS or (kind in _CONTAINERS and chosen["itemType"] != "Folder"):
            chosen = room.run.parent(_number(chosen))
        return chosen

    def free_name(self, wanted: str) -> str:
        """Return a name that nothing in the run has."""
        taken = {one["name"] for one in (*self._room.run.blocks(), *self._room.run.containers())}
        if wanted not in taken:
            return wanted
        gap = " " if " " in wanted else "_"  # as copies are called; names of blocks are best without blanks
        return next(name for name in (f"{wanted}{gap}{i}" for i in range(2, len(taken) + 3)) if name not in taken)

    def move(self, message: Mapping[str, Any]) -> None:
        """Move items into a container, before another item or to the end."""
        room = self._room
        to, before = int(message["to"]), message.get("before")
        ids = [int(one) for one in message["ids"]]
        container = room.run.item(to)
        if container is None or to in ids:
            return
        rest = [_number(one) for one in container.get("items", ()) if _number(one) not in ids]
        place = rest.index(int(before)) if before is not None and int(before) in rest else len(rest)
        changes = [Change("move", number, {"containerId": to, "position": place + i}) for i, number in enumerate(ids)]
        room.phase2.apply(room.run.run_id, changes)
        self._watch.did()
        self._open.item(ids[0])

    def duplicate(self, message: Mapping[str, Any]) -> None:
        """Copy blocks beside themselves, and containers with all that is in them."""
        room = self._room
        made: list[int] = []
        for number in self._tops(message["ids"]):
            document = room.run.item(number)
            if document is None:
                continue
            if document["itemType"] in {"OB", "CB"}:
                made.append(int(room.phase2.duplicate_ob(number).body["obId"]))
            else:
                made.append(self._copy_container(document, int(room.run.parent(number)["containerId"])))
        self._watch.did()
        if made:
            self._open.item(made[0])
            room.view.send({"kind": "choose", "ids": made})

    def _copy_container(self, document: Document, into: int) -> int:
        room = self._room
        copy = room.phase2.create_item(into, document["itemType"], self.free_name(document["name"])).body
        for item in document.get("items", ()):
            if item["itemType"] in {"OB", "CB"}:
                room.phase2.duplicate_ob(_number(item), int(copy["containerId"]))
            else:
                self._copy_container(item, int(copy["containerId"]))
        return int(copy["containerId"])

    def delete(self, message: Mapping[str, Any]) -> None:
        """Ask, then delete; full containers with what is in them, all at once."""
        room = self._room
        tops = [number for number in self._tops(message["ids"]) if number != int(room.run.root["containerId"])]
        below = [one for number in tops for one in self._below(number)]
        if not tops:
            return
        rows = [
            [one["itemType"], one["name"], str(_number(one)), one.get("obStatus") or one.get("containerStatus") or ""]
            for one in below
        ]

        def gone(_: Answer) -> None:
            room.draft = None
            changes = [Change("delete", _number(one)) for one in reversed(below)]
            try:
                room.phase2.apply(room.run.run_id, changes)
            finally:
                self._watch.did()
                self._open.item(int(room.run.root["containerId"]))

        many = f"{len(below)} items" if len(below) > 1 else below[0]["name"]
        blocks = [note("Undo brings them back."), table(["Type", "Name", "ID", "Status"], rows)]
        room.asking.ask(f"Delete {many}?", blocks, {"delete": ("Delete", gone), "keep": ("Keep", lambda _: None)})

    def _below(self, number: int) -> list[Document]:
        document = self._room.run.item(number)
        if document is None:
            return []
        return [document, *(one for item in document.get("items", ()) for one in self._below(_number(item)))]

    def _tops(self, ids: Any) -> list[int]:
        """Return the items chosen without those that lie in another one chosen."""
        room = self._room
        chosen = [int(one) for one in ids if room.run.item(int(one))]
        inside = {_number(one) for number in chosen for one in self._below(number)[1:]}
        return [number for number in chosen if number not in inside]

    def migrate(self, number: int) -> None:
        """Raise a block to the newest instrument package."""
        room = self._room
        try:
            room.phase2.migrate_ob(number, dry_run=False)
        except ConflictError:
            self._watch.catch_up()
            raise
        self._watch.did()
        self._open.item(number)


def _number(document: Mapping[str, Any]) -> int:
    return int(document["obId"] if document["itemType"] in {"OB", "CB"} else document["containerId"])
