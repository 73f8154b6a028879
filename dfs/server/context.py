"""What a router may ask of a request: the observatory as its user sees it, and the address clients know us by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends
from starlette.requests import Request

from dfs.access import CurrentUser

if TYPE_CHECKING:
    from dfs.observatory import Observatory

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
    from dfs.server.auth import current_user

    return current_user(request)


def acting(request: Request) -> Observatory:
    """Return the observatory with the rights of whoever sent `request`."""
    return cast("Observatory", request.app.state.observatory).acting(caller(request))


Acting = Annotated["Observatory", Depends(acting)]


def base_url(request: Request) -> str:
    """Return the address of this server as its clients know it, without a slash at the end.

    The setting ``--public-url`` decides; without it the request's own Host header (and, behind a trusted proxy, its
    ``X-Forwarded-Proto`` and ``-Host``), else the address the request came in at.
    """
    public: str = request.app.state.public_url
    if public:
        return public
    scheme, host = request.scope["scheme"], request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("localhost", None)
        host = f"{name}:{port}" if port else name
    return f"{scheme}://{host}{request.scope.get('root_path', '').rstrip('/')}"
