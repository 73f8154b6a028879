"""Addresses, tokens, and what is said when nobody answers."""

from __future__ import annotations

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
