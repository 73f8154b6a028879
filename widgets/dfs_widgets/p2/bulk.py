"""Many blocks at once: one value for all, cells from a spreadsheet; always with a preview, always one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.errors import UsageError
from dfs_widgets.p2.asking import Answer, note, table
from dfs_widgets.p2.opening import Opening
from dfs_widgets.p2.room import Room
from dfs_widgets.p2.watching import Watching
from dfs_widgets.state.p2.fields import field_label, fields_of, path_of
from dfs_widgets.state.p2.pasting import Pasted, as_changes, bulk_edit, paste

__all__ = ["Bulk"]


class Bulk:
    """Changes many blocks."""

    def __init__(self, room: Room, watching: Watching, opening: Opening) -> None:
        self._room = room
        self._watch = watching
        self._open = opening

    def ask(self, message: Mapping[str, Any], answer: Answer | None = None) -> None:
        """Ask which field shall have which value in the blocks chosen, and show what that would change."""
        room = self._room
        self._open.leave()
        blocks = room.blocks(message.get("ids"))
        if not blocks:
            return
        options = _options(blocks)
        values = {"path": options[0][0], "value": "", **(answer.values if answer else {})}
        fields: list[dict[str, Any]] = [
            {
                "kind": "field",
                "name": "path",
                "label": "Field",
                "options": options,
                "value": values["path"],
                "live": True,
            },
            {
                "kind": "field",
                "name": "value",
                "label": "Value",
                "value": values["value"],
                "live": True,
                "hint": "the same in all",
            },
        ]
        pasted = bulk_edit(blocks, values["path"], values["value"]) if values["value"] else Pasted()
        shown = (
            [*fields, *_preview(pasted)] if values["value"] else [*fields, note(f"{len(blocks)} blocks are chosen.")]
        )

        def go(given: Answer) -> None:
            self._apply(bulk_edit(blocks, given.values["path"], given.values.get("value", "")))

        room.asking.ask(
            f"Set in {len(blocks)} blocks",
            shown,
            {"apply": ("Apply", go), "cancel": ("Cancel", lambda _: None)},
            keep=bool(answer),
        )
        room.asking.when_changed(lambda given: self.ask(message, given))

    def paste(self, message: Mapping[str, Any]) -> None:
        """Show what pasted cells would change, and apply it when asked to."""
        room = self._room
        self._open.leave()
        shown = [room.run.item(int(one)) for one in message.get("ids") or ()]
        blocks = [one for one in shown if one is not None and one["itemType"] in {"OB", "CB"}]
        pattern = room.draft.base if room.draft and room.draft.base["itemType"] == "OB" else None
        at = message.get("at")
        pasted = paste(
            str(message["text"]),
            blocks,
            at=int(at) if at else None,
            column=str(message.get("column") or ""),
            columns=[str(one) for one in message.get("columns") or ()],
            pattern=pattern,
        )
        if not pasted.changes and not pasted.bad:
            room.tell("the cells pasted change nothing")
            return

        def go(_: Answer) -> None:
            self._apply(pasted)

        label = f"Write {len({one[0] for one in pasted.changes})} blocks"
        room.asking.ask(
            "Paste",
            _preview(pasted),
            {"apply": (label, go if pasted.changes else None), "cancel": ("Cancel", lambda _: None)},
        )

    def _apply(self, pasted: Pasted) -> None:
        room = self._room
        blocks = list(room.run.blocks())
        where = room.run.root
        if room.draft is not None and room.draft.item_id != int(where["containerId"]):
            where = room.run.parent(room.draft.item_id) if "obId" in room.draft.base else room.draft.base
        changes = as_changes(pasted, blocks, int(where["containerId"]))
        if not changes:
            raise UsageError("nothing would change", where="bulk edit")
        number = room.draft.item_id if room.draft else 0
        room.phase2.apply(room.run.run_id, changes)
        self._watch.did()
        room.draft = None
        self._open.item(number)
        room.tell(f"{len(pasted.documents)} blocks written")


def _preview(pasted: Pasted) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if pasted.bad:
        rows = [[str(row), column, why] for row, column, why in pasted.bad]
        blocks.append(table(["Row", "Column", "Cannot be read"], rows, testid="paste-bad", bad=True))
    rows = [[name, label, before, after] for _, name, label, before, after in pasted.changes]
    if rows:
        blocks.append(table(["Block", "Field", "Now", "Then"], rows, testid="paste-preview"))
        blocks.append(note("Nothing is written until you say so; Undo takes it back as one."))
    elif not pasted.bad:
        blocks.append(note("Nothing would change."))
    return blocks


def _options(blocks: list[dict[str, Any]]) -> list[list[str]]:
    """Return the fields that all the blocks have, as (path, words)."""
    first = blocks[0]
    common = [key for key in fields_of(first) if not key.startswith(("template:", "schedule", "absolute", "sidereal"))]
    common = [key for key in common if all(key in fields_of(one) for one in blocks)]
    wanted = [key for key in common if key != "self/name"]
    order = sorted(
        wanted, key=lambda key: (not key.startswith("self/constraints"), not key.startswith("self/userPriority"))
    )
    found = [[path_of(key, first), field_label(key, first)] for key in order]
    templates = list(_shared_parameters(blocks))
    return [*found, *templates]


def _shared_parameters(blocks: list[dict[str, Any]]) -> list[list[str]]:
    """Return the template parameters that all blocks have at the same place."""
    names = [[one["templateName"] for one in block.get("templates", ())] for block in blocks]
    if any(one != names[0] for one in names):
        return []
    return [
        [f"templates[{at}].{one['name']}", f"{template['templateName']} · {one['name']}"]
        for at, template in enumerate(blocks[0].get("templates", ()))
        for one in template.get("parameters", ())
    ]
