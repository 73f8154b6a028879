"""Who sent a request: by Bearer token, by the browser's cookie, by HTTP Basic, or nobody."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from starlette.requests import Request

from dfs.access import Anonymous, CurrentUser
from dfs.access.failures import NotSignedInError

if TYPE_CHECKING:
    from dfs.access.tokens import Token
    from dfs.observatory import Observatory

__all__ = ["COOKIE", "current_user", "is_from_here", "presented"]

COOKIE = "dfs_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ANONYMOUS = Anonymous()


def current_user(request: Request) -> CurrentUser:
    """Return whoever sent `request`.

    A wrong Bearer token or Basic password is an error: a program sent it on purpose.  A cookie that does not hold any more is as none:
    a browser sends it whether its user knows or not.

    Raises
    ------
    NotSignedInError
        The token does not hold, or name and password are wrong.
    TooManyTriesError
        Too many sign-ins of this name failed.
    """
    known = getattr(request.state, "dfs_user", None)
    if known is None:
        known = request.state.dfs_user = _identify(request)
    return cast("CurrentUser", known)


def presented(request: Request) -> Token | None:
    """Return the token that came with `request`, by header or cookie, if it holds."""
    scheme, value = _authorization(request)
    text = value if scheme == "bearer" else request.cookies.get(COOKIE, "") if not scheme else ""
    try:
        return _observatory(request).tokens.read(text) if text else None
    except NotSignedInError:
        return None


def is_from_here(request: Request, *, assume: bool) -> bool:
    """Tell whether a browser sent `request` from a page of this very server; `assume` is the answer where it does not say."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site in {"same-origin", "none"}
    if origin is not None:
        return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    return assume


def _identify(request: Request) -> CurrentUser:
    observatory = _observatory(request)
    scheme, value = _authorization(request)
    if scheme == "bearer":
        if observatory.settings.oidc_bearer and observatory.oidc is not None and observatory.oidc.is_of_issuer(value):
            return observatory.oidc.bearer(value)
        return observatory.tokens.read(value).member
    if scheme == "basic":
        return observatory.sign_in.basic(*_name_and_password(value))
    if scheme:
        raise NotSignedInError("this way of signing in is not known here", accepted="Bearer, Basic")
    if COOKIE not in request.cookies:
        return _ANONYMOUS
    if request.method not in _SAFE and not is_from_here(request, assume=False):
        return _ANONYMOUS  # some other page made the browser send this: it does not count as the user's wish
    token = presented(request)
    return token.member if token is not None else _ANONYMOUS


def _authorization(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").strip().partition(" ")
    return scheme.lower(), value.strip()


def _name_and_password(value: str) -> tuple[str, str]:
    try:
        name, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name = colon = password = ""
    if not colon:
        raise NotSignedInError("the Authorization header cannot be read", accepted="Basic base64(name:password)")
    return name, password


def _observatory(request: Request) -> Observatory:
    return cast("Observatory", request.app.state.observatory)
