"""Cells from a spreadsheet, and one value for many blocks: what would change, row by row, before anything does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dfs.errors import UsageError
from dfs.phase2.api import Change, Document
from dfs_widgets.state.p2.difference import value_text
from dfs_widgets.state.p2.fields import field_label, fields_of, key_of, with_fields
from dfs_widgets.state.p2.values import read_value

__all__ = ["COLUMNS", "Pasted", "as_changes", "bulk_edit", "paste"]

# Column of the summary table -> path of the field it edits.
COLUMNS = {
    "name": "name",
    "target": "target.name",
    "ra": "target.ra",
    "dec": "target.dec",
    "od": "obsDescription.name",
    "comments": "obsDescription.userComments",
    "constraints": "constraints.name",
    "priority": "userPriority",
    "airmass": "constraints.airmass",
    "seeing": "constraints.seeing",
    "fli": "constraints.fli",
    "transparency": "constraints.skyTransparency",
    "pmra": "target.properMotionRa",
    "pmdec": "target.properMotionDec",
}
_NAMES = {
    "ob": "name",
    "ob name": "name",
    "target name": "target",
    "object": "target",
    "raj2000": "ra",
    "right ascension": "ra",
    "dej2000": "dec",
    "declination": "dec",
    "user priority": "priority",
    "image quality": "seeing",
    "constraint set": "constraints",
    "id": "id",
    "ob id": "id",
    "obid": "id",
}


@dataclass(frozen=True)
class Pasted:
    """What a paste or a bulk edit would do.

    Attributes
    ----------
    documents
        Block number -> the block as it would be; new blocks have negative numbers.
    changes
        (number, block's name, label, before, after), for the preview.
    bad
        (row from 1, column, why).
    created
        Numbers of the new blocks, which start as copies of a pattern.
    """

    documents: Mapping[int, Document] = field(default_factory=dict)
    changes: tuple[tuple[int, str, str, str, str], ...] = ()
    bad: tuple[tuple[int, str, str], ...] = ()
    created: tuple[int, ...] = ()


def paste(
    text: str,
    blocks: Sequence[Document],
    *,
    at: int | None,
    column: str,
    columns: Sequence[str],
    pattern: Document | None,
) -> Pasted:
    """Return what cells copied from a spreadsheet would change.

    With a row of names on top each column goes where its name says and rows are matched by id, then by OB name; a row that matches no
    block makes a new one like `pattern`.  Without, cells are laid over the table from the block `at` and `column` on.
    """
    rows = [line.split("\t") for line in text.replace("\r\n", "\n").strip("\n").split("\n")]
    head = [_NAMES.get(one.strip().lower(), one.strip().lower()) for one in rows[0]]
    if len([one for one in head if one in COLUMNS or one == "id"]) >= max(1, len(head) - 1) and len(rows) > 1:
        return _named(rows, head, blocks, pattern)
    return _laid(rows, blocks, at, column, columns)


def bulk_edit(blocks: Sequence[Document], path: str, typed: str) -> Pasted:
    """Return what writing one value into the same field of many blocks would change."""
    work = _Work()
    for at, block in enumerate(blocks, 1):
        work.write(at, block, path, path, typed)
    return work.done()


def as_changes(pasted: Pasted, blocks: Sequence[Document], container_id: int) -> list[Change]:
    """Return the changes that carry out a paste, all in one transaction."""
    from dfs_widgets.state.p2.draft import Draft

    known = {int(one["obId"]): one for one in blocks}
    changes: list[Change] = []
    for number, document in pasted.documents.items():
        if number < 0:
            body = {key: value for key, value in document.items() if key not in {"obId", "versions", "charts"}}
            body["templates"] = [
                {key: value for key, value in one.items() if key != "templateId"}
                for one in document.get("templates", ())
            ]
            changes.append(Change("create-item", number, {"containerId": container_id, **body}))
            continue
        changes += Draft(known[number], document).as_changes()
    return changes


def _named(rows: list[list[str]], head: list[str], blocks: Sequence[Document], pattern: Document | None) -> Pasted:
    work = _Work()
    by_id = {str(one["obId"]): one for one in blocks}
    by_name = {str(one["name"]): one for one in blocks}
    for at, cells in enumerate(rows[1:], 2):
        given = dict(zip(head, (one.strip() for one in cells), strict=False))
        if not any(given.values()):
            continue
        block = by_id.get(given.get("id", "")) or by_name.get(given.get("name", ""))
        if block is None:
            if given.get("id") and not given.get("name"):
                work.bad.append((at, "id", f"there is no block {given['id']} in this run"))
                continue
            if pattern is None:
                work.bad.append(
                    (at, "name", f"there is no block {given.get('name')!r}; choose one to copy for new rows")
                )
                continue
            block = work.new(pattern, given.get("name") or f"new {at}")
        for name, typed in given.items():
            if name in COLUMNS and typed != "":
                work.write(at, block, name, COLUMNS[name], typed)
    return work.done()


def _laid(
    rows: list[list[str]], blocks: Sequence[Document], at: int | None, column: str, columns: Sequence[str]
) -> Pasted:
    work = _Work()
    numbers = [int(one["obId"]) for one in blocks]
    if at not in numbers:
        raise UsageError(
            "choose the cell where the paste begins",
            where="paste",
            hint="click a cell first, or paste a table with a row of names",
        )
    first, left = numbers.index(at), list(columns).index(column) if column in columns else 0
    for down, cells in enumerate(rows):
        if first + down >= len(blocks):
            work.bad.append((down + 1, column, "there is no block left in the table for this row"))
            continue
        for right, typed in enumerate(cells):
            name = columns[left + right] if left + right < len(columns) else ""
            if name in COLUMNS:
                work.write(down + 1, blocks[first + down], name, COLUMNS[name], typed.strip())
            elif typed.strip():
                work.bad.append((down + 1, name or "beyond the table", "this column cannot be written"))
    return work.done()


class _Work:
    """Gathers what would change."""

    def __init__(self) -> None:
        self.documents: dict[int, Document] = {}
        self.changes: list[tuple[int, str, str, str, str]] = []
        self.bad: list[tuple[int, str, str]] = []
        self.created: list[int] = []
        self._wrong: set[int] = set()

    def new(self, pattern: Document, name: str) -> Document:
        number = -len(self.created) - 1
        made = {**pattern, "obId": number, "name": name, "obStatus": "P", "versions": {}}
        self.documents[number] = made
        self.created.append(number)
        self.changes.append((number, name, "new block", "", f"like {pattern['name']}"))
        return made

    def write(self, at: int, block: Document, column: str, path: str, typed: str) -> None:
        number = int(block["obId"])
        now = self.documents.get(number, block)
        key = key_of(path, now)
        before = fields_of(now).get(key)
        try:
            value = self._value(block, path, typed, before)
        except (UsageError, ValueError) as error:
            self.bad.append((at, column, error.line() if isinstance(error, UsageError) else str(error)))
            self.documents.pop(number, None)  # a row that is wrong in one cell is not written at all
            self.changes = [one for one in self.changes if one[0] != number]
            self._wrong.add(number)
            return
        if not key:
            self.bad.append((at, column, "this block has no such field"))
        elif value != before and number not in self._wrong:
            self.documents[number] = with_fields(now, {key: value})
            if number > 0:
                self.changes.append(
                    (number, str(block["name"]), field_label(key, now), value_text(before), value_text(value))
                )

    def _value(self, block: Document, path: str, typed: str, before: Any) -> Any:
        """Return the value typed, as the instrument takes it."""
        from dfs.phase2.formats.tables import Accepts
        from dfs.phase2.formats.tables.cells import read_cell

        if path.startswith("constraints.") and path != "constraints.name":
            accepts = Accepts(str(block["instrument"]), f"{block['ipVersion']}")
            return accepts.constraint(path.partition(".")[2], typed)
        if path.startswith("templates["):
            at, _, name = path.removeprefix("templates[").partition("].")
            template = block["templates"][int(at)]
            kind = next(one["type"] for one in template["parameters"] if one["name"] == name)
            return Accepts(str(block["instrument"]), f"{block['ipVersion']}").parameter(
                template["templateName"], name, kind, typed
            )
        if path.startswith("target.") or path == "userPriority":
            return read_cell(path, typed)
        is_number = isinstance(before, int | float) and not isinstance(before, bool)
        return read_value("number" if is_number else "string", typed, path)

    def done(self) -> Pasted:
        return Pasted(self.documents, tuple(self.changes), tuple(self.bad), tuple(self.created))
