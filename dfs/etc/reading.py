"""Questions as they were kept: documents, links, files; of this package or of ESO's calculator, recognised by what is in them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dfs.errors import DataError, UsageError
from dfs.etc.documents.answers import SCHEMA
from dfs.etc.documents.json_text import read_json_text
from dfs.etc.result import Result
from dfs.etc.written import shown

__all__ = ["BYTES_MOST", "Question", "parsed", "read_question"]

BYTES_MOST = 32_000_000
_LINKS = ("http://", "https://", "/pages/")


@dataclass(frozen=True, slots=True)
class Question:
    """What was read.

    Attributes
    ----------
    inputs
        The flat mapping.
    notes
        What could not be carried over, and what else the user should know.
    versions
        Stamps of those who answered it then; empty: unknown.
    is_eso
        It was in the form of ESO's calculator.
    """

    inputs: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    versions: Mapping[str, str] | None = None
    is_eso: bool = False

    def noted(self, result: Result) -> Result:
        """Return `result` with what the user should know of the reading before its own notes."""
        told = [*self.notes, *self._differences(result.versions)]
        return replace(result, notes=(*told, *result.notes)) if told else result

    def _differences(self, now: Mapping[str, str]) -> list[str]:
        then = self.versions or {}
        return [
            f"the file was made with {name} {then[name]}, this is {version}: the numbers may differ"
            for name, version in now.items()
            if name in then and then[name] != version
        ]


def read_question(given: Mapping[str, Any] | str | os.PathLike[str], *, instrument: str | None = None) -> Question:
    """Return the question that a document, a link or a file holds.

    Parameters
    ----------
    given
        A document, an address, or the path of a file.
    instrument
        For a document of ESO that does not name its own (its address does); None: it has to.

    Raises
    ------
    UsageError
        Nothing of the kind, a document of another kind or version, or a file that is not there or too large.
    DataError
        A file that is no JSON.
    """
    if isinstance(given, Mapping):
        return _of_document(given, instrument)
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        accepted = "a request, a document, a permanent link, or the path of a file"
        raise UsageError(f"{shown(given)} is no question", where="question", accepted=accepted)
    if isinstance(given, str):
        said = given.removeprefix("\ufeff")
        if said.startswith((*_LINKS, "?")):
            return Question(_of_link(said))
        if said.lstrip().startswith("{"):
            return _of_document(parsed(said.encode(errors="surrogatepass"), "the document"), instrument)
    path = Path(given)
    return _of_document(parsed(_content(path), str(path)), instrument)


def _of_link(address: str) -> Mapping[str, Any]:
    """Return what a link says; it comes from others, and names no file of this machine."""
    from dfs.etc.documents.links import inputs_of_link
    from dfs.etc.spectra.sed import names_file

    said = inputs_of_link(address)
    if names_file(said.get("sed")):
        raise UsageError("a link cannot name a file", where="sed", hint="name it yourself: sed, or --sed")
    return said


def _content(path: Path) -> bytes:
    """Return what a file or a pipe holds, no more than a document has."""
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_MOST + 1)
    except (OSError, ValueError) as error:  # a NUL in the name
        said = getattr(error, "strerror", None) or error
        accepted = "a JSON document of the calculator"
        raise UsageError(f"cannot be read: {said}", where=str(path), accepted=accepted) from None
    if len(content) > BYTES_MOST:
        raise UsageError("it is too large", where=str(path), accepted=f"a document of at most {BYTES_MOST} bytes")
    return content


def parsed(content: bytes, where: str) -> Mapping[str, Any]:
    """Return the object that JSON text says; `DataError` when it is none, or holds what JSON cannot say."""
    try:
        document = read_json_text(content)
    except ValueError as error:
        raise DataError(f"it is no JSON: {error}", where=where) from None
    if not isinstance(document, dict):
        raise DataError("it is no JSON object", where=where, accepted="a document of the calculator, or ESO's")
    return document


def _check_schema(schema: Any) -> None:
    """Refuse a document of another kind, or of a version whose keys may mean something else."""
    kind, _, version = (schema if isinstance(schema, str) else "").partition("/")
    known, _, major = SCHEMA.partition("/")
    if kind != known:
        raise UsageError(f"{shown(schema)} is no question of the calculator", where="schema", accepted=SCHEMA)
    if version.partition(".")[0] != major:
        hint = "it was made by another version of this package"
        raise UsageError(f"{shown(schema)} cannot be read here", where="schema", accepted=SCHEMA, hint=hint)


def _of_document(document: Mapping[str, Any], instrument: str | None) -> Question:
    from dfs.etc.eso_json import is_eso, read_eso

    if is_eso(document):
        said, notes = read_eso(document, instrument)
        return Question(said, notes, is_eso=True)
    _check_schema(document.get("schema", SCHEMA))
    if "inputs" not in document:
        return Question({name: value for name, value in document.items() if name != "schema"})
    said = document["inputs"]
    if not isinstance(said, Mapping):
        raise UsageError("inputs is no object", where="inputs")
    versions = document.get("versions")
    return Question(said, versions=versions if isinstance(versions, Mapping) else None)
