"""Simple protocols over HTTP: SIA2 at ``/sia2/query``, SSA at ``/ssa``, cone search at ``/scs`` and ``/scs/{table}``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dfs.server.bodies import read_sent
from dfs.server.context import base_url, caller
from dfs.server.query import QueryResponse, lane_of
from dfs.server.vosi import availability, described
from dfs.vo.simple import SimpleQuery, cone_query, image_query, spectrum_query
from dfs.vo.tap.answer import Answer
from dfs.vo.tap.service import Tap
from dfs.vo.tap.stop import Stop
from dfs.vo.tap.vosi.capabilities import Capability

__all__ = ["paths", "routes"]

# path of the service -> standard, path of its queries
_SERVICES = {
    "/sia2": ("ivo://ivoa.net/std/SIA#query-2.0", "2.0", "/query"),
    "/ssa": ("ivo://ivoa.net/std/SSA", "1.1", ""),
    "/scs": ("ivo://ivoa.net/std/ConeSearch", "1.03", ""),
}


async def images(request: Request) -> Response:
    """Answer a SIA2 query."""
    sent = await read_sent(request)
    return await _answered(request, image_query(sent.parameters))


async def spectra(request: Request) -> Response:
    """Answer an SSA query."""
    sent = await read_sent(request)
    return await _answered(request, spectrum_query(sent.parameters))


async def cone(request: Request) -> Response:
    """Answer a cone search over the table of the path, or of TABLE."""
    sent = await read_sent(request)
    tables = await run_in_threadpool(_tap(request).engine.tables)
    table = request.path_params.get("table")
    parameters: Sequence[tuple[str, str]] = [*sent.parameters, *([("TABLE", table)] if table else [])]
    return await _answered(request, cone_query(parameters, {one.name.lower(): one for one in tables}))


async def _answered(request: Request, query: SimpleQuery) -> Response:
    tap, base = _tap(request), base_url(request)

    def work(stop: Stop) -> Answer:
        return tap.simple(query, caller(request), stop, base_url=base)

    return QueryResponse(tap.quick, await lane_of(request), work, sync_s=tap.limits.sync_s)


def _described(path: str) -> Callable[[Request], Response]:
    standard, version, query = _SERVICES[path]

    def capabilities(request: Request) -> Response:
        url = f"{base_url(request)}{path}"
        return described(Capability(standard, url + query, version=version, full=False), url)

    return capabilities


def _tap(request: Request) -> Tap:
    tap: Tap = request.app.state.observatory.tap
    return tap


_BOTH = ["GET", "POST"]
routes = [
    *(Route(f"{path}/capabilities", _described(path)) for path in _SERVICES),
    *(Route(f"{path}/availability", availability) for path in _SERVICES),
    Route("/sia2/query", images, methods=_BOTH),
    Route("/ssa", spectra, methods=_BOTH),
    Route("/scs", cone, methods=_BOTH),
    Route("/scs/{table}", cone, methods=_BOTH),
]


def _query(summary: str, parameters: dict[str, str]) -> dict[str, dict[str, object]]:
    listed = [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in parameters.items()
    ]
    return {"get": {"summary": summary, "tags": ["simple protocols"], "parameters": listed}}


paths = {
    "/sia2/query": _query(
        "Images and cubes (SIA 2.0)",
        {
            "POS": "CIRCLE ra dec r, RANGE ..., POLYGON ... (deg)",
            "BAND": "wavelengths in m: low high",
            "TIME": "MJD: low high",
            "DPTYPE": "image, cube",
            "MAXREC": "rows at most",
        },
    ),
    "/ssa": _query(
        "Spectra (SSA 1.1)",
        {
            "REQUEST": "queryData",
            "POS": "ra,dec (deg)",
            "SIZE": "diameter (deg)",
            "BAND": "m: low/high",
            "TIME": "from/to",
        },
    ),
    "/scs": _query(
        "Rows round a position (cone search 1.03)",
        {"RA": "deg", "DEC": "deg", "SR": "deg", "VERB": "1, 2, 3", "TABLE": "default ivoa.ObsCore"},
    ),
}
