"""Items of an observatory as files: the ZIP of the P2 API's export calls, and back to documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dfs.model.phase2 import Container, ObservationBlock
from dfs.phase2.api import Upload
from dfs.phase2.documents import read_block, read_container
from dfs.phase2.formats.bundle import BlockFiles, Bundle
from dfs.phase2.formats.zip_file import write_zip

__all__ = ["bundle_of", "export_item"]

Document = dict[str, Any]
_BLOCKS = frozenset({"OB", "CB"})


def export_item(run: Mapping[str, Any], item: Mapping[str, Any], files: Mapping[str, bytes]) -> Upload:
    """Return an item as a ZIP; see `bundle_of` for `files`.

    Parameters
    ----------
    run
        The document of its run.
    item
        A whole block or container.
    """
    name = str(item["name"]) if item.get("parentContainerId") else str(run["progId"])
    plain = "".join(one if one.isalnum() or one in "-_+." else "_" for one in name)[:80] or "export"
    return Upload(f"{plain}.zip", write_zip(bundle_of([item], files)))


def bundle_of(items: Sequence[Mapping[str, Any]], files: Mapping[str, bytes]) -> Bundle:
    """Return whole documents as nouns with their files.

    Parameters
    ----------
    items
        Whole blocks and containers; the root folder of a run is replaced by what lies in it.
    files
        ``OBID/charts/N`` (from 1) and ``OBID/templates/TEMPLATEID/PARAMETER`` -> content.
    """
    nouns: list[ObservationBlock | Container] = []
    for item in items:
        if item["itemType"] in _BLOCKS:
            nouns.append(read_block(item))
        elif item.get("parentContainerId") is None:
            nouns += read_container(item).items
        else:
            nouns.append(read_container(item))
    given = {one["obId"]: _files(one, files) for item in items for one in _blocks(item)}
    return Bundle(tuple(nouns), {number: one for number, one in given.items() if one.charts or one.parameters})


def _blocks(item: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if item["itemType"] in _BLOCKS:
        yield item
        return
    for one in item["items"]:
        yield from _blocks(one)


def _files(block: Mapping[str, Any], files: Mapping[str, bytes]) -> BlockFiles:
    number = block["obId"]
    named = [f"{number}/charts/{at}" for at in range(1, len(block.get("charts", ())) + 1)]
    charts = tuple(files[one] for one in named) if all(one in files for one in named) else ()
    parameters = {
        (at, one["name"]): files[key]
        for at, template in enumerate(block.get("templates", ()))
        for one in template["parameters"]
        if (key := f"{number}/templates/{template['templateId']}/{one['name']}") in files
    }
    return BlockFiles(charts, parameters)
