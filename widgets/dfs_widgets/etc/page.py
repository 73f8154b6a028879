"""The page ``etc``: the calculator with its bar, what is kept, what can be taken along, and what a night may bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import ipywidgets

from dfs.etc.documents.mapping import inputs as inputs_of
from dfs_widgets.archive.person import Person
from dfs_widgets.archive.working import Work
from dfs_widgets.etc.exporting import Exporting
from dfs_widgets.etc.keeping import Keeping
from dfs_widgets.etc.part import EtcPart
from dfs_widgets.etc.studying import Studying
from dfs_widgets.parts import Bar
from dfs_widgets.state.etc.question import EtcQuestion

__all__ = ["ExposureTimes"]


class ExposureTimes:
    """The exposure time calculator: ``ExposureTimes(obs).start().widget`` in a notebook, or a page of ``dfs dashboards``.

    Everything shown can be had here as well: `inputs`, `result`, `put`.

    Parameters
    ----------
    observatory
        Where set-ups are kept: an observatory (`dfs.open`), or the desk of a page; None: nowhere.
    address
        A page's query string: what to ask first.
    """

    def __init__(self, observatory: Any = None, address: str = "") -> None:
        self._desk = observatory
        self._address = address
        name = getattr(observatory, "name", "") or getattr(getattr(observatory, "root", None), "name", "")
        self.bar = Bar(
            where=str(name), title="Exposure times", views=[], view="", parts=["bar", "controls", "plots", "answer"]
        )
        self.work = Work(self.bar)
        self.part = EtcPart(work=self.work)
        self.keeping = Keeping(self.part, self._shelf)
        self.exporting = Exporting(self.part)
        self.studying = Studying(self.part)
        self.part.at_rest += [self._show_address, self.keeping.show_table, self.studying.show]
        self._person = Person(observatory, self.bar) if hasattr(observatory, "asks_for_name") else None
        self._listen()
        self.bar.add_class("dfs-contents")
        self.widget = ipywidgets.Box([self.bar, self.part.widget], _dom_classes=("dfs", "dfs-page", "dfs-etc-page"))

    def prepare(self) -> ExposureTimes:
        """Do all that takes long and does not depend on who comes: imports, tables, and the first calculation."""
        self.part.ask(self.part.question)
        return self

    def start(self, address: str | None = None) -> ExposureTimes:
        """Ask what the address asks and return the page."""
        asked = EtcQuestion.of_address(self._address if address is None else address)
        self.part.question = asked
        self.part.plots.chosen = asked.page.get("show", "input")
        self.part.answer.side = asked.page.get("side", "figures")
        self.keeping.load()
        self.part.start()
        return self

    @property
    def inputs(self) -> dict[str, Any]:
        """The flat mapping of the last good answer, every default written out."""
        return self.part.inputs

    @property
    def result(self) -> Any:
        """The last good answer."""
        return self.part.result

    def put(self, **changes: Any) -> ExposureTimes:
        """Change controls: ``put(seeing=1.2)``; None opens one."""
        self.part.put(**changes)
        return self

    def link(self) -> str:
        """Return the query string that asks this very calculation again, every default written out."""
        result, question = self.part.result, self.part.question
        return question.query(None if result is None or self.part.problem else inputs_of(result.request))

    def _shelf(self) -> Any:
        """Return where a user keeps things; None: nowhere."""
        desk = self._desk
        return getattr(desk, "phase2_desk", None) or getattr(desk, "phase2", None)

    def _show_address(self) -> None:
        self.bar.query = self.part.question.query()

    def _listen(self) -> None:
        part, keep = self.part, self.keeping
        self.work.listen(
            part.plots,
            {
                "save": ("Writing…", lambda m: self.exporting.save(str(m["format"]))),
                "link": ("", lambda _: part.plots.send({"kind": "link", "query": self.link()})),
                "keep": ("", lambda _: self._kept()),
            },
        )
        part.plots.on_msg(self._brought)
        part.controls.on_msg(self._brought)
        self.work.listen(
            part.answer,
            {
                "side": ("", lambda m: self._turn("side", str(m["side"]))),
                "keep": ("", lambda _: self._kept()),
                "rename": ("", lambda m: keep.rename(int(m["number"]), str(m["name"]))),
                "draw": ("", lambda m: keep.draw(int(m["number"]), on=bool(m["on"]))),
                "take": ("", lambda m: keep.take(int(m["number"]))),
                "remove": ("", lambda m: keep.remove(int(m["number"]))),
                "axis": ("", lambda m: self._turn(str(m["which"]), str(m["name"]))),
            },
        )
        person = self._person
        if person is not None:
            self.work.listen(
                self.bar,
                {
                    "sign-in": ("Signing in…", lambda m: self._signed(done=person.sign_in(m["name"], m["password"]))),
                    "sign-out": ("Signing out…", lambda _: self._signed(done=person.sign_out())),
                    "token": ("Signing in…", lambda m: self._signed(done=person.resume(str(m["token"])))),
                },
            )

    def _kept(self) -> None:
        self.keeping.keep()
        self._turn("side", "compare")

    def _turn(self, name: str, value: str) -> None:
        """Turn to another panel, or another axis of the grid: part of the address, no new question."""
        self.part.question = replace(self.part.question, page={**self.part.question.page, name: value})
        if name == "side":
            self.part.answer.side = value
        self.studying.show()
        self._show_address()

    def _signed(self, *, done: bool) -> None:
        """Show what somebody else keeps."""
        if done:
            self.keeping.setups = ()
            self.keeping.load()
            self.keeping.show()

    def _brought(self, _: Any, message: Any, buffers: Any) -> None:
        """Take a file."""
        kind = message.get("kind") if isinstance(message, Mapping) else None
        if kind in {"upload", "open"} and buffers:
            with self.work.doing("Reading…", self._beside):
                content = bytes(buffers[0])
                if kind == "upload":
                    self.exporting.upload(str(message["file"]), content)
                else:
                    self.bar.message = "; ".join(self.exporting.open(str(message["file"]), content))
                self.part.rest()

    def _beside(self, error: Any) -> bool:
        """Tell a file that is no spectrum beside its control."""
        if error.where != "spectrum":
            return False
        told = type(error)(error.message, accepted=error.accepted, hint=error.hint)
        self.part.controls.problems = {"upload": told.line()}
        return True
