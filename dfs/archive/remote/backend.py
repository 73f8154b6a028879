"""The archive over HTTP: fulfils `dfs.archive.backend.Backend`."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dfs.archive.remote import tap
from dfs.archive.remote.download import fetch
from dfs.archive.remote.session import Session
from dfs.errors import NotFoundError, ServiceError, UsageError
from dfs.model import TableSchema
from dfs.progress import Progress

if TYPE_CHECKING:
    from astropy.table import Table

    from dfs.archive.calibrations import Association
    from dfs.archive.deliveries import Delivery

__all__ = ["RemoteBackend"]

_CARDS = re.compile(r"<pre[^>]*>(.*?)</pre>", re.DOTALL | re.IGNORECASE)
_SODA = "ivo://ivoa.net/std/soda#sync"


class RemoteBackend:
    """Answers queries and hands out files from an archive elsewhere."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._services = session.services

    def query(self, adql: str, *, maxrec: int | None, uploads: Mapping[str, Any]) -> Table:
        """Run a query; see `dfs.archive.backend.Backend`."""
        return tap.query(self._session, adql, maxrec, uploads)

    def tables(self) -> Sequence[TableSchema]:
        """Return the tables that can be queried."""
        return tap.tables(self._session)

    def links(self, dp_ids: Sequence[str]) -> Table:
        """Return the DataLink table of files."""
        return self._datalink(dp_ids)[0]

    def fetch(self, dp_id: str, folder: Path, progress: Progress) -> Path:
        """Put a file into `folder`; see `dfs.archive.remote.download.fetch`."""
        return fetch(self._session, self._services.files + quote(dp_id, safe=":"), dp_id, folder, progress)

    def cutout(self, dp_id: str, parameters: Mapping[str, str], folder: Path) -> Path:
        """Put a cut-out into `folder`, from the service that the DataLink document of the file names."""
        from dfs.progress import Silent

        url = self._datalink([dp_id])[1]
        if url is None:
            raise NotFoundError("this file cannot be cut", where=dp_id, hint="fetch the whole file")
        question = "&".join(
            f"{name}={quote(value)}" for name, value in {"ID": _publisher_did(dp_id), **parameters}.items()
        )
        return fetch(self._session, f"{url}{'&' if '?' in url else '?'}{question}", f"{dp_id}_cutout", folder, Silent())

    def calibrations(self, dp_id: str, mode: str) -> Association:
        """Return the calibrations of a raw frame, read from the archive's own tree."""
        from dfs.archive.calibrations import read_xml

        asked = {"raw2raw": "Raw2Raw", "raw2master": "Raw2Master"}[mode]
        answer = self._session.ask("POST", self._services.calibrations, data={"dp_id": dp_id, "mode": asked})
        return read_xml(answer.content)

    def header(self, dp_id: str) -> str:
        """Return the header of a file as text."""
        answer = self._session.ask("GET", self._services.header + quote(dp_id, safe=":"))
        found = _CARDS.search(answer.text)
        if found is None:
            raise ServiceError("the page holds no header", where=self._services.header)
        return html.unescape(found[1]).strip("\n")

    def night_log(self, dp_id: str) -> str:
        """Return the night log of a raw frame, from the address that its links name."""
        rows = [row for row in self.links([dp_id]) if str(row["semantics"]).endswith("#night_log")]
        if not rows:
            raise NotFoundError("there is no night log of it", where=dp_id)
        return self._session.ask("GET", str(rows[0]["access_url"])).text

    def preview(self, dp_id: str) -> bytes:
        """Return the preview of a file."""
        if self._services.preview:
            return self._session.ask("GET", self._services.preview + quote(dp_id, safe=":")).content
        links = self.links([dp_id])
        rows = [row for row in links if str(row["semantics"]).startswith("#preview")]
        if not rows:
            raise NotFoundError("there is no preview of it", where=dp_id)
        return self._session.ask("GET", str(rows[0]["access_url"])).content

    def request(self, dp_ids: Sequence[str], **options: Any) -> Delivery:
        """Make a delivery of files, and return it."""
        from dfs.archive.deliveries import delivery_of

        answer = self._session.ask("POST", self._deliveries(), json={"dp_ids": list(dp_ids), **options})
        return delivery_of(answer.json())

    def requests(self) -> Sequence[Delivery]:
        """Return the user's deliveries, and those shared with him."""
        from dfs.archive.deliveries import delivery_of

        answer = self._session.ask("GET", self._deliveries())
        return [delivery_of(one) for one in answer.json().get("deliveries", [])]

    def _deliveries(self) -> str:
        """Return the address of the deliveries, or raise for an archive that does not offer them to programs."""
        if not self._services.deliveries:
            raise UsageError(
                f"{self._services.name} takes no requests from programs", hint="fetch the files: archive.get(...)"
            )
        return self._services.deliveries

    def _datalink(self, dp_ids: Sequence[str]) -> tuple[Table, str | None]:
        """Return the DataLink table and the address of the cut-out service, if it names one."""
        from astropy.io.votable import parse

        if not dp_ids:
            raise UsageError("no file was named", where="links")
        question = [("ID", _publisher_did(one)) for one in dp_ids]
        answer = self._session.ask("POST", self._services.links, data=question)
        document = parse(BytesIO(answer.content), verify="ignore")
        services = [one for one in document.resources if one.utype == "adhoc:service"]
        return document.get_first_table().to_table(use_names_over_ids=True), next(
            filter(None, map(_soda_url, services)), None
        )


def _soda_url(resource: Any) -> str | None:
    told = {str(one.name): _decoded(one.value) for one in resource.params}
    return told.get("accessURL") if told.get("standardID", "").lower().startswith(_SODA) else None


def _decoded(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _publisher_did(dp_id: str) -> str:
    return dp_id if dp_id.startswith("ivo://") else f"ivo://eso.org/ID?{dp_id}"
