"""Files in and out, examples, reports, another observatory: each shown before anything is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dfs.errors import DataError, NotFoundError, UsageError
from dfs.phase2.api import Change, Document, Upload
from dfs_widgets.p2.arranging import Arranging
from dfs_widgets.p2.asking import Answer, note, table
from dfs_widgets.p2.opening import Opening
from dfs_widgets.p2.previewing import import_blocks
from dfs_widgets.p2.reading import read_file
from dfs_widgets.p2.room import Room
from dfs_widgets.p2.watching import Watching
from dfs_widgets.state.p2.opened import OpenedRun
from dfs_widgets.state.p2.runs import find_run
from dfs_widgets.state.p2.synchronising import changes_towards, run_differences

__all__ = ["Exchanging"]

_ACCEPT = ".csv,.ecsv,.tsv,.txt,.vot,.votable,.xml,.obx,.json,.zip"


class Exchanging:
    """Brings blocks in and out."""

    def __init__(self, room: Room, watching: Watching, opening: Opening, arranging: Arranging) -> None:
        self._room = room
        self._watch = watching
        self._open = opening
        self._arrange = arranging

    # -- in

    def examples(self, message: Mapping[str, Any]) -> None:
        """Offer the tutorial blocks of the run's instrument."""
        from dfs.phase2.examples import document, examples

        room = self._room
        instrument = str(room.run.run["instrument"])
        found = examples(instrument)
        if not found:
            raise NotFoundError(f"there are no examples for {instrument}", where="examples")
        options = [[one.name, f"{one.name}: {one.label}"] for one in found]

        def make(answer: Answer) -> None:
            name = answer.values.get("example") or found[0].name
            chosen = next(one for one in found if one.name == name)
            body = document(chosen)
            self._create(message.get("at"), [{**body, "name": self._arrange.free_name(str(body["name"]))}])

        field = {"kind": "field", "name": "example", "label": "Example", "options": options, "value": options[0][0]}
        room.asking.ask(
            "New block from an example", [field], {"make": ("Make it", make), "cancel": ("Cancel", lambda _: None)}
        )

    def ask_import(self, message: Mapping[str, Any]) -> None:
        """Ask for a file."""
        blocks = [
            note(
                "A table of targets (CSV, ECSV, VOTable), an OBX file, JSON, or a ZIP of them. You see what it holds before anything is written."
            ),
            {"kind": "files", "label": "File", "accept": _ACCEPT},
        ]
        self._room.asking.ask(
            "Import",
            blocks,
            {"cancel": ("Cancel", lambda _: None)},
            file=lambda name, content: self._preview(message, name, content),
        )

    def _preview(self, message: Mapping[str, Any], name: str, content: bytes) -> None:
        """Show what a file holds: what is ready, and what is wrong by row."""
        room = self._room
        pattern = room.draft.base if room.draft is not None and room.draft.base["itemType"] == "OB" else None
        read = read_file(name, content, room.run.run, pattern, list(room.run.blocks()))
        shown = import_blocks(name, read, pattern)

        def write(_: Answer) -> None:
            changes = list(read.changes)
            if read.items:
                self._create(message.get("at"), list(read.items), changes, read.files)
            elif changes:
                number = room.draft.item_id if room.draft else 0
                self._apply(changes)
                room.draft = None  # it is read anew
                self._open.item(number)
            room.tell(f"{read.count} item{'s' if read.count != 1 else ''} imported from {name}")

        label = f"Write {read.count} item{'s' if read.count != 1 else ''}"
        room.asking.ask(
            "Import", shown, {"write": (label, write if read.count else None), "cancel": ("Cancel", lambda _: None)}
        )

    def _create(
        self, at: Any, items: list[Document], more: list[Change] | None = None, files: Mapping[int, Any] | None = None
    ) -> None:
        """Make whole items in the container chosen, in one transaction; then attach their files."""
        container = self._arrange.container_for(at, "OB")
        changes: list[Change] = []
        numbers: dict[int, int] = {}
        names = {int(one["obId"]): one.get("charts", ()) for item in items for one in _blocks(item)}
        for item in items:
            _creations(item, int(container["containerId"]), changes, numbers)
        made = self._apply([*changes, *(more or [])])
        with_files = {number: files[number] for number in numbers if files and number in files}
        for number, own in with_files.items():
            self._attach(made[numbers[number]], own, names.get(number, ()))
        if with_files:
            self._watch.did()
        if made:
            self._open.item(made[-1])

    def _attach(self, ob_id: int, files: Any, names: Sequence[str]) -> None:
        """Attach finding charts and files of parameters to a new block."""
        phase2 = self._room.phase2
        for name, content in zip(names, files.charts, strict=True):
            phase2.add_chart(ob_id, Upload(name, content))
        templates = phase2.templates(ob_id).body if files.parameters else []
        for (place, parameter), content in files.parameters.items():
            template = int(templates[place]["templateId"])
            now = phase2.file_parameter(ob_id, template, parameter)
            phase2.save_file_parameter(ob_id, template, parameter, Upload(f"{parameter}.txt", content), now.version)

    def _apply(self, changes: list[Change]) -> dict[int, int]:
        room = self._room
        made = room.phase2.apply(room.run.run_id, changes)
        self._watch.did()
        return made

    # -- out

    def export(self, message: Mapping[str, Any]) -> None:
        """Hand what is chosen, or the whole run, to the browser as a file."""
        from dfs_widgets.p2.writing import export_bytes

        room = self._room
        self._open.leave()
        ids = [int(one) for one in message.get("ids") or ()]
        if len(ids) <= 1:  # one item is under edit, which is no choice: the run
            ids = ids if ids and message["as"] in {"obx", "json"} else []
        name, kind, content = export_bytes(room, str(message["as"]), ids)
        room.dialog.send({"kind": "save", "name": name, "type": kind}, [content])

    def report(self, message: Mapping[str, Any]) -> None:
        """Hand a report of the run to the browser."""
        from dfs_widgets.p2.writing import report_bytes

        self._open.leave()
        name, kind, content = report_bytes(self._room, str(message["as"]))
        self._room.dialog.send({"kind": "save", "name": name, "type": kind}, [content])

    # -- another observatory

    def ask_synchronise(self) -> None:
        """Ask with which observatory, as whom."""
        room = self._room
        run = str(room.run.run["progId"])
        fields = [
            {
                "kind": "field",
                "name": "where",
                "label": "Observatory",
                "hint": "https://host/dfs, eso, eso-demo",
                "value": "eso-demo",
            },
            {"kind": "field", "name": "run", "label": "Run there", "value": run},
            {"kind": "field", "name": "user", "label": "Name", "value": ""},
            {"kind": "field", "name": "password", "label": "Password", "value": "", "secret": True},
        ]
        words = note(
            "The password is sent once to that observatory and not kept. You see every difference before anything is written on either side."
        )
        room.asking.ask(
            "Synchronise with another observatory",
            [{"kind": "fields", "fields": fields}, words],
            {"compare": ("Compare", self._compare), "cancel": ("Cancel", lambda _: None)},
        )

    def _compare(self, answer: Answer) -> None:
        """Show what differs, with both ways to go."""
        from dfs.phase2.remote import RemotePhase2

        room = self._room
        self._open.leave()
        where = answer.values.get("where", "").strip()
        if not where:
            raise UsageError("say which observatory", where="Observatory", accepted="https://host/dfs, eso, eso-demo")
        there = RemotePhase2(where)
        there.sign_in(answer.values.get("user", ""), answer.values.get("password", ""))
        run = find_run(there.runs(), answer.values.get("run", ""))
        if run is None:
            raise NotFoundError(f"you have no run {answer.values.get('run')!r} there", where=where)
        other = OpenedRun(there, int(run["runId"]))
        if other.run["instrument"] != room.run.run["instrument"]:
            raise DataError(
                f"that run is for {other.run['instrument']}, this one for {room.run.run['instrument']}", where=where
            )
        found = run_differences(room.run.root, other.root)
        rows = [row for one in found for row in one.rows()]
        if not rows:
            room.asking.ask("Synchronise", [note("Nothing differs.")], {"close": ("Close", lambda _: None)})
            return

        def take(_: Answer) -> None:
            self._apply(changes_towards(room.run.root, found, "here"))
            self._open.item(int(room.run.root["containerId"]))
            room.tell(f"taken over from {where}")

        def give(_: Answer) -> None:
            there.apply(int(run["runId"]), changes_towards(other.root, found, "there"))
            room.tell(f"sent to {where}")

        deeds = {
            "take": ("Bring here what they have", take),
            "give": ("Send there what is here", give),
            "cancel": ("Cancel", lambda _: None),
        }
        shown = [
            table(["Item", "Field", "Here", "There"], rows, testid="sync-differences"),
            note("What only one side has is made on the other; nothing is deleted."),
        ]
        room.asking.ask(f"{len(rows)} differences", shown, deeds)


def _blocks(item: Document) -> Iterator[Document]:
    """Give a block, or every block in a container."""
    if "obId" in item:
        yield item
    for one in item.get("items", ()):
        yield from _blocks(one)


def _creations(item: Document, container: int, changes: list[Change], numbers: dict[int, int]) -> None:
    """Add the changes that make a whole item with what is in it; `numbers`: a block's number where it is from -> in this edit."""
    number = -len(changes) - 1
    body = json.loads(
        json.dumps({key: value for key, value in item.items() if key not in {"items", "versions", "charts"}})
    )
    if "obId" in body:
        numbers[int(body.pop("obId"))] = number
    for one in body.get("templates", ()):
        one.pop("templateId", None)
    body["containerId"] = container
    changes.append(Change("create-item", number, body))
    for one in item.get("items", ()):
        _creations(one, number, changes, numbers)
