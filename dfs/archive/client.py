"""Using the archive as a scientist does: search, query, look, fetch; the same calls for an embedded one, ESO's, or another server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dfs.archive.backend import Backend
from dfs.archive.cutting import soda_parameters
from dfs.archive.search import Search, facet, select
from dfs.archive.search.naming import position_of
from dfs.archive.search.nearest import NAMES, slips
from dfs.archive.search.selection import resolve
from dfs.archive.table_names import TableNames
from dfs.errors import NotFoundError, UsageError
from dfs.progress import Progress, Silent

if TYPE_CHECKING:
    from astropy.coordinates import SkyCoord
    from astropy.table import Table

    from dfs.archive.calibrations import Association
    from dfs.archive.deliveries import Delivery, Fetched

__all__ = ["ArchiveClient", "TableNames"]

Calibrations = Literal["raw", "master"]


class ArchiveClient:
    """Searches an archive and gets its files.

    Parameters
    ----------
    backend
        Who answers.

    Examples
    --------
    >>> obs.archive.search(instrument="EFOSC2", target="J0636-3113", date="2022-01-27")      # doctest: +SKIP
    >>> obs.archive.query("SELECT TOP 10 * FROM ivoa.ObsCore")                               # doctest: +SKIP
    >>> obs.archive.get(dp_id, "data", calibrations="raw")                                   # doctest: +SKIP
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def query(self, adql: str, *, maxrec: int | None = None, uploads: Mapping[str, Table] | None = None) -> Table:
        """Run a query in ADQL and return its rows.

        Parameters
        ----------
        adql
            Version 2.1 (ESO's own archive: what it takes).
        maxrec
            At most so many rows; ``table.meta["overflow"]`` tells whether there were more.
        uploads
            Tables of your own, to be named ``tap_upload.<name>`` in the query.
        """
        return self._backend.query(adql, maxrec=maxrec, uploads=uploads or {})

    def search(self, kind: str | Search = "raw", **criteria: Any) -> Table:
        """Return what fulfils all criteria, by time; see `dfs.archive.search.Search.of`.

        ``meta["adql"]`` and ``meta["python"]`` of the table say the same search in other words.

        Raises
        ------
        NotFoundError
            The archive holds nothing under the target's name.
        """
        search = self.located(kind if isinstance(kind, Search) else Search.of(kind, **criteria))
        one_more = select(replace(search, limit=search.limit + 1))  # to know whether there are more
        found = self.query(one_more, maxrec=search.limit)
        found.meta |= {"adql": select(search), "python": search.python()}
        return found

    def slips(self, search: Search) -> list[str]:
        """Return a line for each name in `search` that the archive does not know, with the nearest that it does."""
        columns = [column for criterion, column in NAMES[search.kind].items() if getattr(search, criterion) is not None]
        everything = Search.of(search.kind)
        return slips(search, {one: [row[0] for row in self.query(facet(everything, one))] for one in columns})

    def located(self, search: Search) -> Search:
        """Return the search with its target's position, where it names one."""
        if search.target is None or search.circle is not None:
            return search
        position = self.resolve(search.target, search.kind)
        return search.at(round(float(position.ra.deg), 6), round(float(position.dec.deg), 6))

    def facets(self, search: Search, columns: Sequence[str]) -> dict[str, list[tuple[Any, int]]]:
        """Return for each of `columns` the values among what `search` finds with their counts, most frequent first."""
        search = self.located(search)
        found = {column: self.query(facet(search, column)) for column in columns}
        return {name: [(_plain(row[0]), int(row[1])) for row in table] for name, table in found.items()}

    def resolve(self, name: str, kind: str = "raw") -> SkyCoord:
        """Return the position that the archive holds under the name of an object: the middle of its frames' positions.

        Raises
        ------
        NotFoundError
            No frame bears this name, or a name that begins so.
        UsageError
            It is the beginning of several names at different places.
        """
        found = self.query(resolve(name, "raw" if kind == "raw" else "product"))
        if len(found) == 0:
            raise NotFoundError(
                f"the archive holds nothing called {name!r}", where="target", hint="give its position instead"
            )
        return position_of(name, found)

    @property
    def table(self) -> TableNames:
        """The tables by name: ``obs.archive.table["dbo.raw"].columns``."""
        return TableNames(self._backend.tables())

    def links(self, dp_id: str | Sequence[str]) -> Table:
        """Return what there is for a file, or for several: the file itself, preview, calibrations, provenance, services (DataLink)."""
        return self._backend.links([dp_id] if isinstance(dp_id, str) else list(dp_id))

    def night_log(self, dp_id: str) -> str:
        """Return what is known of how a raw frame was taken, as text."""
        return self._backend.night_log(dp_id)

    def header(self, dp_id: str) -> str:
        """Return the header of a file as text, a card a line, without fetching the file."""
        return self._backend.header(dp_id)

    def preview(self, dp_id: str) -> bytes:
        """Return the preview of a file, an image of type PNG or JPEG."""
        return self._backend.preview(dp_id)

    def calibrations(self, dp_id: str, mode: Calibrations = "raw") -> Association:
        """Return the calibrations of a raw frame, as raw frames or as masters: a tree that says what is missing and why."""
        if mode not in {"raw", "master"}:
            raise UsageError(f"mode = {mode!r}", where="mode", accepted="raw, master")
        return self._backend.calibrations(dp_id, f"raw2{mode}")

    def cutout(self, dp_id: str, folder: str | Path = ".", **parameters: Any) -> Path:
        """Cut a piece out of an image, cube or spectrum, at the archive, and put it into `folder`.

        Parameters
        ----------
        circle
            ``(ra, dec, radius)`` in degrees.
        polygon
            ``(ra1, dec1, ra2, dec2, ...)`` in degrees.
        pos
            As in SODA: ``"CIRCLE ra dec r"``, ``"RANGE ra1 ra2 dec1 dec2"``, ``"POLYGON ..."``.
        band
            ``(shortest, longest)`` wavelength as `Quantity`, or in metres.
        """
        return self._backend.cutout(dp_id, soda_parameters(parameters), Path(folder))

    def request(self, dp_ids: Sequence[str], **options: Any) -> Delivery:
        """Ask for a delivery: files, their calibrations, night logs, a README and a script that fetches them.

        Parameters
        ----------
        dp_ids
            Which files.
        **options
            ``calibrations`` (``"raw"``, ``"master"``), ``night_logs``, ``title``, ``programme`` (to share it within a run); see
            `dfs.archive.deliveries`.
        """
        return self._backend.request(list(dp_ids), **options)

    def requests(self) -> Sequence[Delivery]:
        """Return your deliveries, newest first, with those shared with you."""
        return self._backend.requests()

    def fetch(self, delivery: str | Delivery, folder: str | Path, progress: Progress | None = None) -> Fetched:
        """Put all files of a delivery into `folder`; what is there already, unharmed, is not fetched again.

        Parameters
        ----------
        delivery
            One of `requests`, or its identifier.

        Raises
        ------
        NotFoundError
            There is no such delivery, or it is not yours.
        """
        from dfs.archive.deliveries import fetch_delivery

        found = delivery if not isinstance(delivery, str) else self._delivery(delivery)
        backend, silent = self._backend, Silent()
        return fetch_delivery(
            found,
            Path(folder),
            lambda dp_id, place: backend.fetch(dp_id, place, silent),
            backend.night_log,
            progress or silent,
        )

    def _delivery(self, identifier: str) -> Delivery:
        for one in self.requests():
            if one.id == identifier:
                return one
        raise NotFoundError(f"you have no delivery {identifier!r}", hint="see: dfs archive requests")

    def get(
        self,
        dp_id: str | Sequence[str],
        folder: str | Path = ".",
        *,
        calibrations: Calibrations | None = None,
        progress: Progress | None = None,
    ) -> Any:
        """Copy files out to `folder`; each appears whole and with the right checksum, or not at all.

        Parameters
        ----------
        dp_id
            One, or several.
        calibrations
            With the calibrations of raw frames, as raw frames or as masters.
        progress
            One step a file.

        Returns
        -------
        Path or list of Path
            Where the file is; a list when several were asked for or calibrations with it.

        Raises
        ------
        NotFoundError, AccessError, DataError, ConflictError, ServiceError
            No such file; not yours yet; damaged; another file of this name is here; the disk or the network failed.
        """
        wanted = [dp_id] if isinstance(dp_id, str) else list(dp_id)
        if calibrations is not None:
            trees = [self.calibrations(one, calibrations) for one in wanted]
            wanted = list(dict.fromkeys([*wanted, *(name for tree in trees for name in tree.dp_ids())]))
        with _steps(progress or Silent(), len(wanted)) as bar:
            found = [self._backend.fetch(one, Path(folder), bar) for one in wanted]
        return found[0] if isinstance(dp_id, str) and calibrations is None else found


@contextmanager
def _steps(progress: Progress, number: int) -> Iterator[Progress]:
    progress.begin("get", number)
    yield progress
    progress.end()


def _plain(value: Any) -> Any:
    """Return a cell as a Python value, None where it is masked."""
    import numpy as np

    if value is np.ma.masked:
        return None
    return value.item() if hasattr(value, "item") else value
