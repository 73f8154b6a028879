"""The README of a delivery: what is what, how the calibrations were chosen, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dfs.archive.deliveries.delivery import Delivery, Item

__all__ = ["readme"]

_CHOSEN = {
    "raw": "Calibrations are raw frames, chosen for each raw frame asked for by the association rules of its instrument, and the calibrations of those in turn.",
    "master": "Calibrations are archived masters, chosen for each raw frame asked for by the association rules of its instrument; raw frames where there is no master.",
}


def readme(delivery: Delivery) -> str:
    """Return the text."""
    return "\n".join(_lines(delivery)) + "\n"


def _lines(one: Delivery) -> Iterator[str]:
    yield _plain(one.title)
    yield "=" * min(len(one.title), 80)
    yield ""
    yield f"Delivery {one.id}, asked for by {one.owner} on {one.created}Z; {len(one.items)} files, {one.bytes} bytes."
    if one.programme:
        yield f"Shared with the members of {one.programme}."
    yield "It grants nothing: each file is fetched with the rights of whoever fetches it."
    yield ""
    yield "Fetch or complete it with the script beside this file:  bash download.sh  (or: python3 download.py)"
    yield "Files that are here already and whole are skipped. For protected files set DFS_TOKEN, or put name and password into ~/.netrc."
    yield ""
    for role, title in (("requested", "Files asked for"), ("calibration", "Calibrations"), ("night log", "Night logs")):
        items = [item for item in one.items if item.role == role]
        if items:
            yield from _table(title, items)
    if one.calibrations:
        yield from _calibrations(one)


def _table(title: str, items: Iterable[Item]) -> Iterator[str]:
    rows = [("DP ID", "original name", "category", "object", "")]
    rows += [
        (
            one.dp_id,
            one.origfile or "-",
            one.category or "-",
            one.target or "-",
            "" if one.is_permitted else "(not open to you now)",
        )
        for one in items
    ]
    rows = [tuple(_plain(cell) for cell in row) for row in rows]  # type: ignore[misc]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    yield title
    yield "-" * len(title)
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""


def _calibrations(one: Delivery) -> Iterator[str]:
    yield "How the calibrations were chosen"
    yield "--------------------------------"
    yield _CHOSEN[one.calibrations or "raw"]
    yield "The best level of the calibration plan wins, then the nearest in time."
    yield ""
    if one.messages:
        yield "Not complete:"
        yield from (f"- {_plain(message)}" for message in one.messages)
    else:
        yield "Nothing that the rules ask for is missing."
    yield ""


def _plain(text: str) -> str:
    """Return a header's text in one line without control characters."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
