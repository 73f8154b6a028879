"""Blocks of files into the copy of a run: OBX, ZIP, JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.errors import DataError, NotFoundError, UsageError
from dfs.model.phase2 import Container, ObservationBlock
from dfs.model.sexagesimal import DEC_FORMAT, RA_FORMAT, dec_deg, ra_deg
from dfs.phase2.api import Upload
from dfs.phase2.client.attachments import chart_upload, parameter_upload
from dfs.phase2.client.trees import Document
from dfs.phase2.documents import write_block
from dfs.phase2.formats import (
    BlockFiles,
    Bundle,
    ParameterTypes,
    TemplateShape,
    read_json,
    read_obx,
    read_zip,
    require_instrument,
)
from dfs.phase2.formats.tables import BadCell
from dfs.phase2.formats.tables.cells import read_cell

if TYPE_CHECKING:
    from dfs.phase2.client.folder import Folder
    from dfs.phase2.client.run import Run

__all__ = ["Imported", "fill_block", "import_bundle", "read_bundle"]

_OWN = frozenset(
    {
        "obId",
        "runId",
        "obStatus",
        "grade",
        "exposureTime",
        "executionTime",
        "migrate",
        "instrument",
        "ipVersion",
        "itemType",
    }
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file holds, before anything of it is in your copy.

    Attributes
    ----------
    ready
        Names of the blocks that can be made.
    bad
        What is wrong: row (of a table) or number of the block in the file, column or parameter, message.
    mapping, ignored
        Of a table: column -> field, and columns not read.
    """

    ready: tuple[str, ...]
    bad: tuple[BadCell, ...]
    mapping: Mapping[str, str]
    ignored: tuple[str, ...]
    _make: Any

    def make(self) -> int:
        """Put what is ready into your copy; return how many blocks.  Then `push`."""
        return int(self._make())


def fill_block(run: Run, document: Document, given: Mapping[str, Any]) -> None:
    """Write into a new block what `given` holds, but what the observatory says of it."""
    kept = {
        key: value
        for key, value in given.items()
        if key not in _OWN | {"charts", "versions", "files", "parentContainerId"}
    }
    document.update(kept)
    document["templates"] = [{**one, "templateId": run.working.number()} for one in given.get("templates", ())]


def read_bundle(run: Run, path: Path, kind: str) -> Bundle:
    """Return what a file of a kind (``.json``, ``.zip``, ``.obx``) holds; values are read as the run's instrument has them."""
    if kind == ".json":
        return read_json(path.read_text(encoding="utf-8"), path.name)
    if kind == ".zip":
        return read_zip(path.read_bytes(), where=path.name, types=_Types(run))
    folder = path.parent

    def beside(name: str) -> bytes:
        file = folder / Path(name).name
        if not file.is_file():
            raise DataError(f"it names {name!r}, which is not beside it", where=path.name)
        return file.read_bytes()

    text = path.read_bytes().decode("utf-8", "surrogateescape")
    block, files = read_obx(text, where=path.name, types=_Types(run), files=beside)
    return Bundle((block,), {block.ob_id: files})


