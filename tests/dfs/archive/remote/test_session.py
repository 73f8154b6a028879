"""Addresses, tokens, and what is said when nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import dfs
from dfs.archive.remote import Session, services_of
from dfs.archive.remote.tap import query
from dfs.errors import ServiceError, UsageError


@pytest.mark.parametrize("where", ["ftp://example.org", "example.org", "", "http://", "http://host/?a=b"])
def test_only_addresses_of_servers_and_known_names(where: str) -> None:
    with pytest.raises(UsageError, match="cannot connect"):
        dfs.connect(where)


def test_addresses() -> None:
    assert services_of("ESO").tap == "https://archive.eso.org/tap_obs"
    assert services_of("http://desk:8000/archive/").files == "http://desk:8000/archive/files/"


def test_a_token_goes_to_its_archive_only() -> None:
    session = Session(services_of("http://desk:8000"), "secret")
    assert session.headers("http://desk:8000/tap/sync") == {"Authorization": "Bearer secret"}
    assert session.headers("http://desk:8001/tap/sync") == {}
    assert session.headers("http://elsewhere/files/x") == {}


class Listening(ThreadingHTTPServer):
    """Answers everything with an empty table, and remembers who asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Empty)
        self.told: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Empty(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.told.append(self.headers.get("Authorization"))
        body = (
            b"<VOTABLE version='1.3' xmlns='http://www.ivoa.net/xml/VOTable/v1.3'><RESOURCE type='results'>"
            b"<INFO name='QUERY_STATUS' value='OK'/><TABLE><FIELD name='a' datatype='int'/></TABLE></RESOURCE></VOTABLE>"
        )
        self.send_response(200)
        self.send_header("Content-Type", "application/x-votable+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - as the base class wants it

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def two() -> Iterator[list[Listening]]:
    with Listening() as one, Listening() as other:
        for server in (one, other):
            Thread(target=server.serve_forever, daemon=True).start()
        yield [one, other]
        for server in (one, other):
            server.shutdown()


def test_a_token_that_a_query_carried_goes_nowhere_else(two: list[Listening]) -> None:
    ours, other = two
    session = Session(services_of(ours.url), "secret", pause_s=0.0)
    query(session, "SELECT a FROM t", None, {})
    session.ask("GET", f"{ours.url}/files/x")
    session.ask("GET", f"{other.url}/preview.png")
    assert ours.told == ["Bearer secret", "Bearer secret"]
    assert other.told == [None]


def test_a_token_counts_more_than_the_netrc_file(
    two: list[Listening], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = tmp_path / "netrc"
    names.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(names))
    Session(services_of(two[0].url), "secret", pause_s=0.0).ask("GET", f"{two[0].url}/files/x")
    assert two[0].told == ["Bearer secret"]


def test_being_offline_is_said_in_one_line() -> None:
    session = Session(services_of("http://127.0.0.1:9"), pause_s=0.0)
    with pytest.raises(ServiceError, match="cannot be reached") as caught:
        session.ask("GET", "http://127.0.0.1:9/health")
    assert "offline" in caught.value.hint
    with pytest.raises(ServiceError, match="cannot be reached"):
        session.sign_in("me", "secret")


def test_a_query_without_a_server_is_said_in_one_line_too() -> None:
    session = Session(services_of("http://127.0.0.1:9"), pause_s=0.0)
    with pytest.raises(ServiceError, match="cannot be reached") as caught:
        query(session, "SELECT TOP 1 dp_id FROM dbo.raw", None, {})
    assert caught.value.where == "127.0.0.1:9"
    assert "offline" in caught.value.hint
