"""Files: whole or in part, at ``/files/{dp_id}`` and at ``/dataPortal/file/{dp_id}``, the path that clients of ESO's archive know; previews."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dfs.access import Action
from dfs.archive.downloads import Download
from dfs.archive.identifiers import dp_id_of
from dfs.errors import AccessError
from dfs.server.context import acting
from dfs.server.outlet import hung_up
from dfs.server.ranges import RangeError, etag_of, http_date, is_unchanged, misses, part_of

__all__ = ["Stream", "paths", "routes", "sent_file"]

_CHUNK = 1 << 18


class DeniedError(AccessError):
    """A file one may not have, said as clients of ESO's archive understand it."""

    status = 401


class Stream(Response):
    """Sends what an iterator gives, made in a thread, until the client hangs up; closes its source however it ends."""

    def __init__(
        self, chunks: Iterator[bytes], close: Callable[[], None], status: int, headers: dict[str, str]
    ) -> None:
        self._chunks, self._close = chunks, close
        self.status_code, self.background = status, None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Send the bytes."""
        gone = asyncio.create_task(hung_up(receive))  # the server under us takes bytes for nobody as fast as they come
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while not gone.done() and (chunk := await run_in_threadpool(next, self._chunks, b"")):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            if not gone.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            self._close()


def sent_file(request: Request, file: IO[bytes], size: int, name: str) -> Response:
    """Return an open file without a checksum of its own (a cut-out) as a response; it is closed afterwards."""
    headers = {
        "Content-Type": "application/fits",
        "Content-Length": str(size),
        "Content-Disposition": f"attachment; filename={name}",
        "Cache-Control": "private, no-store",
    }
    if request.method == "HEAD":
        file.close()
        return Response(None, 200, headers)
    return Stream(iter(lambda: file.read(_CHUNK), b""), file.close, 200, headers)


async def download(request: Request) -> Response:
    """Send a file, or the part of it that the client asks for."""
    found = await run_in_threadpool(_opened, request)
    return _answered(request, found)


async def download_as_eso(request: Request) -> Response:
    """Send a file; who may not have it gets 401 also when he has signed in, as ESO's service answers."""
    try:
        return await download(request)
    except AccessError as error:
        if getattr(error, "status", None) is not None:
            raise
        raise DeniedError(error.message, where=error.where, hint=error.hint) from error


def _opened(request: Request) -> Download:
    return acting(request).downloads.open(request.path_params["dp_id"])


def _answered(request: Request, found: Download) -> Response:
    etag, asked = etag_of(found.sha256), request.headers
    headers = _headers(found, etag)
    if misses(asked, etag):
        return _without_body(found, 412, {"ETag": etag})
    if is_unchanged(asked, etag):
        return _without_body(found, 304, headers)
    try:
        part = part_of(asked, found.size, etag, found.modified) if request.method == "GET" else None
    except RangeError as error:
        return _without_body(found, error.status, {"Content-Range": f"bytes */{found.size}", "ETag": etag})
    first, end = part or (0, found.size)
    headers |= {"Content-Length": str(end - first), "Content-Type": found.media_type}
    if part:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{found.size}"
    if request.method == "HEAD":
        return _without_body(found, 200, headers)
    if not part:
        headers["Content-Digest"] = headers["Repr-Digest"]
    return Stream(found.chunks(first, end), found.close, 206 if part else 200, headers)


def _headers(found: Download, etag: str) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(found.sha256)).decode()
    return {
        "Content-Disposition": f"attachment; filename={found.name}",
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Last-Modified": http_date(found.modified),
        "Repr-Digest": f"sha-256=:{digest}:",
        "Digest": f"sha-256={digest}",
        "Cache-Control": "private, no-cache",  # rights may go, bytes never change: ask again, with the ETag
    }


def _without_body(found: Download, status: int, headers: dict[str, str]) -> Response:
    found.close()
    response = Response(None, status)
    if status == 200:  # HEAD: the length is that of the file
        del response.headers["content-length"]
    for name, value in headers.items():
        response.headers[name] = value
    return response


async def preview(request: Request) -> Response:
    """Send the preview of a file, for those who may have the file."""

    def read() -> bytes:
        observatory, dp_id = acting(request), dp_id_of(request.path_params["dp_id"])
        observatory.doors.require(Action.DATA, dp_id)
        return observatory.previews.path(dp_id).read_bytes()

    content = await run_in_threadpool(read)
    return Response(content, media_type="image/png", headers={"Cache-Control": "private, no-cache"})


_READING = ["GET", "HEAD"]
routes = [
    Route("/files/{dp_id}", download, methods=_READING),
    Route("/dataPortal/file/{dp_id}", download_as_eso, methods=_READING),
    Route("/previews/{dp_id}", preview, methods=_READING),
]

_DP_ID = {"name": "dp_id", "in": "path", "required": True, "schema": {"type": "string"}}


def _path(summary: str) -> dict[str, dict[str, object]]:
    return {"get": {"summary": summary, "tags": ["files"], "parameters": [_DP_ID]}}


paths = {
    "/files/{dp_id}": _path("A file, whole or in part (Range); its SHA-256 is the ETag"),
    "/dataPortal/file/{dp_id}": _path("The same where clients of ESO's archive look for it"),
    "/previews/{dp_id}": _path("A picture of a file (PNG)"),
}
