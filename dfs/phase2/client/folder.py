"""A container of a run: folder, group, concatenation, time link; and the run's root, which is one too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.client.block import Block
from dfs.phase2.client.quantities import plain_value
from dfs.phase2.client.results import Execution, Findings
from dfs.phase2.client.submitting import hand_in
from dfs.phase2.client.trees import Document, is_block, item_number, walk

if TYPE_CHECKING:
    from dfs.phase2.client.run import Run

__all__ = ["Folder"]


class Folder:
    """A container: its items, and making new ones."""

    def __init__(self, run: Run, number: int) -> None:
        self._run = run
        self._number = number

    @property
    def container_id(self) -> int:
        """Its number; negative until it is pushed."""
        return self._run.working.present(self._number)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._document["name"])

    @property
    def kind(self) -> str:
        """Folder, Group, Concatenation or TimeLink."""
        return str(self._document["itemType"])

    @property
    def status(self) -> str:
        """Its status letter; folders have none."""
        return str(self._document.get("containerStatus", ""))

    @property
    def items(self) -> list[Block | Folder]:
        """What lies in it, in order."""
        return [self._run.handle(one) for one in self._document["items"]]

    def blocks(self) -> list[Block]:
        """Return every block in it, at any depth."""
        return [Block(self._run, item_number(one)) for one, _, _ in walk(self._document) if is_block(one)]

    def folder(self, name: str) -> Folder:
        """Return the folder called `name`, made if it is not there."""
        return self._container("Folder", name)

    def group(self, name: str) -> Folder:
        """Return the group called `name`, made if it is not there: its blocks in any order, started groups are finished first."""
        return self._container("Group", name)

    def concatenation(self, name: str) -> Folder:
        """Return the concatenation called `name`, made if it is not there: its blocks without a break, all or none."""
        return self._container("Concatenation", name)

    def time_link(self, name: str) -> Folder:
        """Return the time link called `name`, made if it is not there: its blocks in order, with delays between."""
        return self._container("TimeLink", name)

    def create_ob(self, name: str, kind: str = "OB") -> Block:
        """Make an observation block at the end; ``kind="CB"``: a calibration block."""
        document = self._run.new_block(name, kind)
        self.add(document)
        return Block(self._run, item_number(document))

    def create_container(self, name: str, kind: str) -> Folder:
        """Make a container of a kind at the end, also where there is one of this name."""
        document = self._run.new_container(name, kind)
        self.add(document)
        return Folder(self._run, item_number(document))

    def add(self, document: Document) -> None:
        """Put the document of a new item at the end."""
        document["parentContainerId"] = self.container_id
        self._run.working.add(self._document, document)

    def schedule_as(self, schedule: Mapping[str, Any]) -> Self:
        """Set its scheduling information, as documents have it."""
        self._document["schedule"] = dict(schedule)
        return self

    def create_cb(self, name: str) -> Block:
        """Make a calibration block at the end."""
        return self.create_ob(name, "CB")

    def ob(self, which: str | int) -> Block:
        """Return the block of this name or number, at any depth.

        Raises
        ------
        NotFoundError
            There is none.
        UsageError
            There are several of this name.
        """
        found = [one for one in self.blocks() if which in (one.name, one.ob_id)]
        if not found:
            from difflib import get_close_matches

            near = get_close_matches(str(which), [one.name for one in self.blocks()], n=3)
            raise NotFoundError(
                f"no block {which!r} in {self.name!r}", hint=f"did you mean {', '.join(near)}?" if near else ""
            )
        if len(found) > 1:
            numbers = ", ".join(str(one.ob_id) for one in found)
            raise UsageError(
                f"{len(found)} blocks are called {which!r}", where=self.name, accepted=f"a number: {numbers}"
            )
        return found[0]

    def priority(self, number: int) -> Self:
        """Set the user priority of a scheduling container: 1 is the highest, 10 the lowest."""
        if number not in range(1, 11):
            raise UsageError(f"user priority {number!r}", where="priority", accepted="1 (highest) to 10")
        self._document["userPriority"] = number
        return self

    def rename(self, name: str) -> Self:
        """Call it otherwise."""
        self._document["name"] = name
        return self

    def delays(self, earliest: Any, latest: Any = None) -> Self:
        """Set the same delays after the one before for each member of a time link but the first: seconds or quantities."""
        for item in self._document["items"][1:]:
            item["schedule"] = {
                **(item.get("schedule") or {}),
                "earliestAfterPrevious": plain_value("earliest", earliest, "s"),
                "latestAfterPrevious": None if latest is None else plain_value("latest", latest, "s"),
            }
        return self

    def move(self, container: Any, position: int | None = None) -> Self:
        """Move it into another container of the run."""
        self._run.move_item(self._number, container, position)
        return self

    def delete(self) -> None:
        """Delete it and all in it, at the next push."""
        self._run.working.remove(self._number)

    def verify(self) -> Findings:
        """Push, and return every finding on it and on all in it."""
        self._run.push()
        return Findings(self._run.working.desk.findings(self.container_id))

    def submit(self) -> Findings:
        """Push, verify, and hand in every block in it that is ready, then the containers whose members all are.

        Returns
        -------
        Findings
            On it and on all in it; what has an error stays as it is.
        """
        self._run.push()
        try:
            hand_in(self._run.working.desk, self._document)
            return Findings(self._run.working.desk.findings(self.container_id))
        finally:
            self._run.pull("mine")

    def revise(self) -> Self:
        """Take a group, concatenation or time link back from review to change it; what lies in it keeps its status."""
        self._run.working.desk.revise_container(self.container_id)
        self._run.pull("mine")
        return self

    def execution(self) -> Execution:
        """Push, and return how long its blocks take."""
        self._run.push()
        return Execution(self._run.working.desk.execution_times(self.container_id))

    def __iter__(self) -> Iterator[Block | Folder]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self._document["items"])

    def __getitem__(self, name: str) -> Block | Folder:
        for one in self.items:
            if one.name == name:
                return one
        raise NotFoundError(
            f"nothing called {name!r} in {self.name!r}", accepted=", ".join(one.name for one in self.items)
        )

    def __repr__(self) -> str:
        return f"{self.kind} {self.container_id} {self.name!r}, {len(self)} items"

    @property
    def _document(self) -> Document:
        return self._run.working.find(self._number)[0]

    def _container(self, kind: str, name: str) -> Folder:
        for one in self._document["items"]:
            if one["itemType"] == kind and one["name"] == name:
                return Folder(self._run, item_number(one))
        return self.create_container(name, kind)
