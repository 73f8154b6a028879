"""Links of files at ``/datalink/links`` (DataLink 1.1)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dfs.server.bodies import read_sent
from dfs.server.context import acting, base_url
from dfs.server.vosi import availability, described
from dfs.vo.datalink import CONTENT_TYPE, LinksDocument
from dfs.vo.formats import Format, negotiate, write
from dfs.vo.tap.vosi.capabilities import Capability

__all__ = ["answered", "paths", "routes"]

_LINKS = "ivo://ivoa.net/std/DataLink#links-1.1"


async def links(request: Request) -> Response:
    """Answer with the links of the files named by ``ID``."""
    sent = await read_sent(request)
    identifiers = [value for name, value in sent.parameters if name.upper() == "ID"]
    form = _format(sent.parameters)

    def work() -> Response:
        return answered(acting(request).datalink.document(identifiers, base_url(request)), form)

    return await run_in_threadpool(work)


def answered(document: LinksDocument, form: Format | None) -> Response:
    """Return a links document in a format; None: as DataLink has it."""
    chosen = form if form is not None else negotiate("votable")
    content = b"".join(write(document.rows, chosen, services=document.services))
    kind = CONTENT_TYPE if form is None else chosen.mime
    return Response(content, media_type=kind, headers={"Cache-Control": "no-store"})


def _format(parameters: Sequence[tuple[str, str]]) -> Format | None:
    """Return the format asked for; None for DataLink's own, which every way to say VOTable means."""
    asked = next((value for name, value in parameters if name.upper() == "RESPONSEFORMAT" and value.strip()), None)
    if asked is None or "content=datalink" in asked.replace(" ", "").lower():
        return None
    form = negotiate(asked)
    return None if form.name == "votable" else form


def capabilities(request: Request) -> Response:
    """Say what this service is."""
    url = f"{base_url(request)}/datalink"
    own = Capability(_LINKS, f"{url}/links", version="1.1", full=False)
    return described(own, url)


routes = [
    Route("/datalink/links", links, methods=["GET", "POST"]),
    Route("/datalink/capabilities", capabilities),
    Route("/datalink/availability", availability),
]
paths = {
    "/datalink/links": {
        "get": {
            "summary": "What there is for files: themselves, previews, calibrations, provenance, cut-outs (DataLink 1.1)",
            "tags": ["files"],
            "parameters": [
                {
                    "name": "ID",
                    "in": "query",
                    "description": "ivo://eso.org/ID?<dp_id>, also several times",
                    "schema": {"type": "string"},
                },
                {
                    "name": "RESPONSEFORMAT",
                    "in": "query",
                    "description": "votable, json, csv ...",
                    "schema": {"type": "string"},
                },
            ],
        }
    }
}
