"""What a client of the archive asks of it: the narrow seam between searching and whoever answers.

There are two bodies: `dfs.vo.embedded` answers in process from an embedded observatory, `dfs.archive.remote` over HTTP from ESO's
archive or from another instance of our own server.  Widgets, notebooks and the command line see no difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dfs.model import TableSchema
from dfs.progress import Progress

if TYPE_CHECKING:
    from astropy.table import Table

    from dfs.archive.calibrations import Association
    from dfs.archive.deliveries import Delivery

__all__ = ["Backend"]


class Backend(Protocol):
    """Answers queries and hands out files, for one user.  Every method raises the errors of `dfs.errors`."""

    def query(self, adql: str, *, maxrec: int | None, uploads: Mapping[str, Any]) -> Table:
        """Run a query; ``meta["overflow"]`` of the table says whether rows were cut off at `maxrec`."""
        ...

    def tables(self) -> Sequence[TableSchema]:
        """Return the tables that can be queried."""
        ...

    def links(self, dp_ids: Sequence[str]) -> Table:
        """Return the DataLink table: what there is for each file."""
        ...

    def fetch(self, dp_id: str, folder: Path, progress: Progress) -> Path:
        """Put a file into `folder`: whole and with the right checksum, or not at all; go on where an earlier attempt stopped."""
        ...

    def cutout(self, dp_id: str, parameters: Mapping[str, str], folder: Path) -> Path:
        """Put a cut-out into `folder`; `parameters` are those of SODA."""
        ...

    def calibrations(self, dp_id: str, mode: str) -> Association:
        """Return the calibrations of a raw frame as a tree; `mode` is ``raw2raw`` or ``raw2master``."""
        ...

    def header(self, dp_id: str) -> str:
        """Return the header as text, a card a line."""
        ...

    def night_log(self, dp_id: str) -> str:
        """Return the night log of a raw frame as text."""
        ...

    def preview(self, dp_id: str) -> bytes:
        """Return the preview, PNG or JPEG."""
        ...

    def request(self, dp_ids: Sequence[str], **options: Any) -> Delivery:
        """Make a delivery of files, and return it."""
        ...

    def requests(self) -> Sequence[Delivery]:
        """Return the user's deliveries, newest first, and those shared with him."""
        ...
