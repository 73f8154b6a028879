"""The addresses of an archive's services."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dfs.errors import UsageError

__all__ = ["Services", "services_of"]


@dataclass(frozen=True, slots=True)
class Services:
    """Addresses of the services of one archive; empty: it has none.

    Attributes
    ----------
    name
        For messages: ``eso``, or the address of a server.
    files, header, preview
        Addresses to which a DP ID is appended.
    token_client, token_secret
        What ESO's token service wants beside name and password.
    """

    name: str
    tap: str
    catalogues: str
    links: str
    files: str
    calibrations: str
    header: str
    token: str
    preview: str = ""
    deliveries: str = ""
    token_client: str = ""
    token_secret: str = ""


def services_of(where: str) -> Services:
    """Return the services of ``eso``, or of the instance of our own server at an address.

    Raises
    ------
    UsageError
        Neither a known name nor an http address.
    """
    known = tomllib.loads(Path(__file__).with_name("services.toml").read_text(encoding="utf-8"))
    own = known.pop("own")
    if where.lower() in known:
        return Services(where.lower(), **known[where.lower()])
    parts = urlsplit(where)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            f"cannot connect to {where!r}",
            where="connect",
            accepted=f"{', '.join(known)}, or http(s)://host[:port][/path]",
        )
    base = where.rstrip("/")
    return Services(base, **{service: base + path for service, path in own.items()})
