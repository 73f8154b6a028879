"""The list of runs, as ``programme/mode/instrument``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dfs.phase2.api import Document

__all__ = ["find_run", "run_rows", "run_title"]


def run_title(run: Mapping[str, Any]) -> str:
    """Return how users know a run: ``110.23XY.001/SM/FORS2``."""
    return f"{run['progId']}/{run['mode']}/{run['instrument']}"


def run_rows(runs: Sequence[Document], roles: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return a row for each run, newest period first."""
    ordered = sorted(runs, key=lambda run: (-float(run.get("period") or 0), str(run["progId"])))
    return [_row(run, roles) for run in ordered]


def find_run(runs: Sequence[Document], wanted: str) -> Document | None:
    """Return the run named by its number, its identifier, or ``programme/mode/instrument``."""
    name = wanted.strip().upper()
    return next(
        (run for run in runs if name in {str(run["runId"]), str(run["progId"]).upper(), run_title(run).upper()}), None
    )


def _row(run: Mapping[str, Any], roles: Iterable[str]) -> dict[str, Any]:
    pi = run.get("pi") or {}
    name = f"{pi.get('firstName', '')} {pi.get('lastName', '')}".strip()
    role = "PI" if run.get("owned") else "delegate" if run.get("delegated") else ", ".join(sorted(roles))
    return {
        "id": run["runId"],
        "title": run_title(run),
        "name": run.get("title", ""),
        "telescope": run.get("telescope", ""),
        "period": run.get("period", ""),
        "pi": name,
        "role": role,
        "items": run.get("itemCount", 0),
        "too": bool(run.get("isToO")),
        "valid": f"{str(run.get('validFrom', ''))[:10]} to {str(run.get('validTo', ''))[:10]}",
        "state": run.get("state", "open"),
        "class": run.get("priorityClass", ""),
        "allocated": run.get("allocatedTime") or 0,
    }
