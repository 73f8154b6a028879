"""Items as a ZIP: an OBX file each block with its finding charts, ephemeris and parameter files beside it; folders are folders.

A file ``items.json`` holds what OBX has no word for: kinds of containers, the order of items, types of parameters.  A ZIP without it
(from elsewhere) is read as folders of OBX files.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from dfs.model.phase2 import Container, ObservationBlock
from dfs.phase2.formats.bundle import BlockFiles, Bundle, ParameterTypes
from dfs.phase2.formats.json_file import write_container
from dfs.phase2.formats.read_zip import INDEX, INDEX_FORMAT, read_zip
from dfs.phase2.formats.write_obx import ephemeris_name, parameter_file_name, write_obx

__all__ = ["files_beside", "read_zip", "write_zip"]

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same items make the same bytes


def write_zip(bundle: Bundle) -> bytes:
    """Return `bundle` as the bytes of a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        writer = _Writer(archive, bundle)
        items = [writer.item(one, PurePosixPath()) for one in bundle.items]
        types = ParameterTypes.in_blocks(bundle.blocks())
        index = {"format": INDEX_FORMAT, "items": items, "templates": types.document()}
        writer.put(INDEX, json.dumps(index, ensure_ascii=False, indent=1).encode())
    return out.getvalue()


class _Writer:
    def __init__(self, archive: zipfile.ZipFile, bundle: Bundle) -> None:
        self._archive = archive
        self._bundle = bundle
        self._taken: set[str] = {INDEX}

    def item(self, item: ObservationBlock | Container, folder: PurePosixPath) -> dict[str, Any]:
        """Write an item into `folder` and return its entry in the index."""
        if isinstance(item, ObservationBlock):
            return self._block(item, folder)
        place = self._free(folder, item.name, "")
        told = write_container(item)
        kept = {key: told[key] for key in ("itemType", "name", "userPriority", "schedule")}
        return {**kept, "items": [self.item(one, place) for one in item.items]}

    def put(self, name: str, content: bytes) -> None:
        self._archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)

    def _block(self, block: ObservationBlock, folder: PurePosixPath) -> dict[str, Any]:
        files = self._bundle.files_of(block.ob_id)
        beside = list(files_beside(block, files))
        if beside:  # its files lie in a folder of its own: names of charts repeat from block to block
            folder = self._free(folder, block.name, "")
        place = self._free(folder, block.name, ".obx")
        self.put(str(place), write_obx(block, files).encode("utf-8", "surrogateescape"))
        for name, content in beside:
            self.put(str(folder / name), content)
        return {"itemType": block.kind, "file": str(place)}

    def _free(self, folder: PurePosixPath, name: str, suffix: str) -> PurePosixPath:
        """Return a place in `folder` that nothing has, named after `name`."""
        stem = "".join(one if one.isalnum() or one in "-_+. " else "_" for one in name)[:80].strip(" .") or "_"
        place, count = folder / f"{stem}{suffix}", 1
        while str(place).casefold() in self._taken:
            count += 1
            place = folder / f"{stem}_{count}{suffix}"
        self._taken.add(str(place).casefold())
        return place


def files_beside(block: ObservationBlock, files: BlockFiles) -> Iterator[tuple[str, bytes]]:
    """Give names and contents of the files that lie beside the OBX file of `block`."""
    yield from zip(block.charts, files.charts, strict=False)
    if block.ephemeris:
        yield ephemeris_name(block), block.ephemeris.encode("utf-8", "surrogateescape")
    for (at, name), content in files.parameters.items():
        parameter = next((one for one in block.templates[at].parameters if one.name == name), None)
        if parameter is not None and parameter.type == "paramfile":
            yield str(parameter.value or parameter_file_name(block, at, name)), content
