"""What others saved, as it appears; history; undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dfs.errors import NotFoundError
from dfs.phase2.api import Document
from dfs_widgets.p2.room import Room
from dfs_widgets.p2.showing import Showing
from dfs_widgets.state.p2.changes import group_history, is_known, subjects_of
from dfs_widgets.state.p2.opened import read_item

__all__ = ["Watching"]

_MANY = 12  # items beyond which the run is read whole


class Watching:
    """Keeps the room in step with the store."""

    def __init__(self, room: Room, showing: Showing) -> None:
        self._room = room
        self._show = showing
        self._mine: list[str] = []  # operations made here, latest last
        self.merge: Callable[[Document], None] = lambda _: None

    def catch_up(self, *, own: bool = False) -> None:
        """Learn what has changed since the run was read.

        Parameters
        ----------
        own
            Something was just done here: operations that bear out what is known are taken for it.
        """
        room = self._room
        opened = room.run
        entries = room.phase2.changes_since(opened.run_id, opened.revision)
        if not entries:
            return
        opened.revision = max(int(one["sequence"]) for one in entries)
        seen = {one["operation"] for one in entries if is_known(one, opened)}
        known = [one for one in entries if one["operation"] in seen]
        if own:
            self._remember([one for one in entries if is_known(one, opened, exactly=True) or self._is_of_files(one)])
        foreign = [one for one in entries if one not in known and not (own and self._is_of_files(one))]
        if foreign:
            self._take(foreign)

    def _is_of_files(self, entry: Document) -> bool:
        """Tell whether an entry is of this user's files: they have no version by which one would know it again."""
        return entry.get("who") == self._room.user and str(entry.get("aspect", "")).startswith(
            ("charts", "file:", "comment")
        )

    def did(self) -> None:
        """Read the run anew after something was done here that changed its order or many items."""
        room = self._room
        before = room.run.revision
        entries = room.phase2.changes_since(room.run.run_id, before)
        self._remember(entries)
        room.run.reload()
        self._show.run()

    def _remember(self, entries: Sequence[Document]) -> None:
        for operation in dict.fromkeys(
            str(one["operation"]) for one in entries if one.get("who") in {self._room.user, None}
        ):
            self._mine.append(operation)

    def look(self) -> None:
        """Look for what others saved."""
        room = self._room
        if room.opened is None or room.bar.view != "prepare":
            return
        if room.phase2.revision(room.run.run_id) > room.run.revision:
            self.catch_up()

    def _take(self, entries: Sequence[Document]) -> None:
        """Show what others saved: single items anew, or the run whole."""
        room = self._room
        items, whole = subjects_of(entries, room.run)
        who = ", ".join(sorted({str(one.get("who") or "somebody") for one in entries}))
        if whole or len(items) > _MANY:
            self._reload()
        else:
            for number in items:
                self._take_item(number)
            self._show.facts()
            self._show.links()
        if items or who != room.user:  # of the run itself: the README, most likely saved here
            room.tell(f"{who} saved {_names(room, items)}" if items else f"{who} changed the run")
        if room.sight.side == "discussion":
            self.comments()
        if room.sight.side == "history":
            self.history()

    def _reload(self) -> None:
        room = self._room
        room.run.reload()
        self._show.run()
        self._rebase()

    def _take_item(self, number: int) -> None:
        room = self._room
        known = room.run.item(number)
        if known is None:
            return
        try:
            newer = read_item(room.phase2, known)
        except NotFoundError:
            self._reload()
            return
        room.run.replace(self._show.timed(newer))
        self._show.row(number, flash=True)
        if room.draft is not None and room.draft.item_id == number:
            self.merge(newer)
        elif newer["itemType"] in {"OB", "CB"}:
            found = room.checking.findings(room.run.run, newer, room.run.parent(number))
            self._show.count(number, [one for one in found if int(one["subject_id"]) == number])

    def _rebase(self) -> None:
        room = self._room
        if room.draft is None:
            return
        theirs = room.run.item(room.draft.item_id)
        if theirs is None:
            room.tell("the item you were editing was deleted elsewhere")
            room.draft = None
            self._show.item()
            return
        self.merge(theirs)

    # -- history, undo

    def history(self) -> None:
        """Show what was changed in what is under edit, newest first."""
        room = self._room
        subject = None
        if room.draft is not None and room.draft.item_id != int(room.run.root["containerId"]):
            subject = f"item:{room.draft.item_id}"
        entries = room.phase2.history(room.run.run_id, subject, 200)
        room.sight.history = [one.shown() for one in group_history(entries, self._name)]

    def _name(self, number: int) -> str:
        found = self._room.run.item(number)
        return str(found["name"]) if found else str(number)

    def undo(self, message: Mapping[str, Any]) -> None:
        """Take back an operation: the one named, or the last one made here."""
        room = self._room
        operation = str(message.get("operation") or "")
        if not operation:
            if not self._mine:
                raise NotFoundError("nothing was changed here yet that could be taken back", hint="see History")
            operation = self._mine.pop()
        room.phase2.undo(room.run.run_id, operation)
        room.run.reload()
        self._show.run()
        number = room.draft.item_id if room.draft else 0
        document = room.run.item(number) or room.run.root
        from dfs_widgets.state.p2.draft import Draft

        room.draft = Draft.of(document)
        self._show.item()
        if room.sight.side == "history":
            self.history()
        room.tell("taken back")

    def comments(self) -> None:
        """Show what was said about the item under edit; on the run: everything."""
        room = self._room
        number = room.draft.item_id if room.draft else None
        root = int(room.run.root["containerId"])
        found = room.phase2.comments(room.run.run_id)
        room.sight.comments = [
            {
                **_comment(one),
                "about": self._name(int(_about(one) or 0))
                if number == root and _about(one)
                else str(one.get("path") or ""),
            }
            for one in found
            if number in {root, None} or _about(one) == number
        ]


def _about(one: Document) -> int | None:
    found = one.get("itemId", one.get("item_id"))
    return int(found) if found is not None else None


def _comment(one: Document) -> dict[str, Any]:
    number = one.get("commentId", one.get("id"))
    return {
        "id": number,
        "who": str(one.get("who") or one.get("author") or ""),
        "at": str(one.get("at") or "")[:16].replace("T", " "),
        "text": str(one.get("text") or ""),
        "resolved": bool(one.get("resolved") or one.get("resolvedAt")),
    }


def _names(room: Room, items: Sequence[int]) -> str:
    found = [str((room.run.item(number) or {}).get("name", number)) for number in items]
    return ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
