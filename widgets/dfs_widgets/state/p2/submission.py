"""What would be sent to the observatory, in numbers, before anybody sends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dfs.phase2.lifecycle import MEANINGS
from dfs_widgets.state.p2.findings import counted
from dfs_widgets.state.p2.rows import duration_text, item_id

__all__ = ["Submission", "followers", "is_sent", "submission"]

_OPEN = {"P", "-"}
_SCHEDULING = {"Group", "Concatenation", "TimeLink"}


def is_sent(item: Mapping[str, Any]) -> bool:
    """Tell whether a block or container is out of its author's hands; of a folder, whether all in it is."""
    if item["itemType"] == "Folder":
        return all(map(is_sent, item.get("items", ())))
    return str(item.get("obStatus") or item.get("containerStatus") or "P") not in _OPEN


def followers(item: Mapping[str, Any], ready: Container[int]) -> Iterator[Mapping[str, Any]]:
    """Give the groups, concatenations and time links in an item, itself last, that are complete once the blocks `ready` are sent."""
    for one in item.get("items", ()):
        yield from followers(one, ready)
    if item["itemType"] in _SCHEDULING and item.get("items") and not is_sent(item) and _goes(item, ready):
        yield item


def _goes(item: Mapping[str, Any], ready: Container[int]) -> bool:
    if "items" in item:
        return all(_goes(one, ready) for one in item["items"])
    return is_sent(item) or item_id(item) in ready


@dataclass(frozen=True)
class Submission:
    """A summary of what a submission sends.

    Attributes
    ----------
    ready
        Numbers of the blocks that go.
    refused
        (number, name, errors) of those that stay.
    lines
        (what, how much) to read before sending.
    """

    ready: tuple[int, ...]
    refused: tuple[tuple[int, str, int], ...]
    lines: tuple[tuple[str, str], ...]


def submission(
    run: Mapping[str, Any], blocks: Iterable[Mapping[str, Any]], findings: Iterable[Mapping[str, Any]]
) -> Submission:
    """Return what submitting `blocks` means.

    Parameters
    ----------
    findings
        On these blocks.
    """
    chosen = list(blocks)
    counts = counted(findings)
    open_ones = [one for one in chosen if one["obStatus"] in _OPEN]
    errors = {item_id(one): counts.get(item_id(one), {}).get("error", 0) for one in open_ones}
    ready = tuple(number for number, wrong in errors.items() if not wrong)
    refused = tuple((item_id(one), one["name"], errors[item_id(one)]) for one in open_ones if errors[item_id(one)])
    warnings = sum(counts.get(number, {}).get("warning", 0) for number in ready)
    seconds = sum(float(one.get("executionTime") or 0.0) for one in chosen)
    allocated = float(run.get("allocatedTime") or 0.0)
    others = Counter(one["obStatus"] for one in chosen if one["obStatus"] not in _OPEN)
    lines = [
        ("Blocks that will be sent", str(len(ready))),
        ("Blocks with errors, which stay", str(len(refused))),
        *((f"Already {MEANINGS.get(letter, letter)}", str(number)) for letter, number in others.items()),
        ("Warnings", str(warnings)),
        ("Execution time of all chosen", duration_text(seconds)),
    ]
    if allocated:
        lines.append(("Time allocated to the run", duration_text(allocated)))
    return Submission(ready, refused, tuple(lines))
