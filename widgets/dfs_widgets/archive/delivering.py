"""My requests: made from what is marked, listed with their history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dfs.errors import NotFoundError
from dfs_widgets.desk import Desk
from dfs_widgets.parts import Requests
from dfs_widgets.state.deliveries import files_of, shown_delivery

if TYPE_CHECKING:
    from dfs.archive.deliveries import Delivery

__all__ = ["Delivering"]


class Delivering:
    """Fills the list of requests."""

    def __init__(self, desk: Desk, pane: Requests) -> None:
        self._desk = desk
        self._pane = pane
        self._known: dict[str, Delivery] = {}

    def request(self, dp_ids: list[str], calibrations: str = "") -> None:
        """Ask for files, with their calibrations as ``raw`` frames or ``master`` ones if wanted."""
        options: dict[str, Any] = {"calibrations": calibrations} if calibrations else {}
        self._desk.archive.request(dp_ids, **options)
        self.refresh()

    def refresh(self) -> None:
        """Look up how all requests stand."""
        self._known = {one.id: one for one in self._desk.archive.requests()}
        self._pane.requests = [shown_delivery(one) for one in self._known.values()]
        self._pane.note = (
            "" if self._known else "Nothing was requested yet: mark rows of a search, then Request marked."
        )

    def script(self, name: str) -> str:
        """Return the script that fetches a request."""
        return self._desk.script(self._find(name))

    def files(self, name: str) -> dict[str, int]:
        """Return the files of a request with their sizes."""
        return files_of(self._find(name))

    def _find(self, name: str) -> Delivery:
        if name not in self._known:
            raise NotFoundError(f"there is no request {name!r}", hint="refresh the list")
        return self._known[name]
