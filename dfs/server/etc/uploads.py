"""What a question brings: its document, and perhaps a spectrum as a file, in a form as ESO's client sends it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request

from dfs.errors import DataError, UsageError
from dfs.etc.documents.inline_spectrum import SPECTRUM, written_spectrum
from dfs.etc.documents.json_text import read_json_text
from dfs.server.bodies import read_body, read_sent
from dfs.server.errors import RequestTooLarge

__all__ = ["BODY_MOST", "Received", "received", "with_spectrum"]

BODY_MOST = 8 << 20  # bytes: a spectrum of 200,000 samples, and its document
_FORM = "multipart/form-data"
_DRAINED_MOST, _DRAINED_S = 32 * BODY_MOST, 20.0


@dataclass(frozen=True, slots=True)
class Received:
    """A body as it came, not yet looked into: that is work, and not for the thread that serves everybody.

    Attributes
    ----------
    text
        Of the document.
    file
        What stood beside it; None: nothing.
    """

    text: bytes
    file: bytes | None = None

    def document(self) -> Mapping[str, Any]:
        """Return the document, or a `UsageError` that says what is wrong with it."""
        accepted = "a document of the calculator, or ESO's"
        if not self.text.strip():
            raise UsageError("the body is empty", where="body", accepted=accepted)
        try:
            document = read_json_text(self.text)
        except ValueError as error:
            raise UsageError(f"the body is no JSON: {error}", where="body") from None
        if not isinstance(document, Mapping):
            raise UsageError("the body is no JSON object", where="body", accepted=accepted)
        return document


async def received(request: Request) -> Received:
    """Return what a request brings.

    Raises
    ------
    UsageError
        A form without ``data``.
    RequestTooLarge
        Larger than `BODY_MOST`.
    """
    try:
        return await _received(request)
    except RequestTooLarge:
        await _drain(request)
        raise


async def _received(request: Request) -> Received:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        return Received(await read_body(request, BODY_MOST))
    sent = await read_sent(request, file_bytes=BODY_MOST, files=1)
    try:
        said = [value for name, value in sent.parameters if name == "data"]
        if len(said) != 1:
            raise UsageError("the form has no document", where="data", accepted="one field data: JSON, and one file")
        file = next(iter(sent.files.values()), None)
        return Received(said[0].encode(), None if file is None else file.read())
    finally:
        sent.close()


async def _drain(request: Request) -> None:
    """Take the rest of a body, a bounded part of it and not for long: a client that still sends would not see the answer."""
    taken = 0
    with suppress(RequestTooLarge, ClientDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(_DRAINED_S):
            async for chunk in request.stream():
                taken += len(chunk)
                if taken > _DRAINED_MOST:
                    return


def with_spectrum(said: Mapping[str, Any], content: bytes | None) -> dict[str, Any]:
    """Return the flat mapping with the spectrum of a file in it: text of two columns, or FITS, gzipped or not.

    Raises
    ------
    UsageError
        The file holds no spectrum.
    """
    if content is None:
        return dict(said)
    from dfs.etc.spectra.files import samples_in

    try:
        samples = samples_in(content, "file", "file")
    except DataError as error:  # a fault of the sender, not of this server
        raise UsageError(error.message, where="file", accepted=error.accepted, hint=error.hint) from None
    return {**said, "sed": "table", SPECTRUM: {**written_spectrum(samples), "origin": "the file sent"}}
