"""The pipeline: the graph of a reduction, executors, job cache, notebook runs.

`plan` builds the graph, `Pipeline` carries it out; ``dfs.pipeline.notebook`` is what the notebooks of a run speak.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dfs.pipeline.graph import Blocked, Graph, Job, Source
    from dfs.pipeline.planning import plan
    from dfs.pipeline.reduction import Pipeline
    from dfs.pipeline.report import PlanReport, Report

__all__ = ["Blocked", "Graph", "Job", "Pipeline", "PlanReport", "Report", "Source", "plan"]

_HOMES = {
    "Blocked": "graph",
    "Graph": "graph",
    "Job": "graph",
    "Pipeline": "reduction",
    "PlanReport": "report",
    "Report": "report",
    "Source": "graph",
    "plan": "planning",
}


def __getattr__(name: str) -> Any:
    # A worker or a notebook that needs one of these does not pay for the stores and services behind the others.
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
