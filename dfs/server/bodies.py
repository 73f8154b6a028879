"""Reads what a request brings: parameters from its address and its body, and the files among them, never more than allowed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import parse_qsl

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from dfs.errors import UsageError
from dfs.server.errors import RequestTooLarge

__all__ = ["Sent", "limited_form", "read_body", "read_sent"]

_FIELDS_MOST = 2_000
_FIELD_BYTES = 4_000_000
_FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Sent:
    """What came: (name, value) in order, and files by the name of their part, large ones on disk until `close`."""

    parameters: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, BinaryIO] = field(default_factory=dict)

    def close(self) -> None:
        """Let go of the files."""
        for file in self.files.values():
            file.close()


async def read_sent(request: Request, *, file_bytes: int = 0, files: int = 0) -> Sent:
    """Return what `request` brings in its query string and its body.

    Parameters
    ----------
    file_bytes, files
        Size of all files together, and how many, at most.

    Raises
    ------
    UsageError
        The body is not a form, or holds too many fields.
    RequestTooLarge
        It is larger than allowed; reading stops there.
    """
    sent = Sent(_pairs(request.scope["query_string"]))
    if request.method not in {"POST", "PUT"}:
        return sent
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {"", _FORM}:
        sent.parameters += _pairs(await read_body(request, _FIELD_BYTES))
    elif kind == "multipart/form-data":
        await _read_parts(request, sent, file_bytes + _FIELD_BYTES, files)
    else:
        raise UsageError(f"a body of type {kind[:60]!r}", accepted=f"{_FORM}, multipart/form-data")
    return sent


def _pairs(text: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS_MOST)
    except UnicodeDecodeError as error:
        raise UsageError(
            "the parameters are not encoded as an address is", hint="write them percent-encoded"
        ) from error
    except ValueError as error:
        raise UsageError("too many parameters", accepted=f"at most {_FIELDS_MOST}") from error


async def read_body(request: Request, most: int) -> bytes:
    """Return the body, of at most `most` bytes; `RequestTooLarge` says so before the rest of it is read."""
    _refuse_announced(request, most)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


async def _read_parts(request: Request, sent: Sent, most: int, files: int) -> None:
    """Read a multipart body of at most `most` bytes."""
    form = await limited_form(request, most, files)
    for name, value in form.multi_items():
        if isinstance(value, str):
            sent.parameters.append((name, value))
        elif name in sent.files:
            await form.close()
            raise UsageError(f"two files are called {name[:80]!r}")
        else:
            sent.files[name] = value.file


async def limited_form(request: Request, most: int, files: int) -> FormData:
    """Return a multipart body of at most `most` bytes and `files` files, large ones on disk until it is closed."""
    _refuse_announced(request, most)
    _count(request, most)
    try:
        return await request.form(max_files=files, max_fields=_FIELDS_MOST, max_part_size=_FIELD_BYTES)
    except HTTPException as error:  # Starlette's way to say that the form is broken, or has too many parts
        raise UsageError(f"the form cannot be read: {error.detail}") from error


def _refuse_announced(request: Request, most: int) -> None:
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > most:
        raise _too_large(most)


def _count(request: Request, most: int) -> None:
    """Let reading stop once the body exceeds `most`, whatever it announced."""
    receive, taken = request._receive, 0  # noqa: SLF001 - the form reader takes its bytes from there alone

    async def counted() -> object:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise _too_large(most)
        return message

    request._receive = counted  # type: ignore[assignment]  # noqa: SLF001


def _too_large(most: int) -> RequestTooLarge:
    return RequestTooLarge("the request is too large", accepted=f"at most {most} bytes")
