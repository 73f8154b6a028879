"""What a router may ask of a request: the observatory as its user sees it, and the address clients know us by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, cast
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import Request

from dfs.access import CurrentUser
from dfs.server.identity import current_user

if TYPE_CHECKING:
    from dfs.observatory import Observatory

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})

__all__ = ["Acting", "acting", "base_url", "caller"]

# A host name or address with its port; anything else in a Host header would end up in our documents.
_HOST = re.compile(r"(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


def caller(request: Request) -> CurrentUser:
    """Return whoever sent `request`: the account its token names, or nobody in particular.

    Raises
    ------
    AccessError
        The token is wrong or out of date.
    """
    return current_user(request)


def acting(request: Request) -> Observatory:
    """Return the observatory with the rights of whoever sent `request`."""
    return cast("Observatory", request.app.state.observatory).acting(caller(request))


Acting = Annotated["Observatory", Depends(acting)]


def base_url(request: Request) -> str:
    """Return the address of this server as its clients know it, without a slash at the end: the setting ``public_url``.

    An address of this machine alone (``localhost``, 127.0.0.1) is no answer for a client elsewhere: then the request's own
    Host header counts (behind a trusted proxy its ``X-Forwarded-Proto`` and ``-Host``).
    """
    public: str = request.app.state.observatory.settings.public_url
    host = request.headers.get("host", "")
    if urlsplit(public).hostname not in _LOCAL or not _HOST.fullmatch(host):
        return public
    return f"{request.scope['scheme']}://{host}{request.scope.get('root_path', '').rstrip('/')}"
