"""Rows and stored bodies -> the JSON documents of the P2 API."""

from __future__ import annotations

from dfs.access.observing import is_delegate, is_pi
from dfs.model.phase2 import Finding
from dfs.phase2.api import Document
from dfs.phase2.service.look import Look
from dfs.phase2.service.records import Item, Run, TemplateRow

__all__ = [
    "block_document",
    "container_document",
    "finding_document",
    "item_document",
    "item_line",
    "read_only",
    "run_document",
    "schedule_document",
    "template_document",
    "whole_block",
    "whole_container",
]

# fields of the documents that their users do not write; in what they send these are not looked at
_BLOCK_ONLY_READ = frozenset(
    {
        "obId",
        "itemType",
        "obStatus",
        "ipVersion",
        "exposureTime",
        "executionTime",
        "runId",
        "parentContainerId",
        "instrument",
        "migrate",
        "grade",
    }
)
_CONTAINER_ONLY_READ = frozenset(
    {
        "containerId",
        "itemType",
        "runId",
        "parentContainerId",
        "itemCount",
        "containerStatus",
        "groupScore",
        "executionTime",
        "exposureTime",
    }
)
_ASPECTS = ("absolute", "sidereal", "ephemeris", "schedule", "charts")


def read_only(item: Item) -> frozenset[str]:
    """Return the fields of an item's document that its user does not write."""
    return _BLOCK_ONLY_READ if item.is_block else _CONTAINER_ONLY_READ


def run_document(look: Look, run: Run) -> Document:
    """Return a run; ``priorityClass``, ``allocatedTime`` (s) and ``state`` are ours."""
    return {
        "runId": run.run_id,
        "progId": run.prog_id,
        "title": run.title,
        "period": run.period,
        "scheduledPeriod": run.period,
        "mode": run.mode,
        "instrument": run.instrument,
        "telescope": run.telescope,
        "ipVersion": number_of(look.newest(run)),
        "isToO": run.is_too,
        "owned": is_pi(look.who, run.prog_id),
        "delegated": is_delegate(look.who, run.prog_id),
        "itemCount": run.item_count,
        "containerId": run.root,
        "validFrom": f"{run.valid_from[:19]}Z",
        "validTo": f"{run.valid_to[:19]}Z",
        "pi": run.pi,
        "observingConstraints": run.limits,
        "priorityClass": run.priority_class,
        "allocatedTime": seconds(run.allocated_s),
        "state": run.state,
    }


def container_document(look: Look, item: Item) -> Document:
    """Return a container; the root's ``parentContainerId`` is null."""
    document: Document = {
        "containerId": item.id,
        "itemType": item.item_type,
        "name": item.name,
        "runId": item.run_id,
        "parentContainerId": item.parent,
        "itemCount": len(look.children(item)),
    }
    if item.is_scheduling:
        document["containerStatus"] = item.status
        document["userPriority"] = look.of(item, "self").body.get("userPriority", 1)
    if item.item_type == "Group":
        document["groupScore"] = group_score(look, item)
    return document


def block_document(look: Look, item: Item) -> Document:
    """Return an OB or CB; a CB has no target."""
    body = look.of(item, "self").body
    run = look.run(item.run_id)
    document: Document = {
        "obId": item.id,
        "itemType": item.item_type,
        "obStatus": item.status,
        "name": item.name,
        "exposureTime": seconds(item.exposure_s),
        "executionTime": seconds(item.execution_s),
        "runId": item.run_id,
        "instrument": run.instrument,
        "ipVersion": number_of(body["ipVersion"]),
        "migrate": body["ipVersion"] != look.newest(run),
        "grade": item.grade,
        "userPriority": body["userPriority"],
        "parentContainerId": item.parent,
        "obsDescription": dict(body["obsDescription"]),
    }
    if item.item_type == "OB":
        document["target"] = dict(body["target"])
    document["constraints"] = dict(body["constraints"])
    return document


