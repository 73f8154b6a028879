"""The exposure times of the block under edit: shown as it is typed, its brightness kept, a calculation taken over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dfs.errors import DfsError, UsageError
from dfs.phase2.api import Document
from dfs_widgets.p2.asking import Answer, note
from dfs_widgets.p2.room import Room
from dfs_widgets.state.p2.exposures import difference_rows, exposure_sight, said_brightness

if TYPE_CHECKING:
    from dfs.phase2.exposure_times import Takeover

__all__ = ["Exposing"]

Message = Mapping[str, Any]
_COMMENTS = "obsDescription.userComments"


class Exposing:
    """Fills the panel ``etc`` beside the editor and answers it."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._seq = 0
        self.put_all: Any = lambda _: None  # writes paths -> values, saved as if they had been typed

    def show(self, document: Document) -> None:
        """Show what the exposures of a block give."""
        room = self._room
        self._seq += 1
        if document["itemType"] != "OB":
            room.sight.exposure = {
                "hint": "Choose an observation block to see what its exposures give.",
                "seq": self._seq,
            }
            return
        try:
            _, block = room.checking.nouns(room.run.run, document, 0.0)
            room.sight.exposure = {**exposure_sight(block), "seq": self._seq}
        except (DfsError, ValueError) as error:  # what is being typed is no value yet
            words = error.line() if isinstance(error, DfsError) else str(error)
            room.sight.exposure = {**room.sight.exposure, "problem": words, "seq": self._seq}

    def brightness(self, message: Message) -> None:
        """Keep the brightness of the target, as it is typed, in the comments of the block; what cannot be is told beside its field."""
        from dfs.phase2.exposure_times import brightness_of, written

        room, draft = self._room, self._room.draft
        if draft is None:
            return
        comments = str((draft.mine.get("obsDescription") or {}).get("userComments", ""))
        try:
            present = brightness_of(comments)
        except UsageError:
            present = {}
        typed = dict(message["values"])
        try:
            after = written(comments, said_brightness(present, typed))
        except UsageError as error:
            self._seq += 1
            wrong = {"name": next(iter(typed), ""), "text": error.line()}
            room.sight.exposure = {**room.sight.exposure, "wrong": wrong, "seq": self._seq}
            return
        if after != comments.rstrip():
            self.put_all({_COMMENTS: after})
        elif room.sight.exposure.get("wrong"):
            self.show(draft.mine)

    def ask(self, message: Message) -> None:
        """Ask for the link or the document of a calculation that shall be taken over."""
        index, arm = int(message["at"]), str(message.get("arm") or "")
        field = {
            "kind": "field",
            "name": "source",
            "label": "Link of the page etc, or the JSON of a calculation",
            "rows": 4,
            "hint": "http://…/pages/etc?instrument=FORS2&…",
        }
        deeds = {
            "preview": ("Show what changes", lambda answer: self._preview(index, arm, answer)),
            "cancel": ("Cancel", lambda _: None),
        }
        self._room.asking.ask("Take over a calculation", [field], deeds)

    def _preview(self, index: int, arm: str, answer: Answer) -> None:
        """Show every field that a calculation would change."""
        from dfs.etc.documents.mapping import request_of
        from dfs.etc.engine.calculation import calculate
        from dfs.etc.reading import read_question
        from dfs.phase2.exposure_times import takeover

        room = self._room
        draft = room.draft
        source = answer.values.get("source", "").strip()
        if draft is None:
            return
        if not source.startswith(("http://", "https://", "/pages/", "?", "{")):  # a path would be one of the server's
            raise UsageError(
                "this is neither a link nor JSON", where="calculation", accepted="http://…/pages/etc?…, or {…}"
            )
        asked = read_question(source)
        result = calculate(request_of(asked.inputs, files=False))
        found = takeover(draft.mine, index, result, arm)
        heading = f"S/N {result.snr:.3g} in {result.exposure_s:g} s at {result.at_nm:.0f} nm"
        if not found.changes:
            room.asking.ask(
                "Take over a calculation",
                [note(f"{heading}. The block says this already.")],
                {"cancel": ("Close", lambda _: None)},
            )
            return
        self._offer(found, heading, index, arm)

    def _offer(self, found: Takeover, heading: str, index: int, arm: str) -> None:
        """Show the changes with a tick each: what was asked is ticked, the calculator's own defaults are not."""
        from dfs.phase2.exposure_times import block_snr, snr_told

        room, draft = self._room, self._room.draft
        if draft is None:
            return
        changes = found.changes
        asked = [one for one in changes if one.is_asked]
        told = snr_told(found.result, block_snr(draft.mine, index, asked, arm))
        rows = difference_rows(list(changes), draft.mine)
        ticks = {
            "kind": "ticks",
            "head": ["", "Field", "Now", "Then"],
            "testid": "taken",
            "rows": [
                {"name": one.path, "ticked": one.is_asked, "cells": row} for one, row in zip(changes, rows, strict=True)
            ],
        }
        blocks = [note(heading, testid="taken-heading"), *(note(one) for one in found.notes), ticks]
        if told:
            blocks.append(note(f"As ticked: {told}.", testid="taken-told"))
        if len(asked) < len(changes):
            blocks.append(note("Not ticked: defaults of the calculator that nobody asked for."))

        def write(answer: Answer) -> None:
            # A browser says what is ticked; without one, what was offered ticked.
            chosen = [one for one in changes if answer.values.get(one.path, "on" if one.is_asked else "") == "on"]
            self.put_all({one.path: one.after for one in chosen})
            room.tell(f"took over {'1 change' if len(chosen) == 1 else f'{len(chosen)} changes'}")

        room.asking.ask(
            "Take over a calculation",
            blocks,
            {"write": ("Write what is ticked", write), "cancel": ("Cancel", lambda _: None)},
        )
