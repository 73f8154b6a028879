"""Turning from one thing to another: views, tabs, nights, the field of a finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs_widgets.p2.editing import Editing
from dfs_widgets.p2.filling import Filling
from dfs_widgets.p2.opening import Opening
from dfs_widgets.p2.room import Room
from dfs_widgets.p2.showing import Showing
from dfs_widgets.p2.watching import Watching

__all__ = ["Turning"]

Message = Mapping[str, Any]


class Turning:
    """Answers whoever looks elsewhere."""

    def __init__(
        self, room: Room, showing: Showing, watching: Watching, opening: Opening, filling: Filling, editing: Editing
    ) -> None:
        self._room = room
        self._show = showing
        self._watch = watching
        self._open = opening
        self._fill = filling
        self._edit = editing

    def viewed(self, view: str) -> None:
        """Turn to the list of runs, or to the open run."""
        if view == "prepare" and self._room.opened is None:
            self._room.bar.view = "runs"
            return
        if view == "runs":
            with self._room.work.doing(""):
                self._open.leave()
                self._open.runs()
        self._open.address()

    def tabbed(self, tab: str) -> None:
        """Turn to a part of the editor."""
        self._open.address(tab=tab if tab != "target" else "")
        if tab == "charts" and not self._room.editor.pictures:
            with self._room.work.doing(""):
                self._fill.pictures()

    def beside(self) -> None:
        """Show charts, history and discussion of what was just opened, where they are looked at."""
        if self._room.editor.tab == "charts":
            self._fill.pictures()
        if self._room.sight.side == "history":
            self._watch.history()
        elif self._room.sight.side == "discussion":
            self._watch.comments()

    def turn(self, message: Message) -> None:
        """Turn to what stands beside the editor."""
        room = self._room
        side = str(message["panel"])
        if side == "history":
            self._watch.history()
        elif side == "discussion":
            self._watch.comments()
        room.sight.side = side
        if side in {"night", "etc", "checks"} and room.draft is not None:
            room.sight.many = False
            self._show.item()
        self._open.address(side=side if side != "night" else "")

    def night(self, message: Message) -> None:
        """Show another night; the best one when none is named."""
        room = self._room
        self._open.address(night=str(message.get("date") or ""))
        if room.draft is not None:
            seconds, _ = room.checking.execution(room.draft.mine) if "obId" in room.draft.mine else (0.0, {})
            self._show.seeing.night(room.draft.mine, seconds)

    def goto(self, message: Message) -> None:
        """Go to the field of a finding, in whichever item it is."""
        room = self._room
        number, path = int(message["id"]), str(message.get("path") or "")
        if room.draft is None or room.draft.item_id != number:
            self._open.item(number)
        parts = {
            "templates": "templates",
            "absolute": "time",
            "sidereal": "time",
            "charts": "charts",
            "ephemeris": "charts",
            "obsDescription": "description",
        }
        head = path.partition(".")[0].partition("[")[0]
        room.editor.tab = parts.get(head, "target")
        room.editor.send({"kind": "goto", "path": path})

    def make_chart(self, message: Message) -> None:
        """Draw the finding chart that a block lacks, in whichever it is."""
        self.goto({"id": message["id"], "path": "charts"})
        self._fill.make_chart()

    def fix_elsewhere(self, message: Message) -> None:
        """Mend a finding on an item that may not be under edit."""
        room = self._room
        number = int(message.get("id") or 0)
        if room.draft is None or room.draft.item_id != number:
            self._open.item(number)
        self._edit.fix(message)
