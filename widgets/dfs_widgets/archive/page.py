"""The page: its parts, and what happens when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import ipywidgets

from dfs.clock import isoformat
from dfs.errors import DfsError
from dfs_widgets.archive.asking import Asking
from dfs_widgets.archive.delivering import Delivering
from dfs_widgets.archive.person import Person
from dfs_widgets.archive.telling import Telling
from dfs_widgets.archive.viewing import Viewing
from dfs_widgets.archive.working import Answers, Work
from dfs_widgets.desk import Desk
from dfs_widgets.parts import Bar, Code, Facets, FileView, Form, Requests, ResultsView
from dfs_widgets.state.form import form_spec
from dfs_widgets.state.marks import Marks
from dfs_widgets.state.question import CRITERIA, Question
from dfs_widgets.state.results import Results, no_results

__all__ = ["ArchivePage"]

_PARTS = ["bar", "form", "facets", "results", "file", "code", "requests"]


class ArchivePage:
    """The archive to look at: ``ArchivePage(dfs.open()).widget`` in a notebook, or a page of ``dfs dashboards``.

    Everything shown can be had here as well: `question`, `results`, `marks`.

    Parameters
    ----------
    desk
        The observatory as its user sees it.
    address
        A page's query string, which says what to show first.
    now
        Tells the time (UTC ISO 8601) at which rows are public or not; default the computer's clock.
    folder
        Where files that are looked at are kept meanwhile; default the system's temporary folder.
    """

    def __init__(
        self,
        desk: Desk,
        address: str = "",
        *,
        now: Callable[[], str] | None = None,
        folder: str | None = None,
    ) -> None:
        self.desk = desk
        self.now = now or (lambda: isoformat(datetime.now(UTC)))
        self.question = Question.of_address(address)
        self.results: Results = no_results()
        self.marks = Marks()
        self.bar = Bar(where=desk.name, parts=_PARTS)
        self.form, self.facets, self.found = Form(), Facets(), ResultsView(rows=dict(self.results.rows))
        self.file, self.code, self.requests = FileView(), Code(), Requests()
        self.work = Work(self.bar)
        self._asking = Asking(desk)
        self._viewing = Viewing(desk, self.file, folder)
        self._telling = Telling(desk, self.code)
        self._delivering = Delivering(desk, self.requests)
        self._person = Person(desk, self.bar)
        self._listen()
        self.widget = self._layout()

    def prepare(self) -> ArchivePage:
        """Do all that takes long and does not depend on the question; `start` does it otherwise."""
        with self.work.doing("Opening the archive…"):
            self._asking.prepare()
            self._asking.answer(Question(limit=1), self.now())
        return self

    def start(self, address: str | None = None) -> ArchivePage:
        """Ask the first question and return the page.

        Parameters
        ----------
        address
            A page's query string; None: as given before.
        """
        if address is not None:
            self.question = Question.of_address(address)
        if not self._asking.tables:
            self.prepare()
        if self._asking.tables:
            self.ask(self.question)
        return self

    def ask(self, question: Question) -> None:
        """Ask `question` and show what is found."""
        self.form.problems = {}
        self.bar.view = "search"
        self.question = question
        self._show_form()
        with self.work.doing("Searching…", self._beside_field):
            answer = self._asking.answer(question, self.now())
            self.results = answer.results
            self.form.resolved = answer.resolved
            self.found.rows = dict(answer.results.rows)
            self.facets.facets = answer.facets
            self._telling.remember(question, answer.adql, answer.python)
            self._show_marks()
            self.select(question.selected)
        self._show_address()

    def select(self, dp_id: str, tab: str | None = None) -> None:
        """Look at a file, which need not be among the results; or at a row that is no file."""
        self.question = replace(self.question, selected=dp_id)
        self.found.selected = dp_id
        if dp_id and not self.results.rows["files"]:
            self._viewing.show_row(f"row {dp_id}", self.results.record(dp_id))
        else:
            self._viewing.show(dp_id, self.results.record(dp_id), tab)
        self._show_address()

    def mark(self, dp_ids: list[str], *, on: bool = True) -> None:
        """Mark files, or let them go."""
        sizes = self._sizes()
        self._mark_sized({one: sizes.get(one, 0) for one in dp_ids}, on=on)

    def _mark_sized(self, sizes: dict[str, int], *, on: bool) -> None:
        self.marks = self.marks.set(sizes, on=on)
        self._show_marks()

    def _mark_shown(self, what: str) -> None:
        """Mark of the files shown all, the public, the proprietary, or none."""
        self.marks = self.marks.only(self.results.those(what), self._sizes())
        self._show_marks()

    def _sizes(self) -> dict[str, int]:
        return dict(zip(self.results.ids, self.results.bytes, strict=True))

    def _show_marks(self) -> None:
        self.found.marked = list(self.marks.ids)
        self.found.basket = self.marks.text()

    def _show_form(self) -> None:
        about, instrument = self.question.about, self.question.values.get("instrument", "")
        self.form.spec = form_spec(about, instrument, self._asking.tables, self._asking.options(about.name))
        values = {"collection": self.question.collection, **self.question.values}
        self.form.values = values | ({"limit": str(self.question.limit)} if self.question.limit != 1000 else {})

    def _show_address(self) -> None:
        self.bar.query = self.question.address()

    def _beside_field(self, error: DfsError) -> bool:
        """Show an error beside the field it is about, if it is about one."""
        if error.where not in CRITERIA and error.where not in self.question.values:
            return False
        self.form.problems = {error.where: _without_place(error)}
        self.results = no_results()
        self.found.rows = dict(self.results.rows)
        return True

    def _listen(self) -> None:
        def searched(message: dict[str, Any]) -> None:
            asked = Question.of_form(message["values"])
            if asked.collection != self.question.collection:
                asked = self._asking.carried(asked)
            self.ask(asked)

        def narrowed(message: dict[str, Any]) -> None:
            self.ask(self.question.narrowed(message["name"], str(message["value"]), chosen=bool(message["chosen"])))

        # These show their own state: a search may fail without the page having failed.
        self.form.on_msg(lambda _, message, __: _by_kind(message, {"search": searched, "reset": self._reset}))
        self.facets.on_msg(lambda _, message, __: _by_kind(message, {"facet": narrowed}))
        self.work.listen(self.found, self._answers_of_table())
        self.work.listen(self.file, self._answers_of_file())
        self.work.listen(
            self.requests,
            {
                "refresh": ("", lambda _: self._delivering.refresh()),
                "script": ("", lambda m: self._telling.show_script(self._delivering.script(m["id"]))),
                "again": ("", lambda m: self._mark_sized(self._delivering.files(m["id"]), on=True)),
            },
        )
        self.work.listen(
            self.bar,
            {
                "sign-in": ("Signing in…", lambda m: self._signed(self._person.sign_in(m["name"], m["password"]))),
                "sign-out": ("Signing out…", lambda _: self._signed(self._person.sign_out())),
                "token": ("Signing in…", lambda m: self._signed(self._person.resume(str(m["token"])))),
            },
        )
        self.bar.observe(lambda change: self._turned(change["new"]), "view")

    def _answers_of_table(self) -> Answers:
        """Return what the results may ask for."""
        return {
            "select": ("Opening…", self._picked),
            "mark": ("", lambda m: self.mark(list(m["ids"]), on=bool(m.get("on", True)))),
            "mark-shown": ("", lambda m: self._mark_shown(m["what"])),
            "code": ("", lambda m: self._telling.show(m["tab"], self.marks.ids)),
            "save": ("Writing…", lambda _: self._telling.save(self.results, self.question.about)),
            "request": ("Requesting…", lambda m: self._request(str(m.get("calibrations", "")))),
        }

    def _answers_of_file(self) -> Answers:
        """Return what the pane of the selected file may ask for."""
        return {
            "tab": ("Opening…", lambda m: self._viewing.turn(m["tab"])),
            "mode": ("Looking for calibrations…", lambda m: self._viewing.turn("calibrations", m["mode"])),
            "open": ("Opening…", lambda m: self.select(m["id"])),
            "mark": ("", lambda m: self.mark(list(m["ids"]))),
            "fetch": ("Downloading…", lambda m: self._viewing.send_piece(m["id"], int(m["offset"]))),
            "bokehjs": ("", lambda _: self._viewing.send_bokehjs()),
        }

    def _picked(self, message: dict[str, Any]) -> None:
        """Look at the row picked; of the list of catalogues, look into the catalogue."""
        catalogue = self.results.record(message["id"]).get("table_name")
        if catalogue and not self.results.rows["files"]:
            self.ask(replace(self.question, values={**self.question.values, "table": catalogue.lower()}, selected=""))
        else:
            self.select(message["id"], message.get("tab"))

    def _reset(self, _: dict[str, Any]) -> None:
        self.ask(Question(collection=self.question.collection))

    def _request(self, calibrations: str) -> None:
        self._delivering.request(list(self.marks.ids), calibrations)
        self.marks = Marks()
        self._show_marks()
        self.bar.view = "requests"

    def _turned(self, view: str) -> None:
        if view == "requests":
            with self.work.doing("Looking up requests…"):
                self._delivering.refresh()

    def _signed(self, done: bool) -> None:
        """Show everything anew as somebody else may see it."""
        if done:
            self._viewing.forget()
            self._asking.prepare()
            self.ask(self.question)

    def _layout(self) -> ipywidgets.Box:
        side = ipywidgets.Box([self.form, self.facets], _dom_classes=("dfs-side",))
        shown = (self.bar, self.form, self.facets, self.found, self.file, self.code, self.requests)
        for one in shown:
            one.add_class("dfs-contents")
        return ipywidgets.Box(
            [self.bar, side, self.found, self.file, self.requests, self.code], _dom_classes=("dfs", "dfs-page")
        )


def _without_place(error: DfsError) -> str:
    """Return an error in one line without its place: it stands beside it."""
    return type(error)(error.message, accepted=error.accepted, hint=error.hint).line()


def _by_kind(message: Any, answers: dict[str, Callable[[dict[str, Any]], None]]) -> None:
    answer = answers.get(str(message.get("kind"))) if isinstance(message, dict) else None
    if answer is not None:
        answer(message)
