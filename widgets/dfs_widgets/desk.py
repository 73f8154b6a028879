"""The one interface through which widgets speak to an observatory: your own in process, or another over HTTP as its user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dfs.archive.search import Search
from dfs.model.schema import TableSchema

if TYPE_CHECKING:
    from astropy.table import Table

    from dfs.archive.deliveries import Delivery

__all__ = ["ArchiveAccess", "Desk", "Door"]


class ArchiveAccess(Protocol):
    """What the page needs of an archive; `dfs.archive.client.ArchiveClient` has it, embedded and remote."""

    @property
    def table(self) -> Mapping[str, TableSchema]:
        """The queryable tables by name."""
        ...

    def query(self, adql: str, *, maxrec: int | None = None) -> Table:
        """Run a query."""
        ...

    def located(self, search: Search) -> Search:
        """Return the search with its target's position."""
        ...

    def search(self, kind: str | Search = "raw", **criteria: Any) -> Table:
        """Return what fulfils all criteria; ``meta`` has ``adql`` and ``python``."""
        ...

    def facets(self, search: Search, columns: Sequence[str]) -> dict[str, list[tuple[Any, int]]]:
        """Return values and counts of columns among what a search finds."""
        ...

    def links(self, dp_id: str | Sequence[str]) -> Table:
        """Return the DataLink table of a file."""
        ...

    def header(self, dp_id: str) -> str:
        """Return the header of a file, a card a line."""
        ...

    def preview(self, dp_id: str) -> bytes:
        """Return a picture of a file, PNG or JPEG."""
        ...

    def calibrations(self, dp_id: str, mode: str = "raw") -> Any:
        """Return the tree of calibrations of a raw frame."""
        ...

    def get(self, dp_id: str, folder: str | Path = ".") -> Path:
        """Copy a file out."""
        ...

    def request(self, dp_ids: Sequence[str], **options: Any) -> Delivery:
        """Ask for a delivery of files."""
        ...

    def requests(self) -> Sequence[Delivery]:
        """Return the user's deliveries, newest first."""
        ...


class Door(Protocol):
    """Where somebody signs in, or need not.

    Attributes
    ----------
    name
        Name of the observatory's folder, or its address.
    user_name
        Who is signed in; empty: nobody.
    asks_for_name
        Whether one can sign in: another's observatory asks, one's own does not.
    """

    name: str
    user_name: str
    asks_for_name: bool

    @property
    def token(self) -> str:
        """What proves who is signed in, for some hours; empty where nobody is, or nobody asks."""
        ...

    def sign_in(self, name: str, password: str) -> None:
        """Act as this user from now on; `AccessError` when name and password do not fit."""
        ...

    def resume(self, token: str) -> None:
        """Act as the user whose token this is; `AccessError` when it holds no more."""
        ...

    def sign_out(self) -> None:
        """Be anonymous again."""
        ...


class Desk(Door, Protocol):
    """An observatory as one user sees it.

    Attributes
    ----------
    opened_by
        The Python expression that opens it.
    fetched_by
        The command that fetches files, names of files to follow.
    """

    opened_by: str
    fetched_by: str

    @property
    def archive(self) -> ArchiveAccess:
        """Its archive."""
        ...

    def script(self, delivery: Delivery) -> str:
        """Return a shell script that fetches a delivery."""
        ...
