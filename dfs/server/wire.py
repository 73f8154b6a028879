"""HTTP on the wire: uvicorn's protocol with an end to what comes before a request's body: so many bytes, so many headers, so long."""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["GuardedProtocol"]

HEAD_BYTES = 256_000  # request line and headers; an address has 65,535 at most
HEADERS = 200
HEAD_S = 20.0


class GuardedProtocol(HttpToolsProtocol):
    """One connection; the parser underneath keeps what it is sent without a limit of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._in_head = False
        self._head_alarm: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; a client that says nothing is not kept."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._calm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and end a head that grows too large."""
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        if self._head_alarm is None:
            self._await_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, if it is not one too many; the parser answers the error with 400."""
        if len(self.headers) >= HEADERS:
            raise ValueError("too many headers")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """End the head."""
        self._in_head = False
        self._calm()
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._head_alarm = self.loop.call_later(HEAD_S, self._give_up)

    def _calm(self) -> None:
        if self._head_alarm is not None:
            self._head_alarm.cancel()
            self._head_alarm = None

    def _give_up(self) -> None:
        self._head_alarm = None
        if not self.transport.is_closing():
            self.transport.close()
