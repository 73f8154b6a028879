"""Templates of a block and their parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dfs.errors import NotFoundError, UsageError
from dfs.instruments.packages import new_template
from dfs.phase2.api import Document, Versioned
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import What
from dfs.phase2.service import fields
from dfs.phase2.service.containers import require_same
from dfs.phase2.service.desk import Desk, versioned
from dfs.phase2.service.records import Item, Stored, TemplateRow
from dfs.phase2.service.shown import template_document
from dfs.phase2.service.work import Work

__all__ = ["Templates", "add_template", "copy_template", "remove_template", "write_template"]

_READ_ONLY = frozenset({"templateId", "templateName", "type"})


class Templates(Desk):
    """Templates."""

    def create_template(self, ob_id: int, name: str) -> Versioned[Document]:
        """Add a template at the end, an acquisition before all others, with its default values."""
        with self._change("create") as work:
            item = work.block(ob_id)
            row = add_template(work, item, name)
            return versioned(template_document(work, item, row), work.document(row.subject, "self", item.run_id))

    def templates(self, ob_id: int) -> Versioned[list[Document]]:
        """Return the templates of a block, in order."""
        with self._look() as look:
            item = look.block(ob_id)
            rows = [template_document(look, item, one) for one in look.templates(item)]
            return versioned(rows, look.of(item, "templates"))

    def reorder_templates(
        self, ob_id: int, templates: Sequence[Document], version: str | None
    ) -> Versioned[list[Document]]:
        """Put the templates of a block into another order; the acquisition stays first."""
        with self._change("reorder") as work:
            item = work.block(ob_id)
            work.editing(item, What.TEMPLATES)
            order = [one.get("templateId", 0) for one in templates]
            rows = {one.id: one for one in work.templates(item)}
            require_same(order, list(rows), item.label)
            if any(rows[number].type == "acquisition" for number in order[1:]):
                raise StateError("the acquisition template comes first", where=item.label)
            stored = work.arrange_templates(item, order, version)
            work.edited(item)
            return versioned([template_document(work, item, one) for one in work.templates(item)], stored)

    def template(self, ob_id: int, template_id: int) -> Versioned[Document]:
        """Return a template."""
        with self._look() as look:
            item = look.block(ob_id)
            row = look.template(item, template_id)
            return versioned(template_document(look, item, row), look.document(row.subject, "self", item.run_id))

    def save_template(self, ob_id: int, template: Document, version: str | None) -> Versioned[Document]:
        """Save the parameters of a template; those left out stay."""
        with self._change("save") as work:
            item = work.block(ob_id)
            row = work.template(item, template.get("templateId", 0))
            stored = write_template(work, item, row, template, version)
            return versioned(template_document(work, item, row), stored)

    def delete_template(self, ob_id: int, template_id: int, version: str | None) -> None:
        """Take a template away."""
        with self._change("delete") as work:
            item = work.block(ob_id)
            remove_template(work, item, work.template(item, template_id), version)

    def duplicate_template(self, ob_id: int, template_id: int, destination: int | None = None) -> Versioned[Document]:
        """Add a copy of a template, with its files, to this or another block of the same instrument."""
        with self._change("duplicate") as work:
            source = work.block(ob_id)
            row = work.template(source, template_id)
            item = work.block(destination) if destination else source
            made = copy_template(work, source, row, item)
            return versioned(template_document(work, item, made), work.document(made.subject, "self", item.run_id))

    def completely_filled_in(self, ob_id: int) -> bool:
        """Tell whether the block has templates and every parameter that must have a value has one."""
        with self._look() as look:
            item = look.block(ob_id)
            rows = look.templates(item)
            package = self._packages.package(look.run(item.run_id).instrument, look.of(item, "self").body["ipVersion"])
            for row in rows:
                signature = package.signatures.get(row.name)
                required = {name for name, one in signature.parameters.items() if one.required} if signature else set()
                document = template_document(look, item, row)
                if any(one["value"] is None and one["name"] in required for one in document["parameters"]):
                    return False
            return any(one.type == "acquisition" for one in rows) or (bool(rows) and item.item_type == "CB")


def add_template(work: Work, item: Item, name: Any) -> TemplateRow:
    """Add a template with its default values."""
    run = work.editing(item, What.TEMPLATES)
    package = work.packages.package(run.instrument, work.of(item, "self").body["ipVersion"])
    try:
        signature = package.signature(name if isinstance(name, str) else str(name))
    except NotFoundError as error:
        raise UsageError(error.message, where="templateName", accepted=error.accepted) from None
    require_one_acquisition(work, item, signature.type)
    row = work.add_template(item, signature.name, signature.type)
    body = {"parameters": new_template(signature)["parameters"]}
    work.write(work.document(row.subject, "self", item.run_id), body, "*", item.run_id, "create")
    work.edited(item)
    return row


def require_one_acquisition(work: Work, item: Item, kind: str) -> None:
    """Refuse a second acquisition template."""
    if kind == "acquisition" and any(one.type == "acquisition" for one in work.templates(item)):
        raise StateError(f"{item.label} has an acquisition template already", accepted="one", hint="delete it first")


def write_template(
    work: Work, item: Item, row: TemplateRow, document: Mapping[str, Any], version: str | None
) -> Stored:
    """Save parameters of a template."""
    run = work.editing(item, What.TEMPLATES)
    wrong = next((key for key in document if key not in _READ_ONLY | {"parameters"}), None)
    if wrong is not None:
        raise UsageError(f"no field {wrong!r}", where=f"template {row.name}", accepted="parameters")
    stored = work.document(row.subject, "self", item.run_id)
    work.require(stored, version)
    package = work.packages.package(run.instrument, work.of(item, "self").body["ipVersion"])
    signature = package.signatures.get(row.name)
    specs = signature.parameters if signature else {}
    present = stored.body["parameters"]
    values = fields.parameters(document.get("parameters", []), present, specs, row.name)
    number = stored.version
    work.write(stored, {"parameters": values}, version, item.run_id)
    if stored.version != number:
        work.edited(item)
    return stored


def remove_template(work: Work, item: Item, row: TemplateRow, version: str | None) -> None:
    """Take a template away; undo brings it back."""
    work.editing(item, What.TEMPLATES)
    work.require(work.document(row.subject, "self", item.run_id), version)
    work.remove(row, item.run_id)
    work.edited(item)


def copy_template(work: Work, source: Item, row: TemplateRow, item: Item) -> TemplateRow:
    """Add a copy of a template, with its files, to a block."""
    run = work.editing(item, What.TEMPLATES)
    if run.instrument != work.run(source.run_id).instrument:
        raise StateError(f"{item.label} is for {run.instrument}", accepted=work.run(source.run_id).instrument)
    require_one_acquisition(work, item, row.type)
    body = work.document(row.subject, "self", source.run_id).body
    files = [one["name"] for one in body["parameters"] if one["type"] in {"file", "paramfile"}]
    made = work.add_template(item, row.name, row.type)
    work.write(work.document(made.subject, "self", item.run_id), body, "*", item.run_id, "create")
    for name in files:
        file = work.document(row.subject, f"file:{name}", source.run_id)
        if file.body:
            copied = work.document(made.subject, f"file:{name}", item.run_id)
            work.write(copied, file.body, "*", item.run_id, "create")
    work.edited(item)
    return made
