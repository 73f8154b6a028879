"""Comments, kept sets, the README: what people tell each other and themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.errors import NotFoundError
from dfs_widgets.p2.asking import Answer
from dfs_widgets.p2.room import Room
from dfs_widgets.p2.showing import Showing
from dfs_widgets.p2.watching import Watching
from dfs_widgets.state.p2.draft import Draft

__all__ = ["Talking"]

_PARTS = {"target": "target", "constraints": "constraints", "description": "obsDescription"}


class Talking:
    """Keeps words and sets."""

    def __init__(self, room: Room, showing: Showing, watching: Watching) -> None:
        self._room = room
        self._show = showing
        self._watch = watching
        self.save: Any = lambda: None

    def comment(self, message: Mapping[str, Any]) -> None:
        """Say something about what is under edit."""
        room = self._room
        root = int(room.run.root["containerId"])
        number = room.draft.item_id if room.draft and room.draft.item_id != root else None
        room.phase2.comment(room.run.run_id, str(message["text"]), number, str(message.get("path") or ""))
        self._watch.catch_up(own=True)
        self._watch.comments()

    def resolve(self, message: Mapping[str, Any]) -> None:
        """Mark a comment as dealt with."""
        room = self._room
        room.phase2.resolve_comment(room.run.run_id, int(message["id"]))
        self._watch.catch_up(own=True)
        self._watch.comments()

    def readme(self, message: Mapping[str, Any]) -> None:
        """Save one field of the README."""
        room = self._room
        now = room.phase2.readme(room.run.run_id)
        saved = room.phase2.save_readme(
            room.run.run_id, {**now.body, str(message["name"]): str(message["value"])}, now.version
        )
        room.run.readme = saved.body
        self._watch.catch_up(own=True)
        room.editor.saved = f"saved {room.now():%H:%M:%S} UT"

    # -- kept sets

    def keep(self, message: Mapping[str, Any]) -> None:
        """Keep the target, constraint set or description under edit for other blocks."""
        room = self._room
        kind = str(message["of"])
        if room.draft is None:
            return
        body = dict(room.draft.mine.get(_PARTS[kind]) or {})
        default = str(body.get("name") or room.draft.mine["name"])

        def go(answer: Answer) -> None:
            name = answer.values.get("name", "").strip() or default
            room.phase2.keep(kind, name, {**body, "name": name})
            self._learn(kind)
            room.tell(f"kept {name}")

        field = {"kind": "field", "name": "name", "label": "Name", "value": default}
        room.asking.ask(f"Keep this {kind}", [field], {"keep": ("Keep", go), "cancel": ("Cancel", lambda _: None)})

    def take(self, message: Mapping[str, Any]) -> None:
        """Use a kept set in the block under edit."""
        room = self._room
        kind, name = str(message["of"]), str(message["name"])
        if room.draft is None:
            return
        found = next((one for one in room.phase2.library(kind) if one["name"] == name), None)
        if found is None:
            self._learn(kind)
            raise NotFoundError(f"{name!r} is kept no more", where=kind)
        body = dict(found.get("body") or {})
        part = _PARTS[kind]
        now: Draft = room.draft
        known = (now.mine.get(part) or {}).keys()
        for key, value in {**body, "name": name}.items():
            if key in known:
                now = now.put(f"{part}.{key}", value)
        room.draft = now
        self.save()
        self._show.item()

    def _learn(self, kind: str) -> None:
        room = self._room
        names = [str(one["name"]) for one in room.phase2.library(kind)]
        room.editor.library = {**room.editor.library, kind: names}
