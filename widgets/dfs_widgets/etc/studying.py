"""What takes longer and is looked at more rarely: the grid, the night's uncertainty, what would help."""

from __future__ import annotations

from dfs_widgets.etc.part import EtcPart
from dfs_widgets.state.etc.gridview import grid_view

__all__ = ["Studying"]


class Studying:
    """Fills the panels beside the figures while they are looked at."""

    def __init__(self, part: EtcPart) -> None:
        self._part = part

    def show(self) -> None:
        """Reckon anew what is looked at."""
        part = self._part
        if part.result is None or part.problem is not None:
            return
        if part.question.page.get("side") == "grid":
            page = part.question.page
            part.answer.grid = grid_view(part.calculate, part.result, page.get("grid_x", ""), page.get("grid_y", ""))
