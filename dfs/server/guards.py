"""What every request passes before any router: sane paths, few and plain headers, no hidden compression, bodies that keep moving."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dfs.errors import UsageError
from dfs.server.errors import answer

__all__ = ["Guards"]

PATH_CHARACTERS = 2_000
QUERY_CHARACTERS = 200_000
BODY_STALL_S = 30.0  # a client that sends nothing for so long is not coming back

_PLAIN_HEADERS = (  # what browsers should do with our answers: nothing clever
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Guards:
    """ASGI middleware: refuses what no client of ours sends, and adds the headers that every answer carries."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_plain(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_PLAIN_HEADERS]
            await send(message)

        error = _refusal(scope)
        if error is not None:
            await answer(Request(scope), error)(scope, receive, send_plain)
            return
        await self._app(scope, _Moving(receive), send_plain)


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

    async def __call__(self) -> Message:
        if not self._more:  # the body is in: what comes now is the news that the client has gone, whenever that is
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), BODY_STALL_S)
        except TimeoutError:
            return {"type": "http.disconnect"}
        self._more = bool(message.get("more_body", False))
        return message
