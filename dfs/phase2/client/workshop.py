"""What a run's blocks and folders ask of it: new documents, copies, moves, files."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.client.attachments import chart_upload, parameter_upload, read_upload
from dfs.phase2.client.block import Block
from dfs.phase2.client.folder import Folder
from dfs.phase2.client.trees import Document, is_block, item_number, walk

__all__ = ["Workshop"]


class Workshop(Folder):
    """The part of a run that makes things."""

    def handle(self, item: Document) -> Block | Folder:
        """Return the handle of an item."""
        return Block(self._run, item_number(item)) if is_block(item) else Folder(self._run, item_number(item))

    def new_block(self, name: str, kind: str = "OB") -> Document:
        """Return the document of a new block, which is nowhere yet."""
        return self._run.fresh.block(self._run.working.number(), name, kind)

    def new_container(self, name: str, kind: str) -> Document:
        """Return the document of a new container, which is nowhere yet."""
        return self._run.fresh.container(self._run.working.number(), name, kind)

    def new_template(self, name: str) -> Document:
        """Return a template at its defaults, which is in no block yet."""
        return self._run.fresh.template(self._run.working.number(), name)

    def copy_block(self, block: Block, name: str | None) -> Block:
        """Put a copy of a block after it."""
        item, container = self._run.working.find(block.ob_id)
        made = copy.deepcopy(item) | {
            "obId": self._run.working.number(),
            "name": name or _next_name(item["name"], container or {}),
        }
        made |= {"obStatus": "P", "grade": "?", "exposureTime": 0, "executionTime": 0, "versions": {}, "charts": []}
        made["templates"] = [{**one, "templateId": self._run.working.number()} for one in made["templates"]]
        where = container if container is not None else self._run.working.tree["root"]
        self._run.working.add(where, made, [item_number(one) for one in where["items"]].index(item_number(item)) + 1)
        return Block(self._run, item_number(made))

    def move_item(self, number: int, container: Any, position: int | None) -> None:
        """Move an item into a container: a `Folder`, its name, or its number."""
        if isinstance(container, str):
            fits = [
                one
                for one, _, _ in walk(self._run.working.tree["root"])
                if not is_block(one) and one["name"] == container
            ]
            if len(fits) != 1:
                raise NotFoundError(f"{len(fits)} containers are called {container!r}", where="move")
            target = fits[0]
        else:
            target = self._run.working.find(container if isinstance(container, int) else container.container_id)[0]
        if is_block(target):
            raise UsageError(f"{target['name']!r} is a block", where="move", accepted="a container")
        self._run.working.move(number, target, position)

    def attach(self, number: int, file: str | Path | bytes, name: str) -> None:
        """Attach a finding chart at the next push."""
        self._run.working.upload(chart_upload(self._run.working.desk, number, read_upload(file, name)))

    def attach_parameter(self, number: int, template: str, parameter: str, file: str | Path | bytes, name: str) -> None:
        """Give a parameter its file at the next push."""
        block = self._run.working.find(number)[0]
        place = [one["templateName"] for one in block["templates"]].index(template)
        if parameter not in {one["name"] for one in block["templates"][place]["parameters"]}:
            raise UsageError(f"{template} has no parameter {parameter!r}", where=template)
        self._run.working.upload(
            parameter_upload(self._run.working.desk, number, place, parameter, read_upload(file, name))
        )


def _next_name(name: str, container: Mapping[str, Any]) -> str:
    taken, count = {one["name"] for one in container.get("items", ())}, 2
    while f"{name}_{count}" in taken:
        count += 1
    return f"{name}_{count}"
