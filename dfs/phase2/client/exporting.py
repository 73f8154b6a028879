"""Items of a run into files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dfs.errors import ConflictError, UsageError
from dfs.model.phase2 import ObservationBlock
from dfs.phase2.client.trees import Document, is_block, item_number, walk
from dfs.phase2.formats import BlockFiles, bundle_of, files_beside, write_json, write_obx, write_zip

if TYPE_CHECKING:
    from dfs.phase2.client.run import Run

__all__ = ["export_items"]


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
        _write_obx(path, blocks[0], bundle.files_of(blocks[0].ob_id))
    else:
        path.write_bytes(write_zip(bundle) if kind == ".zip" else write_json(bundle).encode())
    return path


def _write_obx(path: Path, block: ObservationBlock, files: BlockFiles) -> None:
    """Write a block with its files beside it."""
    beside = dict(files_beside(block, files))
    for name, content in beside.items():
        place = path.parent / Path(name).name
        if place.exists() and place.read_bytes() != content:
            raise ConflictError("another file of this name is there", where=str(place), hint="a .zip holds all in one")
    path.write_bytes(write_obx(block, files).encode("utf-8", "surrogateescape"))
    for name, content in beside.items():
        (path.parent / Path(name).name).write_bytes(content)


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
