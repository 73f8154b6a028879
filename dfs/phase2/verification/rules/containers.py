"""Rules on containers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dfs.model.phase2 import Container, Fix, ObservationBlock, Severity
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.rules.observing import LONGEST_S
from dfs.phase2.verification.views import ContainerView

__all__: list[str] = []

_INSIDE = {
    "Folder": {"OB", "CB", "Folder", "Group", "Concatenation", "TimeLink"},
    "Group": {"OB", "CB", "Concatenation"},
    "TimeLink": {"OB", "CB", "Concatenation"},
    "Concatenation": {"OB", "CB"},
}


@rule("container-mode", "container", "ESO's P2 API: visitor runs have folders only")
def container_mode(view: ContainerView) -> Iterator[Problem]:
    """Groups, concatenations and time links are for service mode."""
    if view.container.kind != "Folder" and view.run.mode != "SM":
        yield Problem("itemType", f"a {view.container.kind} in a run of mode {view.run.mode}", "Folder")


@rule("container-nesting", "container", "ESO, scheduling containers")
def container_nesting(view: ContainerView) -> Iterator[Problem]:
    """A container holds only what may lie in it: concatenations in groups and time links, nothing deeper."""
    inside = _INSIDE[view.container.kind]
    for at, item in enumerate(view.container.items):
        if item.kind not in inside:
            message = f"{item.name}: a {item.kind} does not go into a {view.container.kind}"
            yield Problem(f"items[{at}]", message, ", ".join(sorted(inside)))


@rule("container-name", "container", "assumed: names go into file names and headers", Severity.WARNING)
def container_name(view: ContainerView) -> Iterator[Problem]:
    """A container has a name."""
    if not view.container.name.strip():
        name = f"{view.container.kind}_{view.container.container_id}"
        yield Problem("name", f"the {view.container.kind} has no name", "a name", Fix(f"name it {name}", name))


@rule("container-empty", "container", "ESO, scheduling containers", Severity.WARNING)
def container_empty(view: ContainerView) -> Iterator[Problem]:
    """A group, concatenation or time link has members."""
    if view.container.kind != "Folder" and not view.container.items:
        yield Problem("items", f"the {view.container.kind} is empty", "blocks")


@rule("container-single", "container", "ESO, p2: a concatenation has two or more blocks", Severity.WARNING)
def container_single(view: ContainerView) -> Iterator[Problem]:
    """A concatenation or time link has two members or more."""
    if view.container.kind in {"Concatenation", "TimeLink"} and len(view.container.items) == 1:
        yield Problem("items", f"the {view.container.kind} has one member", "two or more")


@rule("container-priority", "container", "ESO, service mode: ranking of OBs")
def container_priority(view: ContainerView) -> Iterator[Problem]:
    """The user priority of a container is 1 (highest) to 10."""
    priority = view.container.user_priority
    if view.container.kind != "Folder" and not 1 <= priority <= 10:
        nearest = min(max(priority, 1), 10)
        yield Problem("userPriority", f"user priority {priority} is impossible", "1 to 10", Fix(f"{nearest}", nearest))


@rule(
    "concatenation-too-long", "container", "ESO, service mode rules: the hour holds for concatenations", waivable=True
)
def concatenation_too_long(view: ContainerView) -> Iterator[Problem]:
    """A concatenation takes an hour at most, overheads included."""
    if view.container.kind == "Concatenation" and view.run.mode == "SM" and view.total_s > LONGEST_S:
        message = f"the concatenation takes {view.total_s / 60:.0f} min with overheads"
        yield Problem("items", message, "60 min, or a waiver")


@rule("concatenation-windows", "container", "ESO, scheduling containers: executed back to back", Severity.WARNING)
def concatenation_windows(view: ContainerView) -> Iterator[Problem]:
    """In a concatenation only the first block has time windows: the others follow at once."""
    if view.container.kind != "Concatenation":
        return
    for at, item in enumerate(view.container.items[1:], 1):
        if isinstance(item, ObservationBlock) and item.absolute:
            message = f"{item.name} has time windows, though it follows the block before at once"
            yield Problem(f"items[{at}].absolute", message, "none", Fix("remove them", []))


@rule("contributions", "container", "ESO, scheduling containers: contributions in per cent", Severity.WARNING)
def contributions(view: ContainerView) -> Iterator[Problem]:
    """The contributions to a group add up to 100 per cent."""
    items = view.container.items
    if view.container.kind != "Group" or not items:
        return
    given = [_contribution(item) for item in items]
    if abs(sum(given) - 100.0) > 0.5:
        fix = Fix("share them out", _shared(given))
        yield Problem("items[*].schedule.groupContribution", f"they add up to {sum(given):g} %", "100 %", fix)


def _contribution(item: Container | ObservationBlock) -> float:
    value: Any = item.schedule.get("groupContribution")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _shared(given: list[float]) -> list[float]:
    """Return contributions in the same proportion (equal ones where all are 0) that add up to 100, in tenths."""
    total = sum(given)
    weights = [one / total for one in given] if total > 0 else [1 / len(given)] * len(given)
    shares = [round(100 * one, 1) for one in weights]
    shares[-1] = round(shares[-1] + 100 - sum(shares), 1)
    return shares
