"""My requests: made from what is marked, listed with their history."""

from __future__ import annotations

from dfs_widgets.desk import Desk
from dfs_widgets.parts import Requests
from dfs_widgets.state.marks import readable_bytes

__all__ = ["Delivering"]


class Delivering:
    """Fills the list of requests."""

    def __init__(self, desk: Desk, pane: Requests) -> None:
        self._desk = desk
        self._pane = pane

    def request(self, dp_ids: list[str]) -> None:
        """Ask for files."""
        self._desk.archive.request(dp_ids)

    def refresh(self) -> None:
        """Look up how all requests stand."""
        self._pane.requests = []
        self._pane.note = readable_bytes(0)

    def script(self, name: str) -> str:
        """Return the download script of a request."""
        return name

    def files(self, name: str) -> list[str]:
        """Return the DP IDs of a request."""
        return [name]

    def withdraw(self, name: str) -> None:
        """Give a request up."""
