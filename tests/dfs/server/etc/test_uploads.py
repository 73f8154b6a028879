"""Bodies: taken as they come, looked into elsewhere, and no more of them than is allowed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from dfs.errors import UsageError
from dfs.server.errors import RequestTooLarge
from dfs.server.etc import uploads
from dfs.server.etc.uploads import Received, received, with_spectrum

PIECE = 1 << 16


def request(pieces: list[bytes], taken: list[int]) -> Request:
    waiting = iter(pieces)

    async def receive() -> dict[str, Any]:
        piece = next(waiting, None)
        taken.append(0 if piece is None else len(piece))
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    return Request({"type": "http", "method": "POST", "headers": [], "query_string": b""}, receive)


def test_a_body_is_not_read_while_others_wait() -> None:
    found = asyncio.run(received(request([b"{", b"no JSON"], [])))
    assert found == Received(b"{no JSON")  # nobody looked into it
    with pytest.raises(UsageError, match="the body is no JSON"):
        found.document()


@pytest.mark.parametrize("text", [b"", b" ", b"[]", b"3", b"null"])
def test_what_is_no_document(text: bytes) -> None:
    with pytest.raises(UsageError, match="the body is"):
        Received(text).document()


def test_the_rest_of_a_large_body_is_taken_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "BODY_MOST", 4 * PIECE)
    monkeypatch.setattr(uploads, "_DRAINED_MOST", 10 * PIECE)
    for number, expected in ((8, 8), (1000, 4 + 1 + 10 + 1)):
        taken: list[int] = []
        with pytest.raises(RequestTooLarge):
            asyncio.run(received(request([b" " * PIECE] * number, taken)))
        assert sum(taken) == expected * PIECE


def test_the_file_of_a_spectrum() -> None:
    found = with_spectrum({"mag": 20}, b"300 1\n1000 2\n")
    assert found["sed"] == "table"
    assert found["spectrum"]["flux"] == [1.0, 2.0]
    assert with_spectrum({"mag": 20}, None) == {"mag": 20}
    with pytest.raises(UsageError, match="no text") as caught:
        with_spectrum({}, b"\0")
    assert caught.value.where == "file"
