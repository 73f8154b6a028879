"""Blocks of an older instrument package, brought to the newest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dfs.access.observing import Deed
from dfs.errors import UsageError
from dfs.instruments.packages import InstrumentPackage, coerce, new_template
from dfs.phase2.api import Document
from dfs.phase2.failures import StateError
from dfs.phase2.lifecycle import What
from dfs.phase2.service.desk import Desk
from dfs.phase2.service.fields import phase1_defaults
from dfs.phase2.service.look import Look
from dfs.phase2.service.records import Item
from dfs.phase2.service.shown import number_of
from dfs.phase2.service.work import ANY, Work

__all__ = ["Migrating", "Migration", "migration_of"]


@dataclass
class Migration:
    """What a migration changes.

    Attributes
    ----------
    told
        A line for each change that loses or adds a value.
    body, templates
        The block's body and, by template number, its parameters as they will be.
    gone
        Templates that the new package does not know.
    """

    version: str
    told: list[str] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=dict)
    templates: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


class Migrating(Desk):
    """Migration."""

    def migrate_ob(self, ob_id: int, *, dry_run: bool = True) -> Document:
        """Bring a block to the newest instrument package, or tell what that would change.

        Raises
        ------
        StateError
            A template of the block is not in the new package, or its status does not allow changes.
        """
        with self._change("migrate") as work:
            item = work.block(ob_id, Deed.READ if dry_run else Deed.EDIT)
            found = migration_of(work, item)
            if not dry_run:
                _migrate(work, item, found)
            return {
                "obId": item.id,
                "ipVersion": number_of(found.version),
                "migrated": not dry_run,
                "messages": found.told,
            }


def migration_of(look: Look, item: Item) -> Migration:
    """Return what bringing a block to the newest package changes."""
    run = look.run(item.run_id)
    package = look.packages.package(run.instrument, look.newest(run))
    body = dict(look.of(item, "self").body)
    found = Migration(package.version)
    if body["ipVersion"] != package.version:
        found.told.append(f"instrument package {body['ipVersion']} -> {package.version}")
    constraints = dict(body["constraints"])
    name = constraints.pop("name")
    kept = _kept(package.constraints, constraints, phase1_defaults(package, run.limits), "constraints", found.told)
    found.body = {**body, "ipVersion": package.version, "constraints": {"name": name, **kept}}
    for row in look.templates(item):
        present = look.document(row.subject, "self", item.run_id).body["parameters"]
        _template(found, package, row.id, row.name, present)
    return found


def _template(found: Migration, package: InstrumentPackage, number: int, name: str, present: list[Any]) -> None:
    signature = package.signatures.get(name)
    if signature is None:
        found.gone.append(name)
        found.told.append(f"template {name} is no more")
        return
    new = new_template(signature)["parameters"]
    values = {one["name"]: one["value"] for one in present}
    kept = _kept(signature.parameters, values, {one["name"]: one["value"] for one in new}, name, found.told)
    found.templates[number] = [{**one, "value": kept[one["name"]]} for one in new]


def _kept(specs: Any, values: dict[str, Any], defaults: dict[str, Any], where: str, told: list[str]) -> dict[str, Any]:
    """Return a value for each of `specs`: the one there was where it is still accepted."""
    kept = {}
    for name, spec in specs.items():
        kept[name] = defaults.get(name)
        if name not in values:
            told.append(f"{where}.{name} is new: {kept[name]!r}")
        elif values[name] is not None:
            try:
                kept[name] = coerce(spec, values[name])
            except UsageError:
                told.append(f"{where}.{name}: {values[name]!r} is not accepted any more, now {kept[name]!r}")
    told += [f"{where}.{name} is no more: it was {value!r}" for name, value in values.items() if name not in specs]
    return kept


def _migrate(work: Work, item: Item, found: Migration) -> None:
    if found.gone:
        raise StateError(
            f"{', '.join(found.gone)}: no such template in package {found.version}",
            where=item.label,
            hint="delete it first",
        )
    work.editing(item, What.SCHEDULE)  # as any change, but from an old package
    work.save(item, "self", found.body, ANY)
    for row in work.templates(item):
        stored = work.document(row.subject, "self", item.run_id)
        work.write(stored, {"parameters": found.templates[row.id]}, ANY, item.run_id)
