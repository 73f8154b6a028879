"""The service of calibration selection."""

from __future__ import annotations

from collections.abc import Sequence

from dfs.access import Action
from dfs.archive.calibrations.tree import MODES, Association, Mode
from dfs.archive.doors import Doorkeeper
from dfs.archive.identifiers import dp_id_of
from dfs.errors import UsageError
from dfs.store import Database

__all__ = ["MOST", "Calibrations"]

MOST = 100  # frames in one request, as at ESO


class Calibrations:
    """Which calibrations belong to an archived frame, for the user of one observatory.

    Naming a calibration is metadata: a proprietary one is named, one whose existence is protected is not.
    """

    def __init__(self, database: Database, doors: Doorkeeper) -> None:
        self._database = database
        self._doors = doors

    def tree(self, identifier: str, mode: str = "raw2raw") -> Association:
        """Return the calibrations of one frame; see `trees`."""
        return self.trees([identifier], mode)[0]

    def trees(self, identifiers: Sequence[str], mode: str = "raw2raw") -> list[Association]:
        """Return the calibrations of frames, a tree each, in their order.

        Parameters
        ----------
        identifiers
            DP IDs or IVOA identifiers, at most 100.
        mode
            ``raw2raw`` or ``raw2master``, in any letter case.

        Raises
        ------
        UsageError
            No frame or too many, or another mode.
        NotFoundError
            No such file, or none the user may know of.
        """
        from dfs.archive.calibrations.selection import Selection
        from dfs.archive.calibrations.shelf import Shelf

        wanted = _mode(mode)
        names = list(dict.fromkeys(dp_id_of(one) for one in identifiers))
        if not 0 < len(names) <= MOST:
            raise UsageError(f"{len(names)} frames", where="dp_id", accepted=f"1 to {MOST} in one request")
        for name in names:
            self._doors.require(Action.METADATA, name)
        with self._database.read() as connection:
            selection = Selection(Shelf(connection, self._known), wanted)
            return [selection.tree(name) for name in names]

    def _known(self, dp_ids: Sequence[str]) -> list[str]:
        return self._doors.permitted(Action.METADATA, dp_ids)


def _mode(text: str) -> Mode:
    for mode in MODES:
        if text.lower() == mode:
            return mode
    raise UsageError(f"mode = {text[:40]!r}", where="mode", accepted=", ".join(MODES.values()))
