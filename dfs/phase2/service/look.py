"""One look at the store: rows and documents of runs, read once, shown to whoever may see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, func, select

from dfs.access import Standing
from dfs.access.observing import Deed, allows, require_deed
from dfs.errors import NotFoundError
from dfs.phase2.service.injected import Packages
from dfs.phase2.service.records import Item, Run, Stored, TemplateRow
from dfs.store.tables import p2_documents, p2_items, p2_runs, p2_templates

__all__ = ["Look"]

_LISTS = frozenset({"items", "templates", "absolute", "sidereal", "charts"})


class Look:
    """Reads what a call needs on one connection, each row once.

    Parameters
    ----------
    who
        Whoever asks; every run is opened by what he may do to it.
    packages
        Instrument packages.
    """

    def __init__(self, connection: Connection, who: Standing, packages: Packages) -> None:
        self.connection = connection
        self.who = who
        self.packages = packages
        self._newest: dict[str, str | None] = {}
        self._runs: dict[int, Run] = {}
        self._allowed: set[tuple[int, Deed]] = set()
        self._items: dict[int, Item] = {}
        self._children: dict[int, list[Item]] = {}
        self._templates: dict[int, list[TemplateRow]] = {}
        self._rows: dict[int, TemplateRow] = {}
        self._documents: dict[tuple[str, str], Stored] = {}
        self._whole: set[int] = set()  # runs read whole: what is not in the caches is not there

    def run(self, run_id: int, deed: Deed = Deed.READ) -> Run:
        """Return a run; `NotFoundError`, or `AccessError` unless the user may do `deed` to it."""
        run = self._runs.get(run_id)
        if run is None:
            row = self.connection.execute(_RUN.where(p2_runs.c.run_id == run_id)).mappings().first()
            if row is None:
                raise NotFoundError(f"there is no run {run_id}", hint="see: dfs p2 runs")
            run = self._runs[run_id] = Run(**row)
        if (run_id, deed) not in self._allowed:
            if not allows(self.who, Deed.READ, run.prog_id):
                require_deed(self.who, deed, str(run_id))  # numbers can be guessed: they tell nobody whose run it is
            require_deed(self.who, deed, run.prog_id)
            self._allowed.add((run_id, deed))
        return run

    def runs(self) -> list[Run]:
        """Return every run, by identifier, without asking whose it is."""
        rows = self.connection.execute(_RUN.order_by(p2_runs.c.prog_id)).mappings()
        return [self._runs.setdefault(row["run_id"], Run(**row)) for row in rows]

    def newest(self, run: Run) -> str:
        """Return the newest version of the run's instrument package: that which new blocks get."""
        if run.instrument not in self._newest:
            try:
                self._newest[run.instrument] = self.packages.package(run.instrument).version
            except NotFoundError:
                self._newest[run.instrument] = None
        return self._newest[run.instrument] or run.ip_version

    def item(self, item_id: int, deed: Deed = Deed.READ) -> Item:
        """Return a block or container that is there."""
        item = self.item_ever(item_id)
        self.run(item.run_id, deed)
        if item.deleted is not None:
            raise NotFoundError(f"{item.label} was deleted", hint="undo brings it back")
        return item

    def block(self, ob_id: int, deed: Deed = Deed.READ) -> Item:
        """Return an OB or CB."""
        item = self.item(ob_id, deed)
        if not item.is_block:
            raise NotFoundError(f"{ob_id} is no block, but the {item.item_type} {item.name!r}")
        return item

    def container(self, container_id: int, deed: Deed = Deed.READ) -> Item:
        """Return a folder or scheduling container."""
        item = self.item(container_id, deed)
        if item.is_block:
            raise NotFoundError(f"{container_id} is no container, but the {item.item_type} {item.name!r}")
        return item

    def parent(self, item: Item) -> Item | None:
        """Return the container that an item lies in; None for a root folder."""
        return None if item.parent is None else self.item(item.parent)

    def children(self, container: Item) -> list[Item]:
        """Return what lies in a container, in order."""
        found = self._children.get(container.id)
        if found is None:
            found = [] if container.run_id in self._whole else self._read_children(container.id)
            self._children[container.id] = found
        return found

    def descendants(self, container: Item) -> Iterable[Item]:
        """Give everything below a container, depth first."""
        for child in self.children(container):
            yield child
            if not child.is_block:
                yield from self.descendants(child)

    def templates(self, block: Item) -> list[TemplateRow]:
        """Return the templates of a block, in order."""
        found = self._templates.get(block.id)
        if found is None:
            rows = [] if block.run_id in self._whole else self._read_templates(p2_templates.c.ob_id == block.id)
            found = self._templates[block.id] = rows
        return found

    def template(self, block: Item, template_id: int) -> TemplateRow:
        """Return a template of a block."""
        for one in self.templates(block):
            if one.id == template_id:
                return one
        raise NotFoundError(f"{block.label} has no template {template_id}")

    def find_template(self, template_id: int) -> TemplateRow:
        """Return a template of whatever block."""
        row = self.template_ever(template_id)
        block = self.block(row.ob_id)
        if row.deleted is not None:
            raise NotFoundError(f"template {row.name} ({row.id}) was deleted", hint="undo brings it back")
        return self.template(block, template_id)

    def item_ever(self, item_id: int) -> Item:
        """Return an item, be it deleted, without asking whose it is."""
        item = self._items.get(item_id)
        if item is None:
            row = self.connection.execute(select(p2_items).where(p2_items.c.id == item_id)).first()
            if row is None:
                raise NotFoundError(f"there is no block or container {item_id}")
            item = self._items[item_id] = Item(*row)
        return item

    def template_ever(self, template_id: int) -> TemplateRow:
        """Return a template, be it deleted, without asking whose it is."""
        found = self._rows.get(template_id)
        if found is None:
            row = self.connection.execute(select(p2_templates).where(p2_templates.c.id == template_id)).first()
            if row is None:
                raise NotFoundError(f"there is no template {template_id}")
            found = self._rows[template_id] = TemplateRow(*row)
        return found

    def document(self, subject: str, aspect: str, run_id: int | None) -> Stored:
        """Return a document; one never written has version 0 and is empty."""
        key = (subject, aspect)
        found = self._documents.get(key)
        if found is None:
            row = None
            if run_id not in self._whole:
                same = (p2_documents.c.subject == subject) & (p2_documents.c.aspect == aspect)
                row = self.connection.execute(_DOCUMENT.where(same)).first()
            found = Stored(*row) if row else Stored(subject, aspect, 0, [] if aspect in _LISTS else {})
            self._documents[key] = found
        return found

    def of(self, item: Item, aspect: str) -> Stored:
        """Return a document of a block or container."""
        return self.document(item.subject, aspect, item.run_id)

    def read_whole(self, run_id: int) -> None:
        """Read everything in a run with four queries."""
        if run_id in self._whole:
            return
        self.run(run_id)
        there = (p2_items.c.run_id == run_id) & p2_items.c.deleted.is_(None)
        children: dict[int, list[Item]] = {}
        for row in self.connection.execute(select(p2_items).where(there).order_by(*_ORDER)):
            item = self._items.setdefault(row.id, Item(*row))
            if item.parent is not None:
                children.setdefault(item.parent, []).append(item)
        templates: dict[int, list[TemplateRow]] = {}
        for one in self._read_templates(p2_templates.c.ob_id.in_(select(p2_items.c.id).where(there))):
            templates.setdefault(one.ob_id, []).append(one)
        for row in self.connection.execute(_DOCUMENT.where(p2_documents.c.run_id == run_id)):
            self._documents.setdefault((row.subject, row.aspect), Stored(*row))
        self._children = children | self._children
        self._templates = templates | self._templates
        self._whole.add(run_id)

    def _read_children(self, container_id: int) -> list[Item]:
        there = (p2_items.c.parent == container_id) & p2_items.c.deleted.is_(None)
        rows = self.connection.execute(select(p2_items).where(there).order_by(*_ORDER))
        return [self._items.setdefault(row.id, Item(*row)) for row in rows]

    def _read_templates(self, condition: Any) -> list[TemplateRow]:
        there = condition & p2_templates.c.deleted.is_(None)
        query = select(p2_templates).where(there).order_by(p2_templates.c.position, p2_templates.c.id)
        return [self._rows.setdefault(row.id, TemplateRow(*row)) for row in self.connection.execute(query)]


_ORDER = (p2_items.c.position, p2_items.c.id)
_DOCUMENT = select(
    p2_documents.c.subject,
    p2_documents.c.aspect,
    p2_documents.c.version,
    p2_documents.c.body,
    p2_documents.c.changed,
    p2_documents.c.changed_by,
)
_INSIDE = p2_items.alias("inside")
_COUNT = (
    select(func.count())
    .where(_INSIDE.c.parent == p2_items.c.id, _INSIDE.c.deleted.is_(None))
    .correlate(p2_items)
    .scalar_subquery()
)
_RUN = select(p2_runs, p2_items.c.id.label("root"), _COUNT.label("item_count")).join(
    p2_items, (p2_items.c.run_id == p2_runs.c.run_id) & p2_items.c.parent.is_(None)
)
