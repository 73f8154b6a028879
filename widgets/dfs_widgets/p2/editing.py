"""Editing: keystrokes into the draft, the draft into the store; a lost race becomes a merge, never an overwrite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.errors import ConflictError, UsageError
from dfs.model.phase2 import Finding, Fix, Severity
from dfs.phase2.api import Document, Versioned
from dfs_widgets.p2.asking import Answer, note
from dfs_widgets.p2.room import Room
from dfs_widgets.p2.showing import Showing
from dfs_widgets.p2.watching import Watching
from dfs_widgets.state.p2.difference import Merge
from dfs_widgets.state.p2.draft import Draft
from dfs_widgets.state.p2.fields import aspect_of, key_of, path_of, value_at
from dfs_widgets.state.p2.forms import form_values, kinds_of
from dfs_widgets.state.p2.opened import read_item
from dfs_widgets.state.p2.values import read_value, read_windows

__all__ = ["Editing"]

_MOST_RACES = 5


class Editing:
    """Answers the editor."""

    def __init__(self, room: Room, showing: Showing, watching: Watching) -> None:
        self._room = room
        self._show = showing
        self._watch = watching

    def typed(self, message: Mapping[str, Any]) -> None:
        """Take keystrokes: path -> what stands in the field."""
        room = self._room
        draft = room.draft
        if draft is None or int(message.get("id", 0)) != draft.item_id:
            room.editor.send({"kind": "answered", "seq": int(message["seq"])})
            return
        kinds = self._kinds(draft.mine)
        try:
            for path, typed in dict(message["edits"]).items():
                draft = _put(draft, path, typed, kinds.get(path, "string"))
            room.draft = draft
            self._show.live()
        finally:  # the browser waits for this before it sends what was typed since
            room.editor.send({"kind": "answered", "seq": int(message["seq"])})

    def _kinds(self, document: Document) -> dict[str, str]:
        if document["itemType"] not in {"OB", "CB"}:
            return kinds_of(document, (), {})
        instrument = self._room.checking.instrument(document["instrument"], document["ipVersion"])
        return kinds_of(document, instrument.constraints, instrument.signatures(document))

    def put(self, path: str, value: Any) -> None:
        """Write a value as a button does, and save."""
        room = self._room
        if room.draft is None:
            return
        room.draft = room.draft.put(path, value)
        self.save()
        self._show.item()

    def put_all(self, values: Mapping[str, Any]) -> None:
        """Write several values as one deed, and save."""
        room = self._room
        if room.draft is None:
            return
        for path, value in values.items():
            room.draft = room.draft.put(path, value)
        self.save()
        self._show.item()

    def fix(self, message: Mapping[str, Any]) -> None:
        """Mend a finding as its rule proposes: a field as if it had been typed, anything else as one edit of the run."""
        from dfs.phase2.verification import changes_of

        room = self._room
        if room.draft is None:
            return
        path, value = str(message["path"]), message["value"]
        key = key_of(path, room.draft.mine)
        if key and not key.endswith("/") and value is not None:
            self.put(path, value)
            return
        self.save()
        number = room.draft.item_id
        document = room.run.item(number) or room.draft.base
        code = str(message.get("code") or "")
        finding = Finding(Severity.ERROR, "", number, path, code, "", fix=Fix("", value))
        room.phase2.apply(room.run.run_id, changes_of(document, finding))
        self._watch.did()
        room.draft = Draft.of(room.run.item(number) or room.run.root)
        self._show.item()

    def save(self) -> None:
        """Save what was typed, each document with the version it was read with."""
        room = self._room
        draft = room.draft
        if draft is None or not draft.dirty:
            self._show_saved()
            return
        for _ in range(_MOST_RACES):
            try:
                self._write()
                break
            except ConflictError as error:
                if getattr(error, "status", 412) == 409:  # its status forbids it: no race
                    raise
                if not self._merge(error):
                    return
        self._after()

    def _write(self) -> None:
        room = self._room
        draft = room.draft
        assert draft is not None  # noqa: S101 - `save` has looked
        for aspect in draft.dirty:
            while aspect in (room.draft or draft).dirty:
                now = room.draft or draft
                body = now.body(aspect)
                try:
                    saved = self._send(now.item_id, aspect, body, now.version(aspect), now.mine)
                except UsageError as error:
                    room.draft = _refused(now, aspect, error)
                    continue
                room.draft = now.saved(aspect, saved.body, saved.version)

    def _send(self, number: int, aspect: str, body: Any, version: str | None, document: Document) -> Versioned[Any]:
        phase2 = self._room.phase2
        is_block = document["itemType"] in {"OB", "CB"}
        if aspect == "self":
            return phase2.save_ob(body, version) if is_block else phase2.save_container(body, version)
        if aspect == "schedule":
            return (phase2.save_schedule if is_block else phase2.save_container_schedule)(number, body, version)
        if aspect == "absolute":
            return phase2.save_absolute(number, body, version)
        if aspect == "sidereal":
            return phase2.save_sidereal(number, body, version)
        return phase2.save_template(number, body, version)

    def _after(self) -> None:
        """Show what was saved, and learn what else has changed."""
        room = self._room
        draft = room.draft
        assert draft is not None  # noqa: S101 - `save` has looked
        before = room.run.item(draft.item_id) or {}
        base = self._show.timed(draft.base)
        if base.get("obStatus") != before.get("obStatus"):
            self._show.form()
        room.run.replace(base)
        self._show.row(draft.item_id)
        self._show.facts()
        self._watch.catch_up(own=True)
        room.editor.values = form_values(draft.mine, draft.problems)
        self._show.live()
        self._show_saved()
        self._show.links()

    def _show_saved(self) -> None:
        room = self._room
        left = room.draft is not None and bool(room.draft.problems)
        room.editor.saved = f"saved {room.now():%H:%M:%S} UT" + (", but for the fields in red" if left else "")

    # -- lost races

    def _merge(self, error: ConflictError) -> bool:
        """Merge with what somebody else saved; tell whether to save again at once. Fields that both changed are asked about."""
        room = self._room
        draft = room.draft
        assert draft is not None  # noqa: S101 - `save` has looked
        theirs = read_item(room.phase2, draft.base)
        rebased, merged = draft.rebased(theirs)
        room.run.replace(theirs)
        if not merged.conflicts:
            room.draft = rebased
            room.tell(_taken(merged))
            return True
        self.ask_merge(rebased, merged, error.message)
        return False

    def ask_merge(self, rebased: Draft, merged: Merge, who: str) -> None:
        """Show the fields that two people changed, and let one choose; theirs stands until he has."""
        room = self._room
        room.draft = Draft(rebased.base, merged.document, rebased.problems)
        document = rebased.base
        rows = [{**one.shown(), "path": path_of(one.key, document)} for one in merged.conflicts]
        blocks = [
            note(who, testid="merge-who"),
            note(
                "The same fields were changed here and elsewhere. Choose for each which value shall stand; nothing is lost until you do."
            ),
            {"kind": "conflicts", "rows": rows, "theirs": "the other"},
        ]
        if merged.taken:
            others = ", ".join(one.label for one in merged.taken)
            blocks.append(note(f"Also saved by the other, and kept: {others}."))

        def settle(answer: Answer) -> None:
            room.draft = Draft(rebased.base, merged.resolved(set(answer.mine)), rebased.problems)
            self.save()
            self._show.item()

        deeds = {"merge": ("Save the merge", settle), "theirs": ("Take theirs", lambda _: settle(Answer()))}
        room.asking.ask("Somebody else saved first", blocks, deeds, close=lambda _: settle(Answer()))
        self._show.item()


def _put(draft: Draft, path: str, typed: Any, kind: str) -> Draft:
    """Return the draft with something typed: a value, or a complaint beside the field."""
    try:
        if path in {"absolute", "sidereal"}:
            return draft.put(path, read_windows(path, list(typed)))
        value = read_value(kind, typed, path)
    except UsageError as error:
        return draft.refuse(path, str(typed), error.line().removeprefix(f"{path}: "))
    if (
        value is None
        and kind in {"number", "integer"}
        and value_at(draft.base, path) is not None
        and not path.startswith("schedule.")
    ):
        return draft.refuse(path, str(typed), "a number is needed here")
    return draft.put(path, value)


def _refused(draft: Draft, aspect: str, error: UsageError) -> Draft:
    """Return the draft without the change that the store refused: it stays beside its field, in red.

    Raises
    ------
    UsageError
        The refusal is about no field of what was sent.
    """
    mine = [one for one in draft.changes if aspect_of(one.key) == aspect]
    paths = {path_of(one.key, draft.mine): one for one in mine}
    found = next(
        (
            path
            for path in paths
            if error.where
            and (
                error.where == path
                or path.endswith(f".{error.where}")
                or error.where.startswith(path)
                or path.rpartition(".")[2] == error.where.rpartition(".")[2]
            )
        ),
        None,
    )
    if found is None:
        if len(mine) != 1:
            raise error
        found = next(iter(paths))
    typed = form_values(draft.mine, draft.problems).get(found, "")
    without = draft.put(found, paths[found].before)
    why = type(error)(error.message, accepted=error.accepted, hint=error.hint).line()
    return without.refuse(found, typed, why)


def _taken(merged: Merge) -> str:
    fields = ", ".join(one.label for one in merged.taken) or "another part"
    return f"merged with what somebody else saved: {fields}"
