"""An OpenID Connect issuer: its endpoints, its keys, and what its tokens say once they are checked."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt

from dfs.access.failures import NotSignedInError
from dfs.errors import ServiceError, UsageError

__all__ = ["Issuer"]

_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_KEPT_S = 600.0  # discovery and keys; an unknown key is asked for sooner
_AGAIN_S = 30.0
_TIMEOUT_S = 10.0
_LEEWAY_S = 30
_LARGEST = 1_000_000  # bytes of an answer
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Issuer:
    """The issuer at `address`: exactly as it stands in its tokens."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._found: dict[str, Any] = {}
        self._keys: dict[str, jwt.PyJWK] = {}
        self._found_at = self._keys_at = float("-inf")
        _checked(address)

    def endpoint(self, name: str) -> str:
        """Return the address of an endpoint, as the issuer's discovery document says."""
        with self._lock:
            if time.monotonic() - self._found_at > _KEPT_S:
                found = self._get(f"{self.address.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != self.address:
                    raise ServiceError("the sign-in service calls itself by another name", where=self.address)
                self._found, self._found_at = found, time.monotonic()
            address = self._found.get(name)
        if not isinstance(address, str):
            raise ServiceError(f"the sign-in service names no {name}", where=self.address)
        return _checked(address)

    def exchange(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Send `form` to the token endpoint; `NotSignedInError` when it is refused."""
        return self._ask("POST", self.endpoint("token_endpoint"), dict(form))

    def claims(self, text: str, audience: str) -> dict[str, Any]:
        """Return what a token of this issuer for `audience` says; `NotSignedInError` when it does not hold."""
        try:
            key = self._key(str(jwt.get_unverified_header(text).get("kid", "")))
            claims: dict[str, Any] = jwt.decode(
                text,
                key,
                algorithms=[key.algorithm_name],
                audience=audience,
                issuer=self.address,
                leeway=_LEEWAY_S,
                options={"require": ["iss", "aud", "sub", "iat", "exp"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise NotSignedInError("the statement of the sign-in service does not hold") from error
        if claims.get("azp", audience) != audience:
            raise NotSignedInError("the statement of the sign-in service is for somebody else")
        return claims

    def _key(self, kid: str) -> jwt.PyJWK:
        """Return the key `kid`; an unknown one makes us look again, though not more often than twice a minute."""
        address = self.endpoint("jwks_uri")
        with self._lock:
            age = time.monotonic() - self._keys_at
            if age > _KEPT_S or (kid not in self._keys and age > _AGAIN_S):
                self._keys, self._keys_at = _usable(self._get(address).get("keys", [])), time.monotonic()
            if kid not in self._keys:
                raise NotSignedInError("the sign-in service has no such key")
            return self._keys[kid]

    def _get(self, address: str) -> dict[str, Any]:
        return self._ask("GET", address, None)

    def _ask(self, method: str, address: str, form: dict[str, str] | None) -> dict[str, Any]:
        import httpx

        try:
            with httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False) as client:
                answer = client.request(method, address, data=form, headers={"Accept": "application/json"})
            document = answer.json() if len(answer.content) <= _LARGEST else None
        except (httpx.HTTPError, ValueError) as error:
            raise ServiceError("the sign-in service does not answer", where=self.address, hint="try later") from error
        if form is not None and 400 <= answer.status_code < 500:
            raise NotSignedInError("the sign-in service refused", hint="begin again")
        if answer.status_code != 200 or not isinstance(document, dict):
            raise ServiceError(f"the sign-in service answered {answer.status_code}", where=self.address)
        return document


def _usable(keys: Any) -> dict[str, jwt.PyJWK]:
    """Return the public keys that may verify, by name: no symmetric ones, no algorithm off the list."""
    found = {}
    for one in keys if isinstance(keys, list) else []:
        try:
            key = jwt.PyJWK(one)
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            continue
        if key.key_type != "oct" and key.algorithm_name in _ALGORITHMS and key.public_key_use in {None, "sig"}:
            found[str(key.key_id or "")] = key
    return found


def _checked(address: str) -> str:
    """Return an address that secrets may be sent to: https, or this very machine."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return address
    raise UsageError(
        f"{address!r} is no address for a sign-in service", accepted="https://...", hint="see: oidc_issuer"
    )
