"""Opening: the list of runs, a run, an item in it; and the address that says so."""

from __future__ import annotations

from typing import Any

from dfs.errors import AccessError, NotFoundError
from dfs_widgets.p2.room import Room
from dfs_widgets.p2.showing import Showing
from dfs_widgets.state.p2.address import P2Address
from dfs_widgets.state.p2.draft import Draft
from dfs_widgets.state.p2.opened import OpenedRun
from dfs_widgets.state.p2.runs import find_run, run_rows, run_title

__all__ = ["Opening"]


class Opening:
    """Opens things; whoever leaves an item has it saved first."""

    def __init__(self, room: Room, showing: Showing) -> None:
        self._room = room
        self._show = showing
        self.leave: Any = lambda: None
        self.beside: Any = lambda: None  # what stands beside the editor, of the item that was opened

    def runs(self) -> None:
        """Show the list of runs."""
        room = self._room
        if room.desk.asks_for_name and not room.desk.user_name:
            room.list.runs, room.list.note = [], "Sign in to see your runs."
            room.bar.view = "runs"
            return
        user = room.phase2.user()
        room.user, room.roles = str(user.get("username", "")), frozenset(user.get("roles") or ())
        room.sight.reviewer = room.may_review
        runs = room.phase2.runs()
        room.list.runs = run_rows(runs, room.roles)
        room.list.note = "" if runs else "There are no runs yet. An operator adds them: dfs p2 add-run --help"

    def by_address(self, address: P2Address) -> None:
        """Show what an address asks for."""
        room = self._room
        room.address = address
        self.runs()
        if not address.run or not room.list.runs:
            self.address(view="runs")
            return
        run = find_run(room.phase2.runs(), address.run)
        if run is None:
            self.address(view="runs", run="")
            raise NotFoundError(f"there is no run {address.run!r} here that you may see", where="run")
        self.run(int(run["runId"]), address)

    def run(self, run_id: int, address: P2Address | None = None) -> None:
        """Open a run."""
        room = self._room
        self.leave()
        room.opened, room.draft = OpenedRun(room.phase2, run_id), None
        self._show.forget()
        address = address or P2Address(poll=room.address.poll)
        room.address = address.at(run=room.opened.run["progId"])
        room.view.panel = address.panel or "blocks"
        room.sight.side = address.side or "night"
        room.editor.tab = address.tab or "target"
        room.view.scope, room.view.scope_name = 0, ""
        room.watch.every = address.poll_s
        self._library()
        self._show.run()
        room.bar.view = "prepare"
        self.item(address.item_id or int(room.opened.root["containerId"]))

    def item(self, number: int) -> None:
        """Put an item under edit."""
        room = self._room
        self.leave()
        document = room.run.item(number)
        if document is None:
            number = int(room.run.root["containerId"])
            document = room.run.root
        is_root = number == int(room.run.root["containerId"])
        room.draft = Draft.of(document)
        room.view.selected = number
        room.editor.saved = ""
        room.editor.pictures = []
        self.scope(number if document["itemType"] not in {"OB", "CB"} and not is_root else None, is_root=is_root)
        room.sight.many = is_root
        self._show.item()
        self.beside()
        self.address(item="" if is_root else number)

    def scope(self, number: int | None, *, is_root: bool = False) -> None:
        """Let the table show what is in one container; a block keeps the scope if it lies within."""
        room = self._room
        document = room.run.item(number) if number else None
        if document is not None:
            room.view.scope, room.view.scope_name = int(document["containerId"]), document["name"]
        elif is_root or (number is None and not self._within()):
            room.view.scope, room.view.scope_name = 0, ""

    def _within(self) -> bool:
        room = self._room
        scope = room.view.scope
        return (
            bool(scope)
            and room.draft is not None
            and any(int(one["obId"]) == room.draft.item_id for one in room.run.blocks(scope))
        )

    def address(self, **changes: Any) -> None:
        """Keep the address in step."""
        room = self._room
        view = changes.pop("view", None)
        if view:
            room.bar.view = view
        room.address = room.address.at(**changes)
        is_run = room.bar.view == "prepare" and room.opened is not None
        room.bar.query = room.address.query() if is_run else ""
        room.bar.crumb = run_title(room.opened.run) if is_run and room.opened else ""

    def _library(self) -> None:
        room = self._room
        kinds = {"target": "target", "constraints": "constraints", "description": "description"}
        try:
            room.editor.library = {kind: [str(one["name"]) for one in room.phase2.library(kind)] for kind in kinds}
        except (AccessError, NotFoundError, NotImplementedError, AttributeError):
            room.editor.library = {}
