"""Answering a question: the rows, the counts by facet, and the same search in other words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dfs.archive.search import Search
from dfs.errors import DfsError
from dfs.model.schema import TableSchema
from dfs_widgets.desk import Desk
from dfs_widgets.state.catalogues import catalogue_collection, catalogue_list, catalogue_query
from dfs_widgets.state.question import Question
from dfs_widgets.state.results import Results, results_of
from dfs_widgets.state.sexagesimal import dec_text, ra_text

__all__ = ["Answer", "Asking"]

# What is offered in the form's lists: facet of which kind -> criterion or column.
_OFFERED = {
    "raw": {"instrument": "instrument", "dp_cat": "category", "dp_type": "type", "dp_tech": "technique"},
    "product": {"instrument_name": "instrument"},
}
_SETUP = ("ins_mode", "filter_path", "gris_path", "slit_path")
_KEPT = {"text", "target", "radius", "date", "instrument", "programme"}  # criteria that every kind of file has


@dataclass(frozen=True)
class Answer:
    """What was found.

    Attributes
    ----------
    facets
        As the facets widget draws them.
    adql, python
        The search in other words.
    resolved
        Where the target was found to be.
    """

    results: Results
    facets: list[dict[str, Any]]
    adql: str
    python: str
    resolved: str = ""


class Asking:
    """Asks the archive of a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._options: dict[str, dict[str, tuple[str, ...]]] = {}
        self.tables: Mapping[str, TableSchema] = {}

    def prepare(self) -> None:
        """Learn which tables there are, and what may be chosen among."""
        self.tables = {name.lower(): table for name, table in self._desk.archive.table.items()}
        self._options = {}

    def options(self, name: str) -> dict[str, tuple[str, ...]]:
        """Return the values that occur, by criterion or column."""
        kind = "raw" if name == "raw" else "product"
        if kind not in self._options and self.tables:
            wanted = _OFFERED[kind] | ({one: one for one in _SETUP} if kind == "raw" else {})
            try:
                counted = self._desk.archive.facets(Search(kind="raw" if kind == "raw" else "product"), list(wanted))
            except DfsError:  # the form works without lists; the search will say what is wrong
                counted = {}
            self._options[kind] = {
                wanted[column]: tuple(sorted(str(value) for value, _ in found if value not in {None, ""}))
                for column, found in counted.items()
            }
        return self._options.get(kind, {})

    @staticmethod
    def carried(question: Question) -> Question:
        """Return the question without what only the kind of data before had."""
        kept = _KEPT if question.about.kind else {"target", "radius"}
        return replace(question, values={key: value for key, value in question.values.items() if key in kept})

    def answer(self, question: Question, now: str) -> Answer:
        """Return what the archive answers.

        Raises
        ------
        DfsError
            The question cannot be read, or the archive cannot answer it.
        """
        if question.collection == "catalogue":
            return self._catalogues(question, now)
        search = self._desk.archive.located(question.search())
        found = self._desk.archive.search(search)
        about = question.about
        if about.name == "file" and len(found) == 0:  # a name of a product, then
            question = replace(question, collection="product")
            search, about = question.search(), question.about
            found = self._desk.archive.search(search)
        results = results_of(found, about, now, has_more=_has_more(found, question.limit))
        facets = self._facets(question, search) if len(about.facets) else []
        return Answer(results, facets, found.meta["adql"], found.meta["python"], _place(search, question))

    def _facets(self, question: Question, search: Search) -> list[dict[str, Any]]:
        """Count each facet with all other conditions in force, so that one sees what else there is."""
        shown = []
        for name, label in question.about.facets:
            chosen = question.value_of(name)
            asked = search
            if chosen:
                free = question.narrowed(name, "", chosen=False).search()
                asked = replace(free, target=None, circle=search.circle)
            values = _counted(self._desk.archive.facets(asked, [name])[name], chosen)
            if values:
                shown.append({"name": name, "label": label, "values": values})
        return shown

    def _catalogues(self, question: Question, now: str) -> Answer:
        name = question.values.get("table", "").lower()
        if name not in self.tables:
            listed = catalogue_list(self.tables)
            adql = "SELECT * FROM TAP_SCHEMA.tables WHERE schema_name = 'safcat'"
            return Answer(results_of(listed, catalogue_collection(None), now), [], adql, _python_of(adql))
        table = self.tables[name]
        place = replace(question, values={k: v for k, v in question.values.items() if k in {"target", "radius"}})
        search = self._desk.archive.located(place.search("product")) if place.values.get("target") else None
        adql = catalogue_query(table, search.circle if search else None, question.limit)
        found = self._desk.archive.query(adql, maxrec=question.limit)
        results = results_of(found, catalogue_collection(table), now, has_more=_has_more(found, question.limit))
        return Answer(results, [], adql, _python_of(adql), _place(search, question) if search else "")


def _counted(found: Sequence[tuple[Any, int]], chosen: str) -> list[dict[str, Any]]:
    values = [
        {"value": str(value), "label": str(value), "count": count, "chosen": str(value) == chosen}
        for value, count in sorted(found, key=lambda one: (-one[1], str(one[0])))
        if value not in {None, ""}
    ]
    if chosen and not any(one["chosen"] for one in values):
        values.insert(0, {"value": chosen, "label": chosen, "count": 0, "chosen": True})
    return values


def _place(search: Search, question: Question) -> str:
    if search.circle is None or not question.values.get("target"):
        return ""
    return (
        f"{ra_text(search.circle.ra_deg)} {dec_text(search.circle.dec_deg)}, within {search.circle.radius_deg * 60:g}′"
    )


def _python_of(adql: str) -> str:
    return f"obs.archive.query({adql!r})"


def _has_more(found: Any, limit: int) -> bool:
    """Tell whether there are more rows: those of a full table may have been all, so one says only that there may be."""
    return bool(found.meta.get("overflow")) or len(found) >= limit
