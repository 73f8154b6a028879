"""A service-mode run with a block in which no rule finds anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dfs.instruments.packages import package
from dfs.model.phase2 import Container, ObservationBlock, ObservingRun, RunTree, Target
from dfs.phase2.examples import examples, new_block
from dfs.phase2.execution import execution_time

PACKAGE = package("FORS2")
RUN = ObservingRun(
    run_id=1,
    prog_id="118.23XY.001",
    title="Galaxies",
    instrument="FORS2",
    telescope="UT1",
    ip_version=PACKAGE.version,
    period=118,
    mode="SM",
    container_id=2,
    valid_from=datetime(2026, 10, 1, 16, tzinfo=UTC),
    valid_to=datetime(2027, 4, 1, 16, tzinfo=UTC),
    allocated_s=36_000.0,
    limits={"airmass": 1.3, "seeing": 0.7, "fli": 0.4, "skyTransparency": "Clear", "moonDistance": 40},
    targets=(Target("NGC 1365", "03:33:36.371", "-36:08:25.45"), Target("Elsewhere", "05:00:00", "-20:00:00")),
)
BLOCK = replace(
    new_block(next(one for one in examples("FORS2") if one.name == "NGC1365_300V")),
    ob_id=10,
    run_id=1,
    container_id=2,
    name="NGC1365_300V",
    target=Target("NGC_1365", "03:33:36.371", "-36:08:25.450"),
    charts=("chart.jpg",),
)
README = {"summary": "Spectra of galaxies"}


def timed(one: ObservationBlock) -> ObservationBlock:
    return replace(one, execution_s=execution_time(one).execution_s)


def constrained(**values: Any) -> ObservationBlock:
    """Return the good block with other constraints; None leaves one out."""
    merged = {**BLOCK.constraints.values, **values}
    kept = {name: value for name, value in merged.items() if value is not None}
    return replace(BLOCK, constraints=replace(BLOCK.constraints, values=kept))


def targeted(**values: Any) -> ObservationBlock:
    return replace(BLOCK, target=replace(BLOCK.target, **values))


def parameter(name: str, value: Any, template: int = 1) -> ObservationBlock:
    """Return the good block with another value of a parameter of a template."""
    chosen = BLOCK.templates[template]
    parameters = tuple(replace(one, value=value) if one.name == name else one for one in chosen.parameters)
    assert parameters != chosen.parameters, f"{name} is no parameter of {chosen.name}"
    templates = list(BLOCK.templates)
    templates[template] = replace(chosen, parameters=parameters)
    return replace(BLOCK, templates=tuple(templates))


def blocks(count: int, **changes: Any) -> tuple[ObservationBlock, ...]:
    return tuple(replace(BLOCK, ob_id=20 + at, name=f"OB_{at}", container_id=5, **changes) for at in range(count))


def container(kind: Any, *items: Any, **changes: Any) -> Container:
    return Container(5, 1, 2, kind, f"{kind}_5", "P", items=tuple(items), **changes)


def tree(*items: Any, readme: dict[str, Any] | None = None, run: ObservingRun = RUN) -> RunTree:
    return RunTree(run, Container(2, 1, None, "Folder", "root", items=items), README if readme is None else readme)
