"""Signing in over HTTP: ESO's contract with the real astroquery, OAuth forms, browser sessions, delegation, and every bad token."""

from __future__ import annotations

import asyncio
import base64
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import uvicorn

from dfs.access.passwords import hash_password
from dfs.observatory import Observatory
from dfs.server.app import make_app
from dfs.server.process import listen, url_of
from dfs.store.tables import users

PASSWORD = "seven small stones"  # noqa: S105 - of test accounts
RUN = "108.22F6.001"


@pytest.fixture(scope="module")
def observatory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    with Observatory.open(tmp_path_factory.mktemp("served") / "observatory") as opened:
        for name in ("pi", "friend", "other", "guest"):
            opened.accounts.add(name, None, email=f"{name}@example.org")
        hashed = hash_password(PASSWORD)
        with opened.database.write() as connection:
            connection.execute(users.update().where(users.c.name.in_(["pi", "guest"])).values(password=hashed))
        opened.relations.relate("pi", "pi", "108.22F6")
        yield opened


@pytest.fixture(scope="module")
def url(observatory: Observatory) -> Iterator[str]:
    """The observatory, really served at a port of this machine."""
    with listen("127.0.0.1", 0) as socket:
        server = uvicorn.Server(uvicorn.Config(make_app(observatory), log_config=None, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield url_of(socket)
        server.should_exit = True
        thread.join()


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False) as opened:
        yield opened


@pytest.fixture
def bearer(observatory: Observatory) -> Callable[[str], dict[str, str]]:
    return lambda name: {"Authorization": f"Bearer {observatory.tokens.issue(name).text}"}


def who(client: httpx.Client, **options: Any) -> str | None:
    answer = client.get("/auth/me", **options)
    assert answer.status_code == 200, answer.text
    name: str | None = answer.json()["name"]
    return name


def test_astroquery_signs_in(url: str) -> None:
    from astroquery.eso import EsoClass

    eso = EsoClass()
    eso.AUTH_URL = f"{url}/auth/token"
    assert not eso._authenticate(username="pi", password="wrong")  # noqa: S106
    assert not eso._authenticate(username="nobody", password=PASSWORD)
    assert eso._get_auth_header() == {}
    assert eso._authenticate(username="pi", password=PASSWORD)
    assert abs(eso._auth_info.expiration_time - time.time() - 8 * 3600) < 60
    headers = eso._get_auth_header()
    assert httpx.get(f"{url}/auth/me", headers=headers, trust_env=False).json()["name"] == "pi"


def test_the_form_of_oauth(client: httpx.Client) -> None:
    form = {"grant_type": "password", "username": "pi", "password": PASSWORD}
    answer = client.post("/auth/token", data=form)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["token_type"], said["expires_in"], said["id_token"]) == ("Bearer", 28800, said["access_token"])
    assert answer.headers["cache-control"] == "no-store"
    assert who(client, headers={"Authorization": f"bearer {said['access_token']}"}) == "pi"
    assert client.post("/auth/token", json=form).status_code == 200
    for wrong, status in (
        ({**form, "password": "no"}, 401),
        ({**form, "username": "nobody"}, 401),
        ({**form, "grant_type": "client_credentials"}, 400),
        ({"grant_type": "password", "username": "pi"}, 400),
        ({}, 400),
        ({**form, "password": "x" * 20_000}, 413),
        ({**form, "username": "\0\n"}, 401),
    ):
        answer = client.post("/auth/token", data=wrong)
        assert answer.status_code == status, (wrong, answer.text)
        assert PASSWORD not in answer.text
    for body in (b"\xff\xfe", b"{", b"[" * 9000, b"[1]", b"&" * 5000):
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/xml"):
            assert client.post("/auth/token", content=body, headers={"Content-Type": kind}).status_code == 400


def test_bad_tokens_are_401_with_a_challenge(client: httpx.Client, observatory: Observatory) -> None:
    text = observatory.tokens.issue("pi").text
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    for value in (
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        f"Bearer {none}.{text.split('.')[1]}.",
        f"Bearer {text[:-4]}AAAA",
        f"Bearer {text}" + "x" * 5000,
        f"Digest {text}",
        f"Basic {text}",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"pi:wrong").decode(),
        text,
    ):
        answer = client.get("/auth/me", headers={"Authorization": value})
        assert (answer.status_code, answer.headers.get("www-authenticate")) == (401, 'Bearer realm="dfs"'), value


def test_basic(client: httpx.Client) -> None:
    assert who(client, auth=("pi", PASSWORD)) == "pi"


def test_six_failures(client: httpx.Client) -> None:
    said = [client.get("/auth/token", params={"username": "guest", "password": "no"}) for _ in range(6)]
    assert [one.status_code for one in said] == [401] * 5 + [429]
    assert 1 <= int(said[-1].headers["retry-after"]) <= 60
    assert client.get("/auth/me", auth=("guest", PASSWORD)).status_code == 429


