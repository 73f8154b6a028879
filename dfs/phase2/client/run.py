"""A run: its tree, its tables and files, what is pushed and pulled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dfs.errors import NotFoundError
from dfs.phase2.client.block import Block
from dfs.phase2.client.changes import Difference
from dfs.phase2.client.fresh import Fresh
from dfs.phase2.client.names import Names
from dfs.phase2.client.results import Execution, Findings
from dfs.phase2.client.showing import tree_text
from dfs.phase2.client.sight import night_plot, nightly, season_plot
from dfs.phase2.client.tables import RunTables
from dfs.phase2.client.trees import Document, is_block, item_number, walk
from dfs.phase2.client.working import WorkingCopy
from dfs.phase2.formats.tables import Accepts

if TYPE_CHECKING:
    from dfs.phase2.api import Phase2Desk
    from dfs.phase2.charts import Background
    from dfs.phase2.visibility import NightVisibility

__all__ = ["Run"]


class Run(RunTables):
    """A run; as a container it is its root folder.

    What you change is yours until `push`, which sends everything in one transaction; `verify`, `execution` and `submit` push before
    they ask.  `diff` shows what a push would send; `pull` reads what others saved and keeps yours on top.

    Parameters
    ----------
    desk
        Who keeps it: an embedded observatory, our server, or ESO's.
    document
        The run's document.
    names
        Finds targets by name.
    background
        Gives what finding charts are drawn on; default: paper.
    """

    def __init__(
        self,
        desk: Phase2Desk,
        document: Mapping[str, Any],
        names: Names,
        background: Callable[[], Background] | None = None,
    ) -> None:
        self._desk = desk
        self._background = background
        self._told = dict(document)
        self._names = names
        super().__init__(self, int(document["containerId"]))

    @cached_property
    def working(self) -> WorkingCopy:
        """The run as it is edited here; read when it is first needed."""
        return WorkingCopy(self._desk, self.run_id)

    @property
    def run_id(self) -> int:
        """Its number."""
        return int(self._told["runId"])

    @property
    def prog_id(self) -> str:
        """Its identifier, ``110.23XY.001``."""
        return str(self._told["progId"])

    @property
    def instrument(self) -> str:
        """Its instrument."""
        return str(self._told["instrument"])

    @property
    def mode(self) -> str:
        """SM, VM or dVM."""
        return str(self._told.get("mode", "SM"))

    @property
    def document(self) -> Document:
        """The run's own document."""
        return dict(self._told)

    @cached_property
    def names(self) -> Names:
        """Finds targets by name, the run's phase-1 targets first."""
        return self._names.with_kept(lambda: self._desk.phase1_targets(self.run_id))

    def chart_background(self) -> Background:
        """Return what finding charts are drawn on unless told."""
        from dfs.phase2.charts import Blank

        return Blank() if self._background is None else self._background()

    def readme(self, **fields: Any) -> Document:
        """Return the run's README; with fields (``summary="..."``, ``strategy=``, ``mayBeRelaxed=`` ...) save these first, at once.

        Raises
        ------
        UsageError
            There is no such field; says which there are.
        """
        found = self._desk.readme(self.run_id)
        if fields:
            found = self._desk.save_readme(self.run_id, {**found.body, **fields}, found.version)
        return dict(found.body)

    @cached_property
    def accepts(self) -> Accepts:
        """What its instrument accepts."""
        return Accepts(self.instrument, str(self._told.get("ipVersion")))

    @cached_property
    def fresh(self) -> Fresh:
        """Makes documents with the observatory's defaults."""
        return Fresh(self._desk, self._told)

    # -- yours and theirs ------------------------------------------------------------------------------------------

    def diff(self) -> list[Difference]:
        """Return what a push would change, field by field; each prints as one line."""
        return self.working.differences()

    def push(self) -> int:
        """Send everything that is changed, all or nothing; return how many changes that were.

        Raises
        ------
        ConflictError
            Somebody else saved one of these since; nothing is sent.
        """
        return self.working.push()

    def pull(self, keep: str | None = None) -> list[dict[str, Any]]:
        """Read what others saved and put your changes on top; where both changed a field, keep ``mine`` or ``theirs``.

        Raises
        ------
        ConflictError
            Both changed a field and `keep` was not said.
        """
        return self.working.pull(keep)

    def discard(self) -> None:
        """Forget what is not pushed."""
        self.working.discard()

    def history(self, limit: int = 100) -> list[Document]:
        """Return what was changed, by whom and when, newest first."""
        return self._desk.history(self.run_id, limit=limit)

    def undo(self, operation: str | None = None) -> list[Document]:
        """Take an operation of the history back (default: the last)."""
        if operation is None:
            last = self._desk.history(self.run_id, limit=1)
            if not last:
                raise NotFoundError(f"nothing was changed in {self.prog_id}")
            operation = str(last[0]["operation"])
        found = self._desk.undo(self.run_id, operation)
        self.pull("mine")
        return found

    # -- asking ----------------------------------------------------------------------------------------------------

    def tree(self) -> str:
        """Return everything in it as text, a line each."""
        return tree_text(self.working.tree, self._told)

    def verify(self) -> Findings:
        """Push, and return every finding on all in it."""
        self.push()
        return Findings(self._desk.findings(int(self._told["containerId"])))

    def execution(self) -> Execution:
        """Push, and return how long its blocks take."""
        self.push()
        times: list[Document] = []
        for container in [
            self.working.tree["root"],
            *(one for one, _, _ in walk(self.working.tree["root"]) if not is_block(one)),
        ]:
            times += self._desk.execution_times(item_number(container))
        return Execution({one["obId"]: one for one in times}.values())

    def visibility(
        self, night: str | date | None = None, blocks: Sequence[Block] | None = None
    ) -> list[NightVisibility]:
        """Return for each block when it can be observed in a night (the date of its evening; default: tonight), and why not.

        Worked out here, without network, from what is set now, pushed or not.
        """
        wanted = self.blocks() if blocks is None else blocks
        return nightly(self.working.tree["run"], [one.document for one in wanted], night)

    def plot_night(self, night: str | date | None = None, blocks: Sequence[Block] | None = None) -> Any:
        """Return the bokeh figure of a night: altitude and air mass of each block, Moon, twilight, windows."""
        wanted = self.blocks() if blocks is None else blocks
        return night_plot(self.working.tree["run"], [one.document for one in wanted], night)

    def plot_period(self, blocks: Sequence[Block] | None = None) -> Any:
        """Return the bokeh figure of the hours in which blocks can be observed, night by night through the run."""
        wanted = self.blocks() if blocks is None else blocks
        return season_plot(self.working.tree["run"], [one.document for one in wanted])

    def submit(self, *, notify: bool = False) -> Findings:
        """Push, verify and hand in all that is ready; with `notify` tell the observatory that the run is complete.

        What is found on the run as a whole (its README, its allocation) matters to the notification only, and is told with it.
        """
        found = super().submit()
        if not notify:
            return Findings(one for one in found if one.get("subject") != "run")
        self._desk.submit_run(self.run_id)
        self.pull("mine")
        return found

    def __repr__(self) -> str:
        pending = "  (changes not pushed)" if "working" in self.__dict__ and self.working.is_changed else ""
        return f"Run {self.prog_id}  {self.mode} {self.instrument}  {self._told.get('title', '')}{pending}"
