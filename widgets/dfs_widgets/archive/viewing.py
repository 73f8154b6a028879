"""Looking at a file: each tab of its pane, made when it is turned to."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from dfs_widgets.archive.working import one_line
from dfs_widgets.desk import Desk
from dfs_widgets.parts import FileView
from dfs_widgets.state.contents import calibration_lists, related_lists
from dfs_widgets.state.header import cards_of
from dfs_widgets.state.marks import readable_bytes
from dfs_widgets.state.pictures import Content, picture_type, view_of

__all__ = ["Viewing"]

_PIECE = 4_000_000  # bytes sent at a time: often enough to show progress
_KEPT = 3  # files kept at hand for the next look
_CHOICES = [["raw", "raw frames"], ["master", "masters"]]


class Viewing:
    """Fills the pane of the selected file.

    Parameters
    ----------
    desk
        Whose archive.
    pane
        What is filled.
    folder
        Where files are kept meanwhile; None: in the system's temporary folder.
    """

    def __init__(self, desk: Desk, pane: FileView, folder: str | None = None) -> None:
        self._desk = desk
        self._pane = pane
        self._record: Mapping[str, str] = {}
        self._mode = "raw"
        self._folder = tempfile.TemporaryDirectory(prefix="dfs-view-", dir=folder)
        self._files: dict[str, Path] = {}
        pane.observe(lambda _: self._redraw(), "dark")
        self._empty()

    def show(self, dp_id: str, record: Mapping[str, str], tab: str | None = None) -> None:
        """Show a file, on the tab that is open or on `tab`."""
        self._record = record
        self._pane.dp_id = dp_id
        self._pane.summary = _summary(record)
        size = int(float(record.get("access_estsize") or 0)) * 1000
        self._pane.size = readable_bytes(size) if size else ""
        self.turn(tab or self._pane.tab)

    def forget(self) -> None:
        """Keep no file at hand any more: whoever looks next may not have it."""
        while self._files:
            self._files.popitem()[1].unlink(missing_ok=True)

    def show_row(self, title: str, record: Mapping[str, str]) -> None:
        """Show a row that is no file: all its columns."""
        self._pane.dp_id = ""
        self._pane.summary = title
        self._pane.content = {
            "kind": "pairs",
            "pairs": [[name, value or "–", "", ""] for name, value in record.items()],
        }

    def turn(self, tab: str, mode: str | None = None) -> None:
        """Show a tab; what cannot be shown says why in its place."""
        self._pane.tab = tab
        self._mode = mode or self._mode
        dp_id = self._pane.dp_id
        if not dp_id:
            self._empty()
            return
        makes = {
            "preview": self._preview,
            "view": self._view,
            "header": self._header,
            "calibrations": self._calibrations,
            "related": self._related,
            "about": self._about,
        }
        try:
            content = makes.get(tab, self._preview)(dp_id)
        except Exception as error:  # noqa: BLE001 - said in the pane; the rest of the page stands
            content = Content({"kind": "problem", "text": one_line(error)})
        with self._pane.hold_sync():
            self._pane.bytes = content.bytes
            self._pane.content = dict(content.shown)

    def send_piece(self, dp_id: str, offset: int) -> None:
        """Send the next piece of a file to the browser."""
        try:
            path = self._fetched(dp_id)
        except Exception:
            self._pane.send({"kind": "failed"})
            raise
        with path.open("rb") as file:
            file.seek(offset)
            piece = file.read(_PIECE)
        told = {
            "kind": "piece",
            "id": dp_id,
            "name": path.name,
            "next": offset + len(piece),
            "total": path.stat().st_size,
        }
        self._pane.send(told, [piece])

    def send_bokehjs(self) -> None:
        """Send BokehJS to a browser whose page does not bring it."""
        from bokeh.util.paths import bokehjs_path

        self._pane.send({"kind": "bokehjs"}, [(bokehjs_path() / "js" / "bokeh.min.js").read_bytes()])

    def _preview(self, dp_id: str) -> Content:
        data = self._desk.archive.preview(dp_id)
        return Content({"kind": "picture", "type": picture_type(data), "text": f"Preview of {dp_id}"}, data)

    def _view(self, dp_id: str) -> Content:
        return view_of(self._fetched(dp_id), dark=self._pane.dark)

    def _header(self, dp_id: str) -> Content:
        cards = cards_of(self._desk.archive.header(dp_id))
        return Content({"kind": "header", "cards": cards, "total": len(cards)})

    def _calibrations(self, dp_id: str) -> Content:
        tree = self._desk.archive.calibrations(dp_id, self._mode)
        return Content({"kind": "lists", **calibration_lists(tree), "choices": _CHOICES, "chosen": self._mode})

    def _related(self, dp_id: str) -> Content:
        return Content({"kind": "lists", **related_lists(self._desk.archive.links(dp_id), dp_id)})

    def _about(self, dp_id: str) -> Content:
        tables = self._desk.archive.table
        table = tables["dbo.raw" if "dp_cat" in self._record else "ivoa.ObsCore"]
        pairs = []
        for name, value in self._record.items():
            column = table.column(name)
            pairs.append([name, value or "–", column.unit if column else "", column.description if column else ""])
        return Content({"kind": "pairs", "pairs": pairs or [["dp_id", dp_id, "", ""]]})

    def _empty(self) -> None:
        self._pane.content = {
            "kind": "empty",
            "text": "Pick a row, or a point of the map or plot, to look at its file.",
        }

    def _redraw(self) -> None:
        if self._pane.content.get("kind") in {"figure", "image"}:
            self.turn("view")

    def _fetched(self, dp_id: str) -> Path:
        """Return where a file is at hand, fetching it if need be."""
        if dp_id not in self._files:
            while len(self._files) >= _KEPT:
                self._files.pop(next(iter(self._files))).unlink(missing_ok=True)
            self._files[dp_id] = Path(self._desk.archive.get(dp_id, self._folder.name))
        return self._files[dp_id]


def _summary(record: Mapping[str, str]) -> str:
    """Return what a file is, in one line."""
    names = (
        "object",
        "target_name",
        "instrument",
        "instrument_name",
        "dp_cat",
        "dp_type",
        "dataproduct_type",
        "exp_start",
    )
    return " · ".join(record[name] for name in names if record.get(name))
