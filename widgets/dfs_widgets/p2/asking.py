"""Dialogues: a question with its blocks, and what each of its answers does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dfs_widgets.p2.parts import Dialog

__all__ = ["Answer", "Asking", "note", "table"]

Block = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What somebody chose: values of the fields, keys of conflicts in which his own value shall stand."""

    values: Mapping[str, str] = field(default_factory=dict)
    mine: frozenset[str] = frozenset()


Deed = Callable[[Answer], None]


class Asking:
    """Asks one thing at a time."""

    def __init__(self, dialog: Dialog) -> None:
        self.dialog = dialog
        self._deeds: Mapping[str, Deed] = {}
        self._file: Callable[[str, bytes], None] | None = None
        self._changed: Deed | None = None

    def ask(
        self,
        title: str,
        blocks: Sequence[Block],
        deeds: Mapping[str, tuple[str, Deed | None]],
        *,
        file: Callable[[str, bytes], None] | None = None,
        close: Deed | None = None,
        keep: bool = False,
    ) -> None:
        """Open the dialogue.

        Parameters
        ----------
        blocks
            What it shows, in the shapes of ``p2dialog.js``.
        deeds
            Action -> (its button, what it does); the first is the main one; None for what cannot be done now.
        file
            Takes a file that is chosen in it.
        close
            Done when it is closed without an answer.
        keep
            What was filled in so far stays.
        """
        self._changed = None
        self._deeds = {name: deed for name, (_, deed) in deeds.items() if deed} | ({"close": close} if close else {})
        self._file = file
        actions = [
            {"name": name, "label": label, "main": at == 0, "disabled": deed is None}
            for at, (name, (label, deed)) in enumerate(deeds.items())
        ]
        self.dialog.content = {"title": title, "blocks": list(blocks), "actions": actions, "keep": keep}

    def when_changed(self, deed: Deed) -> None:
        """Do `deed` whenever a field that is ``live`` changes, while this dialogue is open."""
        self._changed = deed

    def close(self) -> None:
        """Close the dialogue."""
        self._deeds, self._file, self._changed = {}, None, None
        self.dialog.content = {}

    def acted(self, message: Mapping[str, Any]) -> None:
        """Do what was chosen; the dialogue is closed first, so that a deed may open another."""
        values = {key: str(value) for key, value in dict(message.get("values") or {}).items()}
        answer = Answer(values, frozenset(message.get("mine") or ()))
        if message.get("action") == "changed":
            if self._changed is not None:
                self._changed(answer)
            return
        deed = self._deeds.get(str(message.get("action")))
        self.close()
        if deed is not None:
            deed(answer)

    def took(self, name: str, content: bytes) -> None:
        """Take a file chosen in the dialogue."""
        if self._file is not None:
            self._file(name, content)


def note(text: str, *, bad: bool = False, testid: str = "") -> Block:
    """Return a line of text."""
    return {"kind": "note", "text": text, "bad": bad, "testid": testid}


def table(head: Sequence[str], rows: Sequence[Sequence[Any]], *, testid: str = "ask-table", bad: bool = False) -> Block:
    """Return a table; of very many rows the first 500."""
    return {
        "kind": "table",
        "head": list(head),
        "rows": [[str(one) for one in row] for row in rows[:500]],
        "testid": testid,
        "bad": bad,
    }
