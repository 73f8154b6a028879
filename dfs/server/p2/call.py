"""One call of the P2 API: who calls, which numbers its address names, what came with it; and how it is answered."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.api import Upload, Versioned

if TYPE_CHECKING:
    from dfs.observatory import Observatory
    from dfs.phase2.api import Phase2Desk

__all__ = ["Call", "document", "file", "nothing", "versioned"]

_NUMBER_MOST = 2**31 - 1  # what a column of the database holds
_FRESH = {"Cache-Control": "private, no-store"}
_ETAG = re.compile(r'(?:[Ww]/)?"(.*)"')


class Call:
    """A request that has been read.

    Attributes
    ----------
    desk
        Phase 2 with the rights of whoever calls.
    body
        The JSON that came, or the file (`Upload`).
    """

    def __init__(self, request: Request, observatory: Observatory, body: Any) -> None:
        self.request = request
        self.observatory = observatory
        self.body = body

    @property
    def desk(self) -> Phase2Desk:
        """Phase 2 as the caller sees it."""
        return self.observatory.phase2_desk

    @property
    def version(self) -> str | None:
        """The version that the caller has seen (``If-Match``), without the quotes and the mark of weakness that HTTP puts around it."""
        given = self.request.headers.get("if-match", "").strip()
        found = _ETAG.fullmatch(given)
        return (found[1] if found else given) or None

    def number(self, name: str) -> int:
        """Return a number of the address: 400 when it is none, 404 when nothing can have it."""
        return number_of(name, self.request.path_params[name])

    def text(self, name: str) -> str:
        """Return a text of the address."""
        return str(self.request.path_params[name])

    def query(self, name: str, default: str | None = None, *, longest: int = 200) -> str:
        """Return a parameter behind the question mark."""
        value = self.request.query_params.get(name, default)
        if value is None:
            raise UsageError(f"the parameter {name} is missing", where=name)
        if len(value) > longest or "\0" in value:
            raise UsageError(f"{name} is too long, or no text", where=name, accepted=f"up to {longest} characters")
        return value

    def count(self, name: str, default: int, most: int) -> int:
        """Return a parameter that is a whole number from 0 to `most`."""
        text = self.query(name, str(default))
        if not re.fullmatch(r"\d{1,15}", text, re.ASCII) or int(text) > most:
            raise UsageError(f"{name} = {text[:40]!r}", where=name, accepted=f"0 to {most}")
        return int(text)

    def of(self, name: str, number: int) -> dict[str, Any]:
        """Return the body as the document with number `number` (key `name`); `UsageError` when it is another's."""
        named = self.body.get(name, number)
        if named != number:
            raise UsageError(f"the body is that of {name} {named!r}, the address names {number}", where=name)
        return {**self.body, name: number}


def number_of(name: str, text: str) -> int:
    """Return the number that `text` is."""
    if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
        raise UsageError(f"{text[:40]!r} is no {name}", where=name, accepted="a whole number")
    if int(text) > _NUMBER_MOST:
        raise NotFoundError(f"there is no {name} {text}")
    return int(text)


def document(body: Any, status: int = 200, version: str | None = None) -> Response:
    """Answer with JSON, and its version as ETag."""
    content = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return Response(content, status, _headers(version), media_type="application/json")


def versioned(found: Versioned[Any], status: int = 200) -> Response:
    """Answer with a document that has a version."""
    return document(found.body, status, found.version)


def nothing(version: str | None = None) -> Response:
    """Answer that it is done: 204 with a content type, without which ESO's client breaks."""
    return Response(None, 204, _headers(version), media_type="text/plain")


def file(found: Upload, media_type: str, version: str | None = None) -> Response:
    """Answer with a file."""
    plain = re.sub(r"[^ !#-\[\]-~]", "_", found.name)
    headers = _headers(version)
    headers["Content-Disposition"] = f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    return Response(found.content, 200, headers, media_type=media_type)


def _headers(version: str | None) -> dict[str, str]:
    return dict(_FRESH) if version is None else {**_FRESH, "ETag": f'"{version}"'}
