"""The links of one file: itself, its preview, header and night log, what it was made from and what was made from it, its services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dfs.archive.downloads import media_type
from dfs.archive.identifiers import ivo_id
from dfs.vo.datalink.cutting import cutting_service
from dfs.vo.datalink.facts import Facts, Family
from dfs.vo.datalink.link import CONTENT_TYPE, ESO, Link
from dfs.vo.formats import ServiceInfo

__all__ = ["Maker"]

_SCIENCE = ("SCIENCE", "SOURCE_TABLE")


@dataclass(frozen=True)
class Maker:
    """Makes links to the services at `base_url`.

    Attributes
    ----------
    base_url
        Address of the server, without a slash at the end.
    has_preview
        Whether there is a picture of the file of a row.
    """

    base_url: str
    has_preview: Callable[[Facts], bool]

    def links(self, identifier: str, family: Family, number: int) -> tuple[list[Link], list[ServiceInfo]]:
        """Return the links of a file and the services they name.

        Parameters
        ----------
        identifier
            As the client gave it.
        family
            The file and those round it.
        number
            Of the file in the document: it tells its services from those of others.
        """
        made = [self._own(identifier, family), *self._beside(identifier, family)]
        made += [self._relative(identifier, one, _semantics_up(one)) for one in family.parents]
        made += [self._relative(identifier, one, "#derivation") for one in family.products]
        made += [self._relative(identifier, one, "#auxiliary") for one in family.reports]
        row = family.own.row
        service = None
        if ".fits" in row["path"] and row["state"] == "online":
            url = f"{self.base_url}/soda/sync"
            service = cutting_service(family.header, row["category"], ivo_id(row["dp_id"]), f"soda_{number}", url)
        if service is not None:
            made.append(self._cutout(identifier, family.own, service))
        return made, [service] if service is not None else []

    def file_url(self, dp_id: str) -> str:
        """Return where a file is downloaded."""
        return f"{self.base_url}/files/{quote(dp_id, safe=':')}"

    def links_url(self, dp_id: str) -> str:
        """Return where the links of a file are."""
        return f"{self.base_url}/datalink/links?ID={ivo_id(quote(dp_id, safe=':'))}"

    def _own(self, identifier: str, family: Family) -> Link:
        return self.file_link(identifier, family.own, "#this", _title(family), family.header.get("ORIGFILE"))

    def file_link(self, identifier: str, one: Facts, semantics: str, description: str, origfile: Any = None) -> Link:
        """Return the link to a file itself, or why it is not served."""
        row = one.row
        if row["state"] != "online":
            reason = f"FatalFault: {row['dp_id']} is damaged and in quarantine: it is not served"
            return Link(identifier, error_message=reason, semantics=semantics, description=description)
        return Link(
            identifier,
            self.file_url(row["dp_id"]),
            semantics=semantics,
            description=description,
            content_type=media_type(Path(row["path"]).name),
            content_length=row["bytes"],
            local_semantics=row["category"],
            link_auth="false" if one.is_public else "true",
            link_authorized=one.is_permitted,
            eso_origfile=str(origfile) if origfile else None,
            eso_category=row["category"],
            eso_datalink=self.links_url(row["dp_id"]),
        )

    def _beside(self, identifier: str, family: Family) -> Iterator[Link]:
        """Give the pages round a file: its preview, header, night log and calibrations."""
        one, dp_id = family.own, family.own.row["dp_id"]
        name = quote(dp_id, safe=":")

        def page(path: str, semantics: str, description: str, kind: str, *, data: bool = False) -> Link:
            is_open = one.is_public or not data
            return Link(
                identifier,
                f"{self.base_url}{path}",
                semantics=semantics,
                description=description,
                content_type=kind,
                link_auth="false" if is_open else "true",
                link_authorized=one.is_permitted or not data,
            )

        if self.has_preview(one):
            yield page(f"/previews/{name}", "#preview", f"Picture of {dp_id}", "image/png", data=True)
        if family.header:
            yield page(f"/hdr?DpId={name}", f"{ESO}header", f"Header of {dp_id}", "text/html")
        if one.row["kind"] != "raw":
            return
        log = f"What is known of the exposure {dp_id}"
        yield page(f"/night-logs/{name}", f"{ESO}night_log", log, "text/plain", data=True)
        for mode, kind in (("Raw2Raw", "raw frames"), ("Raw2Master", "masters, raw frames where there is none")):
            path = f"/calselector/v1/associations?dp_id={name}&mode={mode}&responseformat=votable"
            text = f"Calibrations of {dp_id}: {kind}"
            yield page(path, f"{ESO}calSelector_{mode.lower()}", text, CONTENT_TYPE)

    def _relative(self, identifier: str, one: Facts, semantics: str) -> Link:
        row = one.row
        return self.file_link(identifier, one, semantics, f"{row['category'] or row['kind']} {row['dp_id']}")

    def _cutout(self, identifier: str, one: Facts, service: ServiceInfo) -> Link:
        return Link(
            identifier,
            service_def=service.identifier,
            semantics="#cutout",
            description=f"Parts of {one.row['dp_id']} by position and wavelength",
            content_type="application/fits",
            link_auth="false" if one.is_public else "true",
            link_authorized=one.is_permitted,
        )


def _semantics_up(one: Facts) -> str:
    """Return what a parent is to a product: a calibration applied, or what it was made from."""
    is_master = one.row["kind"] == "product" and not str(one.row["category"] or "").startswith(_SCIENCE)
    return "#calibration" if is_master else "#progenitor"


def _title(family: Family) -> str:
    row = family.own.row
    said = [row["instrument"], row["category"], row["target"] and f"of {row['target']}"]
    return " ".join(str(one) for one in said if one) or row["dp_id"]
