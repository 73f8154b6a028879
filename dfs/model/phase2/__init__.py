"""Nouns of phase 2: runs, containers, observation blocks and what is in them; frozen, without input or output."""

from dfs.model.phase2.block import Constraints, ObservationBlock, ObTemplate, Parameter
from dfs.model.phase2.finding import Finding, Fix, Severity
from dfs.model.phase2.run import Container, ContainerType, ObservingRun, RunMode, RunTree
from dfs.model.phase2.target import Target
from dfs.model.phase2.windows import SiderealWindow, TimeWindow

__all__ = [
    "Constraints",
    "Container",
    "ContainerType",
    "Finding",
    "Fix",
    "ObTemplate",
    "ObservationBlock",
    "ObservingRun",
    "Parameter",
    "RunMode",
    "RunTree",
    "Severity",
    "SiderealWindow",
    "Target",
    "TimeWindow",
]