def item_document(look: Look, item: Item) -> Document:
    """Return a block or container."""
    return block_document(look, item) if item.is_block else container_document(look, item)


def item_line(look: Look, item: Item) -> Document:
    """Return an item as the list of a container's items shows it."""
    if not item.is_block:
        return container_document(look, item)
    return {
        "itemType": item.item_type,
        "obId": item.id,
        "name": item.name,
        "obStatus": item.status,
        "runId": item.run_id,
        "parentContainerId": item.parent,
        "exposureTime": seconds(item.exposure_s),
        "executionTime": seconds(item.execution_s),
        "grade": item.grade,
    }


def template_document(look: Look, block: Item, row: TemplateRow) -> Document:
    """Return a template; a parameter of type file shows the label of the file saved for it."""
    body = look.document(row.subject, "self", block.run_id).body
    parameters = [dict(one) for one in body["parameters"]]
    for one in parameters:
        if one["type"] in {"file", "paramfile"}:
            saved = look.document(row.subject, f"file:{one['name']}", block.run_id).body
            one["value"] = (saved or {}).get("label", one.get("value"))
    return {"templateId": row.id, "templateName": row.name, "type": row.type, "parameters": parameters}


def schedule_document(look: Look, item: Item) -> Document:
    """Return the scheduling information of an item, with what its container makes of it by default."""
    parent = look.parent(item)
    kind = parent.item_type if parent else "Folder"
    defaults: Document = {}
    if kind == "Group":
        defaults = {"groupContribution": 0}
    elif kind == "TimeLink":
        defaults = {"earliestAfterPrevious": 0, "latestAfterPrevious": None}
    return {**defaults, **(look.of(item, "schedule").body or {})}


def whole_block(look: Look, item: Item) -> Document:
    """Return a block with all its documents and their versions; see `dfs.phase2.documents`."""
    rows = look.templates(item)
    versions = {aspect: look.of(item, aspect).etag for aspect in ("self", "templates", *_ASPECTS)}
    versions |= {f"template:{row.id}": look.document(row.subject, "self", item.run_id).etag for row in rows}
    return {
        **block_document(look, item),
        "templates": [template_document(look, item, row) for row in rows],
        "absolute": list(look.of(item, "absolute").body),
        "sidereal": list(look.of(item, "sidereal").body),
        "schedule": schedule_document(look, item),
        "ephemeris": (look.of(item, "ephemeris").body or {}).get("text", ""),
        "charts": [one["name"] for one in look.of(item, "charts").body],
        "versions": versions,
    }


def whole_container(look: Look, item: Item) -> Document:
    """Return a container with everything in it."""
    return {
        **container_document(look, item),
        "schedule": schedule_document(look, item),
        "items": [
            whole_block(look, one) if one.is_block else whole_container(look, one) for one in look.children(item)
        ],
        "versions": {aspect: look.of(item, aspect).etag for aspect in ("self", "items", "schedule")},
    }


def finding_document(finding: Finding) -> Document:
    """Return a finding as data."""
    return {
        "severity": finding.severity.value,
        "subject": finding.subject,
        "subject_id": finding.subject_id,
        "path": finding.path,
        "code": finding.code,
        "message": finding.message,
        "accepted": finding.accepted,
        "fix": {"label": finding.fix.label, "value": finding.fix.value} if finding.fix else None,
    }


def group_score(look: Look, group: Item) -> float:
    """Return how much of a group is done: the contributions of its completed members, in per cent, at most 100."""
    done = (one for one in look.children(group) if one.status == "C")
    return min(100.0, sum(float(schedule_document(look, one).get("groupContribution") or 0) for one in done))


def number_of(version: str) -> float:
    """Return an instrument package's version as the P2 API writes it."""
    return float(version)


def seconds(value: float) -> int:
    """Return a time as the P2 API writes it: whole seconds."""
    return round(value)
