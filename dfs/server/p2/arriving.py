"""Bodies as they arrive: JSON of a schema, or a file; read to their end, and never more kept than allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from dfs.errors import UsageError
from dfs.phase2.api import Upload
from dfs.phase2.failures import FileKindError
from dfs.server.errors import RequestTooLarge
from dfs.server.p2.json_body import read_json
from dfs.server.p2.schema import Schema, conform

__all__ = ["MEGABYTE", "FileForm", "Form", "JsonForm", "file_name", "received"]

MEGABYTE = 1 << 20
_NAME_MOST = 200
_THROWN_AWAY_MOST = 64 * MEGABYTE  # of a body that is too large; its sender reads no answer before he has sent it all


class Form(Protocol):
    """What an endpoint takes."""

    @property
    def most(self) -> int:
        """Bytes at most."""
        ...

    @property
    def is_large(self) -> bool:
        """Tell whether only those who have signed in may send so much."""
        ...

    def read(self, request: Request, content: bytes) -> Any:
        """Return what came; `UsageError` when it is not what the endpoint takes."""
        ...

    def described(self) -> dict[str, Any]:
        """Return it as OpenAPI's ``requestBody``."""
        ...


@dataclass(frozen=True, slots=True)
class JsonForm:
    """JSON.

    Attributes
    ----------
    example
        For people who try it.
    otherwise
        What no body, and ``null``, stand for; None: there has to be one.
    """

    schema: Schema
    example: Any = None
    otherwise: Any = None
    most: int = MEGABYTE

    @property
    def is_large(self) -> bool:
        """Tell whether only those who have signed in may send so much."""
        return self.most > 4 * MEGABYTE

    def read(self, request: Request, content: bytes) -> Any:
        """Return the document."""
        kind = _media_type(request)
        if kind not in {"", "application/json", "text/plain"} and not kind.endswith("+json"):
            raise FileKindError(f"a body of type {kind[:60]!r}", where="Content-Type", accepted="application/json")
        document = read_json(content)
        if document is None and self.otherwise is not None:
            document = self.otherwise
        conform(document, self.schema)
        return document

    def described(self) -> dict[str, Any]:
        """Return it as OpenAPI's ``requestBody``."""
        content: dict[str, Any] = {"schema": dict(self.schema)}
        if self.example is not None:
            content["example"] = self.example
        return {"required": self.otherwise is None, "content": {"application/json": content}}


@dataclass(frozen=True, slots=True)
class FileForm:
    """A file, as it is; its name stands in ``Content-Disposition``."""

    media_type: str
    name: str
    most: int
    is_large: bool = False

    def read(self, request: Request, content: bytes) -> Upload:
        """Return the file."""
        kind = _media_type(request)
        if kind not in {"", self.media_type, "application/octet-stream"}:
            raise FileKindError(f"a file of type {kind[:60]!r}", where="Content-Type", accepted=self.media_type)
        return Upload(_file_name(request, self.name), content)

    def described(self) -> dict[str, Any]:
        """Return it as OpenAPI's ``requestBody``."""
        schema = {"type": "string"} if self.media_type.startswith("text/") else {"type": "string", "format": "binary"}
        return {"required": True, "content": {self.media_type: {"schema": schema}}}


async def received(request: Request, form: Form | None) -> bytes:
    """Return the body of `request`, read to its end; what no endpoint wants (``null`` with a GET) is left to the protocol.

    A body that is too large is read on for a while and thrown away: most clients send all of theirs before they look for an answer.
    """
    if form is None:
        return b""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max(form.most, _THROWN_AWAY_MOST):
        raise _too_large(form.most)
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max(form.most, _THROWN_AWAY_MOST):
            break
        if size <= form.most:
            body += chunk
    if size > form.most:
        raise _too_large(form.most)
    return bytes(body)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _file_name(request: Request, otherwise: str) -> str:
    """Return the name of the file that is the body."""
    _, options = parse_options_header(request.headers.get("content-disposition", ""))
    raw = options.get(b"filename", b"").strip() or otherwise.encode()
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = raw.decode("latin-1")
    return file_name(name)


def file_name(name: str) -> str:
    """Return the name of a file; `UsageError` when it is one that could be a path."""
    if any(sign in name for sign in "/\\") or name in {".", ".."} or not name.isprintable() or len(name) > _NAME_MOST:
        accepted = f"a plain name of at most {_NAME_MOST} characters, without / and \\"
        raise UsageError(f"{name[:60]!r} is no name of a file", where="Content-Disposition", accepted=accepted)
    return name


def _too_large(most: int) -> RequestTooLarge:
    size = f"{most >> 20} MiB ({most} bytes)" if most >= MEGABYTE else f"{most} bytes"
    return RequestTooLarge("it is too large", where="body", accepted=f"at most {size}")
