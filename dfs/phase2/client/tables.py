"""Tables, files, surveys and reports of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfs.errors import UsageError
from dfs.phase2.client.block import Block
from dfs.phase2.client.exchange import import_file, read_rows, write_rows
from dfs.phase2.client.exporting import export_items
from dfs.phase2.client.folder import Folder
from dfs.phase2.client.importing import Imported
from dfs.phase2.client.surveys import make_survey, plan_of
from dfs.phase2.client.trees import Document, is_block, walk
from dfs.phase2.client.workshop import Workshop
from dfs.phase2.formats.tables import TABLE_FORMATS, Preview, block_table, table_bytes

if TYPE_CHECKING:
    from astropy.table import Table

    from dfs.phase2.survey import SurveyPlan

__all__ = ["RunTables"]


class RunTables(Workshop):
    """The part of a run that reads and writes many blocks at once."""

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
        plan = plan_of(self._run, field, name, template, **options)
        make_survey(self.folder(folder) if folder else self, self._run, plan)
        return plan

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
        rows = read_rows(self._run, table, template=template, mapping=mapping)
        if strict and rows.bad:
            first = "; ".join(f"row {one.row}, {one.column}: {one.message}" for one in rows.bad[:3])
            more = f"; and {len(rows.bad) - 3} more" if len(rows.bad) > 3 else ""
            raise UsageError(
                f"{first}{more}",
                where="table",
                hint="strict=False makes those that are ready; run.preview(table) shows all",
            )
        write_rows(self.folder(folder) if folder else self, self._run, rows)
        return rows

    def preview(self, table: Any, *, template: Any = None, mapping: Mapping[str, str] | None = None) -> Preview:
        """Return what `from_table` would make, and what is bad; nothing is made."""
        return read_rows(self._run, table, template=template, mapping=mapping)

    def to_table(self, *, parameters: bool = False) -> Table:
        """Return a table with a row each block; with `parameters` a column for each template parameter. `from_table` reads it back."""
        rows = [
            ("/".join(folders), item) for item, _, folders in walk(self._run.working.tree["root"]) if is_block(item)
        ]
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
        return import_file(self._run, path, lambda: self.folder(folder) if folder else self, **options)

    def export(self, path: str | Path, items: Sequence[Block | Folder] | None = None) -> Path:
        """Write the run, or some of its items, to a file: .zip, .json, .obx (one block), or a table (.csv, .ecsv, .vot)."""
        path = Path(path).expanduser()
        if path.suffix.lower() in TABLE_FORMATS:
            path.write_bytes(table_bytes(self.to_table(parameters=True), path))
            return path
        chosen = [self._run.working.tree["root"]] if items is None else [self._document_of(one) for one in items]
        return export_items(self._run, chosen, path)

    def report(self, path: str | Path) -> Path:
        """Push, and write a report of the run to `path`: .html or .pdf."""
        from dfs.phase2.report import contents_of, report_html, report_pdf

        path = Path(path).expanduser()
        if path.suffix.lower() not in {".html", ".pdf"}:
            raise UsageError(f"{path.name!r}: no known kind of report", accepted=".html, .pdf")
        self._run.push()
        contents = contents_of(self._run.working.tree, self.verify())
        made = report_html(contents).encode() if path.suffix.lower() == ".html" else report_pdf(contents)
        path.write_bytes(made)
        return path

    def _document_of(self, item: Block | Folder) -> Document:
        return self._run.working.find(item.ob_id if isinstance(item, Block) else item.container_id)[0]
