"""The documents of the P2 API about execution time; further keys (the break-down) are ours."""

from __future__ import annotations

from typing import Any

from dfs.phase2.execution.time import ContainerTime, ExecutionTime, RunTime

__all__ = ["container_documents", "execution_document", "run_document"]


def execution_document(ob_id: int, time: ExecutionTime) -> dict[str, Any]:
    """Return the reply to ``.../executionTime``: whole seconds, with the break-down."""
    return {
        **_summary(ob_id, time),
        "parts": [
            {
                "label": part.label,
                "seconds": round(part.seconds, 1),
                "source": part.source,
                "path": part.path,
                "exposure": part.is_exposure,
            }
            for part in time.parts
        ],
    }


def container_documents(time: ContainerTime) -> list[dict[str, Any]]:
    """Return the reply to ``.../items/executionTimes``."""
    return [_summary(ob_id, one) for ob_id, one in time.blocks.items()]


def run_document(time: RunTime) -> dict[str, Any]:
    """Return the totals of a run, in whole seconds."""
    return {
        "allocatedTime": round(time.allocated_s),
        "plannedTime": round(time.planned_s),
        "executedTime": round(time.executed_s),
        "freeTime": round(time.free_s),
        "exposureTime": round(time.exposure_s),
        "byStatus": {status: round(seconds) for status, seconds in sorted(time.by_status.items())},
        "overAllocation": time.is_over,
    }


def _summary(ob_id: int, time: ExecutionTime) -> dict[str, Any]:
    return {"obId": ob_id, "exposureTime": round(time.exposure_s), "executionTime": round(time.execution_s)}
