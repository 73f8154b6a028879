"""A run: its tree, its tables and files, what is pushed and pulled."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.errors import NotFoundError, UsageError
from dfs.phase2.client.attachments import chart_upload, parameter_upload, read_upload
from dfs.phase2.client.block import Block
from dfs.phase2.client.changes import Difference
from dfs.phase2.client.exchange import Imported, export_items, import_file, read_rows, write_rows
from dfs.phase2.client.folder import Folder
from dfs.phase2.client.fresh import Fresh
from dfs.phase2.client.names import Names
from dfs.phase2.client.results import Execution, Findings
from dfs.phase2.client.showing import tree_text
from dfs.phase2.client.sight import nightly
from dfs.phase2.client.surveys import make_survey, plan_of
from dfs.phase2.client.trees import Document, is_block, item_number, walk
from dfs.phase2.client.working import WorkingCopy
from dfs.phase2.formats.tables import TABLE_FORMATS, Accepts, Preview, block_table, table_bytes

if TYPE_CHECKING:
    from astropy.table import Table

    from dfs.phase2.api import Phase2Desk
    from dfs.phase2.survey import SurveyPlan
    from dfs.phase2.visibility import NightVisibility

__all__ = ["Run"]


class Run(Folder):
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
    """

    def __init__(self, desk: Phase2Desk, document: Mapping[str, Any], names: Names) -> None:
        self._desk = desk
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
        return nightly({**self.working.tree["run"]}, [one.document for one in wanted], night)

    def submit(self, *, notify: bool = False) -> Findings:
        """Push, verify and hand in every block that is ready; with `notify` tell the observatory that the run is complete."""
        self.push()
        for block in self.blocks():
            if block.status in {"P", "-"}:
                self._desk.verify_ob(block.ob_id, submit=True)
        found = Findings(self._desk.findings(int(self._told["containerId"])))
        if notify:
            self._desk.submit_run(self.run_id)
        self.pull("mine")
        return found

    def survey(
        self, field: Any, *, template: Any, name: str = "survey", folder: str = "", **options: Any
    ) -> SurveyPlan:
        """Make the blocks of a survey in your copy: many pointings, repeated, near-simultaneous; then `diff`, `push`.

        One visit makes a group, several a time link for each pointing, several set-ups concatenations (`dfs.phase2.survey.plan`).

        Parameters
        ----------
        field
            A `Circle`, `Box`, `Band` or `Polygon` of `dfs.phase2.survey`; or a position or target's name, with ``radius``.
        template
            The block that each begins as; several: set-ups to be taken right after one another at each pointing.
        name
            Of the survey; blocks are called after it.
        folder
            Name of a folder to put it into.
        **options
            ``tiling`` (default: by the instrument's field of view, with ``overlap``), ``radius`` (deg or a quantity), ``every`` and
            ``tolerance`` (s or quantities), ``epochs``, ``together`` (the whole field in each visit).

        Returns
        -------
        SurveyPlan
            Its pointings, items and warnings.

        Raises
        ------
        UsageError
            The run is too short for the visits, the field is too large ...
        """
        plan = plan_of(self, field, name, template, **options)
        make_survey(self.folder(folder) if folder else self, self, plan)
        return plan

    # -- tables and files ------------------------------------------------------------------------------------------

    def from_table(
        self,
        table: Any,
        *,
        template: Any = None,
        mapping: Mapping[str, str] | None = None,
        folder: str = "",
        strict: bool = True,
    ) -> Preview:
        """Make a block for each row of a table, or change those whose ``obId`` a row gives; then `diff`, `push`.

        Parameters
        ----------
        table
            Path of a CSV, ECSV, VOTable or FITS file, an astropy table, a pandas data frame, a list of dicts.
        template
            The block that each new one begins as: a `Block`, its name or number.
        mapping
            Column -> field, where the names of the columns do not tell it: ``{"texp": "exposure", "seq": ""}``.
        folder
            Name of a folder to put new blocks into.
        strict
            With a bad row nothing is made; False: those that are ready are.

        Returns
        -------
        Preview
            What is ready and what is bad, by row and column.

        Raises
        ------
        UsageError
            A row is bad and `strict` is True; names the first ones.
        """
        rows = read_rows(self, table, template=template, mapping=mapping)
        if strict and rows.bad:
            first = "; ".join(f"row {one.row}, {one.column}: {one.message}" for one in rows.bad[:3])
            more = f"; and {len(rows.bad) - 3} more" if len(rows.bad) > 3 else ""
            raise UsageError(
                f"{first}{more}",
                where="table",
                hint="strict=False makes those that are ready; run.preview(table) shows all",
            )
        write_rows(self.folder(folder) if folder else self, self, rows)
        return rows

    def preview(self, table: Any, *, template: Any = None, mapping: Mapping[str, str] | None = None) -> Preview:
        """Return what `from_table` would make, and what is bad; nothing is made."""
        return read_rows(self, table, template=template, mapping=mapping)

    def to_table(self, *, parameters: bool = False) -> Table:
        """Return a table with a row each block; with `parameters` a column for each template parameter. `from_table` reads it back."""
        rows = [("/".join(folders), item) for item, _, folders in walk(self.working.tree["root"]) if is_block(item)]
        return block_table(rows, parameters=parameters)

    def read(self, path: str | Path, *, folder: str = "", **options: Any) -> Imported:
        """Return what a file (OBX, ZIP, JSON, or a table) holds for this run; its `make` puts it into your copy.

        Raises
        ------
        UsageError
            It is of another instrument.
        DataError
            It is no such file, or damaged; names the line.
        """
        return import_file(self.folder(folder) if folder else self, self, path, **options)

    def export(self, path: str | Path, items: Sequence[Block | Folder] | None = None) -> Path:
        """Write the run, or some of its items, to a file: .zip, .json, .obx (one block), or a table (.csv, .ecsv, .vot)."""
        path = Path(path).expanduser()
        if path.suffix.lower() in TABLE_FORMATS:
            path.write_bytes(table_bytes(self.to_table(parameters=True), path))
            return path
        chosen = [self.working.tree["root"]] if items is None else [self._document_of(one) for one in items]
        return export_items(self, chosen, path)

    def report(self, path: str | Path) -> Path:
        """Push, and write a report of the run to `path`: .html or .pdf."""
        from dfs.phase2.report import contents_of, report_html, report_pdf

        path = Path(path).expanduser()
        if path.suffix.lower() not in {".html", ".pdf"}:
            raise UsageError(f"{path.name!r}: no known kind of report", accepted=".html, .pdf")
        self.push()
        contents = contents_of(self.working.tree, self.verify())
        made = report_html(contents).encode() if path.suffix.lower() == ".html" else report_pdf(contents)
        path.write_bytes(made)
        return path

    # -- what blocks and folders ask of their run ------------------------------------------------------------------

    def handle(self, item: Document) -> Block | Folder:
        """Return the handle of an item."""
        return Block(self, item_number(item)) if is_block(item) else Folder(self, item_number(item))

    def new_block(self, name: str, kind: str = "OB") -> Document:
        """Return the document of a new block, which is nowhere yet."""
        return self.fresh.block(self.working.number(), name, kind)

    def new_container(self, name: str, kind: str) -> Document:
        """Return the document of a new container, which is nowhere yet."""
        return self.fresh.container(self.working.number(), name, kind)

    def new_template(self, name: str) -> Document:
        """Return a template at its defaults, which is in no block yet."""
        return self.fresh.template(self.working.number(), name)

    def copy_block(self, block: Block, name: str | None) -> Block:
        """Put a copy of a block after it."""
        item, container = self.working.find(block.ob_id)
        made = copy.deepcopy(item) | {
            "obId": self.working.number(),
            "name": name or _next_name(item["name"], container or {}),
        }
        made |= {"obStatus": "P", "grade": "?", "exposureTime": 0, "executionTime": 0, "versions": {}, "charts": []}
        made["templates"] = [{**one, "templateId": self.working.number()} for one in made["templates"]]
        where = container if container is not None else self.working.tree["root"]
        self.working.add(where, made, [item_number(one) for one in where["items"]].index(item_number(item)) + 1)
        return Block(self, item_number(made))

    def move_item(self, number: int, container: Any, position: int | None) -> None:
        """Move an item into a container: a `Folder`, its name, or its number."""
        if isinstance(container, str):
            fits = [
                one for one, _, _ in walk(self.working.tree["root"]) if not is_block(one) and one["name"] == container
            ]
            if len(fits) != 1:
                raise NotFoundError(f"{len(fits)} containers are called {container!r}", where="move")
            target = fits[0]
        else:
            target = self.working.find(container if isinstance(container, int) else container.container_id)[0]
        if is_block(target):
            raise UsageError(f"{target['name']!r} is a block", where="move", accepted="a container")
        self.working.move(number, target, position)

    def attach(self, number: int, file: str | Path | bytes, name: str) -> None:
        """Attach a finding chart at the next push."""
        self.working.upload(chart_upload(self._desk, number, read_upload(file, name)))

    def attach_parameter(self, number: int, template: str, parameter: str, file: str | Path | bytes, name: str) -> None:
        """Give a parameter its file at the next push."""
        block = self.working.find(number)[0]
        place = [one["templateName"] for one in block["templates"]].index(template)
        if parameter not in {one["name"] for one in block["templates"][place]["parameters"]}:
            raise UsageError(f"{template} has no parameter {parameter!r}", where=template)
        self.working.upload(parameter_upload(self._desk, number, place, parameter, read_upload(file, name)))

    def _document_of(self, item: Block | Folder) -> Document:
        return self.working.find(item.ob_id if isinstance(item, Block) else item.container_id)[0]

    def __repr__(self) -> str:
        pending = "  (changes not pushed)" if "working" in self.__dict__ and self.working.is_changed else ""
        return f"Run {self.prog_id}  {self.mode} {self.instrument}  {self._told.get('title', '')}{pending}"


def _next_name(name: str, container: Mapping[str, Any]) -> str:
    taken, count = {one["name"] for one in container.get("items", ())}, 2
    while f"{name}_{count}" in taken:
        count += 1
    return f"{name}_{count}"
