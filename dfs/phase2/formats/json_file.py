"""Items as one JSON file, with everything that hangs on them."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Any

from dfs.errors import DataError
from dfs.model.phase2 import Container, ObservationBlock
from dfs.phase2.documents import read_block, read_container, write_block
from dfs.phase2.formats.bundle import BlockFiles, Bundle

__all__ = ["FORMAT", "read_json", "write_container", "write_json"]

FORMAT = "dfs-phase2/1"


def write_json(bundle: Bundle) -> str:
    """Return `bundle` as JSON text: whole documents as in `dfs.phase2.documents`, files in base 64 beside them."""
    document = {"format": FORMAT, "items": [_write(item, bundle) for item in bundle.items]}
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read_json(text: str, where: str = "JSON") -> Bundle:
    """Return what `write_json` wrote.

    Raises
    ------
    DataError
        It is no JSON, or not ours, or something in it is missing.
    """
    try:
        document = json.loads(text)
    except RecursionError:
        raise DataError("no JSON of ours: it is nested too deeply", where=where) from None
    except ValueError as error:
        raise DataError(f"no JSON: {error}", where=where) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise DataError("no blocks of phase 2 in it", where=where, accepted=f'an object with "format": "{FORMAT}"')
    files: dict[int, BlockFiles] = {}
    try:
        items = tuple(_read(item, files) for item in document["items"])
    except (KeyError, TypeError, ValueError, AttributeError, NotBase64) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise DataError(f"an item is wrong: {what}", where=where) from None
    return Bundle(items, files)


def write_container(container: Container) -> dict[str, Any]:
    """Return the document of a container, without its items."""
    return {
        "itemType": container.kind,
        "containerId": container.container_id,
        "runId": container.run_id,
        "parentContainerId": container.parent_id,
        "name": container.name,
        "containerStatus": container.status,
        "userPriority": container.user_priority,
        "groupScore": container.group_score,
        "schedule": dict(container.schedule),
    }


def _write(item: ObservationBlock | Container, bundle: Bundle) -> dict[str, Any]:
    if isinstance(item, Container):
        return {**write_container(item), "items": [_write(one, bundle) for one in item.items]}
    files = bundle.files_of(item.ob_id)
    # As text: 110.10 as a number would be 110.1.
    document = {**write_block(item), "ipVersion": item.ip_version}
    if files.charts or files.parameters:
        document["files"] = {
            "charts": [b64encode(one).decode() for one in files.charts],
            "parameters": [
                {"template": at, "name": name, "content": b64encode(content).decode()}
                for (at, name), content in files.parameters.items()
            ],
        }
    return document


def _read(document: dict[str, Any], files: dict[int, BlockFiles]) -> ObservationBlock | Container:
    if document["itemType"] not in {"OB", "CB"}:
        for item in document["items"]:
            _read(item, files)
        return read_container(document)
    block, given = read_block(document), document.get("files")
    if given:
        files[block.ob_id] = BlockFiles(
            tuple(b64decode(one, validate=True) for one in given["charts"]),
            {(one["template"], one["name"]): b64decode(one["content"], validate=True) for one in given["parameters"]},
        )
    return block
