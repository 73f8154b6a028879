"""The page ``p2``: its parts, and who answers what they send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import ipywidgets

from dfs.phase2.api import Document
from dfs_widgets.archive.person import Person
from dfs_widgets.p2.arranging import Arranging
from dfs_widgets.p2.bulk import Bulk
from dfs_widgets.p2.editing import Editing
from dfs_widgets.p2.exchanging import Exchanging
from dfs_widgets.p2.filling import Filling
from dfs_widgets.p2.opening import Opening
from dfs_widgets.p2.room import P2Desk, Room
from dfs_widgets.p2.sending import Sending
from dfs_widgets.p2.showing import Showing
from dfs_widgets.p2.talking import Talking
from dfs_widgets.p2.turning import Turning
from dfs_widgets.p2.warming import warm_up
from dfs_widgets.p2.watching import Watching
from dfs_widgets.state.p2.address import P2Address

__all__ = ["P2Page"]

Message = Mapping[str, Any]


class P2Page:
    """Observing runs to prepare: ``P2Page(desk).start().widget`` in a notebook, or a page of ``dfs dashboards``.

    Parameters
    ----------
    desk
        The observatory as its user sees it.
    address
        A page's query string: which run, which block.
    now
        Tells the time (aware); default the computer's clock.
    """

    def __init__(self, desk: P2Desk, address: str = "", *, now: Callable[[], datetime] | None = None) -> None:
        room = Room(desk, now=now)
        self.room = room
        self._address = address
        self._show = Showing(room)
        self._watch = Watching(room, self._show)
        self._open = Opening(room, self._show)
        self._edit = Editing(room, self._show, self._watch)
        self._fill = Filling(room, self._show, self._watch)
        self._arrange = Arranging(room, self._show, self._watch, self._open)
        self._send = Sending(room, self._show, self._watch, self._open)
        self._talk = Talking(room, self._show, self._watch)
        self._bulk = Bulk(room, self._watch, self._open)
        self._exchange = Exchanging(room, self._watch, self._open, self._arrange)
        self._turning = Turning(room, self._show, self._watch, self._open, self._fill, self._edit)
        self._person = Person(desk, room.bar)
        self._join()
        self._listen()
        self.widget = self._layout()

    def prepare(self) -> P2Page:
        """Do all that takes long and does not depend on who comes: imports, and the first run of each computation."""
        warm_up()
        return self

    def start(self, address: str | None = None) -> P2Page:
        """Show what the address asks for and return the page."""
        if address is not None:
            self._address = address
        with self.room.work.doing("Opening…"):
            self._open.by_address(P2Address.of(self._address))
        return self

    # -- for scripts: the public object behind the widgets

    def open(self, run: str) -> P2Page:
        """Open a run by its identifier."""
        return self.start(P2Address(run=run).query())

    def edit(self, path: str, value: Any) -> None:
        """Write a field of the block under edit and save it."""
        self._edit.put(path, value)

    @property
    def block(self) -> Document | None:
        """The block or container under edit, whole."""
        return self.room.draft.mine if self.room.draft else None

    # -- who answers

    def _join(self) -> None:
        """Let the answers call each other where one's work is part of another's."""
        self._open.leave = self._leave
        self._open.beside = self._turning.beside
        self._fill.save = self._talk.save = self._edit.save

        def typed(message: Message, *, save: bool = False) -> None:
            self._edit.typed(message)
            if save:
                self._edit.save()
                self._show.item()

        self._arrange.typed = typed
        self._watch.merge = self._took
        self._show.exposing.put_all = self._edit.put_all

    def _leave(self) -> None:
        """Save what is under edit before something else is."""
        if self.room.draft is not None and self.room.draft.dirty:
            self._edit.save()

    def _took(self, theirs: Document) -> None:
        """Put what somebody else saved under what is typed here."""
        room = self.room
        draft = room.draft
        if draft is None:
            return
        rebased, merged = draft.rebased(theirs)
        if merged.conflicts:
            self._edit.ask_merge(rebased, merged, "Somebody else saved this while you were typing.")
            return
        room.draft = rebased
        self._show.item()

    def _listen(self) -> None:
        room = self.room
        self._on(
            room.list,
            {"open": ("Opening the run…", lambda m: self._open.run(int(m["id"])))},
        )
        self._on(
            room.view,
            {
                "select": ("", lambda m: self._open.item(int(m["id"]))),
                "cell": ("Saving…", self._arrange.cell),
                "move": ("Moving…", self._arrange.move),
                "create": ("", self._arrange.create),
                "duplicate": ("Duplicating…", self._arrange.duplicate),
                "delete": ("", self._arrange.delete),
                "scope": ("", lambda m: self._open.scope(m.get("id"), is_root=True)),
                "verify": ("Verifying…", self._send.verify),
                "submit": ("Verifying…", self._send.submit),
                "revise": ("Revising…", self._send.revise),
                "notify": ("", lambda _: self._send.notify()),
                "reopen": ("", lambda _: self._send.reopen()),
                "bulk": ("", self._bulk.ask),
                "paste": ("", self._bulk.paste),
                "undo": ("Taking back…", self._watch.undo),
                "examples": ("", self._exchange.examples),
                "import": ("", self._exchange.ask_import),
                "export": ("Writing…", self._exchange.export),
                "report": ("Writing the report…", self._exchange.report),
                "synchronise": ("", lambda _: self._exchange.ask_synchronise()),
            },
        )
        self._listen_editor()
        self._on(
            room.sight,
            {
                "side": ("", self._turning.turn),
                "night": ("", self._turning.night),
                "goto": ("", self._turning.goto),
                "fix": ("Mending…", self._turning.fix_elsewhere),
                "make-chart": ("Drawing…", self._turning.make_chart),
                "undo": ("Taking back…", self._watch.undo),
                "comment": ("", self._talk.comment),
                "resolve-comment": ("", self._talk.resolve),
                "review": ("", self._send.review),
                "brightness": ("Saving…", self._show.exposing.brightness),
                "take-exposure": ("", self._show.exposing.ask),
            },
        )
        self._on(room.dialog, {"act": ("Working…", room.asking.acted)})
        room.dialog.on_msg(lambda _, m, b: self._file(m, b))
        self._on(
            room.bar,
            {
                "sign-in": ("Signing in…", lambda m: self._signed(self._person.sign_in(m["name"], m["password"]))),
                "sign-out": ("Signing out…", lambda _: self._signed(self._person.sign_out())),
                "token": ("Signing in…", lambda m: self._signed(self._person.resume(str(m["token"])))),
            },
        )
        self._on(room.watch, {"undo": ("Taking back…", self._watch.undo)})
        room.watch.on_msg(lambda _, m, __: self._quietly(str(m.get("kind"))))
        room.bar.observe(lambda change: self._turning.viewed(change["new"]), "view")
        room.editor.observe(lambda change: self._turning.tabbed(change["new"]), "tab")
        room.view.observe(
            lambda change: self._open.address(panel=change["new"] if change["new"] != "blocks" else ""), "panel"
        )

    def _listen_editor(self) -> None:
        room = self.room
        self._on(
            room.editor,
            {
                "save": ("Saving…", lambda _: self._edit.save()),
                "fix": ("Mending…", self._edit.fix),
                "add-template": ("", self._fill.add),
                "delete-template": ("", self._fill.remove),
                "copy-template": ("", self._fill.copy),
                "move-template": ("", self._fill.move),
                "chart-delete": ("", self._fill.delete_chart),
                "chart-make": ("Drawing…", lambda _: self._fill.make_chart()),
                "ephemeris-delete": ("", lambda _: self._fill.no_ephemeris()),
                "resolve": ("Looking the name up…", lambda _: self._fill.resolve()),
                "take": ("", self._talk.take),
                "keep": ("", self._talk.keep),
                "readme": ("Saving…", self._talk.readme),
            },
        )
        files = {
            "chart-add": self._fill.add_chart,
            "ephemeris-add": self._fill.ephemeris,
            "file-parameter": self._fill.file,
        }

        def took(_: Any, message: Any, buffers: Any) -> None:
            if message.get("kind") == "edit":
                with room.work.quietly():
                    self._edit.typed(message)
            elif message.get("kind") in files and buffers:
                with room.work.doing("Sending…"):
                    files[message["kind"]](message, bytes(buffers[0]))

        room.editor.on_msg(took)

    def _on(self, widget: Any, answers: Mapping[str, tuple[str, Callable[[Any], None]]]) -> None:
        """Answer messages: kind -> (words meanwhile, what is done); what is told at the end stays in the bar."""
        room = self.room

        def answer(_: Any, message: Any, __: Any) -> None:
            kind = str(message.get("kind")) if isinstance(message, dict) else ""
            if kind not in answers:
                return
            words, do = answers[kind]
            room.told = ""
            with room.work.doing(words):
                do(message)
            if room.told and room.bar.state == "ready":
                room.bar.message = room.told

        widget.on_msg(answer)

    def _file(self, message: Any, buffers: Any) -> None:
        if message.get("kind") == "file" and buffers:
            with self.room.work.doing("Reading…"):
                self.room.asking.took(str(message["name"]), bytes(buffers[0]))

    def _quietly(self, kind: str) -> None:
        """Do what nobody asked for: look for what others saved, check the run."""
        room = self.room
        do = {"look": self._watch.look, "check": self._show.check}.get(kind)
        if do is None:
            return
        room.told = ""
        with room.work.quietly():
            do()
        if room.told:
            room.bar.message = room.told

    def _signed(self, done: bool) -> None:
        if not done:
            return
        room = self.room
        room.opened, room.draft = None, None
        room.checking.forget()
        self._open.by_address(P2Address.of(self._address))

    def _layout(self) -> ipywidgets.Box:
        room = self.room
        shown: list[Any] = [room.bar, room.list, room.view, room.editor, room.sight, room.dialog, room.watch]
        for one in shown:
            one.add_class("dfs-contents")
        return ipywidgets.Box(shown, _dom_classes=("dfs", "dfs-page", "dfs-p2"))
