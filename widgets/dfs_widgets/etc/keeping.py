"""Set-ups kept to compare: on the page, and on the shelf of whoever is known."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from dfs.errors import AccessError, DfsError, NotFoundError, UsageError
from dfs.etc.documents.mapping import request_of
from dfs_widgets.etc.part import EtcPart
from dfs_widgets.state.etc.numbers import Numbers
from dfs_widgets.state.etc.panels import panels
from dfs_widgets.state.etc.readable import readable
from dfs_widgets.state.etc.setups import KEPT_MOST, Setup, checked_name, differences, free_name

__all__ = ["Keeping"]

_HERE_ONLY = "kept as long as this page is open"
_SIGN_IN = f"{_HERE_ONLY}; sign in to keep them longer"
_DASHES = ("dash", "dot", "dashdot", "dash", "dot", "dashdot")


class Keeping:
    """Keeps set-ups.

    Parameters
    ----------
    part
        The calculator.
    shelf
        Returns what has ``library``, ``keep`` and ``forget`` of `dfs.phase2.api.Phase2Desk`; None: set-ups live as long as the page.
    """

    KIND = "exposure"

    def __init__(self, part: EtcPart, shelf: Callable[[], Any]) -> None:
        self._part = part
        self._shelf = shelf
        self.setups: tuple[Setup, ...] = ()
        self.note = ""

    def load(self) -> None:
        """Bring what the user keeps; nobody known keeps nothing."""
        shelf = self._shelf()
        if shelf is None:
            self.note = _HERE_ONLY
            return
        try:
            rows = shelf.library(self.KIND)
        except AccessError:
            self.note = _SIGN_IN
            return
        except DfsError as error:
            self.note = f"{_HERE_ONLY}; the shelf cannot be read: {error.line()}"
            return
        self.note = ""
        for row in rows[: KEPT_MOST - len(self.setups)]:
            if row["name"] not in {one.name for one in self.setups}:
                self._add(str(row["name"]), dict(row["body"]))
        self.show()

    def keep(self, name: str = "") -> Setup:
        """Keep the set-up that was answered last."""
        result = self._part.result
        if result is None:
            raise NotFoundError("nothing was answered yet: there is no set-up to keep")
        if len(self.setups) >= KEPT_MOST:
            raise UsageError(f"{KEPT_MOST} set-ups are kept", where="keep", hint="remove one first")
        name = checked_name(name or free_name(result, [one.name for one in self.setups]))
        made = self._add(name, self._part.inputs)
        try:
            self._store(made)
        finally:
            self.show()
        return made

    def rename(self, number: int, name: str) -> None:
        """Give a set-up another name."""
        one, name = self.of(number), checked_name(name)
        if name in {other.name for other in self.setups if other.number != number}:
            raise UsageError(f"{name!r} is kept already", where="name")
        renamed = replace(one, name=name)
        if name == one.name:
            return
        self._store(renamed)
        self._swap(renamed)
        self.show()
        self._forget(one)

    def remove(self, number: int) -> None:
        """Keep a set-up no more."""
        one = self.of(number)
        self._forget(one)
        self.setups = tuple(other for other in self.setups if other.number != number)
        self.show()

    def draw(self, number: int, *, on: bool) -> None:
        """Draw the curves of a set-up, or do not."""
        self._swap(replace(self.of(number), is_shown=on))
        self.show()

    def take(self, number: int) -> None:
        """Ask a set-up again."""
        self._part.show(self.of(number).inputs)

    def of(self, number: int) -> Setup:
        """Return the set-up with a number."""
        found = next((one for one in self.setups if one.number == number), None)
        if found is None:
            raise NotFoundError("that set-up is kept no more", where="keep")
        return found

    def show(self) -> None:
        """Show what is kept, and in what it differs from what is asked now."""
        part = self._part
        part.answer.setups = {
            "list": [
                {
                    "name": one.name,
                    "number": one.number,
                    "dash": _DASHES[one.number - 1],
                    "is_shown": one.is_shown,
                    "snr": "–" if one.result is None else readable(one.result.snr, 3),
                    "problem": one.problem,
                }
                for one in self.setups
            ],
            "table": differences(part.inputs, part.result, self.setups),
            "note": self.note,
        }
        self._overlay()

    def show_table(self) -> None:
        """Show anew in what set-ups differ from what is asked now."""
        if self.setups:
            table = differences(self._part.inputs, self._part.result, self.setups)
            self._part.answer.setups = {**self._part.answer.setups, "table": table}

    def _overlay(self) -> None:
        """Send the curves of what is kept, each in its own colour and dash."""
        numbers = Numbers()
        listed: dict[str, list[dict[str, Any]]] = {}
        for one in self.setups:
            if not one.is_shown or one.result is None:
                continue
            for panel in panels(one.result, numbers):
                if panel["name"] == "noise":
                    continue  # four curves each would hide one another
                # Of several curves the one that tells set-ups apart: the target, or the efficiency.
                curve = panel["curves"][-1 if panel["name"] == "electrons" else 0]
                look = {"ink": f"kept-{one.number}", "dash": _DASHES[one.number - 1], "label": one.name, "faint": True}
                listed.setdefault(panel["name"], []).append({**curve, **look})
        plots = self._part.plots
        with plots.hold_sync():
            plots.kept_numbers = numbers.bytes()
            plots.kept = {"list": [{"name": name, "curves": curves} for name, curves in listed.items()]}

    def _add(self, name: str, inputs: dict[str, Any]) -> Setup:
        taken = {one.number for one in self.setups}
        number = next(n for n in range(1, KEPT_MOST + 1) if n not in taken)
        try:
            made = Setup(name, inputs, number, self._part.calculate(request_of(inputs, files=False)))
        except DfsError as error:
            made = Setup(name, inputs, number, problem=error.line())
        self.setups = (*self.setups, made)
        return made

    def _swap(self, changed: Setup) -> None:
        self.setups = tuple(changed if one.number == changed.number else one for one in self.setups)

    def _store(self, one: Setup) -> None:
        """Put a set-up on the shelf; what its shelf refuses is raised, but for a visitor who has none."""
        shelf = self._shelf()
        if shelf is None:
            return
        try:
            shelf.keep(self.KIND, one.name, dict(one.inputs))
        except AccessError:
            self.note = _SIGN_IN

    def _forget(self, one: Setup) -> None:
        shelf = self._shelf()
        if shelf is None:
            return
        with suppress(AccessError, NotFoundError):  # it was never on the shelf
            shelf.forget(self.KIND, one.name)
