"""The calculator as a part: controls, plots and figures of one question; alone, on a page, or in the editor of a block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import ipywidgets

from dfs.errors import DfsError
from dfs.etc.documents.mapping import inputs as inputs_of
from dfs.etc.documents.mapping import request_of
from dfs.etc.request import Request
from dfs.etc.result import Result
from dfs_widgets.archive.working import Work
from dfs_widgets.etc.offering import bands, instruments, optics_of
from dfs_widgets.etc.parts import Answer, Controls, Plots
from dfs_widgets.etc.terms import TERMS
from dfs_widgets.parts import Bar
from dfs_widgets.state.etc.figures import answer_of, heading_of, shown_mapping
from dfs_widgets.state.etc.fitting import fitted
from dfs_widgets.state.etc.forms import control_of_problem, form_spec, form_values
from dfs_widgets.state.etc.numbers import Numbers
from dfs_widgets.state.etc.panels import panels, time_panel
from dfs_widgets.state.etc.question import EtcQuestion

__all__ = ["EtcPart"]

Engine = Callable[[Request], Result]
_SET_UP = frozenset(
    {"instrument", "mode", "grism", "filter", "slit", "collimator", "detector", "read_mode", "binning", "polarimetry"}
)


class EtcPart:
    """Controls, plots and figures of the calculator.

    Parameters
    ----------
    calculator
        What answers a request; None: this machine.
    inputs
        The flat mapping to begin with; None: a first question.
    on_change
        Called with the flat mapping, every default written out, after each answer that somebody's change brought.
    work
        Tells of work and errors; None: nobody does.

    Attributes
    ----------
    question
        What is asked.
    result
        The last good answer; None before the first.
    problem
        Why the question has no answer; None: it has one.
    widget
        Controls, plots and figures in one box; `controls`, `plots`, `answer` are its parts.
    """

    def __init__(
        self,
        calculator: Engine | None = None,
        inputs: Mapping[str, Any] | None = None,
        on_change: Callable[[dict[str, Any]], None] | None = None,
        *,
        work: Work | None = None,
    ) -> None:
        name = uuid4().hex[:8]
        self.calculate: Engine = calculator or _here
        self.question = EtcQuestion() if inputs is None else EtcQuestion(dict(inputs))
        self.on_change = on_change
        self.work = work or Work(Bar())
        self.controls, self.plots = Controls(part=name), Plots(part=name)
        self.answer = Answer(part=name, terms=TERMS)
        self.result: Result | None = None
        self.problem: DfsError | None = None
        self.filled: dict[str, Any] = {}
        self.at_rest: list[Callable[[], None]] = []
        self._serial = 0
        self._listen()
        for one in (self.controls, self.plots, self.answer):
            one.add_class("dfs-contents")
        self.widget = ipywidgets.Box([self.controls, self.plots, self.answer], _dom_classes=("dfs", "dfs-etc"))

    # -- for scripts

    @property
    def inputs(self) -> dict[str, Any]:
        """The flat mapping of the last good answer, every default written out."""
        return {} if self.result is None else inputs_of(self.result.request)

    def start(self) -> EtcPart:
        """Answer the first question."""
        with self.work.doing("Calculating…", self._is_beside):
            self.ask(self.question)
            self.rest()
        return self

    def show(self, inputs: Mapping[str, Any]) -> None:
        """Ask another question: the flat mapping as a whole."""
        self.ask(replace(self.question, given=dict(inputs)))
        self.rest()

    def put(self, **changes: Any) -> None:
        """Change controls and answer; None opens one."""
        self._put(changes)
        self.rest()

    # -- what happens

    def ask(self, question: EtcQuestion) -> None:
        """Answer `question` and show it; what is wrong is told beside its control, the last answer stays, greyed."""
        self.question = question
        self.problem = None
        try:
            self._answered(self.calculate(request_of(question.given, files=False)))
        except DfsError as error:
            self.problem = error
        self._show()

    def _put(self, changes: Mapping[str, Any]) -> None:
        before = self.question
        question = before.put(changes, self.filled)
        if _SET_UP & set(changes) and question.given != before.given:
            question = self._fitting(question)
        self.ask(question)
        if _SET_UP & set(changes) and self.problem is not None and self.problem.where == "at":
            self.ask(replace(question, given={name: value for name, value in question.given.items() if name != "at"}))
        if self.on_change is not None and self.problem is None and question.given != before.given:
            self.on_change(self.inputs)

    def _fitting(self, question: EtcQuestion) -> EtcQuestion:
        optics = optics_of(str(question.given.get("instrument", "")))
        if optics is None:
            return question
        kind = None if self.result is None else self.result.light.kind
        return replace(question, given=fitted(question.given, optics, kind))

    def _answered(self, result: Result) -> None:
        self.result = result
        self.filled = shown_mapping(result, inputs_of(result.request))

    def _show(self) -> None:
        """Show question and answer; plots first, they are what is waited for."""
        self._draw()
        optics = optics_of(str(self.question.given.get("instrument", "")))
        spec = form_spec(self.question, optics, instruments(), bands())
        beside = "" if self.problem is None else control_of_problem(self.problem.where, spec, self.question)
        with self.controls.hold_sync():
            self.controls.spec = spec
            self.controls.values = form_values(self.question, spec, self.filled)
            self.controls.problems = {} if self.problem is None or not beside else {beside: self._told(self.problem)}
            self.controls.answered = self._serial
        with self.answer.hold_sync():
            self.answer.stale = self.problem is not None
            self.answer.problem = "" if self.problem is None or beside else self.problem.line()
            if self.problem is None and self.result is not None:
                self.answer.answer = answer_of(self.result)

    def _told(self, error: DfsError) -> str:
        """Return an error in one line without its place: it stands beside it."""
        if error.where == "spectrum" and "spectrum" not in self.question.given:
            return "Choose a file with wavelength and flux: ECSV, CSV, text, FITS, VOTable"
        return type(error)(error.message, accepted=error.accepted, hint=error.hint).line()

    def _draw(self) -> None:
        if self.problem is not None or self.result is None:
            self.plots.panels = {**self.plots.panels, "stale": self.result is not None, "serial": self._serial}
            return
        result, numbers = self.result, Numbers()
        listed = panels(result, numbers, self.plots.chosen)
        listed.append(time_panel(result, numbers, self.question.range_percent))
        choice = result.request.choice
        with self.plots.hold_sync():
            self.plots.night = {}  # it was that of the question before
            self.plots.numbers = numbers.bytes()
            self.plots.panels = {
                "serial": self._serial,
                "stale": False,
                "kind": result.light.kind,
                "heading": heading_of(result),
                "stem": f"etc_{choice.instrument.lower()}_{choice.mode}",
                "list": listed,
            }

    def rest(self) -> None:
        """Do what takes longer, once nobody types."""
        for one in self.at_rest:
            one()
        if self.problem is not None:
            raise self.problem

    def _is_beside(self, _: DfsError) -> bool:
        """Tell whether what is wrong stands beside its control already."""
        return bool(self.controls.problems)

    def _listen(self) -> None:
        def put(message: dict[str, Any]) -> None:
            self._serial = int(message["serial"])
            self._put(message["values"])

        def told(_: Any, message: Any, __: Any) -> None:
            # A change is answered at once; the page is at rest only after the message that says so.
            kind = message.get("kind") if isinstance(message, dict) else None
            if kind == "put":
                with self.work.quietly():
                    put(message)
            elif kind == "rest":
                with self.work.doing("", self._is_beside):
                    self.rest()

        def turned(_: Any, message: Any, __: Any) -> None:
            if isinstance(message, dict) and message.get("kind") == "chosen":
                with self.work.doing("", self._is_beside):
                    self.plots.chosen = str(message["name"])
                    self.question = self.question.put({"show": self.plots.chosen})
                    self._draw()
                    self.rest()

        self.controls.on_msg(told)
        self.plots.on_msg(turned)


def _here(request: Request) -> Result:
    from dfs.etc.engine.calculation import calculate

    return calculate(request)
