"""Findings where a person needs them: beside the field, in the list, counted in the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dfs.model.phase2 import Finding
from dfs.phase2.api import Document

__all__ = ["beside_fields", "counted", "finding_document"]

_ORDER = {"error": 0, "warning": 1, "info": 2}


def finding_document(finding: Finding) -> Document:
    """Return a finding as JSON data."""
    return {
        "severity": str(finding.severity),
        "subject": finding.subject,
        "subject_id": finding.subject_id,
        "path": finding.path,
        "code": finding.code,
        "message": finding.message,
        "accepted": finding.accepted,
        "fix": {"label": finding.fix.label, "value": finding.fix.value} if finding.fix else None,
    }


def beside_fields(
    findings: Iterable[Mapping[str, Any]], problems: Mapping[str, tuple[Any, str]]
) -> dict[str, list[dict[str, Any]]]:
    """Return what stands beside each field, gravest first: what cannot be read, then what the rules found.

    Parameters
    ----------
    problems
        Path -> (what was typed, why it is no value).
    """
    found: dict[str, list[dict[str, Any]]] = {
        path: [{"severity": "error", "message": why, "accepted": "", "code": "unreadable", "fix": None, "path": path}]
        for path, (_, why) in problems.items()
    }
    for one in sorted(findings, key=lambda one: _ORDER.get(str(one["severity"]), 3)):
        found.setdefault(str(one["path"]), []).append(dict(one))
    return found


def counted(findings: Iterable[Mapping[str, Any]]) -> dict[int, dict[str, int]]:
    """Return how many errors and warnings each item has, by its number."""
    counts: dict[int, dict[str, int]] = {}
    for one in findings:
        if one["severity"] in {"error", "warning"}:
            of_item = counts.setdefault(int(one["subject_id"]), {"error": 0, "warning": 0})
            of_item[str(one["severity"])] += 1
    return counts
