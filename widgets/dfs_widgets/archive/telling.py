"""The search in other words: ADQL and Python that run as they stand, a script that downloads, the table as CSV."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Sequence

from dfs_widgets.desk import Desk
from dfs_widgets.parts import Code
from dfs_widgets.state.collections import Collection
from dfs_widgets.state.question import Question
from dfs_widgets.state.results import Results

__all__ = ["Telling"]


class Telling:
    """Fills the dialogue of texts."""

    def __init__(self, desk: Desk, code: Code) -> None:
        self._desk = desk
        self._code = code
        self._adql = self._python = ""

    def remember(self, question: Question, adql: str, python: str) -> None:  # noqa: ARG002 - names what is told
        """Keep what the last search was."""
        self._adql, self._python = adql, python

    def show(self, tab: str, marked: Sequence[str]) -> None:
        """Open the dialogue on `tab`."""
        python = f"import dfs\n\nobs = {self._desk.opened_by}\ntable = {self._python}\ntable.pprint(max_lines=20)\n"
        self._open(
            tab,
            {
                "adql": (
                    self._adql,
                    "search.adql",
                    "The query as it ran. Paste it into any TAP client, or after: dfs archive query",
                ),
                "python": (python, "search.py", "Runs as it stands and gives the same rows as an astropy table."),
                "script": (
                    self._script(marked),
                    "download.sh",
                    f"Fetches {len(marked)} files; run it again to go on where it stopped.",
                ),
            },
        )

    def show_script(self, text: str) -> None:
        """Open the dialogue with the script of a request."""
        self.show("script", ())
        note = "Fetches this request; it compares checksums, and goes on where it stopped."
        self._code.texts = {**self._code.texts, "script": {"text": text, "name": "download.sh", "note": note}}

    def save(self, results: Results, about: Collection) -> None:
        """Hand the table, all columns, to the browser as CSV."""
        text = io.StringIO()  # csv writes None as nothing
        writer = csv.writer(text)
        writer.writerow(results.columns)
        writer.writerows(zip(*results.columns.values(), strict=True))
        self._code.send({"kind": "save", "name": f"{about.name}.csv", "type": "text/csv"}, [text.getvalue().encode()])

    def _script(self, marked: Sequence[str]) -> str:
        if not marked:
            return "# nothing is marked\n"
        files = " \\\n    ".join(shlex.quote(one) for one in marked)
        return f"#!/bin/sh\n# Each file appears whole and with the right checksum, or not at all.\nset -eu\n{self._desk.fetched_by} \\\n    {files}\n"

    def _open(self, tab: str, texts: dict[str, tuple[str, str, str]]) -> None:
        self._code.texts = {
            key: {"text": text, "name": name, "note": note} for key, (text, name, note) in texts.items()
        }
        self._code.tab = tab
        self._code.shown = True
