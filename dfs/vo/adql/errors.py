"""The error of a query: what is wrong, at which line and column, and the nearest right name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from dfs.errors import UsageError

__all__ = ["AdqlError", "nearest"]

_LONGEST = 400  # characters of a message: what a query says may be as long as it is


class AdqlError(UsageError):
    """A query is not ADQL, or names something that does not exist.

    Attributes
    ----------
    line, column
        Place in the query, counted from 1; 0 when the fault has no place.
    """

    def __init__(
        self, message: str, *, text: str = "", at: int | None = None, accepted: str = "", hint: str = ""
    ) -> None:
        self.line_number = self.column = 0
        where = ""
        if at is not None:
            before = text[:at]
            self.line_number = before.count("\n") + 1
            self.column = at - (before.rfind("\n") + 1) + 1
            place = text[at : at + 24].split("\n", 1)[0]
            where = f"line {self.line_number}, column {self.column}" + (f", at {place!r}" if place else ", at the end")
        super().__init__(
            message if len(message) <= _LONGEST else f"{message[:_LONGEST]}...",
            where=where,
            accepted=accepted,
            hint=hint,
        )


def nearest(name: str, names: Iterable[str]) -> str:
    """Return a hint with the names most like `name`, letter case aside; empty when none is like it."""
    if len(name) > _LONGEST:
        return ""
    known = {one.lower(): one for one in names}
    like = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(known[one] for one in like)}?" if like else ""
