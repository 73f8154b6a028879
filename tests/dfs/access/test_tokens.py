"""Tokens: the seven ways a JWT may lie, rotation, sign-out, and what old clients can decode."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from dfs.access.failures import NotSignedInError
from dfs.access.tokens import Tokens
from dfs.errors import AccessError
from dfs.observatory import Observatory


def encoded(part: dict[str, Any]) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")


@pytest.fixture
def forge(observatory: Observatory) -> Callable[..., str]:
    """Sign a payload like a real one, but for what is given, with the real key unless another is given."""
    real = observatory.tokens.issue("pi")

    def make(headers: dict[str, Any] | None = None, key: Any = None, algorithm: str = "", **claims: Any) -> str:
        payload = {**jwt.decode(real.text, options={"verify_signature": False}), **claims}
        mine = observatory.signing_keys.current()
        head = {"kid": mine.id, "typ": "JWT", **(headers or {})}
        return jwt.encode(payload, key or mine.private, algorithm or mine.algorithm, head)

    return make


def refused(observatory: Observatory, text: str) -> bool:
    with pytest.raises(NotSignedInError) as caught:
        observatory.tokens.read(text)
    return caught.value.status == 401


def test_a_token_says_who_is_there(observatory: Observatory, forge: Callable[..., str]) -> None:
    observatory.accounts.set_roles("pi", ["support"])
    token = observatory.tokens.read(observatory.tokens.issue("pi").text)
    assert (token.member.name, token.member.roles) == ("pi", {"support"})
    assert token.expires - token.issued == timedelta(hours=8)
    assert observatory.tokens.read(forge()).member.name == "pi"  # the forge forges what is right, too


def test_no_algorithm(observatory: Observatory) -> None:
    payload = jwt.decode(observatory.tokens.issue("pi").text, options={"verify_signature": False})
    for name in ("none", "None", "NONE", "nOnE"):
        head = encoded({"alg": name, "typ": "JWT", "kid": observatory.signing_keys.current().id})
        for signature in (b"", b"AA"):
            assert refused(observatory, (head + b"." + encoded(payload) + b"." + signature).decode())


@pytest.mark.parametrize("algorithm", ["EdDSA", "RS256"])
def test_the_public_key_is_no_shared_secret(tmp_path: Any, algorithm: str) -> None:
    """RS/HS confusion: a token whose HMAC has our public key as its secret."""
    with Observatory.open(tmp_path, token_algorithm=algorithm) as observatory:
        observatory.accounts.add("pi", None)
        real = observatory.tokens.issue("pi")
        assert observatory.tokens.read(real.text).member.name == "pi"
        key = observatory.signing_keys.current()
        body = encoded({"alg": "HS256", "typ": "JWT", "kid": key.id}) + b"." + real.text.split(".")[1].encode()
        public = key.private.public_key()
        forms: list[tuple[Any, Any]] = [
            (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
            (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        ]
        for secret in [public.public_bytes(*form) for form in forms] + [json.dumps(key.jwk()).encode()]:
            signature = base64.urlsafe_b64encode(hmac.digest(secret, body, hashlib.sha256)).rstrip(b"=")
            assert refused(observatory, (body + b"." + signature).decode())


def test_times(observatory: Observatory, forge: Callable[..., str], clock: Any) -> None:
    now = int(clock.now().timestamp())
    token = observatory.tokens.issue("pi")
    assert refused(observatory, forge(exp=now))
    assert refused(observatory, forge(exp=now - 1))
    assert refused(observatory, forge(nbf=now + 60))
    assert refused(observatory, forge(iat=now + 60))
    for wrong in ("soon", True, 1e99, -1, None, 2**63):
        assert refused(observatory, forge(exp=wrong))
    clock.move(hours=8, seconds=-1)
    observatory.tokens.read(token.text)
    clock.move(seconds=1)
    assert refused(observatory, token.text)


def test_for_somebody_else_or_by_somebody_else(observatory: Observatory, forge: Callable[..., str]) -> None:
    assert refused(observatory, forge(aud="another"))
    assert refused(observatory, forge(aud=None))
    assert refused(observatory, forge(iss="https://elsewhere.example.org"))
    assert refused(observatory, forge(sub=None))
    assert refused(observatory, forge(sub="nobody"))


def test_foreign_keys_however_they_are_offered(observatory: Observatory, forge: Callable[..., str]) -> None:
    own = ed25519.Ed25519PrivateKey.generate()
    jwk = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(own.public_key()))
    assert refused(observatory, forge(key=own))
    for headers in ({"kid": "another"}, {"kid": ""}, {"kid": "../../etc/passwd"}, {"kid": "x' OR '1'='1"}):
        assert refused(observatory, forge(headers, own))
    for headers in (
        {"jku": "https://elsewhere.example.org/jwks"},
        {"x5u": "https://elsewhere.example.org/x5u"},
        {"jwk": jwk, "kid": "mine"},
        {"x5c": ["MIIB"]},
        {"crit": ["b64"], "b64": False},
    ):
        assert refused(observatory, forge(headers, own))
    # with our own key those headers are nothing but words
    assert observatory.tokens.read(forge({"jku": "https://elsewhere.example.org/jwks"})).member.name == "pi"
    assert refused(observatory, forge(key=rsa.generate_private_key(65537, 2048), algorithm="RS256"))


@pytest.mark.parametrize("kind", ["at+jwt", "dfs-state+jwt", "", None])
def test_tokens_of_another_kind(observatory: Observatory, forge: Callable[..., str], kind: str | None) -> None:
    assert refused(observatory, forge({"typ": kind}))


@given(st.text(max_size=200))
def test_any_text_is_refused_and_nothing_else_happens(text: str) -> None:
    class Never:
        def find(self, *_: Any) -> None:
            return None

    tokens = Tokens(None, Never(), None, issuer="urn:dfs", lifetime=timedelta(hours=1))  # type: ignore[arg-type]
    with pytest.raises(NotSignedInError):
        tokens.verified(None, text, "JWT")  # type: ignore[arg-type]


def test_one_bit_changed(observatory: Observatory) -> None:
    text = observatory.tokens.issue("pi").text
    for place in range(0, len(text), 7):
        if text[place] != ".":
            changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
            assert refused(observatory, changed)


def test_rotation_keeps_old_tokens_until_they_expire(observatory: Observatory, clock: Any) -> None:
    old = observatory.tokens.issue("pi")
    clock.move(hours=1)
    observatory.signing_keys.rotate()
    new = observatory.tokens.issue("pi")
    assert jwt.get_unverified_header(old.text)["kid"] != jwt.get_unverified_header(new.text)["kid"]
    assert observatory.tokens.read(old.text).member == observatory.tokens.read(new.text).member
    assert len(observatory.signing_keys.jwks()["keys"]) == 2
    clock.move(hours=6, minutes=59)
    observatory.tokens.read(old.text)
    clock.move(hours=1, minutes=1)
    assert len(observatory.signing_keys.jwks()["keys"]) == 1
    assert refused(observatory, old.text)


def test_a_known_key_stops_at_once(observatory: Observatory) -> None:
    old = observatory.tokens.issue("pi")
    observatory.signing_keys.rotate(at_once=True)
    assert refused(observatory, old.text)
    observatory.tokens.read(observatory.tokens.issue("pi").text)


def test_only_the_owner_rotates(observatory: Observatory) -> None:
    observatory.accounts.set_roles("other", ["operator"])
    with pytest.raises(AccessError, match="signing keys"):
        observatory.acting(observatory.tokens.issue("other").member).signing_keys.rotate()


def test_sign_out_is_for_one_token(observatory: Observatory) -> None:
    first, second = observatory.tokens.issue("pi"), observatory.tokens.issue("pi")
    assert observatory.tokens.revoke(first.id, first.expires)
    assert not observatory.tokens.revoke(first.id, first.expires)
    assert refused(observatory, first.text)
    observatory.tokens.read(second.text)


def test_a_new_password_or_a_closed_account_ends_tokens(observatory: Observatory) -> None:
    token = observatory.tokens.issue("pi")
    observatory.accounts.set_password("pi", "eight large stones")
    assert refused(observatory, token.text)
    token = observatory.tokens.issue("pi")
    observatory.accounts.deactivate("pi")
    assert refused(observatory, token.text)
    with pytest.raises(NotSignedInError):
        observatory.tokens.issue("pi")


def test_jwks_hold_public_keys_that_verify(observatory: Observatory) -> None:
    observatory.tokens.issue("pi")
    (jwk,) = observatory.signing_keys.jwks()["keys"]
    assert "d" not in jwk
    text = observatory.tokens.issue("pi").text
    options: Any = {"verify_exp": False}
    said = jwt.decode(text, jwt.PyJWK(jwk), ["EdDSA"], audience="dfs", issuer="urn:dfs", options=options)
    assert said["sub"] == "pi"


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.text(st.characters(codec="ascii"), max_size=60))
def test_payloads_survive_plain_base64(subject: str, issuer: str) -> None:
    """Clients decode with base64.b64decode, which drops the two characters of base64url that base64 has not."""
    from dfs.access.tokens import _PlainEncoder

    key = ed25519.Ed25519PrivateKey.generate()
    text = jwt.encode({"sub": subject, "iss": issuer, "exp": 1}, key, "EdDSA", json_encoder=_PlainEncoder)
    assert json.loads(base64.b64decode(text.split(".")[1] + "==")) == {"sub": subject, "iss": issuer, "exp": 1}
