"""Tables and files into a run and out of it: previews first, then your copy, then `push`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.errors import DataError, NotFoundError, UsageError
from dfs.model.phase2 import Container, ObservationBlock
from dfs.phase2.api import Upload
from dfs.phase2.client.attachments import chart_upload, parameter_upload
from dfs.phase2.client.trees import Document, is_block, item_number, walk
from dfs.phase2.documents import write_block
from dfs.phase2.formats import (
    BlockFiles,
    Bundle,
    ParameterTypes,
    TemplateShape,
    bundle_of,
    read_json,
    read_obx,
    read_zip,
    require_instrument,
    write_json,
    write_obx,
    write_zip,
)
from dfs.phase2.formats.tables import BadCell, Preview, ReadyRow, preview, read_grid

if TYPE_CHECKING:
    from dfs.phase2.client.folder import Folder
    from dfs.phase2.client.run import Run

__all__ = ["Imported", "export_items", "import_file", "write_rows"]

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


def import_file(folder: Folder, run: Run, path: str | Path, **options: Any) -> Imported:
    """Return what `path` holds for `run`: OBX, ZIP, JSON, or a table."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise NotFoundError(f"there is no file {path}", where="import")
    kind = path.suffix.lower()
    if kind in {".obx", ".zip", ".json"}:
        if options.get("template") is not None or options.get("mapping"):
            raise UsageError("only a table takes a template and a mapping", where=path.name)
        return _import_bundle(folder, run, _read_bundle(run, path, kind), path.name)
    found = read_rows(run, path, **options)
    names = tuple(str(one.document["name"]) for one in found.ready)
    return Imported(names, found.bad, found.mapping, found.ignored, lambda: write_rows(folder, run, found))


def read_rows(run: Run, source: Any, *, template: Any = None, mapping: Mapping[str, str] | None = None) -> Preview:
    """Return what the rows of a table make; `template`: a block (or its name) that each begins as."""
    start = run.fresh.block(0, "No name", "OB") if template is None else _template(run, template)
    present = {item_number(one): one for one, _, _ in walk(run.working.tree["root"]) if is_block(one)}
    return preview(read_grid(source), start, run.accepts, mapping=mapping, resolve=run.names.position, present=present)


def write_rows(folder: Folder, run: Run, rows: Preview) -> int:
    """Put the ready rows of a preview into the copy of the run."""
    for one in rows.ready:
        if one.ob_id is not None:
            item, _ = run.working.find(one.ob_id)
            item.update(one.document)
        else:
            _add_row(_below(folder, one), run, one)
    return len(rows.ready)


def export_items(run: Run, items: Iterable[Document], path: str | Path) -> Path:
    """Write whole items to a file of the kind that its name's end tells: .obx (one block), .zip or .json."""
    path, listed = Path(path).expanduser(), list(items)
    kind = path.suffix.lower()
    if kind not in {".obx", ".zip", ".json"}:
        raise UsageError(
            f"{path.name!r}: no known kind of file", accepted=".obx, .zip, .json; tables: .csv, .ecsv, .vot"
        )
    bundle = bundle_of(listed, _files(run, listed))
    if kind == ".obx":
        blocks = list(bundle.blocks())
        if len(blocks) != 1:
            raise UsageError(f"an OBX file holds one block, not {len(blocks)}", where=path.name, accepted=".zip, .json")
        path.write_bytes(write_obx(blocks[0], bundle.files_of(blocks[0].ob_id)).encode("utf-8", "surrogateescape"))
    else:
        path.write_bytes(write_zip(bundle) if kind == ".zip" else write_json(bundle).encode())
    return path


def _template(run: Run, template: Any) -> Document:
    block: Any = run.ob(template) if isinstance(template, str | int) else template
    found: Any = getattr(block, "document", block)
    return {**found, "charts": [], "versions": {}}


def _below(folder: Folder, row: ReadyRow) -> Folder:
    for name in row.container.split("/") if row.container else ():
        folder = folder.folder(name.strip())
    return folder


def _add_row(folder: Folder, run: Run, row: ReadyRow) -> None:
    document = run.new_block(str(row.document["name"]), str(row.document.get("itemType", "OB")))
    _fill(run, document, row.document)
    folder.add(document)


def _fill(run: Run, document: Document, given: Mapping[str, Any]) -> None:
    """Write into a new block what `given` holds, but what the observatory says of it."""
    kept = {
        key: value
        for key, value in given.items()
        if key not in _OWN | {"charts", "versions", "files", "parentContainerId"}
    }
    document.update(kept)
    document["templates"] = [{**one, "templateId": run.working.number()} for one in given.get("templates", ())]


def _read_bundle(run: Run, path: Path, kind: str) -> Bundle:
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


def _import_bundle(folder: Folder, run: Run, bundle: Bundle, where: str) -> Imported:
    bad: list[BadCell] = []
    ready: list[str] = []
    for number, block in enumerate(bundle.blocks(), start=1):
        require_instrument(block, run.instrument, where)
        wrong = list(_wrong(run, block, number))
        bad += wrong
        ready += [] if wrong else [block.name]
    refused = {one.row for one in bad}
    return Imported(tuple(ready), tuple(bad), {}, (), lambda: _Making(run, bundle, refused).all(folder))


def _wrong(run: Run, block: ObservationBlock, number: int) -> Iterable[BadCell]:
    """Give what the instrument does not know of a block's templates and parameters."""
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
        _fill(self._run, document, write_block(block))
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


def _files(run: Run, items: Iterable[Document]) -> dict[str, bytes]:
    """Return the files of pushed blocks, as `bundle_of` wants them."""
    desk, found = run.working.desk, {}
    whole = [
        one
        for item in items
        for one in ([item] if is_block(item) else [each for each, _, _ in walk(item) if is_block(each)])
    ]
    for block in (one for one in whole if item_number(one) > 0):
        number = item_number(block)
        for at in range(1, len(block.get("charts", ())) + 1):
            found[f"{number}/charts/{at}"] = desk.chart(number, at).content
        for template in block.get("templates", ()):
            for one in template["parameters"]:
                if one["type"] in {"file", "paramfile"} and one.get("value"):
                    key = f"{number}/templates/{template['templateId']}/{one['name']}"
                    found[key] = desk.file_parameter(number, template["templateId"], one["name"]).body.content
    return found
