"""One conversation over HTTP: time-outs, retries with growing pauses, the user's token, and clear words when nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dfs.archive.remote.services import Services
from dfs.errors import AccessError, ConflictError, DfsError, NotFoundError, ServiceError, UsageError
from dfs.version import __version__

if TYPE_CHECKING:
    import requests

__all__ = ["Session"]

_RETRIES = 4
_WORTH_ANOTHER_TRY = (429, 502, 503, 504)


class Session:
    """Asks the services of an archive, as one user.

    Parameters
    ----------
    services
        Their addresses.
    token
        A signed token; None asks anonymously.
    pause_s
        The pause before the second attempt; each further one is twice as long.
    """

    def __init__(self, services: Services, token: str | None = None, *, pause_s: float = 0.5) -> None:
        import requests
        from urllib3.util import Retry

        from dfs.archive.remote.adapter import PatientAdapter

        self.services = services
        self.requests = requests.Session()
        self.requests.headers["User-Agent"] = f"vlt-dfs/{__version__}"
        retry = Retry(
            total=_RETRIES,
            connect=1,  # nobody there: say so at once
            read=False,  # a query that ran out of time would do so again
            backoff_factor=pause_s,
            status_forcelist=_WORTH_ANOTHER_TRY,
            allowed_methods={"GET", "HEAD", "POST"},  # all posts here are queries, too long for an address
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self.requests.mount(scheme, PatientAdapter(max_retries=retry))
        self._token = token
        self.requests.auth = self._signed  # whoever sends through it, and not what ~/.netrc says of the host

    @property
    def token(self) -> str | None:
        """The token that requests carry; None: they are anonymous."""
        return self._token

    @property
    def is_signed_in(self) -> bool:
        """Tell whether requests carry a token."""
        return self._token is not None

    def sign_in(self, name: str, password: str) -> None:
        """Get a token for a user; `AccessError` when name and password do not fit."""
        services = self.services
        answer = {"grant_type": "password", "username": name, "password": password}
        if services.token_client:  # ESO's service reads the query string
            question = answer | {
                "response_type": "id_token token",
                "client_id": services.token_client,
                "client_secret": services.token_secret,
            }
            told = self.ask("GET", services.token, params=question, is_refused_plainly=True)
        else:
            told = self.ask("POST", services.token, data=answer, is_refused_plainly=True)
        try:
            self._token = str(told.json()["id_token"])
        except (ValueError, KeyError) as error:
            raise ServiceError("the answer holds no token", where=_host(services.token)) from error

    def ask(self, method: str, url: str, *, is_refused_plainly: bool = False, **options: Any) -> requests.Response:
        """Send a request and return its good answer.

        Raises
        ------
        AccessError, NotFoundError, UsageError, ConflictError, ServiceError
            By the status of the answer; `ServiceError` also when there was none.
        """
        with self.outside(url):
            answer = self.requests.request(method, url, **options)
        if answer.status_code >= 400:
            raise _error_of(answer, self.is_signed_in, is_refused_plainly)
        return answer

    def headers(self, url: str) -> dict[str, str]:
        """Return the headers that identify the user; his token goes to this archive's hosts only, and never in clear text elsewhere."""
        return {"Authorization": f"Bearer {self._token}"} if self._token and self._is_ours(url) else {}

    def _signed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self.headers(request.url or ""))
        return request

    @contextmanager
    def outside(self, url: str) -> Iterator[None]:
        """Turn what can go wrong on the way into `ServiceError`."""
        import requests

        host = _host(url)
        try:
            yield
        except requests.exceptions.Timeout as error:
            raise ServiceError("no answer in time", where=host, hint="try again later, or ask for less") from error
        except requests.exceptions.ConnectionError as error:
            raise ServiceError(
                "cannot be reached",
                where=host,
                hint="are you offline? An embedded archive (dfs.open) needs no network",
            ) from error
        except requests.exceptions.RequestException as error:
            raise ServiceError(f"the request failed: {error}", where=host) from error

    def _is_ours(self, url: str) -> bool:
        services = self.services
        known = {urlsplit(one)[:2] for one in (services.tap, services.links, services.files, services.calibrations)}
        return urlsplit(url)[:2] in known


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _error_of(answer: requests.Response, is_signed_in: bool, is_refused_plainly: bool) -> DfsError:
    """Return the error that a bad answer tells of."""
    where, said = _host(answer.url), _words(answer)
    match answer.status_code:
        case 401 | 403:
            hint = "" if is_refused_plainly or is_signed_in else "sign in: dfs.connect(..., user=NAME)"
            return AccessError(said or "this is not for you to see", where=where, hint=hint)
        case 404 | 410:
            return NotFoundError(said or "there is no such thing", where=where)
        case 409 | 412:
            return ConflictError(said or "somebody else was first", where=where)
        case 400 | 405 | 413 | 414 | 415 | 416 | 422:
            return UsageError(said or f"the request was refused ({answer.status_code})", where=where)
    return ServiceError(said or f"the service failed ({answer.status_code})", where=where, hint="try again later")


def _words(answer: requests.Response) -> str:
    """Return what the service says about its refusal, as one short line of plain text."""
    kind = answer.headers.get("Content-Type", "")
    if "json" in kind:
        try:
            told = answer.json()
            error = told.get("error", told) if isinstance(told, dict) else {}
            return str(error.get("message", "") if isinstance(error, dict) else error)[:300]
        except ValueError:
            return ""
    return " ".join(answer.text.split())[:300] if kind.startswith("text/plain") else ""
