"""Finding charts of a block: files of yours, or drawn here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Self

from dfs.errors import NotFoundError
from dfs.phase2.client.templated import Templated
from dfs.phase2.documents import read_block, read_run

if TYPE_CHECKING:
    from dfs.phase2.charts import Background

__all__ = ["Charted"]

_CATALOGUES = frozenset({".csv", ".ecsv", ".vot", ".xml"})


class Charted(Templated):
    """The part of a block that holds finding charts."""

    def chart(self, file: str | Path | bytes, name: str = "") -> Self:
        """Attach a finding chart: the path of a JPEG file, or its bytes with a name."""
        self._run.attach(self._number, file, name)
        return self

    def draw_chart(self, background: str | Path | Background | None = None, name: str = "") -> Self:
        """Draw a finding chart and attach it: field, slit, target, north and east, what ESO asks for.

        Parameters
        ----------
        background
            A FITS image or a catalogue of stars (path), ``"paper"``, the name of a sky survey (``"DSS2 red"``, needs the network), or a
            `dfs.phase2.charts` background; default: the archive's images, and paper where it has none or is not at hand.
        name
            Of the file; default: after the block.

        Raises
        ------
        UsageError, NotFoundError, ServiceError
            The block has no target; the background shows nothing there; the network does not answer.
        """
        return self.chart(self.chart_jpeg(background), name or self.chart_name())

    def chart_name(self) -> str:
        """Return what the next chart is called unless told: the block's name in letters that ESO takes, and its place."""
        plain = re.sub(r"[^A-Za-z0-9_+.-]+", "_", self.name)
        return f"{plain}_{len(self._document.get('charts') or ()) + 1}.jpg"

    def chart_jpeg(self, background: str | Path | Background | None = None) -> bytes:
        """Return the chart that `draw_chart` would attach, as JPEG."""
        from dfs.phase2.charts import draw_chart

        ground = self._run.chart_background() if background is None else _background(background)
        return draw_chart(read_block(self._document), read_run(self._run.document), ground)


def _background(told: str | Path | Background) -> Background:
    from dfs.phase2.charts import Blank, FitsImage, HipsCutout, StarCatalogue

    if not isinstance(told, str | Path):
        return told
    if str(told) == "paper":
        return Blank()
    path = Path(told).expanduser()
    if not path.is_file():
        if path.suffix:
            raise NotFoundError(f"there is no file {path}", where="background")
        return HipsCutout(str(told))
    if path.suffix.lower() in _CATALOGUES:
        return StarCatalogue.read(path)
    return FitsImage(path)
