"""``/p2fc``: finding charts drawn on request, as ESO's client asks for them; the token is a field, no header."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dfs.errors import NotFoundError
from dfs.phase2.p2fc.shelf import IMAGE_BYTES
from dfs.server.p2.call import document
from dfs.server.p2.schemas import ref
from dfs.server.p2.token_fields import Asked, asked, block_of, worked

if TYPE_CHECKING:
    from dfs.observatory import Observatory

__all__ = ["paths", "routes"]

_NONE = ("None", "null", "")  # how clients write that there is nothing


async def draw(request: Request) -> Response:
    """Draw charts; or, by ``mode``, set the background, or keep an image."""
    sent = await asked(request, file_bytes=IMAGE_BYTES)
    return await _as_user(request, sent, lambda observatory: _posted(observatory, sent))


async def background(request: Request) -> Response:
    """Answer with what a block's charts are drawn on."""
    sent = await asked(request, file_bytes=0)
    return await _as_user(request, sent, lambda observatory: _read(observatory, sent))


async def remove(request: Request) -> Response:
    """Take an uploaded image away."""
    sent = await asked(request, file_bytes=0)
    return await _as_user(
        request, sent, lambda one: document(one.chart_service.remove(block_of(sent), sent.field("fits_hash")))
    )


def surveys(request: Request) -> Response:
    """Answer with the surveys that charts can be drawn on."""
    return document(request.app.state.observatory.chart_service.surveys())


async def _as_user(request: Request, sent: Asked, work: Callable[[Observatory], Response]) -> Response:
    return await worked(request, sent.field("access_token", ""), work)


def _read(observatory: Observatory, sent: Asked) -> Response:
    charts = observatory.chart_service
    wants_list = sent.field("mode", "get_ob") == "get_ob_image_list"
    return document(charts.images(block_of(sent)) if wants_list else charts.info(block_of(sent)))


def _posted(observatory: Observatory, sent: Asked) -> Response:
    """Do what ``mode`` says."""
    charts, ob_id = observatory.chart_service, block_of(sent)
    mode, band = sent.field("mode", ""), _given(sent, "bkg_lam")
    if mode == "set_ob_info":
        return document(charts.choose(ob_id, sent.field("value")))
    if mode == "upload_bkg_image":
        if sent.file is None:
            raise NotFoundError("there is no image in the request", where="bkg_image_fits_file")
        return document(charts.add(ob_id, sent.file, band))
    drawn = charts.draw(ob_id, at=_given(sent, "obsdate"), survey=_given(sent, "survey"), image=sent.file, band=band)
    return document(drawn)


def _given(sent: Asked, name: str) -> str:
    value = sent.field(name, "")
    return "" if value in _NONE else value


_ENDPOINTS = (
    ("", draw, "POST"),
    ("bkg_image", background, "GET"),
    ("bkg_image_delete", remove, "DELETE"),
    ("supported_surveys", surveys, "GET"),
)
# ESO's client writes two slashes: its address ends in one
routes = [Route("/p2fc", draw, methods=["POST"])] + [
    Route(f"/p2fc{slash}{name}", answer, methods=[method])
    for name, answer, method in _ENDPOINTS
    for slash in ("/", "//")
]

_TEXT = {"type": "string"}
_BAD = {"description": "why not", "content": {"application/json": {"schema": ref("P2Error")}}}


def _query(name: str, *, required: bool = True) -> dict[str, object]:
    return {"name": name, "in": "query", "required": required, "schema": _TEXT}


def _operation(summary: str, *names: str, body: bool = False) -> dict[str, object]:
    good = {"description": "as asked", "content": {"application/json": {"schema": {}}}}
    made: dict[str, object] = {
        "summary": summary,
        "tags": ["Phase 2: finding charts"],
        "parameters": [_query(name) for name in names],
        "responses": {"200": good, "400": _BAD, "401": _BAD, "403": _BAD, "404": _BAD, "default": _BAD},
    }
    if body:
        names_of = ("url", "access_token", "obsdate", "survey", "mode", "value", "bkg_lam")
        form = {"type": "object", "required": ["url", "access_token"], "properties": dict.fromkeys(names_of, _TEXT)}
        made["requestBody"] = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}}
    return made


paths = {
    "/p2fc/": {"post": _operation("Draw the charts of a block and attach them; set what they are drawn on", body=True)},
    "/p2fc/bkg_image": {"get": _operation("What a block's charts are drawn on", "url", "access_token", "mode")},
    "/p2fc/bkg_image_delete": {"delete": _operation("Take an uploaded image away", "url", "access_token", "fits_hash")},
    "/p2fc/supported_surveys": {"get": _operation("The surveys that charts can be drawn on")},
}
