"""What leaves the page as a file: tables, OBX, JSON, reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dfs.phase2.api import Document
from dfs_widgets.p2.room import Room

__all__ = ["export_bytes", "report_bytes"]


def export_bytes(room: Room, kind: str, ids: list[int]) -> tuple[str, str, bytes]:
    """Return name, media type and bytes of what is chosen: ``csv``, ``votable``, ``obx`` or ``json``."""
    name = _plain(str(room.run.run["progId"]))
    if kind in {"csv", "votable"}:
        from dfs.phase2.formats.tables import block_table, table_bytes

        blocks = [(_place(room, one), one) for one in room.blocks(ids)]
        end = {"csv": ".csv", "votable": ".vot"}[kind]
        media = {"csv": "text/csv", "votable": "application/x-votable+xml"}[kind]
        return name + end, media, table_bytes(block_table(blocks, parameters=True), name + end)
    if kind == "json":
        from dfs.phase2.formats import bundle_of, write_json

        return f"{name}.json", "application/json", write_json(bundle_of(_items(room, ids), {})).encode()
    if len(ids) == 1 and (document := room.run.item(ids[0])):
        found = (room.phase2.export_ob if "obId" in document else room.phase2.export_container)(ids[0])
    else:
        found = room.phase2.export_container(int(room.run.root["containerId"]))
    return found.name, "application/zip", found.content


def report_bytes(room: Room, kind: str) -> tuple[str, str, bytes]:
    """Return name, media type and bytes of the report of the open run: ``html`` or ``pdf``."""
    from dfs.phase2.report import contents_of, report_html, report_pdf

    tree = {"run": room.run.run, "readme": room.run.readme, "root": room.run.root}
    name = f"{_plain(str(room.run.run['progId']))}-report.{kind}"
    contents = contents_of(tree, room.checking.run_findings(tree), room.now())
    if kind == "pdf":
        return name, "application/pdf", report_pdf(contents)
    return name, "text/html", report_html(contents).encode()


def _items(room: Room, ids: list[int]) -> list[Mapping[str, Any]]:
    found = [one for one in (room.run.item(number) for number in ids) if one is not None]
    return list(found) or [room.run.root]


def _place(room: Room, block: Document) -> str:
    names: list[str] = []
    container = room.run.parent(int(block["obId"]))
    while container.get("parentContainerId") is not None:
        names.insert(0, str(container["name"]))
        container = room.run.parent(int(container["containerId"]))
    return "/".join(names)


def _plain(name: str) -> str:
    return re.sub(r"[^\w.+-]+", "_", name).strip("_")
