"""What services say of themselves, over HTTP: all of them capabilities and availability, TAP its tables and examples too."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dfs.errors import NotFoundError, UsageError
from dfs.server.bodies import read_sent
from dfs.server.context import base_url
from dfs.server.home import tables_page
from dfs.server.html import wants_page
from dfs.vo.formats import FORMATS
from dfs.vo.tap.service import Tap
from dfs.vo.tap.vosi.availability import availability_document
from dfs.vo.tap.vosi.capabilities import Capability, OutputFormat, capabilities_document, tap_capability
from dfs.vo.tap.vosi.examples import examples, examples_document
from dfs.vo.tap.vosi.language import features
from dfs.vo.tap.vosi.tables import table_document, tableset_document

__all__ = ["availability", "described", "vosi_routes"]

_VOSI = "ivo://ivoa.net/std/VOSI#"


def vosi_routes(base: str) -> list[Route]:
    """Return the routes of the service at path `base` (``/tap``)."""
    return [
        Route(f"{base}/capabilities", _capabilities),
        Route(f"{base}/tables", _tables),
        Route(f"{base}/tables/{{table}}", _table),
        Route(f"{base}/availability", availability),
        Route(f"{base}/examples", _examples),
    ]


def _capabilities(request: Request) -> Response:
    url = f"{base_url(request)}{_family(request)}"
    formats = [OutputFormat(one.mime, (one.name, *one.aliases), one.ivoid or None) for one in FORMATS]
    tap = tap_capability(url, _tap(request).limits, features(), formats)
    others = [
        Capability(f"{_VOSI}capabilities", f"{url}/capabilities"),
        Capability(f"{_VOSI}availability", f"{url}/availability"),
        Capability(f"{_VOSI}tables-1.1", f"{url}/tables", version="1.1"),
        Capability("ivo://ivoa.net/std/DALI#examples", f"{url}/examples", xsi_type="vr:WebBrowser", role=None),
    ]
    return _xml(capabilities_document([tap, *others]))


async def _tables(request: Request) -> Response:
    """List the tables; to a browser as a page."""
    sent = await read_sent(request)
    details = [value for name, value in sent.parameters if name.lower() == "detail"]
    if any(one not in {"min", "max"} for one in details):
        raise UsageError(f"detail = {details[0][:40]!r}", accepted="min, max")
    tap = _tap(request)
    tables = await run_in_threadpool(tap.engine.tables)
    if wants_page(request):
        return tables_page(tables)
    document = await run_in_threadpool(tableset_document, tap.descriptions(), tables, columns="min" not in details)
    return _xml(document)


def _table(request: Request) -> Response:
    name = request.path_params["table"]
    table = next((one for one in _tap(request).engine.tables() if one.name.lower() == name.lower()), None)
    if table is None:
        raise NotFoundError(f"there is no table {name[:80]!r}", hint="see tables")
    return _xml(table_document(table))


def availability(request: Request) -> Response:
    """Say that a service is up, and since when."""
    return _xml(availability_document(available=True, up_since=_tap(request).up_since))


def described(service: Capability, url: str) -> Response:
    """Say what the service at `url` is."""
    others = [Capability(f"{_VOSI}{one}", f"{url}/{one}") for one in ("capabilities", "availability")]
    return _xml(capabilities_document([service, *others]))


def _examples(_request: Request) -> Response:
    return Response(examples_document(examples()), media_type="application/xhtml+xml")


def _tap(request: Request) -> Tap:
    tap: Tap = request.app.state.observatory.tap
    return tap


def _family(request: Request) -> str:
    """Return the path of the service this request came to: ``/tap``."""
    path: str = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return "/" + path.split("/")[1]


def _xml(content: bytes) -> Response:
    return Response(content, media_type="application/xml", headers={"Cache-Control": "no-store"})
