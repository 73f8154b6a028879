"""Many changes in one transaction: all of them are made, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dfs.access.observing import Deed
from dfs.errors import DfsError, NotFoundError, UsageError
from dfs.phase2.api import Change
from dfs.phase2.service.blocks import remove_block, write_block
from dfs.phase2.service.containers import make_item, move, remove_container, write_container
from dfs.phase2.service.desk import Desk
from dfs.phase2.service.files import write_ephemeris
from dfs.phase2.service.records import Item, TemplateRow
from dfs.phase2.service.schedules import write_schedule
from dfs.phase2.service.shown import read_only
from dfs.phase2.service.templates import add_template, remove_template, write_template
from dfs.phase2.service.windows import write_windows
from dfs.phase2.service.work import ANY, Work

__all__ = ["Bulk", "fill_block"]

_LARGE = 20  # from so many changes on the run is read whole first
_BESIDE = frozenset({"templates", "absolute", "sidereal", "schedule", "ephemeris"})
_IGNORED = frozenset({"itemType", "name", "containerId", "charts", "versions", "items", "readme"})


class Bulk(Desk):
    """Bulk edits."""

    def apply(self, run_id: int, changes: Iterable[Change]) -> dict[int, int]:
        """Make all changes or none; return number within the edit -> number of each item and template created.

        Raises
        ------
        DfsError
            Of the first change that cannot be made, which its `where` names; nothing was written.
        """
        listed = list(changes)
        with self._change("edit") as work:
            work.run(run_id, Deed.EDIT)
            if len(listed) >= _LARGE:
                work.read_whole(run_id)
            edit = _Edit(work, run_id)
            for index, change in enumerate(listed):
                try:
                    edit.make(change)
                except DfsError as error:
                    place = f"change {index + 1} ({change.action} {change.subject})"
                    error.where = f"{place}: {error.where}" if error.where else place
                    raise
            return edit.made


class _Edit:
    """The changes of one edit, one after the other."""

    def __init__(self, work: Work, run_id: int) -> None:
        self._work = work
        self._run_id = run_id
        self.made: dict[int, int] = {}

    def make(self, change: Change) -> None:
        """Make one change."""
        action = _ACTIONS.get(change.action)
        if action is None:
            raise UsageError(f"there is no change {change.action!r}", accepted=", ".join(_ACTIONS))
        action(self, change)

    def _item(self, number: Any) -> Item:
        if not isinstance(number, int) or isinstance(number, bool):
            raise UsageError(f"{number!r} is no number of an item", accepted="a whole number")
        if number < 0 and number not in self.made:
            raise UsageError(
                f"no item {number} was created before in this edit", accepted=", ".join(map(str, self.made))
            )
        item = self._work.item(self.made.get(number, number))
        if item.run_id != self._run_id:
            raise NotFoundError(f"{item.label} is in another run", accepted=f"items of run {self._run_id}")
        return item

    def _new_number(self, number: Any) -> int:
        if not isinstance(number, int) or isinstance(number, bool) or number >= 0 or number in self.made:
            raise UsageError(
                f"{number!r:.60} is no number of something new", where="number", accepted="a negative number, each once"
            )
        return number

    def _template(self, number: int) -> tuple[Item, TemplateRow]:
        row = self._work.find_template(self.made.get(number, number))
        return self._item(row.ob_id), row

    def create_item(self, change: Change) -> None:
        body = _body(change)
        number = self._new_number(change.subject)
        item = make_item(self._work, self._item(body.get("containerId")), str(body.get("itemType")), body.get("name"))
        self.made[number] = item.id
        if item.is_block:
            fill_block(self._work, item, body)
        else:
            _fill_container(self._work, item, body)

    def save_ob(self, change: Change) -> None:
        write_block(self._work, self._item(change.subject), _body(change), change.version or ANY)

    def save_container(self, change: Change) -> None:
        write_container(self._work, self._item(change.subject), _body(change), change.version or ANY)

    def save_schedule(self, change: Change) -> None:
        write_schedule(self._work, self._item(change.subject), change.body, change.version or ANY)

    def save_absolute(self, change: Change) -> None:
        write_windows(self._work, self._item(change.subject), "absolute", change.body, change.version or ANY)

    def save_sidereal(self, change: Change) -> None:
        write_windows(self._work, self._item(change.subject), "sidereal", change.body, change.version or ANY)

    def create_template(self, change: Change) -> None:
        body = _body(change)
        item = self._item(change.subject)
        row = add_template(self._work, item, body.get("templateName"))
        if body.get("number") is not None:
            self.made[self._new_number(body["number"])] = row.id
        if body.get("parameters"):
            write_template(self._work, item, row, {"parameters": body["parameters"]}, ANY)

    def save_template(self, change: Change) -> None:
        item, row = self._template(change.subject)
        write_template(self._work, item, row, _body(change), change.version or ANY)

    def delete_template(self, change: Change) -> None:
        item, row = self._template(change.subject)
        remove_template(self._work, item, row, change.version or ANY)

    def save_ephemeris(self, change: Change) -> None:
        write_ephemeris(self._work, self._item(change.subject), "", str(change.body or ""), change.version or ANY)

    def move(self, change: Change) -> None:
        body = _body(change)
        position = body.get("position")
        if position is not None and (not isinstance(position, int) or isinstance(position, bool) or position < 0):
            raise UsageError(
                f"{position!r:.60} is no place", where="position", accepted="a whole number from 0, or null"
            )
        move(self._work, self._item(change.subject), self._item(body.get("containerId")), position)

    def delete(self, change: Change) -> None:
        item = self._item(change.subject)
        (remove_block if item.is_block else remove_container)(self._work, item, change.version or ANY)


_ACTIONS: Mapping[str, Callable[[_Edit, Change], None]] = {
    "create-item": _Edit.create_item,
    "save-ob": _Edit.save_ob,
    "save-container": _Edit.save_container,
    "save-schedule": _Edit.save_schedule,
    "save-absolute": _Edit.save_absolute,
    "save-sidereal": _Edit.save_sidereal,
    "create-template": _Edit.create_template,
    "save-template": _Edit.save_template,
    "delete-template": _Edit.delete_template,
    "save-ephemeris": _Edit.save_ephemeris,
    "move": _Edit.move,
    "delete": _Edit.delete,
}


def fill_block(work: Work, item: Item, body: Mapping[str, Any]) -> None:
    """Write the whole documents of a block just made; what a whole block tells beyond them (charts, versions) is not read."""
    own = {key: value for key, value in body.items() if key not in _BESIDE | _IGNORED and key not in read_only(item)}
    if own:
        write_block(work, item, own, ANY)
    templates = body.get("templates") or []
    if not isinstance(templates, list | tuple) or not all(isinstance(one, Mapping) for one in templates):
        raise UsageError("templates are a list", where="templates", accepted='[{"templateName": ...}, ...]')
    for template in templates:
        row = add_template(work, item, template.get("templateName"))
        if template.get("parameters"):
            write_template(work, item, row, {"parameters": _set(template["parameters"])}, ANY)
    for kind in ("absolute", "sidereal"):
        if body.get(kind):
            write_windows(work, item, kind, body[kind], ANY)
    if body.get("schedule"):
        write_schedule(work, item, body["schedule"], ANY)
    if body.get("ephemeris"):
        write_ephemeris(work, item, "", str(body["ephemeris"]), ANY)


def _fill_container(work: Work, item: Item, body: Mapping[str, Any]) -> None:
    if item.is_scheduling and body.get("userPriority") is not None:
        write_container(work, item, {"userPriority": body["userPriority"]}, ANY)
    if body.get("schedule"):
        write_schedule(work, item, body["schedule"], ANY)


def _set(parameters: Any) -> Any:
    """Return the parameters that have a value: what was never set stays so."""
    if isinstance(parameters, Mapping):
        return {name: value for name, value in parameters.items() if value is not None}
    if not isinstance(parameters, list):
        return parameters  # refused where they are written
    return [one for one in parameters if not isinstance(one, Mapping) or one.get("value") is not None]


def _body(change: Change) -> Mapping[str, Any]:
    if not isinstance(change.body, Mapping):
        raise UsageError("the body of this change is an object", accepted='{"name": ...}')
    return change.body
