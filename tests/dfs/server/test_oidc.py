"""Sign-in through an OpenID Connect service: a real one, small, on this machine, that can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from dfs.errors import ServiceError, UsageError
from dfs.observatory import Observatory
from dfs.server.app import make_app
from dfs.server.process import listen, url_of

SECRET = "told to nobody"  # noqa: S105 - of the test's own service


class Provider:
    """An OpenID Connect provider with one person, who always says yes."""

    def __init__(self) -> None:
        self.key: Any = rsa.generate_private_key(65537, 2048)
        self.person: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.lies: dict[str, Any] = {}
        self.url = ""
        self.app = FastAPI(openapi_url=None)
        self.app.get("/.well-known/openid-configuration")(self.discovery)
        self.app.get("/authorize")(self.authorize)
        self.app.post("/token")(self.token)
        self.app.get("/jwks")(self.jwks)

    def be(self, **person: Any) -> None:
        self.person = {"sub": "s-1", "email": "pi@example.org", "email_verified": True, **person}
        self.lies = {}

    def discovery(self) -> Response:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return JSONResponse({"issuer": self.url, **{key: f"{self.url}/{path}" for key, path in names.items()}})

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        fits = (
            asked is not None
            and challenge.rstrip(b"=").decode() == asked["code_challenge"]
            and (form["client_id"], form["client_secret"]) == (asked["client_id"], SECRET) == ("dfs-here", SECRET)
            and form["redirect_uri"] == asked["redirect_uri"]
        )
        if not fits or asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"id_token": self.statement(nonce=asked["nonce"]), "token_type": "Bearer"})

    def statement(self, **claims: Any) -> str:
        now = int(time.time())
        said = {"iss": self.url, "aud": "dfs-here", "iat": now, "exp": now + 300, **self.person, **claims}
        lies = dict(self.lies)
        key, algorithm, kid = (
            lies.pop(name, right) for name, right in (("key", self.key), ("alg", "RS256"), ("kid", "one"))
        )
        said = {name: value for name, value in (said | lies).items() if value is not None}
        return jwt.encode(said, key, algorithm, {"kid": kid})

    def jwks(self) -> Response:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        shared = {"kty": "oct", "k": base64.urlsafe_b64encode(b"x" * 32).decode(), "kid": "shared", "alg": "HS256"}
        return JSONResponse({"keys": [{**public, "kid": "one", "use": "sig"}, shared, {"kty": "?"}, "no key"]})


@contextmanager
def served(app: Any) -> Iterator[str]:
    with listen("127.0.0.1", 0) as socket:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield url_of(socket)
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    with served(made.app) as made.url:
        yield made


@pytest.fixture(scope="module")
def observatory(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Observatory]:
    folder = tmp_path_factory.mktemp("oidc")
    (folder / "secret").write_text(f"{SECRET}\n")
    settings = {
        "oidc_issuer": provider.url,
        "oidc_client_id": "dfs-here",
        "oidc_client_secret_file": folder / "secret",
        "oidc_bearer": True,
    }
    with Observatory.open(folder / "observatory", **settings) as opened:
        opened.accounts.add("pi", None, email="pi@example.org")
        opened.accounts.add("s-1", None)
        yield opened


@pytest.fixture(scope="module")
def url(observatory: Observatory) -> Iterator[str]:
    with served(make_app(observatory)) as address:
        yield address


@pytest.fixture
def browser(url: str, provider: Provider) -> Iterator[httpx.Client]:
    provider.be()
    with httpx.Client(base_url=url, follow_redirects=False, trust_env=False) as client:
        yield client


def come_back(browser: httpx.Client, following: str = "/pages/archive") -> str:
    """Go to the service and come back; return the address one is sent to at the end."""
    away = browser.get("/auth/oidc/login", params={"next": following})
    assert away.status_code == 303, away.text
    return httpx.get(away.headers["location"], trust_env=False).headers["location"]


def name_of(browser: httpx.Client) -> str | None:
    name: str | None = browser.get("/auth/me").json()["name"]
    return name


def test_there_and_back(browser: httpx.Client) -> None:
    answer = browser.get(come_back(browser))
    assert (answer.status_code, answer.headers["location"]) == (303, "/pages/archive")
    assert name_of(browser) == "pi"
    assert browser.get("/auth/me").json()["oidc"]


def test_it_leads_nowhere_else_in_the_end(browser: httpx.Client) -> None:
    assert browser.get(come_back(browser, "//evil.example.org")).headers["location"] == "/"


def test_a_state_is_for_one_browser_and_one_time(browser: httpx.Client, url: str) -> None:
    back = come_back(browser)
    kept = browser.cookies["dfs_oidc"]
    with httpx.Client(base_url=url, trust_env=False) as other:
        assert other.get(back).status_code == 401  # no cookie: somebody was sent here
        other.get("/auth/oidc/login")
        assert other.get(back).status_code == 401  # another's cookie
    assert browser.get(back).status_code == 303
    with httpx.Client(base_url=url, trust_env=False, cookies={"dfs_oidc": kept}) as again:
        assert again.get(come_back(browser).replace("state=", "state=x")).status_code == 401
        assert again.get(back).status_code == 401  # used
    parts = urlsplit(come_back(browser))
    for wrong in (
        {"state": parse_qs(parts.query)["state"][0]},
        {"code": "made up", "state": parse_qs(parts.query)["state"][0]},
    ):
        assert browser.get(f"{parts.path}?{urlencode(wrong)}").status_code == 401


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["dfs-here", "another"], "azp": "another"},
        {"iss": "https://elsewhere.example.org"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"nbf": 2**33},
        {"kid": "unknown"},
        {"kid": "shared", "alg": "HS256", "key": b"x" * 32},
        {"alg": "HS256", "key": b"x" * 32},
        {"alg": "none", "key": None},
        {"key": rsa.generate_private_key(65537, 2048)},
        {"alg": "ES256", "key": ec.generate_private_key(ec.SECP256R1())},
    ],
    ids=", ".join,
)
def test_statements_that_do_not_hold(browser: httpx.Client, provider: Provider, lie: dict[str, Any]) -> None:
    provider.lies = lie
    back = come_back(browser)
    answer = browser.get(back)
    assert (answer.status_code, "dfs_session" in browser.cookies) == (401, False), answer.text


@pytest.mark.parametrize(
    "person",
    [
        {"email": "nobody@example.org"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
        {"email": ""},
    ],
    ids=str,
)
def test_people_without_an_account(browser: httpx.Client, provider: Provider, person: dict[str, Any]) -> None:
    provider.be(**person)
    assert browser.get(come_back(browser)).status_code == 401
    assert name_of(browser) is None


def test_the_services_own_tokens(browser: httpx.Client, provider: Provider, observatory: Observatory) -> None:
    def status(text: str) -> int:
        return browser.get("/auth/me", headers={"Authorization": f"Bearer {text}"}).status_code

    assert status(provider.statement()) == 200
    assert browser.get("/auth/me", headers={"Authorization": f"Bearer {provider.statement()}"}).json()["name"] == "pi"
    provider.lies = {"aud": "another"}
    assert status(provider.statement()) == 401
    provider.lies = {"key": rsa.generate_private_key(65537, 2048)}
    assert status(provider.statement()) == 401
    provider.be()
    with Observatory.open(observatory.root, oidc_issuer=provider.url, oidc_client_id="dfs-here") as unwilling:
        assert unwilling.oidc is not None
        with served(make_app(unwilling)) as address:
            headers = {"Authorization": f"Bearer {provider.statement()}"}
            assert httpx.get(f"{address}/auth/me", headers=headers, trust_env=False).status_code == 401


def test_accounts_by_name(observatory: Observatory, provider: Provider) -> None:
    provider.be(email_verified=False)
    with Observatory.open(
        observatory.root, oidc_issuer=provider.url, oidc_client_id="dfs-here", oidc_claim="sub"
    ) as by_name:
        assert by_name.oidc is not None
        assert by_name.oidc.bearer(provider.statement()).name == "s-1"


def test_a_service_that_is_not_there(observatory: Observatory, provider: Provider) -> None:
    for issuer in ("http://127.0.0.1:9", f"{provider.url}/", f"{provider.url}/realm"):
        with Observatory.open(observatory.root, oidc_issuer=issuer) as other, pytest.raises(ServiceError):
            assert other.oidc is None or other.oidc.begin("http://here/auth/oidc/callback", "/")
    for issuer in ("http://sso.example.org", "ftp://sso.example.org", "sso.example.org"):
        with Observatory.open(observatory.root, oidc_issuer=issuer) as other, pytest.raises(UsageError):
            assert other.oidc
