"""Execution time of containers and runs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable

from dfs.instruments.packages import InstrumentPackage
from dfs.model.phase2 import Container, ObservationBlock, RunTree, Target
from dfs.phase2.execution.block import execution_time, package_of
from dfs.phase2.execution.time import ContainerTime, ExecutionTime, RunTime

__all__ = ["container_time", "following_time", "run_time", "separation_deg"]

_DONE = frozenset("CX")  # completed, executed in visitor mode
_GONE = frozenset("KTF")  # cancelled, terminated, expired: they will not be observed
PackageOf = Callable[[ObservationBlock], InstrumentPackage]


def container_time(container: Container, package_of: PackageOf = package_of) -> ContainerTime:
    """Return how long everything in `container` takes.

    The second and later OBs of a concatenation have the telescope's short preset, by their distance from the OB before.
    """
    times = _times(container, package_of)
    return ContainerTime(
        container.container_id,
        sum(time.exposure_s for time in times.values()),
        sum(time.execution_s for time in times.values()),
        times,
    )


def following_time(
    block: ObservationBlock, previous: ObservationBlock | None, package: InstrumentPackage | None = None
) -> ExecutionTime:
    """Return how long a block takes after `previous`, the last OB before it in its concatenation.

    None: no OB is before it, or it stands alone; the telescope has its whole preset.  A calibration block leaves the telescope where it is.
    """
    if previous is None or previous.kind != "OB":
        return execution_time(block, package)
    distance = separation_deg(previous.target, block.target) if block.kind == "OB" else 0.0
    return execution_time(block, package, nth_in_concatenation=1, separation_deg=distance)


def run_time(tree: RunTree, package_of: PackageOf = package_of) -> RunTime:
    """Return how long a run takes, against its allocation."""
    times = _times(tree.root, package_of)
    by_status: dict[str, float] = defaultdict(float)
    exposure_s = 0.0
    for block in tree.blocks():
        by_status[block.status] += times[block.ob_id].execution_s
        if block.status not in _GONE:
            exposure_s += times[block.ob_id].exposure_s
    return RunTime(
        allocated_s=tree.run.allocated_s,
        planned_s=sum(seconds for status, seconds in by_status.items() if status not in _GONE),
        executed_s=sum(seconds for status, seconds in by_status.items() if status in _DONE),
        exposure_s=exposure_s,
        by_status=dict(by_status),
        blocks=times,
    )


def separation_deg(one: Target, other: Target) -> float:
    """Return the distance between two targets in degrees (haversine formula); 0 where a position cannot be read."""
    try:
        ra, dec, ra_other, dec_other = map(math.radians, (one.ra_deg, one.dec_deg, other.ra_deg, other.dec_deg))
    except ValueError:
        return 0.0
    half = (
        math.sin((dec_other - dec) / 2) ** 2 + math.cos(dec) * math.cos(dec_other) * math.sin((ra_other - ra) / 2) ** 2
    )
    return math.degrees(2 * math.asin(min(1.0, math.sqrt(half))))


def _times(container: Container, package_of: PackageOf) -> dict[int, ExecutionTime]:
    if container.kind == "Concatenation":
        return _concatenated(container, package_of)
    times: dict[int, ExecutionTime] = {}
    for item in container.items:
        if isinstance(item, Container):
            times.update(_times(item, package_of))
        else:
            times[item.ob_id] = execution_time(item, package_of(item))
    return times


def _concatenated(container: Container, package_of: PackageOf) -> dict[int, ExecutionTime]:
    times: dict[int, ExecutionTime] = {}
    before: ObservationBlock | None = None
    for block in container.blocks():
        times[block.ob_id] = following_time(block, before, package_of(block))
        before = block if block.kind == "OB" else before
    return times
