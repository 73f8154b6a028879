"""When the block under edit can be seen: one night, and every night of the run, worked out while somebody types."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from dfs.errors import DfsError
from dfs.phase2.api import Document
from dfs_widgets.p2.room import Room
from dfs_widgets.state.p2.sight import best_night, night_or_error, night_sight, period_sight

__all__ = ["Seeing"]


class Seeing:
    """Fills the night plot."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._period_of: tuple[Any, ...] = ()
        self._seq = 0

    def forget(self) -> None:
        """Forget what was worked out of another run."""
        self._period_of = ()

    def night(self, document: Document, seconds: float = 0.0) -> None:
        """Show one night, and how good every night of the run is."""
        room = self._room
        if document["itemType"] != "OB":
            room.sight.night = {"hint": "Choose an observation block to see when its target can be observed."}
            room.sight.period, self._period_of = {}, ()
            return
        self._seq += 1
        try:
            run, block = room.checking.nouns(room.run.run, document, seconds)
            self._period(run, block, document)
            if not room.sight.period:
                hint = "Give the target a position to see when it can be observed."
                room.sight.night = {"hint": hint, "seq": self._seq}
                return
            evening = self._evening()
            shown = night_sight(block, run, evening)
            never = str(room.sight.period.get("never") or "")
            if never:
                shown["reason"] = f"Not observable in any night of the run: {never}"
            room.sight.night = {**shown, "seq": self._seq}
        except (DfsError, ValueError) as error:  # what is being typed is no position yet
            words = error.line() if isinstance(error, DfsError) else str(error)
            room.sight.night = {"hint": words, "seq": self._seq}

    def _evening(self) -> date:
        room = self._room
        if room.address.night:
            return night_or_error(room.address.night)
        return best_night(dict(room.sight.period), room.now())

    def _period(self, run: Any, block: Any, document: Document) -> None:
        """Work the whole period out when something changed that it depends on."""
        depends = (
            replace(block.target, name=""),
            tuple(sorted((key, str(value)) for key, value in block.constraints.values.items())),
            block.absolute,
            block.sidereal,
            block.ephemeris,
            block.execution_s,
            run.run_id,
        )
        if depends == self._period_of:
            return
        has_position = bool(document.get("ephemeris")) or block.target.is_set
        self._room.sight.period = period_sight([block], run) if has_position else {}
        self._period_of = depends
