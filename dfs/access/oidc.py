"""Sign-in through somebody else's service: OpenID Connect, authorization code with PKCE.

The way there and back is tied together by a signed, short-lived state that stays in the browser's cookie and is used once.  What the
service says counts only after its signature, issuer, audience, times and nonce have been checked; it names one of our accounts, or nobody.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
from sqlalchemy import select

from dfs.access.failures import NotSignedInError
from dfs.access.issuer import Issuer
from dfs.access.tokens import AUDIENCE, Token, Tokens
from dfs.access.user import Member
from dfs.errors import ServiceError
from dfs.store import Database
from dfs.store.tables import users

__all__ = ["STATE_S", "OidcClient"]

STATE_S = 600  # so long somebody may take to sign in there
_STATE = "dfs-state+jwt"


class OidcClient:
    """The observatory as a client of the sign-in service of the settings ``oidc_*``.

    Parameters
    ----------
    claim
        ``email`` (matched with the account's, and only where the service says it is verified), or ``preferred_username`` or ``sub``
        (matched with the account's name: for services that give names to the same people as we do).
    """

    def __init__(
        self,
        database: Database,
        tokens: Tokens,
        issuer: Issuer,
        *,
        client_id: str,
        secret_file: Path | None,
        claim: str,
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._issuer = issuer
        self._client_id = client_id
        self._secret_file = secret_file
        self._claim = claim

    def begin(self, redirect_uri: str, following: str) -> tuple[str, str]:
        """Return where to send the browser, and the state to keep in its cookie; `following` is where it goes in the end."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        now = self._tokens.now()
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "next": following, "redirect_uri": redirect_uri}
        mine = {"iss": self._tokens.issuer, "aud": AUDIENCE, "sub": "oidc", "jti": secrets.token_hex(12)}
        cookie = self._tokens.sign({**mine, "iat": now, "nbf": now, "exp": now + STATE_S, **kept}, _STATE)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._issuer.endpoint('authorization_endpoint')}?{urlencode(asked)}", cookie

    def finish(self, code: str, state: str, cookie: str) -> tuple[Token, str]:
        """Return a token of ours for whoever came back with `code`, and where he goes.

        Raises
        ------
        NotSignedInError
            State, code or the service's statement do not hold, or it names none of our accounts.
        ServiceError
            The service does not answer.
        """
        with self._database.read() as connection:
            kept = self._tokens.verified(connection, cookie, _STATE)
        if not hmac.compare_digest(state.encode(), str(kept["state"]).encode()):
            raise NotSignedInError("the sign-in was begun in another browser", hint="begin again")
        if not self._tokens.revoke(kept["jti"], self._tokens.time(kept["exp"])):
            raise NotSignedInError("this sign-in was used before", hint="begin again")
        secret = {} if self._secret_file is None else {"client_secret": _secret(self._secret_file)}
        answer = self._issuer.exchange(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": kept["redirect_uri"],
                "client_id": self._client_id,
                "code_verifier": kept["verifier"],
                **secret,
            }
        )
        claims = self._issuer.claims(str(answer.get("id_token", "")), self._client_id)
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), str(kept["nonce"]).encode()):
            raise NotSignedInError("the sign-in service answered somebody else's question", hint="begin again")
        return self._tokens.issue(self._account_of(claims)), str(kept["next"])

    def is_of_issuer(self, text: str) -> bool:
        """Tell whether a token says it is the service's, before anything of it is believed."""
        try:
            said = jwt.decode(text, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError):
            return False
        return said.get("iss") == self._issuer.address

    def bearer(self, text: str) -> Member:
        """Return whom a token of the service itself names."""
        return Member(self._account_of(self._issuer.claims(text, self._client_id)))

    def _account_of(self, claims: dict[str, Any]) -> str:
        value = claims.get(self._claim)
        is_email = self._claim == "email"
        if is_email and claims.get("email_verified") is not True:
            raise NotSignedInError("the sign-in service has not verified the e-mail address")
        column, wanted = (users.c.email, str(value).lower()) if is_email else (users.c.name, str(value))
        with self._database.read() as connection:
            name = connection.execute(select(users.c.name).where(column == wanted, users.c.active)).scalar()
        if not value or name is None:
            raise NotSignedInError("whoever signed in has no account here", hint="ask an operator for one")
        return str(name)


def _secret(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ServiceError(f"cannot read oidc_client_secret_file: {error.strerror}", where=str(file)) from error
