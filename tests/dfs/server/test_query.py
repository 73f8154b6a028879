"""In whose line a query stands, and who waits for whom."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from starlette.requests import Request

from dfs.server.outlet import BLOCK_BYTES
from dfs.server.query import QueryResponse, lane_of
from dfs.vo.tap.lanes import Busy, Lanes
from dfs.vo.tap.stop import Stop


def test_nobody_makes_up_a_line_of_his_own() -> None:
    def lane(cookie: bytes, address: str = "192.0.2.7") -> str:
        app = SimpleNamespace(state=SimpleNamespace(observatory=None))
        headers = [(b"cookie", cookie)]
        scope = {"type": "http", "method": "GET", "headers": headers, "client": (address, 1), "app": app}
        return asyncio.run(lane_of(Request(scope)))

    assert lane(b"a=1") == lane(b"a=2") == lane(b"")
    assert lane(b"", "192.0.2.8") != lane(b"")


def test_what_came_with_a_query_is_let_go_of_when_its_line_is_full() -> None:
    lanes, let_go = Lanes(1, running_each=1, waiting_each=0, name="t"), []
    response = QueryResponse(lanes, "one", lambda _: pytest.fail("it runs"), sync_s=1, done=lambda: let_go.append(1))

    async def never() -> Any:
        await asyncio.Event().wait()

    with pytest.raises(Busy):
        asyncio.run(response({"type": "http"}, never, never))
    assert let_go == [1]
    lanes.close(1)


def test_who_hangs_up_in_the_middle_stops_the_query_and_is_no_error() -> None:
    lanes, sent, closed = Lanes(1, running_each=1, waiting_each=1, name="t"), [], threading.Event()

    class Endless:
        mime, extension = "text/csv", "csv"

        def __init__(self, stop: Stop) -> None:
            self._stop = stop

        def chunks(self) -> Iterator[bytes]:
            while True:
                self._stop.check()
                yield b"x" * BLOCK_BYTES

        def close(self) -> None:
            closed.set()

    async def main() -> None:
        left = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)
            if len(sent) == 3:
                left.set()

        await QueryResponse(lanes, "one", Endless, sync_s=60)({"type": "http"}, receive, send)

    asyncio.run(main())
    assert closed.wait(20)
    assert sent[-1]["more_body"]
    lanes.close(1)


def test_long_queries_and_slow_readers_do_not_delay_a_cone_search(server: Any) -> None:
    columns = ", ".join(f"TAP_SCHEMA.columns AS c{number}" for number in range(4))
    form = urlencode({"QUERY": f"SELECT c0.column_name FROM {columns}", "LANG": "ADQL", "FORMAT": "csv"}).encode()  # noqa: S608
    place, wires = urlsplit(server.url), []
    try:
        for number in range(20):
            wire = socket.create_connection((place.hostname, place.port), timeout=30)
            wires.append(wire)
            wire.sendall(
                b"POST /tap/sync HTTP/1.1\r\nHost: x\r\nCookie: n=%d\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%b"
                % (number, len(form), form)
            )
        assert wires[0].recv(12) == b"HTTP/1.1 200"
        found = httpx.get(f"{server.url}/scs/dbo.raw", params={"RA": 98.7, "DEC": -31.2, "SR": 1}, timeout=30)
        assert found.status_code == 200
    finally:
        for wire in wires:
            wire.close()
