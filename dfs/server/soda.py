"""Cut-outs at ``/soda/sync`` (SODA 1.0)."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dfs.errors import DfsError, NotFoundError, UsageError
from dfs.server.bodies import read_sent
from dfs.server.context import acting, base_url
from dfs.server.files import sent_file
from dfs.server.vosi import availability, described
from dfs.vo.soda import NoOverlap
from dfs.vo.tap.vosi.capabilities import Capability

__all__ = ["paths", "routes"]


async def sync(request: Request) -> Response:
    """Send a part of a file; 204 when the file holds nothing of what is asked for."""
    sent = await read_sent(request)
    try:
        found = await run_in_threadpool(lambda: acting(request).soda.sync(sent.parameters))
    except NoOverlap:
        return Response(status_code=204)
    except (UsageError, NotFoundError) as error:
        return _fault(error)
    return sent_file(request, found.file, found.size, found.name)


def _fault(error: DfsError) -> Response:
    """Return an error in the words of SODA 1.0, section 5.3."""
    word, status = ("UsageFault", 400) if isinstance(error, UsageError) else ("NotFoundFault", 404)
    return PlainTextResponse(f"{word}: {error.line()}\n", status, {"Cache-Control": "no-store"})


def capabilities(request: Request) -> Response:
    """Say what this service is."""
    url = f"{base_url(request)}/soda"
    own = Capability("ivo://ivoa.net/std/SODA#sync-1.0", f"{url}/sync", version="1.0", full=False)
    return described(own, url)


routes = [
    Route("/soda/sync", sync, methods=["GET", "HEAD", "POST"]),
    Route("/soda/capabilities", capabilities),
    Route("/soda/availability", availability),
]
_PARAMETERS = {
    "ID": "of one file, as in its links",
    "CIRCLE": "ra dec radius (deg, ICRS)",
    "POLYGON": "ra dec ra dec ra dec ... (deg, ICRS)",
    "POS": "CIRCLE ..., RANGE ra1 ra2 dec1 dec2, or POLYGON ...",
    "BAND": "shortest and longest wavelength in vacuum (m)",
}
paths = {
    "/soda/sync": {
        "get": {
            "summary": "Part of an image, cube or spectrum (SODA 1.0): FITS; 204 when there is nothing",
            "tags": ["files"],
            "parameters": [
                {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
                for name, text in _PARAMETERS.items()
            ],
        }
    }
}
