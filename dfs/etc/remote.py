"""A calculator elsewhere: the same question over HTTP, the same kind of answer."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from dfs.errors import AccessError, DfsError, NotFoundError, ServiceError, UsageError
from dfs.etc.documents.answers import result_of
from dfs.etc.documents.mapping import inputs
from dfs.etc.reading import parsed
from dfs.etc.request import Request
from dfs.etc.result import Result

if TYPE_CHECKING:
    import requests

__all__ = ["Conversation", "RemoteEngine"]

_KINDS: dict[int, type[DfsError]] = {
    400: UsageError,
    401: AccessError,
    403: AccessError,
    404: NotFoundError,
    413: UsageError,
}


class Conversation(Protocol):
    """A session over HTTP, with its user and its second attempts."""

    requests: requests.Session

    def outside(self, url: str) -> AbstractContextManager[None]:
        """Turn what can go wrong on the way into `ServiceError`."""
        ...


class RemoteEngine:
    """Answers requests by asking a server.

    Parameters
    ----------
    server
        Its address, ``http(s)://host[:port][/path]``.
    session
        Through which is asked.
    """

    def __init__(self, server: str, session: Conversation) -> None:
        self._server = server
        self._session = session

    def __call__(self, request: Request) -> Result:
        """Return the server's answer.

        Raises
        ------
        UsageError, NotFoundError, AccessError
            As the server says.
        ServiceError
            There is none, or it has no calculator.
        """
        if "://" not in self._server:
            hint = "dfs.connect('http://...') to a running dfs serve; for ESO's own calculator write its JSON (dfs etc --eso FILE)"
            raise UsageError(f"{self._server} is not asked from here", where="etc", hint=hint)
        url = f"{self._server.rstrip('/')}/etc/api/{request.choice.instrument}"
        with self._session.outside(url):
            answer = self._session.requests.post(url, json={"inputs": inputs(request)}, timeout=60)
        document = _document(answer)
        if answer.status_code >= 400:
            raise _error(answer.status_code, document.get("error"), self._server)
        return result_of(document)


def _document(answer: requests.Response) -> dict[str, Any]:
    try:
        return dict(parsed(answer.content, answer.url))
    except DfsError:
        raise ServiceError("the answer is not that of a calculator", where=answer.url) from None


def _error(status: int, told: Any, server: str) -> DfsError:
    """Return the error that the server tells of, in its own words."""
    kind = _KINDS.get(status, ServiceError)
    if not isinstance(told, dict):
        return kind(f"the calculator answered {status}", where=server)
    said = {name: str(told[name]) for name in ("where", "accepted", "hint") if told.get(name)}
    return kind(str(told.get("message") or f"the calculator answered {status}"), **said)
