"""ZIP files of blocks and containers, as the desk asks for them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dfs.phase2.api import Document, Upload
from dfs.phase2.documents import read_block, read_container
from dfs.phase2.formats import BlockFiles, Bundle, write_zip

__all__ = ["export_zip"]


def export_zip(run: Document, item: Document, files: Mapping[str, bytes]) -> Upload:  # noqa: ARG001 - as `Export` has it
    """Return a whole item with its files as a ZIP; see `dfs.phase2.service.injected.Export`."""
    noun = read_block(item) if "obId" in item else read_container(item)
    bundle = Bundle((noun,))
    content = write_zip(Bundle((noun,), {one.ob_id: _files(one.ob_id, files) for one in bundle.blocks()}))
    name = re.sub(r"[^\w.+-]+", "_", item["name"]).strip("_") or "export"
    return Upload(f"{name}.zip", content)


def _files(ob_id: int, files: Mapping[str, bytes]) -> BlockFiles:
    charts = {int(name.split("/")[2]): one for name, one in files.items() if name.startswith(f"{ob_id}/charts/")}
    parameters = {}
    for name, one in files.items():
        if name.startswith(f"{ob_id}/templates/"):
            _, _, index, parameter = name.split("/", 3)
            parameters[int(index), parameter] = one
    return BlockFiles(tuple(charts[index] for index in sorted(charts)), parameters)
