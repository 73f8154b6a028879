"""What somebody asks: the filled-in form, read from the page's address and written to it, turned into a search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dfs.archive.search import Search
from dfs.errors import UsageError
from dfs_widgets.state.collections import Collection, collection

__all__ = ["CRITERIA", "Question"]

CRITERIA = ("text", "target", "radius", "date", "instrument", "category", "type", "technique", "programme", "name")
# Facets and their criteria: what a click on a value sets.
_CRITERION_OF = {
    "instrument": "instrument",
    "instrument_name": "instrument",
    "dp_cat": "category",
    "dp_type": "type",
    "dp_tech": "technique",
    "prog_id": "programme",
    "proposal_id": "programme",
}
_NOT_ASKED = {"theme", "view", "selected", "tab", "collection", "limit"}
_POSITION = re.compile(r"[+-]?\d[\d.:hms°'\"d\s]*[\s,]+[+-]?\d[\d.:dms°'\"\s]*", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COUNT = re.compile(r"[1-9][0-9]{0,8}")
_LIMIT = 1000
_MOST = 10_000
_MOST_FIELDS = 100
_LONGEST = 200


@dataclass(frozen=True)
class Question:
    """A form as filled in.

    Attributes
    ----------
    collection
        Name of the kind of data.
    values
        Field -> what was typed: the criteria of a search, or columns and the values wanted of them.
    limit
        Rows shown at most.
    selected
        DP ID of the file looked at.
    """

    collection: str = "raw"
    values: Mapping[str, str] = field(default_factory=dict)
    limit: int = _LIMIT
    selected: str = ""

    @classmethod
    def of_address(cls, query: str) -> Question:
        """Read a page's query string; what it does not know it leaves out, as other pages' keys may stand there."""
        try:
            given = dict(parse_qsl(query, max_num_fields=_MOST_FIELDS))
        except ValueError:  # more fields than any page of ours writes
            given = {}
        limit = given.get("limit", "")
        asked = {
            name: value[:_LONGEST].strip() for name, value in given.items() if re.fullmatch(r"[a-z][a-z0-9_]*", name)
        }
        return cls(
            collection(given.get("collection", "raw")).name,
            {name: value for name, value in asked.items() if name not in _NOT_ASKED and value},
            min(_MOST, int(limit)) if _COUNT.fullmatch(limit) else _LIMIT,
            given.get("selected", "")[:_LONGEST],
        )

    @classmethod
    def of_form(cls, values: Mapping[str, Any]) -> Question:
        """Read what the form's controls hold."""
        return cls.of_address(urlencode({name: str(value) for name, value in values.items() if value}))

    def address(self) -> str:
        """Return the query string that brings this question back."""
        fixed = {"collection": "" if self.collection == "raw" else self.collection}
        limit = {} if self.limit == _LIMIT else {"limit": str(self.limit)}
        asked = fixed | dict(self.values) | limit | {"selected": self.selected}
        return urlencode({name: value for name, value in asked.items() if value}, safe=":*,/")

    @property
    def about(self) -> Collection:
        """The kind of data asked for."""
        return collection(self.collection)

    def narrowed(self, facet: str, value: str, *, chosen: bool) -> Question:
        """Return the question with a facet's value set, or taken away."""
        name = _CRITERION_OF.get(facet, facet)
        values = {key: one for key, one in self.values.items() if key != name}
        return replace(self, values=values | ({name: value} if chosen else {}))

    def value_of(self, facet: str) -> str:
        """Return what the question wants of a facet; empty: anything."""
        return self.values.get(_CRITERION_OF.get(facet, facet), "")

    def search(self, kind: str | None = None) -> Search:
        """Return the search this is.

        Raises
        ------
        UsageError
            A value that cannot be read; `where` names the field.
        """
        criteria: dict[str, Any] = {name: self.values[name] for name in CRITERIA if self.values.get(name)}
        target = criteria.pop("target", None)
        if target:
            criteria["position" if _POSITION.fullmatch(target) else "target"] = target
        if _NUMBER.fullmatch(criteria.get("radius", "")):
            criteria["radius"] += "arcmin"  # a bare number means what the form shows
        columns: dict[str, Any] = {
            name: _typed(value) for name, value in self.values.items() if name not in CRITERIA and value
        }
        try:
            return Search.of(kind or self.about.kind, limit=self.limit, **criteria, **columns)
        except UsageError as error:
            where = {"position": "target"}.get(error.where, error.where)
            raise UsageError(error.message, where=where, accepted=error.accepted, hint=error.hint) from error


def _typed(value: str) -> str | float:
    if not _NUMBER.fullmatch(value):
        return value
    number = float(value)
    return int(number) if number.is_integer() and "." not in value and "e" not in value.lower() else number
