"""Shows the room: rows, editor, sight, address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dfs.phase2.api import Document
from dfs.phase2.lifecycle import What, editable
from dfs_widgets.p2.background import Background
from dfs_widgets.p2.exposing import Exposing
from dfs_widgets.p2.room import Room
from dfs_widgets.p2.seeing import Seeing
from dfs_widgets.state.p2.fields import field_label, key_of
from dfs_widgets.state.p2.findings import beside_fields, counted
from dfs_widgets.state.p2.forms import block_form, container_form, form_values
from dfs_widgets.state.p2.rows import duration_text, row_of
from dfs_widgets.state.p2.runform import run_form
from dfs_widgets.state.p2.runs import run_title
from dfs_widgets.state.p2.timelinks import link_chart, time_links

__all__ = ["Showing"]

_GONE = frozenset("KTF")


class Showing:
    """Fills the widgets from the room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._serial = 0
        self.seeing = Seeing(room)
        self.exposing = Exposing(room)
        self._times: dict[int, int] = {}
        self._background = Background(room.checking)
        self.counts: dict[int, dict[str, int]] = {}
        self._found: list[Document] = []  # all that is wrong in the run, when it was last worked out

    def forget(self) -> None:
        """Forget what was worked out of another run."""
        self._times, self.counts, self._found = {}, {}, []
        self.seeing.forget()

    # -- the run

    def run(self) -> None:
        """Show the run whole; times and findings follow when they are worked out (`check`)."""
        room = self._room
        opened = room.run
        for one in opened.blocks():  # what was worked out before stands meanwhile
            one["executionTime"] = self._times.get(int(one["obId"])) or one.get("executionTime") or 0
        view = room.view
        self._serial += 1
        with view.hold_sync():
            view.editable = room.may_edit
            view.rows = {"serial": self._serial, "rows": opened.rows()}
            view.counts = {str(number): one for number, one in self.counts.items()}
            self.facts()
            self.links()
        room.watch.unchecked = self._serial

    def check(self) -> None:
        """Have execution times and findings of the whole run worked out beside everything else, and show them when they are there."""
        room = self._room
        if room.opened is None:
            return
        done = self._background.result(self._serial)
        if done is None:
            opened = room.opened
            self._background.begin(self._serial, {"run": opened.run, "readme": opened.readme, "root": opened.root})
            room.watch.send({"kind": "again"})
            return
        times, self._found = done
        findings = self._found
        self._take_times(times)
        self.counts = counted(findings)
        room.view.counts = {str(number): one for number, one in self.counts.items()}
        self.facts()
        if room.draft is None or room.draft.item_id == int(room.run.root["containerId"]):
            self.findings(self._found)

    def _take_times(self, times: Mapping[int, float]) -> None:
        room = self._room
        self._times = {number: round(seconds) for number, seconds in times.items()}
        newer = {}
        for number, seconds in self._times.items():
            block = room.run.item(number)
            if block is not None and seconds and block.get("executionTime") != seconds:
                block["executionTime"] = seconds
                newer[str(number)] = [duration_text(seconds), seconds]
        if newer:
            room.view.send({"kind": "times", "times": newer})

    def facts(self) -> None:
        """Show what stands over the tree."""
        room = self._room
        run = room.run.run
        used = sum(float(one.get("executionTime") or 0) for one in room.run.blocks() if one["obStatus"] not in _GONE)
        allocated = float(run.get("allocatedTime") or 0)
        facts = [
            str(run.get("telescope", "")),
            f"P{run.get('period', '')}",
            f"{run['validFrom'][:10]} to {run['validTo'][:10]}",
        ]
        state = run.get("state", "open")
        room.view.run = {
            "title": run_title(run),
            "name": run.get("title", ""),
            "root": int(room.run.root["containerId"]),
            "facts": " · ".join([*facts, *([] if state == "open" else [state])]),
            "used": used,
            "allocated": allocated,
            "used_text": duration_text(used),
            "allocated_text": duration_text(allocated),
            "kinds": ["Folder", "Group", "Concatenation", "TimeLink"] if run["mode"] == "SM" else ["Folder"],
            "can_notify": run["mode"] == "SM" and state == "open" and room.may_edit,
            "can_open": run["mode"] == "SM" and state == "notified" and room.may_review,
        }

    def links(self) -> None:
        """Show the chart of time links."""
        opened = self._room.run
        members = [one for link in time_links(opened.root) for one in link.get("items", ()) if one["itemType"] == "OB"]
        seen = self._room.checking.nights_seen(opened.run, members) if members else {}
        self._room.view.links = link_chart(opened.root, opened.run, seen)

    def timed(self, document: Document) -> Document:
        """Return a block with its execution time worked out; what the store has may be as old as the last time it was asked."""
        if document["itemType"] not in {"OB", "CB"}:
            return document
        number, (seconds, _) = int(document["obId"]), self._room.checking.execution(document)
        if not seconds:
            return document
        if self._room.run.parent(number)["itemType"] == "Concatenation":
            seconds = self._times.get(number, round(seconds))  # there it depends on the one before
        self._times[number] = round(seconds)
        return {**document, "executionTime": round(seconds)}

    def row(self, number: int, *, flash: bool = False) -> None:
        """Show one item's row anew, without sending the others."""
        room = self._room
        document = room.run.item(number)
        if document is None or number == int(room.run.root["containerId"]):
            return
        message = {
            "kind": "rows",
            "rows": [row_of(document, room.run.parent(number))],
            "flash": [number] if flash else [],
        }
        room.view.send(message)

    def count(self, number: int, findings: Iterable[Mapping[str, Any]]) -> None:
        """Show how much is wrong with one item."""
        self.count_all({number}, findings)

    def count_all(self, numbers: set[int], findings: Iterable[Mapping[str, Any]]) -> None:
        """Show how much is wrong with some items."""
        found = {number: one for number, one in counted(findings).items() if number in numbers}
        counts = {number: one for number, one in self.counts.items() if number not in numbers} | found
        if counts != self.counts:
            self.counts = counts
            self._room.view.counts = {str(one): many for one, many in counts.items()}

    # -- what is under edit

    def item(self) -> None:
        """Show the item under edit, or the run."""
        room = self._room
        if room.draft is None or room.draft.item_id == int(room.run.root["containerId"]):
            self._run()
            return
        self.form()
        self.live()
        room.sight.status = str(room.draft.mine.get("obStatus") or room.draft.mine.get("containerStatus") or "")

    def _run(self) -> None:
        """Show the run's own form."""
        room = self._room
        schema = room.phase2.readme_schema(room.run.run_id).get("fields", ())
        with room.editor.hold_sync():
            room.editor.spec = run_form(room.run, schema, editable=room.may_edit)
            room.editor.values, room.editor.beside, room.editor.execution = {}, {}, ""
        room.sight.status, room.sight.editable = "", room.may_edit
        room.sight.execution = {}
        self.findings(self._found)
        self.seeing.night({"itemType": "Folder"})
        self.exposing.show({"itemType": "Folder"})

    def form(self) -> None:
        """Show the editor of the draft."""
        room = self._room
        draft = room.draft
        assert draft is not None  # noqa: S101 - called with a draft only
        document = draft.mine
        can, why = self.editability(document)
        editor = room.editor
        with editor.hold_sync():
            if document["itemType"] in {"OB", "CB"}:
                instrument = room.checking.instrument(document["instrument"], document["ipVersion"])
                signatures = instrument.signatures(document)
                editor.offered = [one for one in instrument.offered if not _second_acquisition(document, one)]
                editor.spec = block_form(document, instrument.constraints, signatures, editable=can, why=why)
            else:
                parent = room.run.parent(draft.item_id)["itemType"]
                editor.spec = container_form(document, editable=can, why=why, parent=parent)
            editor.values = form_values(document, draft.problems)
        room.sight.editable = can

    def editability(self, document: Document) -> tuple[bool, str]:
        """Tell whether an item may be changed now; if not, why, in words for whoever looks at it."""
        room = self._room
        run = room.run.run
        if not room.may_edit:
            return False, "" if room.may_review else "You may look at this run, not change it."
        status = str(document.get("obStatus") or document.get("containerStatus") or "")
        is_block = document["itemType"] in {"OB", "CB"}
        what = What.BLOCK if is_block else What.CONTAINER
        if status and status not in editable(str(run["mode"]), what):
            return False, f"In status {status} it cannot be changed" + ("; revise it first." if status in "D+" else ".")
        if run.get("state", "open") == "notified" and status != "-":
            return False, "The run was sent to the observatory; support opens it again on request."
        if document.get("migrate"):
            return False, "Made with an older instrument package: migrate it first (Verify offers to)."
        return True, ""

    def live(self) -> None:
        """Show findings, execution time and visibility of the draft as it stands."""
        room = self._room
        draft = room.draft
        assert draft is not None  # noqa: S101 - called with a draft only
        run, document = room.run.run, draft.mine
        is_block = document["itemType"] in {"OB", "CB"}
        findings = room.checking.findings(run, document, room.run.parent(draft.item_id))
        own = [one for one in findings if int(one["subject_id"]) == draft.item_id]
        room.editor.beside = beside_fields(own, draft.problems)
        self.findings(findings, document)
        self.count(draft.item_id, own)
        seconds = 0.0
        if is_block:
            seconds, parts = room.checking.execution(document)
            room.sight.execution = parts
            room.editor.execution = parts["total"]
        else:
            blocks = list(room.run.blocks(draft.item_id))
            seconds = sum(float(one.get("executionTime") or 0) for one in blocks)
            room.sight.execution = {}
            room.editor.execution = f"{len(blocks)} blocks, {duration_text(seconds)}"
        if room.sight.side == "night":
            self.seeing.night(document, seconds)
        elif room.sight.side == "etc":
            self.exposing.show(document)

    def findings(self, findings: list[Document], document: Document | None = None) -> None:
        """Show findings in the list of checks."""
        room = self._room
        shown = [{**one, "label": _field_words(one, document)} for one in findings]
        names = {str(one["subject_id"]): self._name(int(one["subject_id"])) for one in findings}
        with room.sight.hold_sync():
            room.sight.names = names
            room.sight.findings = shown

    def _name(self, number: int) -> str:
        if number == self._room.run.run_id:
            return "The run"
        found = self._room.run.item(number)
        return str(found["name"]) if found else str(number)


def _second_acquisition(document: Document, offered: Mapping[str, str]) -> bool:
    has = any(one["type"] == "acquisition" for one in document.get("templates", ()))
    return has and offered["type"] == "acquisition"


def _field_words(finding: Mapping[str, Any], document: Document | None) -> str:
    path = str(finding["path"])
    if document is None:
        return path
    key = key_of(path, document)
    return field_label(key, document) if key else path or str(finding["code"])
