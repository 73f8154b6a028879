"""A run that is open: every item by number, kept in step with what is saved here and elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dfs.phase2.api import Document, Phase2Desk
from dfs_widgets.state.p2.rows import item_id, rows_of

__all__ = ["OpenedRun", "read_item"]


class OpenedRun:
    """A run as it was last read.

    Parameters
    ----------
    desk
        Where it is kept.
    run_id
        Its number.

    Attributes
    ----------
    run, readme, root
        Documents of `Phase2Desk.tree`.
    revision
        Up to which change this is known.
    """

    def __init__(self, desk: Phase2Desk, run_id: int) -> None:
        self._desk = desk
        self.run_id = run_id
        self.run: Document = {}
        self.readme: Document = {}
        self.root: Document = {}
        self.revision = 0
        self._items: dict[int, Document] = {}
        self._parents: dict[int, int] = {}
        self.reload()

    def reload(self) -> None:
        """Read the run whole."""
        tree = self._desk.tree(self.run_id)
        self.run, self.readme, self.root = tree["run"], tree.get("readme") or {}, tree["root"]
        self.revision = int(tree.get("revision") or 0)
        self._items = {item_id(self.root): self.root}
        self._parents = {}
        self._learn(self.root)

    def _learn(self, container: Document) -> None:
        for item in container.get("items", ()):
            number = item_id(item)
            self._items[number], self._parents[number] = item, item_id(container)
            self._learn(item)

    def item(self, number: int) -> Document | None:
        """Return a whole block or container; None for one that is not (or no longer) in the run."""
        return self._items.get(number)

    def parent(self, number: int) -> Document:
        """Return the container of an item."""
        return self._items[self._parents[number]]

    def blocks(self, below: int | None = None) -> Iterator[Document]:
        """Give the blocks of the run, or those below a container (a block: itself), depth first."""
        start = self.root if below is None else self._items.get(below, {})
        if start.get("itemType") in {"OB", "CB"}:
            yield start
            return
        for item in start.get("items", ()):
            yield from self.blocks(item_id(item))

    def block_of(self, template: int) -> int | None:
        """Return the number of the block that a template is in; None for one that is not known."""
        return next(
            (
                int(one["obId"])
                for one in self.blocks()
                if any(t["templateId"] == template for t in one.get("templates", ()))
            ),
            None,
        )

    def versions(self, kind: str, number: int) -> Mapping[str, Any]:
        """Return the versions known of an item, or of the block that a template is in."""
        item = self.block_of(number) if kind == "template" else number if kind == "item" else None
        return (self._items.get(item or 0, {}).get("versions")) or {}

    def containers(self) -> Iterator[Document]:
        """Give the root folder and every container below it."""
        return (one for one in self._items.values() if one["itemType"] not in {"OB", "CB"})

    def replace(self, document: Mapping[str, Any]) -> None:
        """Put a newer version of an item in its place; a container keeps its items unless the document has them."""
        number = item_id(document)
        known = self._items.get(number)
        if known is None:
            return
        newer = dict(document)
        if known["itemType"] not in {"OB", "CB"} and "items" not in newer:
            newer["items"] = known.get("items", [])
        self._items[number] = newer  # a new value: whoever has the one before (a draft) keeps it as it was
        if number not in self._parents:
            self.root = newer
            return
        siblings = self._items[self._parents[number]]["items"]
        siblings[next(i for i, one in enumerate(siblings) if item_id(one) == number)] = newer

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of tree and table."""
        return rows_of(self.root)


def read_item(desk: Phase2Desk, known: Mapping[str, Any]) -> Document:
    """Read one block or container anew with its versions, without reading the run.

    Parameters
    ----------
    known
        The item as it was; a container's items are taken from it.
    """
    if known["itemType"] not in {"OB", "CB"}:
        return _read_container(desk, known)
    number = int(known["obId"])
    found = desk.ob(number)
    versions: dict[str, Any] = {"self": found.version}
    listed = desk.templates(number)
    versions["templates"] = listed.version
    templates = []
    for one in listed.body:
        template = desk.template(number, one["templateId"])
        versions[f"template:{one['templateId']}"] = template.version
        templates.append(template.body)
    beside: dict[str, Any] = {}
    wanted = [("schedule", desk.schedule)]
    if known["itemType"] == "OB":
        wanted += [("absolute", desk.absolute), ("sidereal", desk.sidereal)]  # type: ignore[list-item]
    for name, read in wanted:
        part = read(number)
        beside[name], versions[name] = part.body, part.version
    ephemeris = desk.ephemeris(number)
    versions["ephemeris"] = ephemeris.version
    return {
        **known,
        **found.body,
        "templates": templates,
        **beside,
        "ephemeris": ephemeris.body.content.decode("utf-8", "replace"),
        "charts": desk.charts(number),
        "versions": versions,
    }


def _read_container(desk: Phase2Desk, known: Mapping[str, Any]) -> Document:
    number = int(known["containerId"])
    found, schedule = desk.container(number), desk.container_schedule(number)
    versions = {**(known.get("versions") or {}), "self": found.version, "schedule": schedule.version}
    return {**known, **found.body, "schedule": schedule.body, "items": known.get("items", []), "versions": versions}
