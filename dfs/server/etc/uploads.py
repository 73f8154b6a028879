"""Questions that bring a spectrum as a file: a form with the document under ``data``, as ESO's client sends it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

from starlette.requests import Request

from dfs.errors import DataError, DfsError, UsageError
from dfs.etc.inline_spectrum import SPECTRUM, written_spectrum
from dfs.server.bodies import read_body, read_sent
from dfs.server.p2.json_body import read_json

__all__ = ["BODY_MOST", "received", "with_spectrum"]

BODY_MOST = 8 << 20  # bytes: a spectrum of 200,000 samples, and its document
_FORM = "multipart/form-data"
_SAMPLES_MOST = 200_000


async def received(request: Request) -> tuple[Any, bytes | None]:
    """Return the document that a request brings, and the file beside it; None: there is none.

    Raises
    ------
    UsageError
        No JSON, or a form without ``data``.
    RequestTooLarge
        Larger than `BODY_MOST`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        return read_json(await read_body(request, BODY_MOST)), None
    sent = await read_sent(request, file_bytes=BODY_MOST, files=1)
    try:
        said = [value for name, value in sent.parameters if name == "data"]
        if len(said) != 1:
            raise UsageError("the form has no document", where="data", accepted="one field data: JSON, and one file")
        return read_json(said[0].encode()), _content(next(iter(sent.files.values()), None))
    finally:
        sent.close()


def with_spectrum(said: Mapping[str, Any], content: bytes | None) -> dict[str, Any]:
    """Return the flat mapping with the spectrum of a file in it: text of two columns, or FITS.

    Raises
    ------
    UsageError
        The file holds no spectrum.
    """
    if content is None:
        return dict(said)
    from dfs.etc.spectra.files import read_samples

    suffix = ".fits" if content.startswith(b"SIMPLE  =") else ".txt"
    with NamedTemporaryFile(prefix="spectrum", suffix=suffix) as file:
        Path(file.name).write_bytes(content)
        try:
            samples = read_samples(file.name)
        except DataError as error:
            raise _nameless(UsageError(error.message, accepted=error.accepted), file.name) from None
        except DfsError as error:
            raise _nameless(error, file.name) from None
    if samples.wavelength_nm.size > _SAMPLES_MOST:
        raise UsageError(f"{samples.wavelength_nm.size} samples", where="file", accepted=f"up to {_SAMPLES_MOST}")
    return {**said, "sed": "table", SPECTRUM: {**written_spectrum(samples), "origin": "the file sent"}}


def _content(file: BinaryIO | None) -> bytes | None:
    return None if file is None else file.read()


def _nameless(error: DfsError, name: str) -> DfsError:
    """Return `error` without the name that the file has on this machine."""
    said = error.message.replace(name, "file").replace(Path(name).name, "file")
    return type(error)(said, where="file", accepted=error.accepted, hint=error.hint)
