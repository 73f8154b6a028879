"""What takes longer and is looked at more rarely: the grid, the spread over the nights, what would help."""

from __future__ import annotations

from dfs_widgets.etc.part import EtcPart
from dfs_widgets.state.etc.gridview import grid_view
from dfs_widgets.state.etc.numbers import Numbers

__all__ = ["Studying"]


class Studying:
    """Fills the panels beside the figures while they are looked at."""

    def __init__(self, part: EtcPart) -> None:
        self._part = part

    def show(self) -> None:
        """Reckon anew what is looked at."""
        part = self._part
        side = part.question.page.get("side")
        if side != "night":
            part.plots.night = {}
        if part.result is None or part.problem is not None:
            return
        if side == "grid":
            page = part.question.page
            part.answer.grid = grid_view(part.calculate, part.result, page.get("grid_x", ""), page.get("grid_y", ""))
        elif side == "night":
            self._night()

    def _night(self) -> None:
        from dfs_widgets.state.etc.studies import night_band, study_of

        part, numbers = self._part, Numbers()
        if part.result is None:
            return
        part.answer.study, spread = study_of(part.result)
        band = night_band(spread, numbers)
        with part.plots.hold_sync():
            part.plots.night_numbers = numbers.bytes()
            part.plots.night = band
