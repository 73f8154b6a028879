"""Verify, submit, revise, notify; and the astronomer's answers to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.errors import DfsError, UsageError
from dfs.phase2.api import Document
from dfs_widgets.p2.asking import Answer, note, table
from dfs_widgets.p2.opening import Opening
from dfs_widgets.p2.room import Room
from dfs_widgets.p2.showing import Showing
from dfs_widgets.p2.watching import Watching
from dfs_widgets.state.p2.rows import item_id
from dfs_widgets.state.p2.submission import followers, is_sent, submission

__all__ = ["Sending"]

_SCHEDULING = {"Group", "Concatenation", "TimeLink"}


class Sending:
    """Sends blocks on their way."""

    def __init__(self, room: Room, showing: Showing, watching: Watching, opening: Opening) -> None:
        self._room = room
        self._show = showing
        self._watch = watching
        self._open = opening

    def _findings(self, blocks: list[Document]) -> list[Document]:
        room = self._room
        found: list[Document] = []
        for one in blocks:
            container = room.run.parent(item_id(one))
            found += list(room.checking.findings(room.run.run, one, container))
        return found

    def verify(self, message: Mapping[str, Any]) -> None:
        """Show everything that is wrong with what is chosen, or in the run."""
        room = self._room
        ids = [int(one) for one in message.get("ids") or ()]
        blocks = room.blocks(ids)
        old = [one for one in blocks if one.get("migrate")]
        tree = {"run": room.run.run, "readme": room.run.readme, "root": room.run.root}
        root = int(room.run.root["containerId"])
        whole = room.checking.run_findings(tree) if not ids or ids == [root] else None
        chosen = {item_id(one) for one in blocks} | set(ids)
        findings = whole if whole is not None else [*self._findings(blocks), *self._container_findings(ids)]
        room.sight.many = len(chosen) > 1 or whole is not None
        self._show.findings(findings, blocks[0] if len(blocks) == 1 else None)
        self._show.count_all({item_id(one) for one in blocks}, findings)
        room.sight.side = "checks"
        errors = sum(one["severity"] == "error" for one in findings)
        warnings = sum(one["severity"] == "warning" for one in findings)
        room.tell(
            f"{len(blocks)} block{'s' if len(blocks) != 1 else ''} verified: {errors} errors, {warnings} warnings"
        )
        if old:
            self._offer_migration(old)

    def _container_findings(self, ids: list[int]) -> list[Document]:
        room = self._room
        found = []
        for number in ids:
            document = room.run.item(number)
            if document is not None and document["itemType"] not in {"OB", "CB"}:
                found += [
                    one for one in room.checking.findings(room.run.run, document, document) if one["subject"] != "ob"
                ]
        return found

    def _offer_migration(self, blocks: list[Document]) -> None:
        room = self._room
        rows = []
        for one in blocks:
            told = room.phase2.migrate_ob(item_id(one), dry_run=True)
            rows.append(
                [one["name"], "; ".join(str(text) for text in told.get("messages", ())) or "no changes of values"]
            )

        def go(_: Answer) -> None:
            for one in blocks:
                room.phase2.migrate_ob(item_id(one), dry_run=False)
            self._watch.did()
            self._open.item(item_id(blocks[0]))

        room.asking.ask(
            "Made with an older instrument package",
            [note("Only blocks of the newest package can be changed or sent."), table(["Block", "What changes"], rows)],
            {"migrate": ("Migrate", go), "later": ("Later", lambda _: None)},
        )

    def submit(self, message: Mapping[str, Any]) -> None:
        """Show what would be sent, then send it."""
        room = self._room
        self._open.leave()
        ids = [int(one) for one in message.get("ids") or ()]
        blocks = room.blocks(ids)
        summary = submission(room.run.run, blocks, self._findings(blocks))
        chosen = [document for one in ids if (document := room.run.item(one)) is not None] or [room.run.root]
        containers = [item_id(one) for document in chosen for one in followers(document, summary.ready)]
        shown: list[dict[str, Any]] = [{"kind": "pairs", "pairs": [list(one) for one in summary.lines]}]
        known = {item_id(one): one for one in blocks}
        if summary.ready:
            rows = [
                [known[one]["name"], (known[one].get("target") or {}).get("name", ""), str(one)]
                for one in summary.ready
            ]
            shown.append(table(["Will be sent", "Target", "ID"], rows, testid="submit-ready"))
        if summary.refused:
            rows = [
                [name, f"{errors} error{'s' if errors > 1 else ''}", str(number)]
                for number, name, errors in summary.refused
            ]
            shown.append(table(["Stays: mend it first", "", "ID"], rows, testid="submit-refused", bad=True))
        is_service = room.run.run["mode"] == "SM"
        after = (
            "Their status becomes D; they can be taken back with Revise."
            if is_service
            else "Their status becomes +: they can be executed."
        )
        shown.append(note(after))
        if containers:
            names = ", ".join(str((room.run.item(one) or {}).get("name")) for one in containers)
            shown.append(note(f"With all their blocks these are sent, too: {names}."))

        def send(_: Answer) -> None:
            self._send(list(summary.ready), containers)

        label = f"Send {len(summary.ready)} block{'s' if len(summary.ready) != 1 else ''}"
        deeds = {"send": (label, send if summary.ready or containers else None), "cancel": ("Not yet", lambda _: None)}
        room.asking.ask("Submit", shown, deeds)

    def _send(self, blocks: list[int], containers: list[int]) -> None:
        room = self._room
        told: list[str] = []
        sent = 0
        for number in blocks:
            answer = room.phase2.verify_ob(number, submit=True)
            sent += bool(answer["observable"])
            told += [] if answer["observable"] else [f"{number}: {text}" for text in answer["messages"][:3]]
        self._watch.did()
        for number in containers:
            document = room.run.item(number)
            if document is None or not all(map(is_sent, document["items"])):
                continue  # it waits for its members
            answer = room.phase2.verify_container(number, submit=True)
            told += [] if answer["observable"] else [f"{document['name']}: {text}" for text in answer["messages"][:3]]
            document["containerStatus"] = "D" if answer["observable"] else document.get("containerStatus")
        self._after()
        if told:
            room.asking.ask(
                "Not everything was sent",
                [table(["What the observatory says"], [[one] for one in told], bad=True)],
                {"close": ("Close", lambda _: None)},
            )
        room.tell(f"{sent} block{'s' if sent != 1 else ''} sent")

    def _after(self) -> None:
        number = self._room.draft.item_id if self._room.draft else 0
        self._watch.did()
        self._open.item(number)

    def revise(self, message: Mapping[str, Any]) -> None:
        """Take blocks and containers back to P."""
        room = self._room
        told = []
        for number in [int(one) for one in message.get("ids") or ()]:
            document = room.run.item(number) or {}
            try:
                if document.get("itemType") in _SCHEDULING:
                    room.phase2.revise_container(number)
                elif document.get("itemType") in {"OB", "CB"}:
                    room.phase2.revise_ob(number)
                else:
                    for one in room.run.blocks(number):
                        if one["obStatus"] in "D+":
                            room.phase2.revise_ob(item_id(one))
            except DfsError as error:
                told.append([document.get("name", number), error.line()])
        self._after()
        if told:
            room.asking.ask(
                "Not everything could be revised",
                [table(["Item", "Why"], told, bad=True)],
                {"close": ("Close", lambda _: None)},
            )

    def notify(self) -> None:
        """Tell the observatory that the run is ready for its review."""
        room = self._room
        self._open.leave()
        blocks = list(room.run.blocks())
        summary = submission(room.run.run, blocks, self._findings(blocks))
        left = sum(one["obStatus"] in {"P", "-"} for one in blocks)
        warning = [note(f"{left} blocks are not submitted: they will not be reviewed.", bad=True)] if left else []
        shown = [
            {"kind": "pairs", "pairs": [list(one) for one in summary.lines]},
            *warning,
            note("The run is closed to changes until its review is over."),
        ]

        def send(_: Answer) -> None:
            room.phase2.submit_run(room.run.run_id)
            self._after()
            room.tell("the observatory was notified")

        room.asking.ask(
            "Notify ESO that this run is ready",
            shown,
            {"notify": ("Notify", send), "cancel": ("Not yet", lambda _: None)},
        )

    def reopen(self) -> None:
        """Let the PI change a run again that was sent: support's answer to a request for changes."""
        room = self._room
        room.phase2.open_run(room.run.run_id)
        self._after()
        room.tell("the run is open for changes again")

    def review(self, message: Mapping[str, Any]) -> None:
        """Take, accept, reject or cancel what is under edit."""
        room = self._room
        if room.draft is None:
            return
        number, verdict, text = room.draft.item_id, str(message["verdict"]), str(message.get("text") or "")
        if verdict == "reject" and not text:
            raise UsageError("say why it is rejected", where="comment", hint="the PI will read it")
        if (
            verdict in {"accept", "reject"}
            and room.draft.base.get("obStatus", room.draft.base.get("containerStatus")) == "D"
        ):
            room.phase2.review(number, "take")
        room.phase2.review(number, verdict, text)
        self._after()
        self._watch.comments()
