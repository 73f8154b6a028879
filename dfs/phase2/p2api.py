"""ESO's own client, pointed at one of our servers; its code stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from dfs.errors import UsageError

__all__ = ["EnabledP2Api", "enable_p2api"]

_EVERYWHERE = ("demo", "production", "production_lasilla", "local")
_NAMES = ("API_URL", "LOGIN_URL", "P2FC_URL", "GRRMAPI_URL")


class EnabledP2Api:
    """ESO's client on one of our servers; as a context, until it ends."""

    def __init__(self, before: list[tuple[dict[str, str], dict[str, str]]]) -> None:
        self._before = before

    def disable(self) -> None:
        """Point the client where it pointed before."""
        for table, was in self._before:
            table.clear()
            table.update(was)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.disable()


def enable_p2api(where: str, environments: Iterable[str] = _EVERYWHERE) -> EnabledP2Api:
    """Point ESO's client ``p2api`` at a server of ours: scripts written for it run as they are.

    Parameters
    ----------
    where
        Address of the server, or of its P2 API (``p2`` in the ready line of ``dfs serve``).
    environments
        Names that scripts give to ``ApiConnection``; by default all that ESO's client knows, and ``local``.

    Raises
    ------
    UsageError
        ``p2api`` is not installed, or `where` is no address.

    Examples
    --------
    >>> from dfs.phase2 import enable_p2api                          # doctest: +SKIP
    >>> enable_p2api("http://127.0.0.1:8000")                        # doctest: +SKIP
    >>> api = p2api.ApiConnection("demo", "52052", "tutorial")       # doctest: +SKIP
    """
    from dfs.phase2.remote.addresses import p2_addresses

    module = _client()
    found = p2_addresses(where)
    addresses = (found.api, found.login, f"{found.charts}/", found.triggers)
    tables: list[dict[str, str]] = [getattr(module, name) for name in _NAMES]
    before = [(table, dict(table)) for table in tables]
    for table, address in zip(tables, addresses, strict=True):
        # in place: the package and its module share these dictionaries
        table.update(dict.fromkeys(environments, address))
    return EnabledP2Api(before)


def _client() -> Any:
    try:
        import p2api
    except ImportError as error:
        raise UsageError("p2api is not installed", hint="pip install p2api") from error
    return p2api
