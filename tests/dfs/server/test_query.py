"""In whose line a query stands, and who waits for whom."""

from __future__ import annotations

import asyncio
import socket
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from starlette.requests import Request

from dfs.server.query import lane_of


def test_nobody_makes_up_a_line_of_his_own() -> None:
    def lane(cookie: bytes, address: str = "192.0.2.7") -> str:
        app = SimpleNamespace(state=SimpleNamespace(observatory=None))
        headers = [(b"cookie", cookie)]
        scope = {"type": "http", "method": "GET", "headers": headers, "client": (address, 1), "app": app}
        return asyncio.run(lane_of(Request(scope)))

    assert lane(b"a=1") == lane(b"a=2") == lane(b"")
    assert lane(b"", "192.0.2.8") != lane(b"")


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
