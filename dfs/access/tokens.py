"""Tokens: signed statements of who is there, good for some hours or until sign-out.

A token is a JWT.  Its header is believed in two points only: ``alg``, which must be that of the key, and ``kid``, which must name one of
our own keys; whatever else stands there (``jku``, ``x5u``, ``jwk``) is never looked at.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from sqlalchemy import Connection, delete, insert, select

from dfs.access.failures import NotSignedInError
from dfs.access.keys import SigningKeys
from dfs.access.user import Member
from dfs.clock import Clock, isoformat
from dfs.store import Database
from dfs.store.tables import revoked_tokens, users

__all__ = ["AUDIENCE", "Token", "Tokens"]

AUDIENCE = "dfs"
_TYPE = "JWT"
_CLOCKS_DIFFER_S = 5  # a token may seem that young to a host whose clock is behind
_LONGEST = 4096  # characters of a token; ours have some 450
_NOT_EVERYWHERE = re.compile(r"[>?~\x7f-\U0010ffff]")  # their base64url has - or _, which not every client decodes


@dataclass(frozen=True, slots=True)
class Token:
    """A token with what it says.

    Attributes
    ----------
    text
        As it is sent.
    id
        Its ``jti``, by which it is revoked.
    member
        Whom it names.
    issued, expires
        Aware UTC.
    """

    text: str
    id: str
    member: Member
    issued: datetime
    expires: datetime


class Tokens:
    """Makes, checks and revokes tokens."""

    def __init__(
        self, database: Database, keys: SigningKeys, clock: Clock, *, issuer: str, lifetime: timedelta
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self.issuer = issuer
        self.lifetime = lifetime

    def issue(self, name: str) -> Token:
        """Return a token for the account `name`, which has just proved who it is; `NotSignedInError` when it is closed."""
        with self._database.read() as connection:
            account = _account(connection, name)
        if account is None:
            raise NotSignedInError("the account is closed")
        now = self._clock.now().replace(microsecond=0)
        payload: dict[str, Any] = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": name,
            "jti": secrets.token_hex(12),
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
            "ver": _edition(account.password),
        }
        text = self.sign(payload, _TYPE)
        return Token(text, payload["jti"], Member(name, frozenset(account.roles)), now, now + self.lifetime)

    def sign(self, payload: dict[str, Any], kind: str) -> str:
        """Return `payload` signed as a JWT of type `kind`."""
        key = self._keys.current()
        headers = {"kid": key.id, "typ": kind}
        return jwt.encode(payload, key.private, key.algorithm, headers, json_encoder=_PlainEncoder)

    def read(self, text: str) -> Token:
        """Return what a token says, if it is ours, in force and its account is active: one look into the database.

        Raises
        ------
        NotSignedInError
            In all other cases; it never says more than that the token does not hold.
        """
        with self._database.read() as connection:
            payload = self.verified(connection, text, _TYPE)
            account = _account(connection, payload["sub"])
        if account is None or payload.get("ver") != _edition(account.password):
            raise _refused("its account is closed, or has a new password")
        member = Member(payload["sub"], frozenset(account.roles))
        return Token(text, payload["jti"], member, self.time(payload["iat"]), self.time(payload["exp"]))

    def verified(self, connection: Connection, text: str, kind: str) -> dict[str, Any]:
        """Return the payload of a token of type `kind` after every check that needs no account."""
        if len(text) > _LONGEST:
            raise _refused("it is too long")
        try:
            header = jwt.get_unverified_header(text)
            key = self._keys.find(connection, str(header.get("kid", "")))
            if key is None or header.get("alg") != key.algorithm or header.get("typ") != kind:
                raise _refused("it was not signed here")
            payload: dict[str, Any] = jwt.decode(
                text,
                key.private.public_key(),
                algorithms=[key.algorithm],
                audience=AUDIENCE,
                issuer=self.issuer,
                options={  # times are judged below, by our own clock
                    "require": ["iss", "aud", "sub", "jti", "iat", "nbf", "exp"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise _refused("it is not one of ours") from error
        self._in_force(payload)
        revoked = select(revoked_tokens.c.id).where(revoked_tokens.c.id == payload["jti"])
        if connection.execute(revoked).first() is not None:
            raise _refused("it was signed out")
        return payload

    def revoke(self, token_id: str, expires: datetime) -> bool:
        """Let the token `token_id` hold no more; return whether it did until now."""
        now = isoformat(self._clock.now())
        with self._database.write() as connection:
            connection.execute(delete(revoked_tokens).where(revoked_tokens.c.expires < now))
            if connection.execute(select(revoked_tokens.c.id).where(revoked_tokens.c.id == token_id)).first():
                return False
            connection.execute(insert(revoked_tokens).values(id=token_id, expires=isoformat(expires)))
        return True

    def time(self, seconds: int) -> datetime:
        """Return the time of a claim as an aware UTC time."""
        return datetime.fromtimestamp(seconds, UTC)

    def now(self) -> int:
        """Return the present by the clock of tokens, in seconds since 1970."""
        return int(self._clock.now().timestamp())

    def _in_force(self, payload: dict[str, Any]) -> None:
        times = [payload[name] for name in ("iat", "nbf", "exp")]
        if any(isinstance(time, bool) or not isinstance(time, int) or not 0 < time < 2**40 for time in times):
            raise _refused("its times are no times")
        now = self._clock.now().timestamp()
        if now >= payload["exp"]:
            raise _refused("it has expired")
        if now < max(payload["iat"], payload["nbf"]) - _CLOCKS_DIFFER_S:
            raise _refused("it does not hold yet")


class _PlainEncoder(json.JSONEncoder):
    """Writes JSON whose base64url needs neither ``-`` nor ``_``: clients that decode it as plain base64 read it, too."""

    def encode(self, o: Any) -> str:
        return _NOT_EVERYWHERE.sub(lambda found: f"\\u{ord(found[0]):04x}", super().encode(o))


def _account(connection: Connection, name: str) -> Any:
    query = select(users.c.roles, users.c.password).where(users.c.name == name, users.c.active)
    return connection.execute(query).first()


def _edition(password: str | None) -> str:
    """Return a mark of the present password's hash: a new password ends the tokens of the old one."""
    return hashlib.sha256((password or "").encode()).hexdigest()[:12]


def _refused(why: str) -> NotSignedInError:
    return NotSignedInError(f"the token does not hold: {why}", hint="sign in again")
