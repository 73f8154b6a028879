"""What clients are told of errors."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from dfs.errors import DataError, DfsError, ServiceError, UsageError
from dfs.server.errors import answer


def told(error: DfsError, path: str = "/auth/token") -> str:
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    return bytes(answer(Request(scope), error).body).decode()


@pytest.mark.parametrize("path", ["/auth/token", "/tap/sync", "/soda/sync"])
@pytest.mark.parametrize("place", ["/srv/archive/observatory.sqlite", "postgresql+psycopg://dfs@db.example.org/dfs"])
@pytest.mark.parametrize("kind", [ServiceError, DataError])
def test_places_on_this_machine_are_for_the_log(
    kind: type[DfsError], place: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    said = told(kind("the disk is full", where=place, hint="try again later"), path)
    assert "the disk is full" in said
    assert "try again later" in said
    assert place not in said
    assert place in caplog.text


def test_places_in_the_request_are_told() -> None:
    assert "MAXREC" in told(UsageError("no number", where="MAXREC"))
    assert "EFOSC.2022" in told(DataError("damaged", where="EFOSC.2022-01-27T04:46:29.093"))
