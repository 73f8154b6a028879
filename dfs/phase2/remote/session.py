"""One conversation with a P2 service: time limits, second attempts where nothing can be done twice, and clear words when it fails."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dfs.errors import AccessError, ConflictError, DfsError, NotFoundError, ServiceError, UsageError
from dfs.phase2.failures import FileKindError, FileTooLargeError, StaleError, StateError, VersionMissingError
from dfs.version import __version__

if TYPE_CHECKING:
    import httpx

__all__ = ["P2Session"]

_CONNECT_S = 10.0
_READ_S = 120.0  # a bulk edit of thousands of blocks takes its seconds
_ATTEMPTS = 4
_BUSY = frozenset({429, 502, 503, 504})
_LONGEST_PAUSE_S = 30.0


class P2Session:
    """Asks one P2 service, as one user; safe to use from several threads.

    Parameters
    ----------
    login
        Where tokens come from.
    token
        A token; None: none yet.
    pause_s
        Before the second attempt; each further pause is twice as long.
    """

    def __init__(self, login: str, token: str | None = None, *, pause_s: float = 0.5) -> None:
        import httpx

        self._login = login
        self.token = token
        self._pause_s = pause_s
        self._client = httpx.Client(
            timeout=httpx.Timeout(_READ_S, connect=_CONNECT_S),
            headers={"User-Agent": f"vlt-dfs/{__version__}", "Accept": "application/json"},
            limits=httpx.Limits(max_connections=16),
        )

    def sign_in(self, name: str, password: str) -> str:
        """Get a token for a user, and return the name of his account; `AccessError` when name and password do not fit."""
        told = self._send("POST", self._login, {}, data={"username": str(name), "password": password})
        try:
            document = told.json()
            self.token = str(document["access_token"])
        except (ValueError, KeyError, TypeError) as error:
            raise ServiceError("the answer to the sign-in holds no token", where=self._login) from error
        return str(document.get("username", name))

    def ask(self, method: str, url: str, *, version: str | None = None, **options: Any) -> httpx.Response:
        """Send a request with the user's token and the version he has seen, and return its good answer.

        Raises
        ------
        AccessError, NotFoundError, UsageError, ConflictError, ServiceError
            By the status of the answer, with its own words; `ServiceError` also when there was none.
        """
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if version is not None:
            headers["If-Match"] = version
        headers |= options.pop("headers", {})
        return self._send(method, url, headers, **options)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _send(self, method: str, url: str, headers: Mapping[str, str], **options: Any) -> httpx.Response:
        import httpx

        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = self._client.request(method, url, headers=dict(headers), **options)
            except httpx.HTTPError as error:
                if attempt == _ATTEMPTS or not _was_not_done(error, method):
                    raise _no_answer(url, error) from error
                time.sleep(self._pause_s * 2 ** (attempt - 1))
                continue
            if attempt == _ATTEMPTS or not _is_worth_another_try(answer, method):
                break
            time.sleep(_pause_of(answer, self._pause_s * 2 ** (attempt - 1)))
        if answer.status_code >= 300:
            raise _error_of(answer, is_signed_in=bool(headers.get("Authorization")) or url == self._login)
        return answer


def _was_not_done(error: Exception, method: str) -> bool:
    """Tell whether a request that failed may be sent again: it never arrived, or changes nothing."""
    import httpx

    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) or (
        method == "GET" and isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)
    )


def _is_worth_another_try(answer: httpx.Response, method: str) -> bool:
    """Tell whether to ask again: the service is busy, and says so itself (429, 503), or nothing was to be changed."""
    return answer.status_code in _BUSY and (method == "GET" or answer.status_code in {429, 503})


def _pause_of(answer: httpx.Response, otherwise_s: float) -> float:
    said = answer.headers.get("retry-after", "")
    return min(float(said), _LONGEST_PAUSE_S) if said.isdecimal() else otherwise_s


def _no_answer(url: str, error: Exception) -> ServiceError:
    import httpx

    where = urlsplit(url).netloc
    if isinstance(error, httpx.TimeoutException):
        return ServiceError("no answer in time", where=where, hint="look whether it was done before you send it again")
    if isinstance(error, httpx.ConnectError):
        return ServiceError(
            "cannot be reached",
            where=where,
            hint="are you offline? An embedded observatory (dfs.open) needs no network",
        )
    return ServiceError(f"the request failed: {error}", where=where)


_ERRORS: dict[int, type[DfsError]] = {
    400: UsageError,
    401: AccessError,
    403: AccessError,
    404: NotFoundError,
    405: UsageError,
    409: StateError,
    412: StaleError,
    413: FileTooLargeError,
    415: FileKindError,
    422: UsageError,
    428: VersionMissingError,
}
_KINDS: dict[str, type[DfsError]] = {
    one.__name__: one for one in (UsageError, NotFoundError, AccessError, ConflictError, ServiceError)
}


def _error_of(answer: httpx.Response, *, is_signed_in: bool) -> DfsError:
    """Return the error that a bad answer tells of, in its own words."""
    where = urlsplit(str(answer.url)).netloc
    said = _said(answer)
    kind = _ERRORS.get(answer.status_code) or _KINDS.get(str(said.get("type")), ServiceError)
    message = said.get("message") or f"the service answered {answer.status_code}"
    texts = {name: str(said.get(name) or "") for name in ("where", "accepted", "hint")}
    if answer.status_code == 401 and not is_signed_in:
        texts["hint"] = "sign in: dfs.connect(..., user=NAME)"
    return kind(str(message), **{**texts, "where": texts["where"] or where})


def _said(answer: httpx.Response) -> dict[str, Any]:
    """Return what a service says of its refusal: ours with details, ESO's as one text."""
    try:
        document = answer.json()
    except ValueError:
        text = answer.text if answer.headers.get("content-type", "").startswith("text/plain") else ""
        return {"message": " ".join(text.split())[:300]}
    if not isinstance(document, dict):
        return {}
    details = document.get("details")
    return details if isinstance(details, dict) else {"message": str(document.get("error") or "")[:1000]}
