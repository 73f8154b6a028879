"""The permanent link of a calculation: the flat mapping behind the address of the page."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from dfs.errors import UsageError
from dfs.etc.documents.inline_spectrum import SPECTRUM
from dfs.etc.documents.mapping import inputs
from dfs.etc.request import Request

__all__ = ["PAGE", "inputs_of_link", "link"]

PAGE = "/pages/etc"
_MOST = 60_000  # characters that a server takes behind the question mark
_FIELDS_MOST = 100


def link(request: Request, base: str = "") -> str:
    """Return the address of the page `etc` that asks `request` again.

    Parameters
    ----------
    base
        Address of the server, ``https://host``, or a path on it; empty: the link begins with a slash.

    Raises
    ------
    UsageError
        The spectrum is the user's own, an address does not hold one; or `base` is no server.
    """
    if base and not base.lower().startswith(("http://", "https://", "/")):
        raise UsageError(f"{base[:200]!r} is no server", where="link", accepted="http://HOST or https://HOST")
    said = inputs(request)
    if SPECTRUM in said:
        hint = "save the calculation as JSON: the spectrum is in it"
        raise UsageError("a link cannot hold a spectrum of your own", where="link", hint=hint)
    query = urlencode({name: _text(value) for name, value in said.items()}, safe=":,/")
    return f"{base.rstrip('/')}{PAGE}?{query}"


def inputs_of_link(address: str) -> dict[str, str]:
    """Return the flat mapping that a link holds; values are texts, as `dfs.etc.documents.mapping.request_of` reads them.

    Raises
    ------
    UsageError
        Too long, a key twice, or nothing in it.
    """
    query = urlsplit(address).query
    if len(query) > _MOST:
        raise UsageError("the link is too long", where="link", accepted=f"up to {_MOST} characters")
    try:
        pairs = parse_qsl(query, max_num_fields=_FIELDS_MOST)
    except ValueError:
        raise UsageError("the link holds too many keys", where="link", accepted=f"up to {_FIELDS_MOST}") from None
    said: dict[str, str] = {}
    for name, value in pairs:
        if name in said:
            raise UsageError(f"the link says {name[:60]!r} twice", where="link")
        said[name] = value
    if not said:
        raise UsageError(
            f"nothing is asked in {address[:200]!r}", where="link", accepted=f"...{PAGE}?instrument=FORS2&..."
        )
    return said


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
