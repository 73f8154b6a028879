"""My requests: made from what is marked, listed with their history."""

from __future__ import annotations

from typing import Any

from dfs.errors import NotFoundError
from dfs_widgets.desk import Desk
from dfs_widgets.parts import Requests
from dfs_widgets.state.deliveries import Delivery, deliveries_of

__all__ = ["Delivering"]


class Delivering:
    """Fills the list of requests."""

    def __init__(self, desk: Desk, pane: Requests) -> None:
        self._desk = desk
        self._pane = pane
        self._known: tuple[Delivery, ...] = ()

    def request(self, dp_ids: list[str], calibrations: str = "") -> None:
        """Ask for files, with their calibrations as ``raw`` frames or ``master`` ones if wanted."""
        options: dict[str, Any] = {"calibrations": calibrations} if calibrations else {}
        self._desk.archive.request(dp_ids, **options)
        self.refresh()

    def refresh(self) -> None:
        """Look up how all requests stand."""
        self._known = deliveries_of(self._desk.archive.requests())
        self._pane.requests = [one.shown() for one in self._known]
        self._pane.note = (
            "" if self._known else "Nothing was requested yet: mark rows of a search, then Request marked."
        )

    def files(self, name: str) -> list[str]:
        """Return the DP IDs of a request."""
        found = next((one for one in self._known if one.id == name), None)
        if found is None:
            raise NotFoundError(f"there is no request {name!r}", hint="refresh the list")
        return [item.dp_id for item in found.items]
