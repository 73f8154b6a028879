"""A run as you change it: what the observatory has, and your copy with what is not pushed yet."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dfs.errors import ConflictError, NotFoundError, UsageError
from dfs.phase2.api import Phase2Desk
from dfs.phase2.client.changes import Difference, Push, differences, plan
from dfs.phase2.client.merging import merged
from dfs.phase2.client.trees import Document, item_number, walk
from dfs.phase2.failures import StaleError

__all__ = ["WorkingCopy"]


class WorkingCopy:
    """The tree of a run, edited here and pushed whole.

    Parameters
    ----------
    desk
        Who keeps it.
    run_id
        Which run.
    """

    def __init__(self, desk: Phase2Desk, run_id: int) -> None:
        self.desk = desk
        self.run_id = run_id
        self._known: Document = {}
        self._tree: Document | None = None
        self._numbers: dict[int, int] = {}  # numbers given here -> those of the observatory
        self._last = 0
        self._index: dict[int, tuple[Document, Document | None]] = {}
        self._uploads: list[Callable[[Callable[[int], int]], None]] = []

    @property
    def tree(self) -> Document:
        """The run whole, as it is edited here; read when it is first needed, and anew after a push."""
        if self._tree is None:
            self._known = self.desk.tree(self.run_id)
            # Through JSON, which these documents are: a third of the time of copy.deepcopy.
            self._tree = json.loads(json.dumps(self._known))
            self._reindex(self._tree["root"])
        return self._tree

    @property
    def run(self) -> Document:
        """The run's own document."""
        return dict(self.tree["run"])

    def number(self) -> int:
        """Return a number for an item made here: negative until it is pushed."""
        self._last -= 1
        return self._last

    def present(self, number: int) -> int:
        """Return the number that an item has now, which was made here under `number`."""
        return self._numbers.get(number, number)

    def find(self, number: int) -> tuple[Document, Document | None]:
        """Return an item and its container, by a number it has or had.

        Raises
        ------
        NotFoundError
            It is gone.
        """
        wanted = self.present(number)
        found = self._index.get(wanted) if self.tree else None
        if found is None:
            hint = "run.pull() reads it again"
            raise NotFoundError(f"item {wanted} is not in run {self.run['progId']} any more", hint=hint)
        return found

    def add(self, container: Document, item: Document, position: int | None = None) -> None:
        """Put an item that was made here into a container."""
        places = container["items"]
        places.insert(len(places) if position is None else position, item)
        self._index[item_number(item)] = (item, container)

    def remove(self, number: int) -> Document:
        """Take an item out, with all in it; return it."""
        item, container = self.find(number)
        if container is None:
            raise UsageError("the root folder of a run cannot be deleted", where=str(item["name"]))
        container["items"] = [one for one in container["items"] if one is not item]
        inside = [item_number(one) for one, _, _ in walk(item)] if "items" in item else []
        for one in (item_number(item), *inside):
            self._index.pop(one, None)
        return item

    def move(self, number: int, container: Document, position: int | None = None) -> None:
        """Move an item into another container, or to another place in its own."""
        if any(one is container for one in self._within(self.find(number)[0])):
            raise UsageError("a container cannot be moved into itself", where=str(container["name"]))
        item = self.remove(number)
        self.add(container, item, position)
        self._reindex(self.tree["root"])

    def _within(self, item: Document) -> list[Document]:
        return [item, *(one for one, _, _ in walk(item))] if "items" in item else [item]

    def _reindex(self, root: Document) -> None:
        self._index = {item_number(root): (root, None)}
        self._index |= {item_number(item): (item, container) for item, container, _ in walk(root)}

    def upload(self, send: Callable[[Callable[[int], int]], None]) -> None:
        """Have `send` called once everything else is pushed, with what gives an item's number then."""
        self._uploads.append(send)

    def differences(self) -> list[Difference]:
        """Return what a push would change, field by field."""
        edited = self.tree["root"]
        return differences(self._known["root"], edited)

    @property
    def is_changed(self) -> bool:
        """Whether there is something to push."""
        return bool(self._uploads) or (self._tree is not None and self._known["root"] != self._tree["root"])

    def push(self) -> int:
        """Send everything that is changed, in one transaction; return how many changes that were.

        Raises
        ------
        ConflictError
            Somebody else saved one of these since; `pull` merges.  Nothing is saved, but at ESO, which has no transactions: the
            hint tells how much was.
        NotFoundError
            Somebody else deleted one of these.
        """
        if not self.is_changed:
            return 0
        edited = self.tree["root"]
        sent = plan(self._known["root"], edited)
        if sent.changes:
            try:
                self._numbers |= self.desk.apply(self.run_id, sent.changes)
            except (StaleError, NotFoundError) as error:
                error.hint = "; ".join(filter(None, [error.hint, "run.pull() merges, then push again"]))
                raise
        self._tree = None  # read anew, even when one of the calls that follow fails: what is saved is not sent twice
        self._finish(sent)
        uploads, self._uploads = self._uploads, []
        for at, send in enumerate(uploads):
            try:
                send(self.present)
            except BaseException:
                self._uploads = uploads[at + 1 :]
                raise
        return len(sent.changes) + len(sent.calls) + len(uploads)

    def pull(self, keep: str | None = None) -> list[dict[str, Any]]:
        """Read the run again and put what is changed here on top of it; what others deleted stays deleted.

        Parameters
        ----------
        keep
            ``mine`` or ``theirs``, where both changed the same field; None: raise.

        Returns
        -------
        list
            The fields both changed: ``{item, path, base, mine, theirs}``.

        Raises
        ------
        ConflictError
            Both changed a field, and `keep` is None; nothing changes here.
        """
        if not self.is_changed:
            self._tree = None
            return []
        edited, theirs = self.tree["root"], self.desk.tree(self.run_id)
        root, conflicts = merged(self._known["root"], edited, theirs["root"], mine_wins=keep == "mine")
        if conflicts and keep is None:
            first = conflicts[0]
            raise ConflictError(
                f"you and somebody else changed {first['item']}: {first['path'] or 'it'} is {first['theirs']!r} there, {first['mine']!r} here"
                + (f", and {len(conflicts) - 1} more" if len(conflicts) > 1 else ""),
                hint='pull("mine") or pull("theirs") decides',
            )
        self._known, self._tree = theirs, {**theirs, "root": root}
        self._reindex(root)
        return conflicts

    def discard(self) -> None:
        """Forget what is not pushed, and read the run again."""
        self._uploads.clear()
        self._tree = None

    def _finish(self, sent: Push) -> None:
        """Make the calls that no bulk edit has."""
        for call in sent.calls:
            call(self.desk, self.present)
