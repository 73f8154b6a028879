"""The one process: a socket, uvicorn on it, news when it listens, and a tidy end."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from uvicorn import Config, Server

from dfs.errors import ServiceError, UsageError
from dfs.server.wire import GuardedProtocol

__all__ = ["listen", "serve", "url_of"]

_PATIENCE_S = 5  # for requests that run when the server shall end
_CONNECTIONS_MOST = 2_000


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to `host` and `port` (0: any that is free).

    Raises
    ------
    UsageError
        The name is unknown, or not of this machine.
    ServiceError
        The port is taken, or not ours to take.
    """
    where = f"{host}:{port}"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise UsageError(
            f"unknown host {host!r}", where="--host", accepted="a name or address of this machine"
        ) from error
    family, kind, protocol, _, address = found[0]
    server = socket.socket(family, kind, protocol)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(address)
    except OSError as error:
        server.close()
        raise ServiceError(
            f"cannot listen: {error.strerror}", where=where, hint="name another by --port, or 0 for any free one"
        ) from error
    return server


def url_of(server: socket.socket) -> str:
    """Return the address of a socket as a client on this machine would write it."""
    host, port = server.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{host}:{port}"


def serve(app: Any, server: socket.socket, *, ready: Callable[[], None], trusted_proxies: str = "") -> None:
    """Serve `app` on a bound socket until SIGTERM or Ctrl-C; requests in flight get some seconds to end.

    Parameters
    ----------
    ready
        Called once the socket listens.
    trusted_proxies
        Addresses, by commas, whose ``X-Forwarded-*`` headers are believed; ``*``: everybody's.
    """
    config = Config(
        app,
        http=GuardedProtocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,  # `dfs.server.guards` writes its own, without query strings
        server_header=False,
        headers=[("Server", "dfs")],
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies or None,
        limit_concurrency=_CONNECTIONS_MOST,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_PATIENCE_S,
        backlog=1024,
    )
    _Server(config, ready, app).run(sockets=[server])


class _Server(Server):
    def __init__(self, config: Config, ready: Callable[[], None], app: Any) -> None:
        super().__init__(config)
        self._ready, self._app = ready, app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wake those who wait for jobs before the connections are asked to end."""
        closing: asyncio.Event = self._app.state.closing
        closing.set()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on SIGTERM and Ctrl-C; that was asked for, so it is no failure (uvicorn would raise the signal again)."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
