"""Files that hang on a block: finding charts, its ephemeris, files of template parameters.

Charts and parameter files lie once in the store under the SHA-256 of their content; the documents name them, so that history and undo cost nothing.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from sqlalchemy import Connection, select

from dfs.errors import NotFoundError, ServiceError, UsageError
from dfs.phase2.api import MOST_CHARTS, Upload, Versioned
from dfs.phase2.failures import FileKindError, FileTooLargeError, StateError
from dfs.phase2.lifecycle import What
from dfs.phase2.service.desk import Desk
from dfs.phase2.service.look import Look
from dfs.phase2.service.records import Item, Stored, TemplateRow
from dfs.phase2.service.work import ANY, Work
from dfs.store.tables import p2_blobs

__all__ = ["Files", "chart_content", "file_content", "write_ephemeris", "write_file"]

_CHART_BYTES = 2**20  # p2api 1.2.1, addFindingChart
_TEXT_BYTES = 2**22  # of an ephemeris or a parameter's file; assumed
_JPEG = b"\xff\xd8\xff"
_PAF_NAME = re.compile(r'^\s*PAF\.NAME\s+"([^"]*)"', re.MULTILINE)


class Files(Desk):
    """Files."""

    def ephemeris(self, ob_id: int) -> Versioned[Upload]:
        """Return the ephemeris; an empty file when there is none."""
        with self._look() as look:
            stored = look.of(look.block(ob_id), "ephemeris")
            body = stored.body or {}
            return Versioned(Upload(body.get("name", ""), body.get("text", "").encode()), stored.etag)

    def save_ephemeris(self, ob_id: int, file: Upload, version: str | None) -> str:
        """Save the ephemeris of a moving target; return its new version."""
        with self._change("save") as work:
            return write_ephemeris(work, work.block(ob_id), file.name, _text(file), version).etag

    def delete_ephemeris(self, ob_id: int, version: str | None) -> None:
        """Take the ephemeris away."""
        with self._change("delete") as work:
            write_ephemeris(work, work.block(ob_id), "", "", version)

    def charts(self, ob_id: int) -> list[str]:
        """Return the names of the finding charts, in order."""
        with self._look() as look:
            return [one["name"] for one in look.of(look.block(ob_id), "charts").body]

    def add_chart(self, ob_id: int, file: Upload) -> None:
        """Attach a finding chart: JPEG, at most 1 MiB, at most five."""
        if len(file.content) > _CHART_BYTES:
            raise FileTooLargeError(
                f"{file.name} has {len(file.content)} bytes", accepted=f"up to {_CHART_BYTES} bytes"
            )
        if not file.content.startswith(_JPEG):
            raise FileKindError(f"{file.name} is {_kind(file.content)}, whatever its name says", accepted="JPEG")
        with self._change("attach") as work:
            _attach(work, work.block(ob_id), {"name": _name(file.name, "chart.jpg"), **_keep(work, file.content)})

    def chart(self, ob_id: int, index: int) -> Upload:
        """Return finding chart number `index`, counted from 1."""
        with self._look() as look:
            return chart_content(look, look.block(ob_id), index)

    def delete_chart(self, ob_id: int, index: int) -> None:
        """Take a finding chart away; those behind it move up."""
        with self._change("delete") as work:
            item = work.block(ob_id)
            work.editing(item, What.CHARTS)
            body = work.of(item, "charts").body
            chosen = _chart(item, body, index)
            work.save(item, "charts", [one for one in body if one is not chosen], ANY)

    def duplicate_chart(self, ob_id: int, index: int, destination: int) -> None:
        """Attach a finding chart to another block, too."""
        with self._change("attach") as work:
            source = work.block(ob_id)
            _attach(work, work.block(destination), _chart(source, work.of(source, "charts").body, index))

    def file_parameter(self, ob_id: int, template_id: int, parameter: str) -> Versioned[Upload]:
        """Return the file of a parameter; an empty one when none was saved."""
        with self._look() as look:
            item = look.block(ob_id)
            stored = _parameter_file(look, item, look.template(item, template_id), parameter)
            return Versioned(file_content(look.connection, stored), stored.etag)

    def save_file_parameter(
        self, ob_id: int, template_id: int, parameter: str, file: Upload, version: str | None
    ) -> str:
        """Save the file of a parameter; return its new version."""
        with self._change("save") as work:
            item = work.block(ob_id)
            return write_file(work, item, work.template(item, template_id), parameter, file, version).etag


def write_ephemeris(work: Work, item: Item, name: str, text: str, version: str | None) -> Stored:
    """Save an ephemeris, or take it away (empty text); `UsageError` names the line at fault."""
    work.editing(item, What.EPHEMERIS)
    work.require(work.of(item, "ephemeris"), version)
    if text:
        if item.item_type == "CB":
            raise UsageError("a calibration block has no ephemeris", where=item.label, accepted="no file")
        from dfs.sky.ephemerides.track import read_track

        read_track(text)
    body = {"name": _name(name, "ephemeris.txt"), "text": text} if text else {}
    return work.save(item, "ephemeris", body, version)


def write_file(work: Work, item: Item, row: TemplateRow, parameter: str, file: Upload, version: str | None) -> Stored:
    """Save the file of a parameter."""
    work.editing(item, What.TEMPLATES)
    stored = _parameter_file(work, item, row, parameter)
    work.require(stored, version)
    name, text = _name(file.name, "parameter.txt"), _text(file)
    found = _PAF_NAME.search(text)
    kept = {"name": name, "label": found[1] if found else name, **_keep(work, file.content)}
    number = stored.version
    work.write(stored, kept if file.content else {}, version, item.run_id)
    if stored.version != number:
        work.edited(item)
    return stored


def chart_content(look: Look, item: Item, index: int) -> Upload:
    """Return a finding chart."""
    return file_content_of(look.connection, _chart(item, look.of(item, "charts").body, index))


def file_content(connection: Connection, stored: Stored) -> Upload:
    """Return the file that a document names; an empty one when it names none."""
    return file_content_of(connection, stored.body) if stored.body else Upload("", b"")


def file_content_of(connection: Connection, named: dict[str, Any]) -> Upload:
    """Return a file by what a document keeps of it."""
    content = connection.execute(select(p2_blobs.c.content).where(p2_blobs.c.sha256 == named["sha256"])).scalar()
    if content is None:
        raise ServiceError(f"the content of {named['name']} is not in the database", hint="restore a backup")
    return Upload(named["name"], bytes(content))


def _attach(work: Work, item: Item, chart: dict[str, Any]) -> None:
    work.editing(item, What.CHARTS)
    body = work.of(item, "charts").body
    if len(body) >= MOST_CHARTS:
        raise StateError(f"{item.label} has {MOST_CHARTS} finding charts", accepted=f"up to {MOST_CHARTS}")
    work.save(item, "charts", [*body, chart], ANY)


def _chart(item: Item, body: list[dict[str, Any]], index: int) -> dict[str, Any]:
    if not 1 <= index <= MOST_CHARTS:
        raise UsageError(f"{index} is no number of a finding chart", where="index", accepted=f"1 to {MOST_CHARTS}")
    if index > len(body):
        raise NotFoundError(f"{item.label} has {len(body)} finding charts, not {index}")
    return body[index - 1]


def _parameter_file(look: Look, item: Item, row: TemplateRow, parameter: str) -> Stored:
    known = look.document(row.subject, "self", item.run_id).body["parameters"]
    files = [one["name"] for one in known if one["type"] in {"file", "paramfile"}]
    if parameter not in files:
        raise NotFoundError(f"template {row.name} has no file {parameter!r}", accepted=", ".join(files) or "no files")
    return look.document(row.subject, f"file:{parameter}", item.run_id)


def _keep(work: Work, content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    work.pending.blobs[digest] = content
    return {"sha256": digest, "size": len(content)}


def _text(file: Upload) -> str:
    if len(file.content) > _TEXT_BYTES:
        raise FileTooLargeError(f"{file.name} has {len(file.content)} bytes", accepted=f"up to {_TEXT_BYTES} bytes")
    try:
        text = file.content.decode()
    except UnicodeDecodeError:
        raise FileKindError(f"{file.name} is no text", accepted="text in UTF-8") from None
    if "\x00" in text:
        raise FileKindError(f"{file.name} is no text: it holds a zero byte", accepted="text in UTF-8")
    return text


def _name(given: str, otherwise: str) -> str:
    """Return the last part of a file name, without what no name should have."""
    last = re.split(r"[/\\]", given.strip())[-1]
    return "".join(one for one in last if one.isprintable() and one not in '"<>|:*?')[:120] or otherwise


def _kind(content: bytes) -> str:
    kinds = (
        (b"\x89PNG", "a PNG"),
        (b"GIF8", "a GIF"),
        (b"%PDF", "a PDF"),
        (b"SIMPLE  =", "a FITS file"),
        (b"II*", "a TIFF"),
    )
    return next((name for start, name in kinds if content.startswith(start)), "no JPEG")
