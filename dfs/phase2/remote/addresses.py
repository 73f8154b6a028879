"""Where the P2 services of an observatory are: of one of our servers, or of ESO."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from dfs.errors import UsageError

__all__ = ["P2_ESO", "P2Addresses", "p2_addresses"]


@dataclass(frozen=True, slots=True)
class P2Addresses:
    """Addresses of one observatory's P2 services, without a slash at their ends.

    Attributes
    ----------
    name
        For messages.
    api, login
        ESO's P2 API, and where a token comes from.
    charts
        The service that draws finding charts (p2fc).
    triggers
        The one that takes triggers of rapid response (grrmapi).
    is_ours
        It has what ESO's lacks: trees, bulk edits, history (``/ext``).
    """

    name: str
    api: str
    login: str
    charts: str
    triggers: str
    is_ours: bool


def _eso(name: str, root: str, charts: str) -> P2Addresses:
    at = "https://www.eso.org"
    return P2Addresses(
        name, f"{at}/{root}/api/v1", f"{at}/{root}/api/login", f"{at}/{charts}", f"{at}/grrmapi/v1", is_ours=False
    )


# The addresses that ESO's own client, p2api 1.2.1, knows (its dictionaries API_URL, LOGIN_URL, P2FC_URL, GRRMAPI_URL).
P2_ESO = {
    "production": _eso("eso", "cop", "p2fc"),
    "production_lasilla": _eso("eso-lasilla", "copls", "p2fc"),
    "demo": _eso("eso-demo", "copdemo", "p2fcdemo"),
}


def p2_addresses(where: str) -> P2Addresses:
    """Return the addresses of ``eso``, ``eso-lasilla``, ``eso-demo`` (or ESO's names for them), or of one of our servers.

    Parameters
    ----------
    where
        A name; or the address of a server, of its P2 API, or of anything below that.

    Raises
    ------
    UsageError
        Neither a known name nor an http address.
    """
    known = {one.name: one for one in P2_ESO.values()} | P2_ESO
    if where in known:
        return known[where]
    for one in P2_ESO.values():
        if where.rstrip("/").startswith(one.api):
            return one
    parts = urlsplit(where)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            f"there is no P2 service {where!r}",
            accepted=f"{', '.join(known)}, or http(s)://host[:port][/path] of a server",
            hint=f"did you mean http://{where}?" if parts.scheme not in {"http", "https"} and ":" in where else "",
        )
    base = where.partition("/p2/api")[0].rstrip("/")
    return P2Addresses(
        base, f"{base}/p2/api/v1", f"{base}/p2/api/login", f"{base}/p2fc", f"{base}/grrmapi/v1", is_ours=True
    )
