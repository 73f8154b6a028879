"""The service of links: what there is for a file, and how to get it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.access import Standing
from dfs.archive.calibrations import Association
from dfs.archive.identifiers import dp_id_of, no_such_file
from dfs.clock import Clock, isoformat
from dfs.errors import NotFoundError
from dfs.store import Database
from dfs.store.places import location
from dfs.vo.datalink.calibrations import calibration_links
from dfs.vo.datalink.facts import Facts, read_facts
from dfs.vo.datalink.link import Link, links_table
from dfs.vo.datalink.making import Maker
from dfs.vo.formats import ServiceInfo, TableRows, to_astropy

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["MOST", "DataLink", "LinksDocument"]

MOST = 200  # files in one document; clients ask again for the rest


@dataclass(frozen=True)
class LinksDocument:
    """A table of links, and the services that its rows name."""

    rows: TableRows
    services: tuple[ServiceInfo, ...] = ()


class DataLink:
    """Links of archived files, for the user of one observatory.

    Parameters
    ----------
    database, standing, clock
        Where the files are; what the user is, now.
    public_url
        Address of the server, for links made without one.
    previews
        Folder of the previews.
    """

    def __init__(
        self, database: Database, standing: Callable[[], Standing], clock: Clock, *, public_url: str, previews: Path
    ) -> None:
        self._database = database
        self._standing = standing
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._previews = previews

    def document(self, identifiers: Sequence[str], base_url: str | None = None) -> LinksDocument:
        """Return the links of files: all of the first, then all of the next.

        An identifier that names no file, or none the user may know of, has one row that says so: the same in both cases.

        Parameters
        ----------
        identifiers
            DP IDs or IVOA identifiers; beyond `MOST` the table overflows, and the client asks again.
        base_url
            Address of the server as this client knows it.
        """
        asked = list(dict.fromkeys(one.strip() for one in identifiers if one.strip()))
        names = {one: _dp_id(one) for one in asked[:MOST]}
        with self._database.read() as connection:
            found = read_facts(connection, [one for one in names.values() if one], self._standing(), self._now())
        maker = self._maker(base_url)
        links: list[Link] = []
        services: list[ServiceInfo] = []
        for number, (identifier, dp_id) in enumerate(names.items(), start=1):
            if dp_id is None or dp_id not in found:
                links.append(_missing(identifier))
                continue
            rows, described = maker.links(identifier, found[dp_id], number)
            links += rows
            services += described
        table = links_table(links)
        return LinksDocument(TableRows(table.columns, table.source, len(asked) > MOST), tuple(services))

    def table(self, identifiers: Sequence[str]) -> Table:
        """Return the links of files as an astropy table."""
        rows = self.document(identifiers).rows
        return to_astropy(rows.columns, rows.batches())

    def calibrations(self, trees: Sequence[Association], base_url: str | None = None) -> LinksDocument:
        """Return the calibrations of frames as links, from their trees."""
        names = [file.name for tree in trees for file in (*tree.files, *tree.calibrations())]
        with self._database.read() as connection:
            found = read_facts(connection, list(dict.fromkeys(names)), self._standing(), self._now())
        known = {name: one.own for name, one in found.items()}
        origfiles: dict[str, Any] = {name: one.header.get("ORIGFILE") for name, one in found.items()}
        maker = self._maker(base_url)
        links = [link for tree in trees for link in calibration_links(tree, known, origfiles, maker)]
        return LinksDocument(links_table(links))

    def _maker(self, base_url: str | None) -> Maker:
        return Maker((base_url or self._public_url).rstrip("/"), self._has_preview)

    def _has_preview(self, one: Facts) -> bool:
        return (self._previews / location(f"{one.row['dp_id']}.png")).is_file()

    def _now(self) -> str:
        return isoformat(self._clock.now())


def _dp_id(identifier: str) -> str | None:
    try:
        return dp_id_of(identifier)
    except NotFoundError:
        return None


def _missing(identifier: str) -> Link:
    return Link(identifier, error_message=f"NotFoundFault: {no_such_file(identifier).message}")
