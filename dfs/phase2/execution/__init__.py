"""Execution time: of a block with its break-down, of containers, of a run against its allocation.

Figures come from the instrument package (docs/instrument-packages.md); how they add up stands in `models`.
"""

from dfs.phase2.execution.block import execution_time, package_of
from dfs.phase2.execution.documents import container_documents, execution_document, run_document
from dfs.phase2.execution.time import ContainerTime, ExecutionTime, Part, RunTime
from dfs.phase2.execution.totals import container_time, following_time, run_time, separation_deg

__all__ = [
    "ContainerTime",
    "ExecutionTime",
    "Part",
    "RunTime",
    "container_documents",
    "container_time",
    "execution_document",
    "execution_time",
    "following_time",
    "package_of",
    "run_document",
    "run_time",
    "separation_deg",
]
