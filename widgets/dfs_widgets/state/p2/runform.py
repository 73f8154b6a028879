"""The run's own form: what it is, how much of it is planned, and its README."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from dfs_widgets.state.p2.opened import OpenedRun
from dfs_widgets.state.p2.rows import duration_text
from dfs_widgets.state.p2.runs import run_title

__all__ = ["run_form"]


def run_form(opened: OpenedRun, schema: Iterable[Mapping[str, Any]], *, editable: bool) -> dict[str, Any]:
    """Return what the editor draws of a run.

    Parameters
    ----------
    schema
        Fields of its README.
    editable
        Whether it is his to change who looks at it.
    """
    run = opened.run
    return {
        "kind": "run",
        "id": int(opened.root["containerId"]),
        "title": run_title(run),
        "name": run.get("title", ""),
        "pairs": [[name, str(value)] for name, value in _pairs(opened)],
        "readme": [_field(one, opened.readme) for one in schema if one.get("type") in {"text", "string"}],
        "editable": editable and run.get("state", "open") == "open",
    }


def _pairs(opened: OpenedRun) -> list[tuple[str, Any]]:
    run, blocks = opened.run, list(opened.blocks())
    limits = ", ".join(f"{name} {value}" for name, value in (run.get("observingConstraints") or {}).items())
    by_status = Counter(one["obStatus"] for one in blocks)
    pi = run.get("pi") or {}
    valid = (str(run[name])[:16].replace("T", " ") for name in ("validFrom", "validTo"))
    return [
        ("Run", run_title(run)),
        ("PI", f"{pi.get('firstName', '')} {pi.get('lastName', '')}".strip() or "–"),
        ("Telescope", run.get("telescope", "")),
        ("Priority class", run.get("priorityClass", "") + (", target of opportunity" if run.get("isToO") else "")),
        ("Valid (UT)", " to ".join(valid)),
        ("Instrument package", run.get("ipVersion", "")),
        ("Limits of the proposal", limits or "none"),
        ("Time allocated", duration_text(float(run.get("allocatedTime") or 0))),
        ("Time planned", duration_text(sum(float(one.get("executionTime") or 0) for one in blocks))),
        ("Blocks", ", ".join(f"{number} {status}" for status, number in sorted(by_status.items())) or "none"),
        ("State", run.get("state", "open")),
    ]


def _field(one: Mapping[str, Any], readme: Mapping[str, Any]) -> dict[str, Any]:
    name = one["name"]
    rows = 3 if one["type"] == "text" else 1
    return {"name": name, "label": one.get("label", name), "value": str(readme.get(name, "")), "rows": rows}
