"""Tables and files into a run and out of it: previews first, then your copy, then `push`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.client.importing import Imported, fill_block, import_bundle, read_bundle
from dfs.phase2.client.trees import Document, is_block, item_number, walk
from dfs.phase2.formats.tables import Preview, ReadyRow, preview, read_grid

if TYPE_CHECKING:
    from dfs.phase2.client.folder import Folder
    from dfs.phase2.client.run import Run

__all__ = ["import_file", "read_rows", "write_rows"]


def import_file(run: Run, path: str | Path, folder: Callable[[], Folder], **options: Any) -> Imported:
    """Return what `path` holds for `run`: OBX, ZIP, JSON, or a table; `folder` gives the place for it, once it is made."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise NotFoundError(f"there is no file {path}", where="import")
    kind = path.suffix.lower()
    if kind in {".obx", ".zip", ".json"}:
        if options.get("template") is not None or options.get("mapping"):
            raise UsageError("only a table takes a template and a mapping", where=path.name)
        return import_bundle(folder, run, read_bundle(run, path, kind), path.name)
    found = read_rows(run, path, **options)
    names = tuple(str(one.document["name"]) for one in found.ready)
    return Imported(names, found.bad, found.mapping, found.ignored, lambda: write_rows(folder(), run, found))


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
    fill_block(run, document, row.document)
    folder.add(document)
