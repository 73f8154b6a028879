"""A search that found nothing may hold a slip: names that the archive does not know, and the nearest that it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from dfs.archive.search.criteria import Search

__all__ = ["NAMES", "slips"]

# criterion -> column whose values it names
_RAW = {"instrument": "instrument", "category": "dp_cat", "type": "dp_type", "technique": "dp_tech"}
NAMES: Mapping[str, Mapping[str, str]] = {
    "raw": _RAW,
    **{key: {"instrument": "instrument_name"} for key in ("product", "spectrum", "image")},
}
_SHOWN = 5


def slips(search: Search, known: Mapping[str, Iterable[object]]) -> list[str]:
    """Return a line for each criterion whose value the archive does not know.

    Parameters
    ----------
    known
        Column -> the values in it; of columns that are missing nothing is said.
    """
    lines = []
    for criterion, column in NAMES[search.kind].items():
        wanted = getattr(search, criterion)
        if wanted is None or column not in known:
            continue
        values = {str(value).upper(): str(value) for value in known[column] if value is not None}
        if wanted.upper() not in values:
            near = get_close_matches(wanted.upper(), values, n=_SHOWN, cutoff=0.5) or sorted(values)[:_SHOWN]
            said = ", ".join(values[one] for one in near) or "none"
            lines.append(f"no {criterion} is called {wanted!r} here; there are: {said}")
    return lines
