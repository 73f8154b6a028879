"""The frames service of an observatory: what is in a folder, what belongs together, and why this calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dfs.frames.associate import Association
from dfs.frames.candidates import Candidate
from dfs.frames.group import Group, group
from dfs.frames.listing import scan
from dfs.frames.why import why
from dfs.model import FrameRecord
from dfs.progress import Progress

__all__ = ["Frames"]


class Frames:
    """Lists, groups and associates frames.

    Parameters
    ----------
    masters
        Gives further candidates for calibrations, e.g. products of the archive.
    """

    def __init__(self, masters: Callable[[], Sequence[Candidate]] | None = None) -> None:
        self._masters = masters or (lambda: ())

    def list(self, folder: str | Path, progress: Progress | None = None) -> list[FrameRecord]:
        """Return every FITS file in `folder` and below, classified; see `dfs.frames.scan`."""
        return scan(folder, progress)

    def groups(self, folder: str | Path, progress: Progress | None = None) -> Sequence[Group]:
        """Return the groups of raw frames in `folder`; see `dfs.frames.group`."""
        return group(scan(folder, progress))

    def why(
        self,
        file: str | Path,
        kind: str | None = None,
        folder: str | Path | None = None,
        progress: Progress | None = None,
    ) -> Sequence[Association]:
        """Return, for each calibration that `file` needs, every candidate and the one chosen.

        Parameters
        ----------
        file
            A raw frame.
        kind
            Only this calibration.
        folder
            Where to look for candidates; default: the folder of `file`.
        """
        subject = scan(file)[0]
        records = scan(folder if folder is not None else subject.path.parent, progress)
        return why(subject, records, kind, self._masters())