class _Types(ParameterTypes):
    """Shapes of the templates of a run's instrument, as its observatory tells them."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def of(self, template: str) -> TemplateShape | None:
        """Return the shape of `template`; None when the instrument has no such one."""
        try:
            told = self._run.fresh.signature(template)
        except NotFoundError:
            return super().of(template)
        return TemplateShape(told["type"], {one["name"]: one["type"] for one in told["parameters"]})

    def over(self, weaker: ParameterTypes) -> ParameterTypes:
        """Return these, with those of `weaker` for templates that the instrument does not have."""
        self._shapes = weaker._shapes | self._shapes  # noqa: SLF001 - of its own kind
        return self


def import_bundle(folder: Callable[[], Folder], run: Run, bundle: Bundle, where: str) -> Imported:
    """Return what would be made of `bundle`, and what is wrong in it; `UsageError` when it is of another instrument."""
    bad: list[BadCell] = []
    ready: list[str] = []
    for number, block in enumerate(bundle.blocks(), start=1):
        require_instrument(block, run.instrument, where)
        wrong = list(_wrong(run, block, number))
        bad += wrong
        ready += [] if wrong else [block.name]
    refused = {one.row for one in bad}
    return Imported(tuple(ready), tuple(bad), {}, (), lambda: _Making(run, bundle, refused).all(folder()))


def _wrong_fields(run: Run, block: ObservationBlock, number: int) -> Iterable[BadCell]:
    """Give what no block may have: names, coordinates, windows, constraints."""
    document = write_block(block)
    named = {"name": block.name, "target.name": block.target.name if block.target else "x"}
    times = [one[end] for one in document.get("absolute", ()) for end in ("from", "to")]
    cells = [*named.items(), *(("absolute.from", one) for one in times)]
    cells += [(f"obsDescription.{key}", text) for key, text in document["obsDescription"].items()]
    for field, value in cells:
        try:
            read_cell(field, value)
        except ValueError as error:
            yield BadCell(number, field, f"{block.name}: {error}")
    target = document.get("target") or {}
    for field, read, accepted in (("ra", ra_deg, RA_FORMAT), ("dec", dec_deg, DEC_FORMAT)):
        try:
            read(target.get(field, "00:00:00"))
        except ValueError:
            yield BadCell(
                number, f"target.{field}", f"{block.name}: {target[field]!r} is no coordinate; accepted: {accepted}"
            )
    for name, value in document["constraints"].items():
        try:
            run.accepts.constraint(name, value)
        except UsageError as error:
            yield BadCell(number, f"constraints.{name}", f"{block.name}: {error.line()}")


def _wrong(run: Run, block: ObservationBlock, number: int) -> Iterable[BadCell]:
    """Give what no block may have, and what the instrument does not know of its templates and parameters."""
    yield from _wrong_fields(run, block, number)
    for template in block.templates:
        try:
            known = {one["name"] for one in run.fresh.signature(template.name)["parameters"]}
        except NotFoundError as error:
            yield BadCell(number, template.name, f"{block.name}: {error.line()}")
            continue
        for one in template.parameters:
            if one.name not in known:
                yield BadCell(
                    number, f"{template.name} {one.name}", f"{block.name}: the template has no such parameter"
                )
            elif one.value is not None:
                try:
                    run.accepts.parameter(template.name, one.name, one.type, one.value)
                except UsageError as error:
                    yield BadCell(number, f"{template.name} {one.name}", f"{block.name}: {error.line()}")


class _Making:
    """Puts the items of a file into the copy of a run."""

    def __init__(self, run: Run, bundle: Bundle, refused: set[int]) -> None:
        self._run = run
        self._bundle = bundle
        self._refused = refused
        self._number = 0
        self._made = 0

    def all(self, folder: Folder) -> int:
        """Put everything in; return how many blocks."""
        for item in self._bundle.items:
            self._item(item, folder)
        return self._made

    def _item(self, item: ObservationBlock | Container, folder: Folder) -> None:
        if isinstance(item, Container):
            made = folder.create_container(item.name, item.kind)
            if item.kind != "Folder":
                made.priority(item.user_priority)
            made.schedule_as(item.schedule)
            for one in item.items:
                self._item(one, made)
            return
        self._number += 1
        if self._number not in self._refused:
            self._block(item, folder)

    def _block(self, block: ObservationBlock, folder: Folder) -> None:
        document = self._run.new_block(block.name, block.kind)
        defaults = dict(document["constraints"])
        fill_block(self._run, document, write_block(block))
        document["constraints"] = {**defaults, **document["constraints"]}
        for one in document["templates"]:
            _complete(one, self._run.fresh.template(one["templateId"], one["templateName"]))
        folder.add(document)
        self._made += 1
        self._attach(int(document["obId"]), block, self._bundle.files_of(block.ob_id))

    def _attach(self, number: int, block: ObservationBlock, files: BlockFiles) -> None:
        working = self._run.working
        for name, content in zip(block.charts, files.charts, strict=False):
            working.upload(chart_upload(working.desk, number, Upload(name, content)))
        for (at, parameter), content in files.parameters.items():
            value = next((one.value for one in block.templates[at].parameters if one.name == parameter), None)
            file = Upload(str(value or parameter), content)
            working.upload(parameter_upload(working.desk, number, at, parameter, file))


def _complete(template: Document, defaults: Document) -> None:
    """Give a template the parameters that the file leaves out, in the order of its signature."""
    given = {one["name"]: one["value"] for one in template["parameters"]}
    template["type"] = defaults["type"]
    template["parameters"] = [
        {**one, "value": one["value"] if given.get(one["name"]) is None else given[one["name"]]}
        for one in defaults["parameters"]
    ]