def test_a_browsers_session(client: httpx.Client, url: str) -> None:
    answer = client.post("/auth/session", data={"username": "pi", "password": PASSWORD})
    assert (answer.status_code, answer.json()["name"]) == (200, "pi")
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("dfs_session=", "httponly", "samesite=lax", "path=/", "max-age=28800"))
    assert "secure" not in cookie  # over plain http a secure cookie would never come back
    assert who(client) == "pi"
    token = client.cookies["dfs_session"]
    mine = {"kind": "data", "email": "other@example.org", "programme": RUN}
    for foreign in ({"Origin": "https://evil.example.org"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}, {}):
        assert client.post("/auth/delegations", json=mine, headers=foreign).status_code == 401, foreign
    assert client.post("/auth/delegations", json=mine, headers={"Origin": url}).status_code == 201
    assert client.delete("/auth/delegations", params=mine, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert client.delete("/auth/session", headers={"Origin": url}).status_code == 200
    assert who(client) is None
    assert who(client, headers={"Cookie": f"dfs_session={token}"}) is None  # revoked, not only forgotten
    assert client.get("/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_another_site_cannot_sign_a_browser_in(client: httpx.Client) -> None:
    form = {"username": "pi", "password": PASSWORD}
    answer = client.post("/auth/session", data=form, headers={"Origin": "https://evil.example.org"})
    assert answer.status_code in {401, 403}
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("following", "goes"),
    [
        ("/pages/archive?x=1", "/pages/archive?x=1"),
        ("//evil.example.org", "/"),
        ("https://evil.example.org", "/"),
        ("/\\evil.example.org", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_after_signing_in_one_stays_here(client: httpx.Client, following: str, goes: str) -> None:
    answer = client.post("/auth/session", data={"username": "pi", "password": PASSWORD, "next": following})
    assert (answer.status_code, answer.headers["location"]) == (303, goes)


def test_behind_https_the_cookie_is_secure(observatory: Observatory) -> None:
    async def sign_in(served: Observatory) -> httpx.Response:
        transport = httpx.ASGITransport(make_app(served))
        async with httpx.AsyncClient(transport=transport, base_url="http://inside") as inside:
            return await inside.post("/auth/session", data={"username": "pi", "password": PASSWORD})

    with Observatory.open(observatory.root, public_url="https://archive.example.org") as served:
        answer = asyncio.run(sign_in(served))
    assert "; secure" in answer.headers["set-cookie"].lower()


def test_delegation_counts_with_the_next_request(client: httpx.Client, bearer: Callable[[str], dict[str, str]]) -> None:
    pi, friend = bearer("pi"), bearer("friend")

    def relations() -> list[tuple[str, str]]:
        found = client.get("/auth/me", headers=friend).json()["relations"]
        return [(one["role"], one["scope"]) for one in found]

    wanted = {"kind": "data", "email": "friend@example.org", "programme": RUN}
    assert client.post("/auth/delegations", json=wanted, headers=pi).status_code == 201
    assert relations() == [("data-delegate", RUN)]
    assert client.post("/auth/delegations", json=wanted, headers=pi).status_code == 409
    (seen,) = client.get("/auth/delegations", headers=friend).json()["delegations"]
    assert (seen["kind"], seen["programme"], seen["email"]) == ("data", RUN, "friend@example.org")
    assert client.delete("/auth/delegations", params=wanted, headers=pi).json() == {"revoked": 1}
    assert relations() == []
    assert client.delete("/auth/delegations", params=wanted, headers=pi).status_code == 404
    everything = {"kind": "phase3", "email": "friend@example.org"}
    made = client.post("/auth/delegations", json=everything, headers=pi).json()["granted"]
    assert [one["programme"] for one in made] == ["108.22F6"]
    assert client.delete("/auth/delegations", headers=pi).json() == {"revoked": 1}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "data", "email": "stranger@example.org", "programme": RUN}, 404),
        ({"kind": "data", "email": "pi@example.org", "programme": RUN}, 400),
        ({"kind": "data", "email": "friend@example.org", "programme": "109.AAAA.001"}, 403),
        ({"kind": "all", "email": "friend@example.org", "programme": RUN}, 400),
        ({"kind": "data", "programme": RUN}, 400),
        ({"kind": "data", "email": "friend@example.org", "programme": RUN, "user": "pi"}, 400),
        ({"kind": "phase2", "email": "friend@example.org", "programme": "108.22F6"}, 400),
    ],
)
def test_refused_delegations(
    client: httpx.Client, bearer: Callable[[str], dict[str, str]], body: dict[str, str], status: int
) -> None:
    answer = client.post("/auth/delegations", json=body, headers=bearer("pi"))
    assert (answer.status_code, set(answer.json())) == (status, {"error"}), answer.text
    assert client.post("/auth/delegations", json=body).status_code in {400, 401}


def test_what_needs_a_sign_in(client: httpx.Client) -> None:
    assert who(client) is None
    for method in ("GET", "DELETE"):
        assert client.request(method, "/auth/delegations").status_code == 401
    assert client.get("/auth/oidc/login").status_code == 404
    assert client.get("/auth/oidc/callback", params={"state": "x", "code": "y"}).status_code == 404
    assert client.delete("/auth/session").status_code == 200


def test_public_keys(client: httpx.Client, observatory: Observatory) -> None:
    import jwt

    text = observatory.tokens.issue("pi").text
    keys = jwt.PyJWKSet.from_dict(client.get("/auth/jwks").json())
    key = keys[jwt.get_unverified_header(text)["kid"]]
    assert jwt.decode(text, key, ["EdDSA"], audience="dfs", issuer="urn:dfs")["sub"] == "pi"
    assert "PRIVATE" not in client.get("/auth/jwks").text
