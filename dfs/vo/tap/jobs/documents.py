"""Jobs as UWS 1.1 documents."""

from __future__ import annotations

from collections.abc import Sequence

from dfs.vo.tap.jobs.job import Job, Phase
from dfs.vo.tap.markup import Element, child, document, element

__all__ = ["job_document", "job_list", "parameters_document", "results_document"]

_UWS = "http://www.ivoa.net/xml/UWS/v1.0"
_XLINK = "http://www.w3.org/1999/xlink"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def job_document(job: Job, address: str) -> bytes:
    """Return the document of one job, which clients find at `address`."""
    root = _root("uws:job")
    child(root, "uws:jobId", job.id)
    if job.run_id is not None:
        child(root, "uws:runId", job.run_id)
    _optional(root, "uws:ownerId", job.owner)
    child(root, "uws:phase", job.phase)
    _optional(root, "uws:quote", None)
    child(root, "uws:creationTime", _zulu(job.created))
    _optional(root, "uws:startTime", _zulu(job.started))
    _optional(root, "uws:endTime", _zulu(job.ended))
    child(root, "uws:executionDuration", str(job.execution_duration_s))
    child(root, "uws:destruction", _zulu(job.destruction))
    root.append(_parameters(job))
    root.append(_results(job, address))
    if job.phase is Phase.ERROR:
        summary = child(root, "uws:errorSummary", type=_kind(job), hasDetail="true")
        child(summary, "uws:message", str((job.error or {}).get("line") or (job.error or {}).get("message") or ""))
    return document(root)


def job_list(jobs: Sequence[Job], address: str) -> bytes:
    """Return the list of `jobs`, which are found under `address`."""
    root = _root("uws:jobs")
    for job in jobs:
        one = child(root, "uws:jobref", id=job.id, xlink_type="simple", xlink_href=f"{address}/{job.id}")
        child(one, "uws:phase", job.phase)
        if job.run_id is not None:
            child(one, "uws:runId", job.run_id)
        _optional(one, "uws:ownerId", job.owner)
        child(one, "uws:creationTime", _zulu(job.created))
    return document(root)


def parameters_document(job: Job) -> bytes:
    """Return the parameters of a job."""
    return document(_with_namespaces(_parameters(job)))


def results_document(job: Job, address: str) -> bytes:
    """Return the list of a job's results; the job is found at `address`."""
    return document(_with_namespaces(_results(job, address)))


def _parameters(job: Job) -> Element:
    made = element("uws:parameters")
    for name, value in job.parameters:
        child(made, "uws:parameter", value, id=name)
    return made


def _results(job: Job, address: str) -> Element:
    made = element("uws:results")
    if job.phase is Phase.COMPLETED and job.result is not None:
        link = {"id": "result", "xlink_type": "simple", "xlink_href": f"{address}/results/result"}
        size = {"size": str(job.result.bytes), "mime-type": job.result.mime}
        child(made, "uws:result", None, **link, **size)
    return made


def _kind(job: Job) -> str:
    """Tell whether trying again may help."""
    return "transient" if (job.error or {}).get("type") == "ServiceError" else "fatal"


def _optional(parent: Element, tag: str, text: str | None) -> None:
    child(parent, tag, text, xsi_nil=None if text is not None else "true")


def _zulu(time: str | None) -> str | None:
    return None if time is None else f"{time}Z"


def _root(tag: str) -> Element:
    return _with_namespaces(element(tag, version="1.1"))


def _with_namespaces(root: Element) -> Element:
    for prefix, uri in (("uws", _UWS), ("xlink", _XLINK), ("xsi", _XSI)):
        root.set(f"xmlns:{prefix}", uri)
    return root
