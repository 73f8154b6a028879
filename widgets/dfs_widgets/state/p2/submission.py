"""What would be sent to the observatory, in numbers, before anybody sends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dfs.phase2.lifecycle import MEANINGS
from dfs_widgets.state.p2.findings import counted
from dfs_widgets.state.p2.rows import duration_text, item_id

__all__ = ["Submission", "submission"]

_OPEN = {"P", "-"}


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
