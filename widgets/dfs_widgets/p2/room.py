"""What the answers of the page share: the desk, the widgets, the open run, the draft under edit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from dfs.errors import NotFoundError
from dfs.phase2.api import Document, Phase2Desk
from dfs_widgets.archive.working import Work
from dfs_widgets.desk import Door
from dfs_widgets.p2.asking import Asking
from dfs_widgets.p2.checking import Checking
from dfs_widgets.p2.parts import Dialog, Editor, RunList, RunView, Sight, Watch
from dfs_widgets.parts import Bar
from dfs_widgets.state.p2.address import P2Address
from dfs_widgets.state.p2.draft import Draft
from dfs_widgets.state.p2.opened import OpenedRun

__all__ = ["P2Desk", "Room"]


class P2Desk(Door, Protocol):
    """An observatory as one user sees it, with its phase 2."""

    @property
    def phase2(self) -> Phase2Desk:
        """Its phase 2."""
        ...

    @property
    def archive(self) -> Any:
        """Its archive."""
        ...

    @property
    def chart_background(self) -> Any:
        """What finding charts are drawn on; None: nothing of its own."""
        ...


class Room:
    """The state of one page.

    Attributes
    ----------
    opened, draft
        The open run; what is under edit. None: nothing.
    roles
        Of whoever is there, as the desk says.
    """

    def __init__(self, desk: P2Desk, *, now: Callable[[], datetime] | None = None) -> None:
        self.desk = desk
        self.now = now or (lambda: datetime.now(UTC))
        self.address = P2Address()
        self.bar = Bar(
            where=desk.name,
            title="Phase 2",
            views=[["runs", "Runs"], ["prepare", "Prepare"]],
            view="runs",
            parts=["bar", "runs", "run", "editor", "sight", "dialog", "watch"],
        )
        self.list, self.view, self.editor, self.sight = RunList(), RunView(), Editor(), Sight()
        self.dialog, self.watch = Dialog(), Watch()
        self.asking = Asking(self.dialog)
        self.work = Work(self.bar)
        self.checking = Checking(lambda: self.desk.phase2)
        self.opened: OpenedRun | None = None
        self.draft: Draft | None = None
        self.roles: frozenset[str] = frozenset()
        self.user = ""
        self.told = ""

    @property
    def phase2(self) -> Phase2Desk:
        """The phase 2 of the desk."""
        return self.desk.phase2

    @property
    def run(self) -> OpenedRun:
        """The open run; `NotFoundError` when none is."""
        if self.opened is None:
            raise NotFoundError("no run is open", hint="choose one of the list")
        return self.opened

    @property
    def may_edit(self) -> bool:
        """Whether the open run is his to change."""
        if self.opened is None:
            return False
        run = self.opened.run
        may = run.get("owned") or run.get("delegated") or "owner" in self.roles
        return bool(may) and run.get("state", "open") != "ended"

    @property
    def may_review(self) -> bool:
        """Whether he is of those who review."""
        return bool(self.roles & {"support", "operator", "owner"})

    def blocks(self, ids: Any) -> list[Document]:
        """Return the blocks among items, those in containers included, each once."""
        found: dict[int, Document] = {}
        for one in ids or [int(self.run.root["containerId"])]:
            found |= {int(block["obId"]): block for block in self.run.blocks(int(one))}
        return list(found.values())

    def tell(self, text: str) -> None:
        """Say something in the bar that lasts until the next answer."""
        self.told = text
