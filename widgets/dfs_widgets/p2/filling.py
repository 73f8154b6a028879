"""Templates, charts and files of the block under edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dfs.errors import DfsError, NotFoundError, UsageError
from dfs.phase2.api import Upload
from dfs_widgets.p2.asking import Answer, note
from dfs_widgets.p2.room import Room
from dfs_widgets.p2.showing import Showing
from dfs_widgets.p2.watching import Watching
from dfs_widgets.state.p2.draft import Draft
from dfs_widgets.state.p2.opened import read_item

__all__ = ["Filling"]

_MOST_BYTES = 8 * 2**20  # what a browser may send at all; the rules on charts are the store's


class Filling:
    """Changes what stands in documents of its own beside a block."""

    def __init__(self, room: Room, showing: Showing, watching: Watching) -> None:
        self._room = room
        self._show = showing
        self._watch = watching
        self.save: Any = lambda: None

    @property
    def _number(self) -> int:
        draft = self._room.draft
        if draft is None:
            raise NotFoundError("no block is open", hint="choose one in the tree")
        return draft.item_id

    def reread(self) -> None:
        """Read the block under edit anew and show it."""
        room = self._room
        draft = room.draft
        assert draft is not None  # noqa: S101 - whoever calls has changed it
        newer = read_item(room.phase2, draft.base)
        room.run.replace(self._show.timed(newer))
        room.draft = Draft.of(newer)
        self._show.row(draft.item_id)
        self._show.facts()
        self._watch.catch_up(own=True)
        self._show.item()
        if room.editor.tab == "charts":
            self.pictures()

    # -- templates

    def add(self, message: Mapping[str, Any]) -> None:
        """Add a template with its defaults."""
        self.save()
        self._room.phase2.create_template(self._number, str(message["name"]))
        self.reread()

    def remove(self, message: Mapping[str, Any]) -> None:
        """Delete a template."""
        self.save()
        room = self._room
        number = int(message["id"])
        version = (room.draft.base.get("versions") or {}).get(f"template:{number}") if room.draft else None
        room.phase2.delete_template(self._number, number, version)
        self.reread()

    def copy(self, message: Mapping[str, Any]) -> None:
        """Duplicate a template."""
        self.save()
        self._room.phase2.duplicate_template(self._number, int(message["id"]))
        self.reread()

    def move(self, message: Mapping[str, Any]) -> None:
        """Move a template by one place; the acquisition stays first."""
        self.save()
        listed = self._room.phase2.templates(self._number)
        order = list(listed.body)
        at = next(i for i, one in enumerate(order) if one["templateId"] == int(message["id"]))
        to = max(0, min(len(order) - 1, at + int(message["by"])))
        if order[to]["type"] == "acquisition" or to == at:
            return
        order.insert(to, order.pop(at))
        self._room.phase2.reorder_templates(self._number, order, listed.version)
        self.reread()

    # -- files

    def file(self, message: Mapping[str, Any], content: bytes) -> None:
        """Save the file of a template parameter."""
        self.save()
        room, number = self._room, self._number
        template, parameter = int(message["template"]), str(message["parameter"])
        now = room.phase2.file_parameter(number, template, parameter)
        room.phase2.save_file_parameter(
            number, template, parameter, Upload(_plain(message["name"]), content), now.version
        )
        self.reread()

    def ephemeris(self, message: Mapping[str, Any], content: bytes) -> None:
        """Save the ephemeris of a moving target."""
        self.save()
        room, number = self._room, self._number
        now = room.phase2.ephemeris(number)
        room.phase2.save_ephemeris(number, Upload(_plain(message["name"]), content), now.version)
        self.reread()

    def no_ephemeris(self) -> None:
        """Delete the ephemeris."""
        self.save()
        room = self._room
        room.phase2.delete_ephemeris(self._number, room.phase2.ephemeris(self._number).version)
        self.reread()

    # -- finding charts

    def add_chart(self, message: Mapping[str, Any], content: bytes) -> None:
        """Attach a finding chart."""
        if len(content) > _MOST_BYTES:
            raise UsageError(
                f"{message['name']} has {len(content) / 2**20:.1f} MiB",
                where="finding chart",
                accepted="JPEG of at most 1 MiB",
            )
        self._room.phase2.add_chart(self._number, Upload(_plain(message["name"]), content))
        self.reread()

    def delete_chart(self, message: Mapping[str, Any]) -> None:
        """Take a finding chart away."""
        self._room.phase2.delete_chart(self._number, int(message["index"]))
        self.reread()

    def pictures(self) -> None:
        """Show the finding charts of the block under edit."""
        room = self._room
        if room.draft is None or room.draft.base["itemType"] not in {"OB", "CB"}:
            return
        names = room.draft.base.get("charts") or ()
        room.editor.pictures = [room.phase2.chart(self._number, i + 1).content for i in range(len(names))]

    def make_chart(self, answer: Answer | None = None) -> None:
        """Draw a finding chart, show it, and attach it when it pleases."""
        from dfs_widgets.p2.charting import backgrounds, chart_of

        room = self._room
        draft = room.draft
        assert draft is not None  # noqa: S101 - the button is a block's
        self.save()
        choices = backgrounds(room)
        values = {"background": choices[0][0], **(answer.values if answer else {})}
        problem: list[dict[str, Any]] = []
        content = b""
        try:
            content = chart_of(room, draft.mine, values["background"])
        except DfsError as error:
            problem = [note(error.line(), bad=True)]
        room.dialog.picture = content
        fields = [
            {
                "kind": "field",
                "name": "background",
                "label": "Background",
                "options": choices,
                "value": values["background"],
                "live": True,
            },
        ]
        blocks = [*fields, *problem, {"kind": "picture", "bytes": len(content)}]

        def attach(_: Answer) -> None:
            name = f"{draft.mine['name']}_{len(draft.base.get('charts') or ()) + 1}.jpg".replace(" ", "_").replace(
                "/", "_"
            )
            room.phase2.add_chart(draft.item_id, Upload(name, content))
            self.reread()

        room.asking.ask(
            "Finding chart",
            blocks,
            {"attach": ("Attach", attach if content else None), "cancel": ("Cancel", lambda _: None)},
            keep=bool(answer),
        )
        room.asking.when_changed(self.make_chart)

    def resolve(self) -> None:
        """Find the target's position by its name, among the archive's targets and those known without a network."""
        from dfs_widgets.p2.naming import position_of

        room = self._room
        draft = room.draft
        if draft is None:
            return
        name = str((draft.mine.get("target") or {}).get("name") or "").strip()
        if not name:
            raise UsageError("give the target a name first", where="target.name")
        ra, dec, source = position_of(room.desk, name)
        room.draft = draft.put("target.ra", ra).put("target.dec", dec)
        self.save()
        self._show.item()
        room.tell(f"{name}: {source}")


def _plain(name: Any) -> str:
    """Return a file's name without folders."""
    return str(name).replace("\\", "/").rpartition("/")[2][:120] or "file"
