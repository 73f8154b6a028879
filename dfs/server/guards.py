"""What every request passes before any router: sane paths, few and plain headers, no hidden compression, bodies that keep moving."""

from __future__ import annotations

import asyncio
import logging
import time

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dfs.errors import UsageError
from dfs.server.errors import answer

__all__ = ["Guards"]

_log = logging.getLogger("dfs.server.access")

PATH_CHARACTERS = 2_000
QUERY_CHARACTERS = 60_000  # the parser of addresses takes 65,535 bytes in all
BODY_STALL_S = 30.0  # a client that sends nothing for so long is not coming back
BODY_S = 900.0  # nor is one worth waiting for that takes so long over one body

_PLAIN_HEADERS = (  # what browsers should do with our answers: nothing clever
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


_PAGE_POLICY = (
    b"content-security-policy",
    b"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'",
)


def _plain(message: Message) -> Message:
    """Return the start of an answer with the headers that every answer carries; pages run no scripts, unless they say which."""
    headers = [*message.get("headers", ()), *_PLAIN_HEADERS]
    is_page = any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers)
    if is_page and not any(name.lower() == _PAGE_POLICY[0] for name, _ in headers):
        headers.append(_PAGE_POLICY)
    return {**message, "headers": headers}


class Guards:
    """ASGI middleware: refuses what no client of ours sends, and adds the headers that every answer carries."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        status, began = 0, time.monotonic()

        async def send_plain(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = _plain(message)
            await send(message)

        try:
            await self._pass(scope, receive, send_plain)
        except Exception as error:
            if status:  # too late to say anything; the connection breaks off, so nobody takes the half for the whole
                raise
            await answer(Request(scope), error)(scope, receive, send_plain)
        finally:
            _log_access(scope, status, time.monotonic() - began)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = _refusal(scope)
        if error is not None:
            raise error
        await self._app(scope, _Moving(receive), send)


def _log_access(scope: Scope, status: int, seconds: float) -> None:
    """Write a line without the query string: there may be a password in it."""
    if _log.isEnabledFor(logging.INFO):
        client = (scope.get("client") or ("-",))[0]
        _log.info("%s %s %r %s %.1f ms", client, scope["method"], scope["path"], status or "-", seconds * 1000)


def _refusal(scope: Scope) -> UsageError | None:
    """Return why the request of `scope` is refused; None when it is not."""
    path = scope["path"]
    if len(path) > PATH_CHARACTERS:
        return UsageError("the path is too long", accepted=f"{PATH_CHARACTERS} characters")
    if any(ord(one) < 32 or one in "\\\x7f�" for one in path):
        return UsageError("the path holds characters that no address here has")
    if any(part in {".", ".."} for part in path.split("/")):
        return UsageError("the path holds . or ..", hint="give the address as it is written in our documents")
    if len(scope["query_string"]) > QUERY_CHARACTERS:
        return UsageError(
            "the query string is too long", accepted=f"{QUERY_CHARACTERS} characters", hint="send it by POST"
        )
    for name, value in scope["headers"]:
        if name == b"content-encoding" and value.strip().lower() not in {b"", b"identity"}:
            return UsageError("this server takes no compressed requests", where="Content-Encoding", accepted="identity")
    return None


class _Moving:
    """Receives a body, but gives up on one that stands still."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._more = True
        self._deadline = time.monotonic() + BODY_S

    async def __call__(self) -> Message:
        if not self._more:  # the body is in: what comes now is the news that the client has gone, whenever that is
            return await self._receive()
        try:
            message = await asyncio.wait_for(
                self._receive(), min(BODY_STALL_S, max(0.0, self._deadline - time.monotonic()))
            )
        except TimeoutError:
            return {"type": "http.disconnect"}
        self._more = bool(message.get("more_body", False))
        return message
