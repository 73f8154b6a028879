"""Which image of the archive shows a place best: for finding charts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dfs.errors import AccessError, NotFoundError

if TYPE_CHECKING:
    from dfs.archive import Archive

__all__ = ["ArchivedImages"]

_TRIED = 5  # images; the first that the user may have is taken


class ArchivedImages:
    """Reduced images of the archive, as one user may have them: `dfs.phase2.charts.ImageFinder`.

    Parameters
    ----------
    archive
        Asked which images there are.
    opened
        Gives the file of a DP ID.
    """

    def __init__(self, archive: Archive, opened: Callable[[str], Path]) -> None:
        self._archive, self._opened = archive, opened

    def covering(self, ra_deg: float, dec_deg: float, radius_deg: float) -> Path | None:
        """Return the file that shows most of the circle; among those that show it all, the one with the smallest field.

        Parameters
        ----------
        ra_deg, dec_deg, radius_deg
            The circle, ICRS.
        """
        point = f"POINT('ICRS', {ra_deg:.6f}, {dec_deg:.6f})"
        circle = f"CIRCLE('ICRS', {ra_deg:.6f}, {dec_deg:.6f}, {radius_deg:.6f})"
        found = self._archive.query(
            f"SELECT TOP {_TRIED} dp_id, s_fov, CONTAINS({circle}, s_region) AS whole FROM ivoa.ObsCore"  # noqa: S608 - numbers
            f" WHERE dataproduct_type = 'image' AND CONTAINS({point}, s_region) = 1 ORDER BY whole DESC, s_fov"
        )
        for dp_id in found["dp_id"]:
            try:
                return self._opened(str(dp_id))
            except (AccessError, NotFoundError):
                continue  # its row may be seen, its pixels not
        return None
