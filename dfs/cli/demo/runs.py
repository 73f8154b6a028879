"""Runs of the demonstration to prepare blocks for, each with the tutorial blocks of its instrument: made once, left alone when they are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dfs.clock import isoformat

if TYPE_CHECKING:
    from dfs.observatory import Observatory

__all__ = ["prepare_runs"]

_FOLDER = -1  # number that the folder bears within the edit that makes it


def prepare_runs(observatory: Observatory, told: Mapping[str, Any]) -> None:
    """Make the runs that `told` names (``demo.toml``), valid from now to the end of the next period."""
    known = {run["progId"] for run in observatory.phase2_desk.runs()}
    for prog_id, values in told["runs"].items():
        if prog_id not in known:
            _make(observatory, prog_id, values, told["people"])


def _make(observatory: Observatory, prog_id: str, values: Mapping[str, Any], people: Mapping[str, Any]) -> None:
    run = observatory.phase2_desk.create_run(_document(observatory, prog_id, values, people))
    observatory.phase2_desk.apply(run["runId"], _blocks(run))


def _document(
    observatory: Observatory, prog_id: str, values: Mapping[str, Any], people: Mapping[str, Any]
) -> dict[str, Any]:
    from dfs.access.runs import covers
    from dfs.phase2.periods import period_of, validity

    now = observatory.clock.now()
    pi = next(one for one in people.values() if any(covers(scope, prog_id) for _, scope in one.get("relations", ())))
    first, _, last = pi["full_name"].rpartition(" ")
    return {
        "progId": prog_id,
        "instrument": values["instrument"],
        "mode": values["mode"],
        "title": values["title"],
        "allocatedTime": 3600 * values["hours"],
        "validFrom": f"{isoformat(now)[:16]}Z",
        "validTo": f"{isoformat(validity(period_of(now) + 1)[1])[:16]}Z",
        "pi": {"firstName": first, "lastName": last, "emailAddress": pi["email"]},
    }


def _blocks(run: Mapping[str, Any]) -> list[Any]:
    """Return a folder, and in it the tutorial blocks of the run's instrument."""
    from dfs.phase2.api import Change
    from dfs.phase2.examples import document, examples

    folder = {"itemType": "Folder", "name": "Tutorial", "containerId": run["containerId"]}
    changes = [Change("create-item", _FOLDER, folder)]
    for number, one in enumerate(examples(run["instrument"]), 1):
        body = document(one) | {"containerId": _FOLDER}
        changes.append(Change("create-item", _FOLDER - number, body))
    return changes
