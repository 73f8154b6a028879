"""Calibration selection at ``/calselector/v1/associations``, as ESO's service answers: XML, several frames as parts, or a table of links."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dfs.archive.calibrations import Association, file_name, multipart, to_xml
from dfs.errors import UsageError
from dfs.server.bodies import read_sent
from dfs.server.context import acting, base_url
from dfs.server.datalink import answered

__all__ = ["paths", "routes"]

_FORMATS = {
    "": "xml",
    "xml": "xml",
    "application/xml": "xml",
    "votable": "votable",
    "application/x-votable+xml": "votable",
}


async def associations(request: Request) -> Response:
    """Answer with the calibrations of the frames named by ``dp_id``."""
    sent = await read_sent(request)
    given = [(name.lower(), value.strip()) for name, value in sent.parameters]
    frames = [value for name, value in given if name == "dp_id"]
    mode = next((value for name, value in given if name == "mode" and value), "Raw2Raw")
    form = _format(given)

    def work() -> Response:
        observatory = acting(request)
        trees = observatory.calibrations.trees(frames, mode)
        if form == "votable":
            return answered(observatory.datalink.calibrations(trees, base_url(request)), None)
        return _documents(trees)

    return await run_in_threadpool(work)


def _format(given: Sequence[tuple[str, str]]) -> str:
    text = next((value for name, value in given if name == "responseformat"), "").partition(";")[0].lower()
    if text not in _FORMATS:
        raise UsageError(f"responseformat = {text[:40]!r}", where="responseformat", accepted="xml, votable")
    return _FORMATS[text]


def _documents(trees: Sequence[Association]) -> Response:
    common = {"Cache-Control": "no-store"}
    if len(trees) > 1:
        body, boundary = multipart(trees)
        return Response(body, headers={**common, "Content-Type": f"multipart/form-data; boundary={boundary}"})
    named = {"Content-Disposition": f'attachment; filename="{file_name(trees[0])}"'}
    kind = {"Content-Type": "application/xml;content=calselector"}
    return Response(to_xml(trees[0]), headers={**common, **named, **kind})


routes = [Route("/calselector/v1/associations", associations, methods=["GET", "POST"])]
_PARAMETERS = {
    "dp_id": "a raw frame; at most 100 times",
    "mode": "Raw2Raw, Raw2Master",
    "responseformat": "xml, votable",
}
paths = {
    "/calselector/v1/associations": {
        "get": {
            "summary": "Calibrations of raw frames, as a tree",
            "tags": ["files"],
            "parameters": [
                {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
                for name, text in _PARAMETERS.items()
            ],
        }
    }
}
