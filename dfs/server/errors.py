"""The one place that turns an error into a status and a body.

Services speak `dfs.errors`; here each class has its status, and each family of paths the form its clients read: a VOTable with
``QUERY_STATUS=ERROR`` where DALI asks for one, plain text for SODA, one text in JSON for Phase 2, JSON elsewhere.  What is not ours says nothing of itself
to the client: its traceback goes to the log under a number that the client is told.
"""

from __future__ import annotations

import logging
import secrets

from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from dfs.access import Anonymous
from dfs.errors import (
    AccessError,
    Cancelled,
    ConflictError,
    DataError,
    DfsError,
    NotFoundError,
    ServiceError,
    UsageError,
)

__all__ = ["RequestTooLarge", "answer", "as_dfs_error", "install", "status_of"]

_log = logging.getLogger("dfs.server")

_DALI = frozenset({"tap", "tap_obs", "tap_cat", "sia2", "ssa", "scs", "datalink"})
_TEXT = frozenset({"soda"})
_P2 = frozenset({"p2", "p2fc", "grrmapi"})
_STATUS: tuple[tuple[type[DfsError], int], ...] = (
    (AccessError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (UsageError, 400),
    (Cancelled, 503),
    (ServiceError, 503),
    (DataError, 500),
    (DfsError, 500),
)
_RETRY_AFTER_S = 10


class RequestTooLarge(UsageError):  # noqa: N818 - named as its kin
    """A request is larger than this server takes."""

    status = 413


def status_of(error: DfsError) -> int:
    """Return the HTTP status of `error`: its own attribute ``status`` where it has one, else that of its class."""
    own = getattr(error, "status", None)
    return own if isinstance(own, int) else next(status for kind, status in _STATUS if isinstance(error, kind))


def as_dfs_error(raised: Exception) -> DfsError:
    """Return `raised` as an error of our tree; what is not ours goes to the log and says nothing of itself."""
    if isinstance(raised, DfsError):
        return raised
    number = secrets.token_hex(4)
    _log.error("unexpected %s, number %s", type(raised).__name__, number, exc_info=raised)
    return DfsError("something went wrong here", hint=f"tell the operators the number {number}: it stands in their log")


def answer(request: Request, raised: Exception) -> Response:
    """Return the response that tells the client of `raised` in the form this path speaks."""
    error = _told(as_dfs_error(raised))
    status = status_of(error)
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, AccessError) and status == 403 and not _signed_in(request):
        status = 401
    if status == 401:
        # Never "Basic": a browser would pop up its own box, and clients would send passwords with every request.
        headers["WWW-Authenticate"] = 'Bearer realm="dfs"'
    if status == 413:
        headers["Connection"] = "close"  # what still comes of the body is not read
    if status in {429, 503}:
        headers["Retry-After"] = str(getattr(error, "retry_after_s", _RETRY_AFTER_S))
    return _body(request, error, status, headers)


def _told(error: DfsError) -> DfsError:
    """Return what a client is told of `error`; the place on this machine that it names goes to the log."""
    told = error.without_place()
    if told is not error:
        _log.error("%s", error.line())
    return told


def _signed_in(request: Request) -> bool:
    """Tell whether `dfs.server.identity` found out who sent `request`."""
    user = getattr(request.state, "dfs_user", None)
    return user is not None and not isinstance(user, Anonymous)


def _body(request: Request, error: DfsError, status: int, headers: dict[str, str]) -> Response:
    family = request.scope["path"].removeprefix(request.scope.get("root_path", "")).strip("/").split("/")[0]
    if family in _DALI:
        from dfs.vo.formats import error_document

        return Response(error_document(error.line()), status, headers, media_type="application/x-votable+xml")
    if family in _TEXT:
        return PlainTextResponse(f"{type(error).__name__}: {error.line()}\n", status, headers)
    if family in _P2:  # ESO's client shows its user the text under this key, and nothing else
        return JSONResponse({"error": error.line(), "details": error.document()}, status, headers)
    return JSONResponse({"error": error.document()}, status, headers)


def install(app: Starlette) -> None:
    """Let `app` answer every error through `answer`; what no handler here knows, `dfs.server.guards` answers so too."""

    def ours(request: Request, error: Exception) -> Response:
        return answer(request, error)

    def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
        return _of_http(request, error)

    def of_parameters(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "request"
        return answer(request, UsageError(f"{place}: {first['msg']}", hint="see /docs"))

    def gone(_request: Request, _error: Exception) -> Response:
        return Response(status_code=499)  # nobody reads it; the access log shows it

    app.add_exception_handler(DfsError, ours)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, of_parameters)
    app.add_exception_handler(ClientDisconnect, gone)


def _of_http(request: Request, raised: HTTPException) -> Response:
    """Answer what the routing itself found: no such path, no such method."""
    known = {404: "there is nothing at this address", 405: f"{request.method} is not for this address"}
    error = DfsError(known.get(raised.status_code, str(raised.detail)), hint="see /docs")
    headers = {**(raised.headers or {}), "Cache-Control": "no-store"}
    return _body(request, error, raised.status_code, headers)
