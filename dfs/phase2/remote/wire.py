"""From the calls of a desk to requests: JSON, versions, files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from dfs.errors import ServiceError
from dfs.phase2.api import Upload, Versioned

if TYPE_CHECKING:
    import httpx

    from dfs.phase2.remote.addresses import P2Addresses
    from dfs.phase2.remote.session import P2Session

__all__ = ["Wire"]

_NAMED = re.compile(r"filename\*=UTF-8''([^;\s]+)", re.IGNORECASE)
_NAMED_PLAINLY = re.compile(r'filename="([^"]*)"')


class Wire:
    """A session with the base of its addresses."""

    def __init__(self, session: P2Session, addresses: P2Addresses) -> None:
        self.session = session
        self.addresses = addresses

    def json(self, method: str, path: str, body: Any = None, version: str | None = None, **query: Any) -> Any:
        """Return the body of the answer."""
        return self.versioned(method, path, body, version, **query).body

    def versioned(
        self, method: str, path: str, body: Any = None, version: str | None = None, **query: Any
    ) -> Versioned[Any]:
        """Return the body of the answer with its version."""
        options: dict[str, Any] = {"json": body} if method in {"POST", "PUT"} else {}
        if query:
            options["params"] = query
        answer = self.session.ask(method, self.addresses.api + path, version=version, **options)
        return Versioned(self._document(answer), answer.headers.get("etag"))

    def download(self, path: str, name: str) -> Versioned[Upload]:
        """Return a file; `name` where the service gives it none."""
        answer = self.session.ask("GET", self.addresses.api + path, headers={"Accept": "*/*"})
        return Versioned(Upload(_name_of(answer) or name, answer.content), answer.headers.get("etag"))

    def upload(self, method: str, path: str, file: Upload, media_type: str, version: str | None = None) -> str:
        """Send a file; return the version it made, empty where there is none."""
        plain = re.sub(r"[^ !#-\[\]-~]", "_", file.name)
        headers = {
            "Content-Type": media_type,
            "Content-Disposition": f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        }
        answer = self.session.ask(
            method, self.addresses.api + path, version=version, content=file.content, headers=headers
        )
        return str(answer.headers.get("etag", ""))

    def _document(self, answer: httpx.Response) -> Any:
        if not answer.content or not answer.headers.get("content-type", "").startswith("application/json"):
            return None
        try:
            return answer.json()
        except ValueError as error:
            raise ServiceError("the answer is no JSON", where=self.addresses.name) from error


def _name_of(answer: httpx.Response) -> str:
    said = answer.headers.get("content-disposition", "")
    found = _NAMED.search(said)
    if found:
        return unquote(found[1])
    plain = _NAMED_PLAINLY.search(said)
    return plain[1] if plain else ""
