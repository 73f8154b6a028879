"""Finding charts of the block under edit: on what they can be drawn here, and drawing one."""

from __future__ import annotations

from typing import Any

from dfs.phase2.api import Document
from dfs.phase2.documents import read_block, read_run
from dfs_widgets.p2.room import Room

__all__ = ["backgrounds", "chart_of"]


def backgrounds(room: Room) -> list[list[str]]:
    """Return what a chart can be drawn on, as (name, words): the best first."""
    found = [["paper", "White paper: field, slit and marks only"], ["hips", "Sky survey DSS2 (needs the network)"]]
    if room.desk.chart_background is not None:
        found.insert(0, ["archive", "What this observatory has: archive images, star catalogue"])
    return found


def chart_of(room: Room, document: Document, background: str) -> bytes:
    """Return the finding chart of a block as JPEG.

    Raises
    ------
    UsageError, NotFoundError, ServiceError
        The target cannot be read; there is nothing to draw on; the network does not answer.
    """
    from dfs.phase2.charts import Blank, HipsCutout, draw_chart

    painters: dict[str, Any] = {"archive": lambda: room.desk.chart_background, "hips": HipsCutout}
    paint = painters.get(background, Blank)()
    return bytes(draw_chart(read_block(document), read_run(room.run.run), paint))
