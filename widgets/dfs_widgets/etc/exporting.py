"""What can be taken along: tables, documents, scripts, an address; and what can be brought back."""

from __future__ import annotations

import io
import json

from dfs.errors import DataError, DfsError, NotFoundError, UsageError
from dfs.etc.result import Result
from dfs_widgets.etc.part import EtcPart

__all__ = ["Exporting", "table_text"]

_KINDS = {
    "csv": ("csv", "text/csv"),
    "ecsv": ("ecsv", "text/plain"),
    "json": ("json", "application/json"),
    "eso": ("eso.json", "application/json"),
    "py": ("py", "text/x-python"),
}
_BYTES_MOST = 20_000_000


class Exporting:
    """Hands answers to the browser as files, and takes files from it."""

    def __init__(self, part: EtcPart) -> None:
        self._part = part

    def save(self, kind: str) -> None:
        """Send the answer to the browser as a file of a kind."""
        if kind not in _KINDS:
            raise UsageError(f"no files of kind {kind!r}", where="save", accepted=", ".join(_KINDS))
        ending, media = _KINDS[kind]
        name = f"{self._part.plots.panels.get('stem', 'etc')}.{ending}"
        self._part.plots.send({"kind": "save", "name": name, "type": media}, [self.text(kind).encode()])

    def text(self, kind: str) -> str:
        """Return the answer as the text of a file of a kind."""
        result = self._part.result
        if result is None or self._part.problem is not None:
            raise NotFoundError("there is no answer to save: see the field in red")
        if kind in {"csv", "ecsv"}:
            return table_text(result, kind)
        if kind == "py":
            from dfs.etc.documents.scripts import script

            return script(result.request)
        if kind == "eso":
            from dfs.etc.eso_json import write_eso

            return json.dumps(write_eso(result.request)[0], indent=1)
        from dfs.etc.documents.answers import document_of

        return json.dumps(document_of(result), allow_nan=False)

    def upload(self, name: str, content: bytes) -> None:
        """Take a user's spectrum: ask with it."""
        from dfs.etc.documents.inline_spectrum import written_spectrum
        from dfs.etc.spectra.files import samples_in

        if len(content) > _BYTES_MOST:
            raise UsageError(f"{name}: {len(content)} bytes", where="spectrum", accepted=f"up to {_BYTES_MOST} bytes")
        try:
            samples = samples_in(content, name, name)
        except DfsError as error:  # told beside the control of the file, which is named there
            told = f"{error.where}: {error.message}"
            raise DataError(told, where="spectrum", accepted=error.accepted, hint=error.hint) from None
        spectrum = {**written_spectrum(samples), "origin": name}
        self._part.ask(self._part.question.with_spectrum(spectrum, name))

    def open(self, name: str, content: bytes) -> tuple[str, ...]:
        """Ask what a document asks, this package's or ESO's; return what could not be taken over."""
        from dfs.etc.reading import parsed, read_question

        if len(content) > _BYTES_MOST:
            raise UsageError(f"{name}: {len(content)} bytes", where="open", accepted=f"up to {_BYTES_MOST} bytes")
        found = read_question(parsed(content, name))
        self._part.show(found.inputs)
        return tuple(found.notes)


def table_text(result: Result, kind: str) -> str:
    """Return the answer as a table, CSV or ECSV: a row for each spectral pixel; ECSV with units, question and versions."""
    from astropy.table import Table

    table = Table(result.table)
    if kind == "csv":
        table.meta = {}
    for name in table.colnames:
        table[name].info.format = ".8g"
    text = io.StringIO()
    table.write(text, format=f"ascii.{kind}")
    return text.getvalue()
