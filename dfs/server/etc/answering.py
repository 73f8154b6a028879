"""Questions to the calculator: read, put in line, answered in the form in which they came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dfs.clock import isoformat
from dfs.errors import UsageError
from dfs.etc.calculator import Calculator
from dfs.etc.documents.answers import document_of
from dfs.etc.documents.inline_spectrum import SPECTRUM
from dfs.etc.documents.links import inputs_of_link
from dfs.etc.documents.mapping import request_of
from dfs.etc.eso_json import answer_eso, instrument_of, is_eso, read_eso
from dfs.etc.reading import Question, read_question
from dfs.instruments.optics import optics
from dfs.server.etc.uploads import received, with_spectrum
from dfs.server.query import lane_of
from dfs.vo.tap.lanes import Lanes

__all__ = ["beside", "routes"]

_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_FRESH = {"Cache-Control": "no-store"}
# A question takes milliseconds, the first of a set-up a second: two at once, one of each user, and a line for loops that send many.
_THREADS, _RUNNING_EACH, _WAITING_EACH = 2, 1, 64


async def asked(request: Request) -> Response:
    """Answer a document, or with GET the flat mapping behind the question mark."""
    body = await received(request) if request.method == "POST" else None
    lanes: Lanes = request.app.state.etc_lanes
    lane, name = await lane_of(request), request.path_params["instrument"]
    optics(instrument_of(name))  # or there is none of this address
    made = isoformat(request.app.state.observatory.clock.now())

    def work() -> bytes:
        told = _by_address(request, name) if body is None else _by_body(body.document(), body.file, name, made)
        return _encoded(told)

    told = await asyncio.wrap_future(lanes.submit(lane, work))
    return Response(told, headers=_FRESH, media_type="application/json")


def _encoded(told: Mapping[str, Any]) -> bytes:
    """Return the JSON of an answer; a long spectrum piece by piece, as the fast encoder would let no other thread run meanwhile."""
    is_long = SPECTRUM in told.get("inputs", ())
    return ("".join(_JSON.iterencode(told)) if is_long else _JSON.encode(told)).encode()


def _by_address(request: Request, name: str) -> dict[str, Any]:
    query = request.scope["query_string"].decode("latin-1")
    said = inputs_of_link(f"?{query}") if query else {}
    return _ours(Question({"instrument": name, **said}), name)


def _by_body(document: Mapping[str, Any], content: bytes | None, name: str, made: str) -> dict[str, Any]:
    if not is_eso(document):
        question = read_question(document)
        return _ours(replace(question, inputs=with_spectrum(question.inputs, content)), name)
    said, notes = read_eso(document, name)
    result = Calculator().answer(request_of(with_spectrum(said, content), files=False))
    return answer_eso(Question(said, notes).noted(result), document, made)


def _ours(question: Question, name: str) -> dict[str, Any]:
    """Return the answer to our own document; the address may leave the instrument to it, but not name another."""
    said = dict(question.inputs)
    instrument = instrument_of(name)
    given = said.setdefault("instrument", instrument)
    if not isinstance(given, str) or instrument_of(given) != instrument:
        raise UsageError(f"the document asks for {str(given)[:60]!r}, the address for {instrument}", where="instrument")
    said["instrument"] = instrument
    return document_of(question.noted(Calculator().answer(request_of(said, files=False))))


@asynccontextmanager
async def beside(app: Starlette) -> AsyncIterator[None]:
    """Keep the threads that compute as long as the server runs."""
    app.state.etc_lanes = Lanes(_THREADS, running_each=_RUNNING_EACH, waiting_each=_WAITING_EACH, name="etc")
    try:
        yield
    finally:
        app.state.etc_lanes.close(1.0)


_BOTH = ["GET", "POST"]
# With and without the slash at the end: a redirection would lose the body.
routes = [Route(f"/etc/api/{{instrument}}{slash}", asked, methods=_BOTH) for slash in ("", "/")]
