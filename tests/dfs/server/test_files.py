"""Files on their way to a client that may not wait for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from dfs.server.files import Stream


def test_who_hangs_up_is_sent_nothing_more() -> None:
    read, closed, sent = [], [], []

    def endless() -> Iterator[bytes]:
        while len(read) < 10_000:
            read.append(1)
            yield b"x"

    async def main() -> None:
        left = asyncio.Event()
        waiting: list[dict[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            if waiting:
                return waiting.pop()
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)
            if len(sent) == 5:
                left.set()

        await Stream(endless(), lambda: closed.append(1), 200, {})({"type": "http"}, receive, send)

    asyncio.run(main())
    assert len(read) < 20
    assert closed == [1]
    assert sent[-1]["more_body"]


def test_a_whole_file_ends() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Stream(iter([b"one", b"two"]), lambda: None, 200, {})({"type": "http"}, receive, send))
    assert b"".join(one.get("body", b"") for one in sent) == b"onetwo"
    assert not sent[-1]["more_body"]
