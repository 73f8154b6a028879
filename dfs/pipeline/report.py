"""What a reduction tells afterwards, and what a plan tells before: the documents that scripts rely on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dfs.errors import DfsError
from dfs.pipeline.graph import Blocked, Graph, Job
from dfs.pipeline.intake import RawFrame
from dfs.pipeline.results import JobResult, Made

__all__ = ["Failed", "PlanReport", "Report"]


@dataclass(frozen=True, slots=True)
class Failed:
    """Something that was not reduced: what, which file and keyword are at fault, and what to do."""

    target: str
    path: Path | None
    keyword: str | None
    message: str
    hint: str | None

    def line(self) -> str:
        """Return it in one line."""
        keyword = f" ({self.keyword})" if self.keyword else ""
        place = f"{self.path}{keyword}: " if self.path else ""
        hint = f"; {self.hint}" if self.hint else ""
        return " ".join(f"{self.target}: {place}{self.message}{hint}".split())


@dataclass(frozen=True)
class Report:
    """What became of a folder.

    Attributes
    ----------
    folder
        The folder reduced.
    frames, graph, results
        Its files, what was planned, and the result of every job by id.
    seconds
        Wall time of all.
    summary
        The HTML summary.
    """

    folder: Path
    frames: list[RawFrame]
    graph: Graph
    results: Mapping[str, JobResult]
    seconds: float
    summary: Path | None = None

    @property
    def is_complete(self) -> bool:
        """Tell whether everything that was wanted was done."""
        return not self.failures()

    def ordered(self) -> list[JobResult]:
        """Return the results in the order of the graph, and then what was blocked from the beginning."""
        return [self.results[job.id] for job in self.graph.jobs] + [_blocked(one) for one in self.graph.blocked]

    def failures(self) -> list[Failed]:
        """Return all that was not reduced, files first."""
        files = [_bad_file(one) for one in self.frames if one.rejection is not None and one.rejection.error is not None]
        paths = {str(one.record.dp_id): one.record.path for one in self.frames}
        return files + [_bad_job(one, paths) for one in self.ordered() if one.error is not None]

    def document(self) -> dict[str, Any]:
        """Return the report as ``dfs reduce --json`` prints it."""
        return {
            "folder": self.folder,
            "inputs": _inputs(self.frames, self.ordered()),
            "products": [_product(made, one.job) for one in self.ordered() for made in one.products],
            "jobs": [
                {
                    "id": one.job.id,
                    "recipe": one.job.recipe,
                    "target": one.job.target,
                    "state": one.state,
                    "seconds": one.seconds,
                    "report": one.report,
                    "key": one.key or None,
                    "missing": one.job.missing,
                }
                for one in self.ordered()
            ],
            "failures": [
                {
                    "target": one.target,
                    "path": one.path,
                    "keyword": one.keyword,
                    "message": one.message,
                    "hint": one.hint,
                }
                for one in self.failures()
            ],
            "summary": self.summary,
            "seconds": round(self.seconds, 3),
        }

    def _repr_html_(self) -> str:
        from dfs.pipeline.summary import overview_html

        return overview_html(self)


@dataclass(frozen=True)
class PlanReport:
    """What a reduction would do.

    Attributes
    ----------
    frames, graph, keys
        Files, jobs, and the key of each job by id.
    cached
        Keys of jobs done before.
    """

    frames: list[RawFrame]
    graph: Graph
    keys: Mapping[str, str]
    cached: frozenset[str]

    def states(self) -> dict[str, str]:
        """Return ``cached`` or ``to do`` for every job, by id."""
        return {name: "cached" if key in self.cached else "to do" for name, key in self.keys.items()}

    def text(self) -> str:
        """Return the plan as an indented tree, and the files that take no part."""
        left = [
            f"not used: {one.record.path.name}: {one.rejection.reason}"
            for one in self.frames
            if one.rejection is not None
        ]
        return "\n".join([self.graph.tree(self.states()), *left])

    def document(self) -> dict[str, Any]:
        """Return the plan as ``dfs reduce --plan --json`` prints it."""
        states = self.states()
        planned = [_planned(job, states[job.id], self.keys[job.id]) for job in self.graph.jobs]
        blocked = [
            _planned(one.job, "blocked", None) | {"missing": [one.kind], "reason": one.reason, "hint": one.hint}
            for one in self.graph.blocked
        ]
        return {"inputs": _inputs(self.frames, []), "jobs": planned + blocked}

    def __str__(self) -> str:
        return self.text()


def _planned(job: Job, state: str, key: str | None) -> dict[str, Any]:
    return {
        "id": job.id,
        "recipe": job.recipe,
        "target": job.target,
        "setup": job.setup,
        "state": state,
        "key": key,
        "inputs": [
            {"tag": one.tag, "name": one.name, "path": one.path, "job": one.job, "level": one.level}
            for one in job.sources
        ],
        "missing": job.missing,
        "reason": None,
        "hint": None,
    }


def _inputs(frames: list[RawFrame], results: list[JobResult]) -> list[dict[str, Any]]:
    states = {source.name: one for one in results for source in one.job.raw}
    return [_input(one, states.get(str(one.record.dp_id))) for one in frames]


def _input(frame: RawFrame, result: JobResult | None) -> dict[str, Any]:
    record = frame.record
    status, reason = "unused", f"frames of class {record.frame_class} are not reduced"
    if frame.rejection is not None:
        status, reason = frame.rejection.status, frame.rejection.reason
    elif result is not None:
        status = "used" if result.state in {"done", "cached"} else result.state
        reason = result.error.message if result.error is not None else ""
    return {
        "path": record.path,
        "dp_id": record.dp_id,
        "class": record.frame_class,
        "mode": record.mode,
        "setup": record.setup,
        "status": status,
        "reason": reason or None,
    }


def _product(made: Made, job: Job) -> dict[str, Any]:
    return {
        "path": made.path,
        "dp_id": made.dp_id,
        "pro_catg": made.category,
        "recipe": job.recipe,
        "target": job.target,
        "inputs": made.inputs,
        "datasum": made.datasum,
        "extrapolated_nm": made.extrapolated_nm,
        "qc": [
            {
                "name": one.name,
                "value": one.value,
                "error": one.error,
                "unit": one.unit,
                "estimator": one.estimator,
                "header_keyword": one.header_keyword,
                "header_value": one.header_value,
            }
            for one in made.qc
        ],
    }


def _blocked(one: Blocked) -> JobResult:
    from dfs.errors import DataError

    message = f"{one.kind} is missing: {one.reason}"
    error = DataError(message, where=one.job.raw[0].name, keyword=one.keyword, hint=one.hint)
    return JobResult(one.job, "blocked", error=error)


def _bad_file(frame: RawFrame) -> Failed:
    error = frame.rejection.error if frame.rejection is not None else None
    message = _message(error, frame.record.path) if error is not None else ""
    hint = error.hint if error is not None else ""
    name = frame.record.target or frame.record.path.name
    return Failed(name, frame.record.path, _keyword(error), message, hint or None)


def _bad_job(result: JobResult, paths: Mapping[str, Path]) -> Failed:
    """Return the failure of a job; its path is the raw frame at fault, or the first of its own."""
    error = result.error
    assert error is not None  # noqa: S101 - only failed jobs come here
    named = next((path for name, path in paths.items() if error.where in {name, str(path), path.name}), None)
    first = result.job.raw[0].path
    return Failed(result.job.target, named or first, _keyword(error), _message(error, named), error.hint or None)


def _message(error: DfsError, named: Path | None) -> str:
    where = f"{error.where}: " if error.where and named is None else ""
    accepted = f"; accepted: {error.accepted}" if error.accepted else ""
    return f"{where}{error.message}{accepted}"


def _keyword(error: DfsError | None) -> str | None:
    return getattr(error, "keyword", "") or None
