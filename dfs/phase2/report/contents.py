"""What a report of a run says: gathered once, shown as a page or on paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

__all__ = ["BlockRow", "Contents", "Section", "contents_of"]

_BLOCKS = frozenset({"OB", "CB"})
_SHOWN = {
    "airmass": "airmass",
    "seeing": "seeing [arcsec]",
    "fli": "FLI",
    "moonDistance": "Moon [deg]",
    "skyTransparency": "sky",
    "twilight": "twilight [min]",
    "waterVapour": "PWV [mm]",
    "atm": "turbulence",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with rows of name and value."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block as the table of a run shows it, and its details.

    Attributes
    ----------
    depth
        How many containers it lies in.
    cells
        Texts under `Contents.columns`.
    sections
        Target, constraints, windows, templates with their parameters; empty for containers.
    """

    depth: int
    name: str
    cells: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    is_container: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """A report.

    Attributes
    ----------
    heading
        Identifier of the run.
    summary, readme
        Name and value.
    columns
        Of the table of items.
    findings
        Severity, item, field, message.
    made
        When, UTC.
    """

    heading: str
    title: str
    summary: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    items: tuple[BlockRow, ...]
    findings: tuple[tuple[str, str, str, str], ...]
    readme: tuple[tuple[str, str], ...]
    made: str


def contents_of(
    tree: Mapping[str, Any], findings: Iterable[Mapping[str, Any]], now: datetime | None = None
) -> Contents:
    """Return the report of a run.

    Parameters
    ----------
    tree
        The run whole, as `dfs.phase2.api.Phase2Desk.tree` gives it.
    findings
        Documents of findings on it.
    now
        When it is made; default: now.
    """
    run, names = tree["run"], dict(_names(tree["root"]))
    return Contents(
        heading=str(run["progId"]),
        title=str(run.get("title", "")),
        summary=tuple(_summary(tree)),
        columns=(
            "id",
            "type",
            "name",
            "status",
            "target",
            "RA",
            "Dec",
            "constraints",
            "templates",
            "priority",
            "time [s]",
        ),
        items=tuple(_items(tree["root"], 0)),
        findings=tuple(_finding(one, names) for one in findings),
        readme=tuple(
            (str(key), _text(value)) for key, value in (tree.get("readme") or {}).items() if value not in ("", None, [])
        ),
        made=f"{now or datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    )


def _summary(tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    run, blocks = tree["run"], list(_blocks(tree["root"]))
    pi = run.get("pi") or {}
    yield "PI", f"{pi.get('firstName', '')} {pi.get('lastName', '')}".strip() or "-"
    yield "instrument", f"{run['instrument']} at {run.get('telescope', '-')}, package {run.get('ipVersion', '-')}"
    yield "mode", f"{run.get('mode', '-')}, period {run.get('period', '-')}, class {run.get('priorityClass', '-')}"
    yield "valid", f"{run.get('validFrom', '-')} to {run.get('validTo', '-')}"
    planned = sum(float(one.get("executionTime") or 0) for one in blocks)
    allocated = float(run.get("allocatedTime") or 0)
    share = f" of {allocated / 3600:.1f} h allocated ({planned / allocated:.0%})" if allocated else ""
    yield "execution time", f"{planned / 3600:.2f} h{share}"
    counts: dict[str, int] = {}
    for one in blocks:
        counts[one.get("obStatus", "P")] = counts.get(one.get("obStatus", "P"), 0) + 1
    told = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    yield "blocks", f"{len(blocks)}" + (f" ({told})" if told else "")


def _items(container: Mapping[str, Any], depth: int) -> Iterator[BlockRow]:
    for item in container["items"]:
        if item["itemType"] in _BLOCKS:
            yield _block(item, depth)
            continue
        score = f"score {item['groupScore']:g}" if item.get("groupScore") else ""
        cells = (
            str(item["containerId"]),
            item["itemType"],
            item["name"],
            item.get("containerStatus", ""),
            score,
            "",
            "",
            "",
            "",
        )
        yield BlockRow(depth, item["name"], (*cells, str(item.get("userPriority", "")), ""), is_container=True)
        yield from _items(item, depth + 1)


def _block(block: Mapping[str, Any], depth: int) -> BlockRow:
    target, constraints = block.get("target") or {}, block.get("constraints") or {}
    limits = ", ".join(
        f"{key} {_text(constraints[key])}"
        for key in ("airmass", "seeing", "fli", "skyTransparency")
        if key in constraints
    )
    cells = (
        str(block["obId"]),
        block["itemType"],
        block["name"],
        block.get("obStatus", ""),
        target.get("name", ""),
        target.get("ra", ""),
        target.get("dec", ""),
        limits,
        ", ".join(one["templateName"] for one in block.get("templates", ())),
        str(block.get("userPriority", "")),
        f"{block.get('executionTime') or 0:.0f}",
    )
    return BlockRow(depth, block["name"], cells, tuple(_sections(block)))


def _sections(block: Mapping[str, Any]) -> Iterator[Section]:
    if block.get("target"):
        yield Section("target", _rows(block["target"]))
    yield Section(
        "constraints",
        tuple((_SHOWN.get(key, key), _text(value)) for key, value in (block.get("constraints") or {}).items()),
    )
    windows = [f"{one['from']} to {one['to']} UTC" for one in block.get("absolute") or ()]
    windows += [f"{one['from']} to {one['to']} LST" for one in block.get("sidereal") or ()]
    if windows:
        yield Section("time windows", tuple((f"{at}", one) for at, one in enumerate(windows, start=1)))
    for key, title in (("schedule", "schedule"), ("obsDescription", "description")):
        if rows := _rows(block.get(key) or {}):
            yield Section(title, rows)
    if block.get("charts"):
        yield Section("finding charts", tuple((f"{at}", one) for at, one in enumerate(block["charts"], start=1)))
    for template in block.get("templates", ()):
        rows = tuple((one["name"], _text(one.get("value"))) for one in template["parameters"])
        yield Section(f"{template['templateName']} ({template['type']})", rows)


def _rows(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((key, _text(value)) for key, value in document.items() if value not in ("", None, 0.0))


def _finding(one: Mapping[str, Any], names: Mapping[int, str]) -> tuple[str, str, str, str]:
    accepted = f"; accepted: {one['accepted']}" if one.get("accepted") else ""
    item = names.get(int(one.get("subject_id") or 0), str(one.get("subject", "")))
    return str(one.get("severity", "")), item, str(one.get("path", "")), f"{one.get('message', '')}{accepted}"


def _names(root: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    yield root["containerId"], root["name"]
    for item in root["items"]:
        if item["itemType"] in _BLOCKS:
            yield item["obId"], item["name"]
        else:
            yield from _names(item)


def _blocks(root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for item in root["items"]:
        if item["itemType"] in _BLOCKS:
            yield item
        else:
            yield from _blocks(item)


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "T" if value else "F"
    return ", ".join(_text(one) for one in value) if isinstance(value, list | tuple) else str(value)
