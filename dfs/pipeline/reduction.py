"""The pipeline's service: a folder of raw frames in, archived products out."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dfs.clock import Clock
from dfs.errors import DfsError, UsageError
from dfs.frames import scan
from dfs.model import FrameRecord
from dfs.pipeline.conduct import Conductor, RecipeSettings, plan_keys
from dfs.pipeline.executors import Executor, make_executor
from dfs.pipeline.graph import Graph
from dfs.pipeline.intake import RawFrame, Rejection, archive_frames, look, unreadable
from dfs.pipeline.keeping import Keeper
from dfs.pipeline.ledger import Ledger
from dfs.pipeline.planning import plan
from dfs.pipeline.report import PlanReport, Report
from dfs.pipeline.results import JobResult
from dfs.pipeline.sink import Kept, Sink
from dfs.pipeline.summary import write_summary
from dfs.pipeline.workspace import JobLocks, workspace
from dfs.progress import Progress, Silent
from dfs.qc import QualityControl
from dfs.recipes import registry
from dfs.store import Database

__all__ = ["Pipeline"]

Parameters = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class _Planned:
    """A folder looked at and planned."""

    frames: list[RawFrame]
    graph: Graph
    recipes: Mapping[str, RecipeSettings]
    contents: Mapping[str, str]
    keys: Mapping[str, str]
    cached: Mapping[str, JobResult]


class Pipeline:
    """Plans and carries out reductions.

    Parameters
    ----------
    root
        The observatory's folder: scratch space and summaries go into it.
    database, sink, qc, clock
        Where jobs, files and quality values go; the time.
    workers, allow_missing
        What `reduce` takes when it is not told.

    Examples
    --------
    >>> report = dfs.open("observatory").pipeline.reduce("night/")            # doctest: +SKIP
    >>> report.document()["products"]                                        # doctest: +SKIP
    """

    def __init__(
        self,
        root: Path,
        database: Database,
        sink: Sink,
        qc: QualityControl,
        clock: Clock,
        *,
        workers: int = 1,
        allow_missing: bool = False,
    ) -> None:
        self._root = root
        self._sink = sink
        self._qc = qc
        self._clock = clock
        self._workers = workers
        self._allow_missing = allow_missing
        self._ledger = Ledger(database, clock)
        self._keeper = Keeper(sink, self._ledger, qc, root / "reports" / "pictures")

    def plan(
        self,
        folder: str | os.PathLike[str],
        *,
        allow_missing: bool | None = None,
        parameters: Parameters | None = None,
        progress: Progress | None = None,
    ) -> PlanReport:
        """Return what `reduce` would do, without doing it; parameters as there."""
        allow = self._allow_missing if allow_missing is None else allow_missing
        frames = look(_absolute(folder), progress or Silent())
        planned = self._plan(frames, parameters or {}, allow)
        return PlanReport(planned.frames, planned.graph, planned.keys, frozenset(planned.cached))

    def reduce(
        self,
        folder: str | os.PathLike[str],
        *,
        workers: int | None = None,
        allow_missing: bool | None = None,
        parameters: Parameters | None = None,
        engine: str = "process",
        progress: Progress | None = None,
    ) -> Report:
        """Classify, associate, calibrate, measure quality and archive everything in `folder`.

        The folder itself is only read. Jobs done before are not done again.

        Parameters
        ----------
        folder
            With raw frames, at any depth.
        workers
            Processes that work at the same time; 0 works in this process.
        allow_missing
            True: reduce a target although a calibration is missing, and say so in the product's header.
        parameters
            Recipe -> parameter -> value, where they differ from the defaults; checked before anything starts.
        engine
            ``process`` executes notebooks where the job runs, ``kernel`` in a Jupyter kernel each.
        progress
            Where to report; may cancel.

        Returns
        -------
        Report
            What became of every frame and job. A failed target is in it and does not raise.

        Raises
        ------
        UsageError
            An unknown recipe, parameter, value or engine.
        NotFoundError
            The folder is not there or has no FITS file.
        ServiceError
            Disk or database failed.
        Cancelled
            The user stopped the work; what was done is kept, nothing half-written stays.
        """
        started = time.monotonic()
        progress = progress or Silent()
        if engine not in {"process", "kernel"}:
            raise UsageError(f"engine {engine!r} is not known", accepted="process, kernel")
        allow = self._allow_missing if allow_missing is None else allow_missing
        count = self._workers if workers is None else workers
        path = _absolute(folder)
        settings = dict(parameters or {})
        _recipes(settings, settings)  # wrong ones are said before a file is opened
        frames = look(path, progress)
        with make_executor(count, self._root / "log") as executor:
            if self._are_new(frames):
                executor.warm(count)  # while we plan: there is something to do for certain
            planned = self._plan(frames, settings, allow)
            executor.warm(len(planned.graph) - len(planned.cached))
            planned = self._archive(planned, settings, allow, progress)
            results = self._carry_out(planned, executor, allow, engine, progress)
        report = Report(path, planned.frames, planned.graph, results, time.monotonic() - started)
        return write_summary(report, self._root / "reports", self._keeper, self._qc, self._clock)

    def _are_new(self, frames: list[RawFrame]) -> bool:
        """Tell whether some of `frames` were never archived."""
        names = [str(one.record.dp_id) for one in frames if one.rejection is None]
        return len(self._sink.find(names)) < len(names)

    def masters(self) -> list[FrameRecord]:
        """Return the records of the archived calibration products, the newest version of each."""
        newest: dict[str, Kept] = {}
        for one in self._sink.products():
            stem = one.dp_id.rpartition("_v")[0]
            if stem not in newest or newest[stem].version < one.version:
                newest[stem] = one
        names = {one.path: one.dp_id for one in newest.values()}
        return [replace(record, dp_id=names[record.path]) for record in scan(list(names))] if names else []

    def _archive(self, planned: _Planned, parameters: Parameters, allow_missing: bool, progress: Progress) -> _Planned:
        """Archive the raw frames; without those the archive refuses, plan again."""
        while True:
            # The frames of jobs done before are in the archive already: their content is part of the key.
            known = {one.name for result in planned.cached.values() for one in result.job.raw}
            new = [one for one in planned.frames if one.rejection is None and one.record.dp_id not in known]
            if not new:
                return planned
            progress.begin("archive raw frames", len(new))
            errors = unreadable(new, progress) or archive_frames(new, self._sink)
            progress.end()
            if not errors:
                return planned
            frames = [_refused(one, errors.get(one.record.path)) for one in planned.frames]
            planned = self._plan(frames, parameters, allow_missing)

    def _plan(self, frames: list[RawFrame], parameters: Parameters, allow_missing: bool) -> _Planned:
        good = [one for one in frames if one.rejection is None]
        graph, whole = self._graph([one.record for one in good], allow_missing)
        recipes = _recipes({job.recipe for job in graph.jobs}, parameters)
        contents = {str(one.record.dp_id): one.content for one in good}
        contents |= {name: one.sha256 for name, one in whole.items()}
        keys = plan_keys(graph, contents, recipes)
        cached = self._keeper.recall({keys[job.id]: job for job in graph.jobs})
        return _Planned(frames, graph, recipes, contents, keys, cached)

    def _graph(self, records: list[FrameRecord], allow_missing: bool) -> tuple[Graph, dict[str, Kept]]:
        """Return the graph of `records` and the archived masters it takes, each proved whole: without damaged ones it is planned anew."""
        masters = self.masters()
        while True:
            graph = plan(records, masters=masters, allow_missing=allow_missing)
            sources = [one for job in graph.jobs for source in job.sources for one in (source, *source.alternatives)]
            used = {one.name for one in sources if one.path and not one.raw}
            whole = self._sink.find(sorted(used))
            if used <= whole.keys():
                return graph, whole
            masters = [one for one in masters if one.dp_id not in used - whole.keys()]

    def _carry_out(
        self, planned: _Planned, executor: Executor, allow_missing: bool, engine: str, progress: Progress
    ) -> dict[str, JobResult]:
        with closing(JobLocks(self._root)) as locks, workspace(self._root) as folder:
            return Conductor(
                graph=planned.graph,
                contents=planned.contents,
                recipes=planned.recipes,
                cached=planned.cached,
                keeper=self._keeper,
                ledger=self._ledger,
                locks=locks,
                executor=executor,
                folder=folder,
                failed_folder=self._root / "log" / "failed",
                allow_missing=allow_missing,
                engine=engine,
            ).run(progress)


def _recipes(names: Any, parameters: Parameters) -> dict[str, RecipeSettings]:
    """Return version and checked parameters of the recipes called `names`."""
    found = {}
    for name in sorted(names):
        recipe = registry.find(name)
        given = dict(parameters.get(name, {}))
        found[name] = RecipeSettings(recipe.version, given, recipe.parse(given).model_dump(mode="json"))
    return found


def _refused(frame: RawFrame, error: DfsError | None) -> RawFrame:
    if error is None:
        return frame
    return RawFrame(frame.record, rejection=Rejection("rejected", error.message, error))


def _absolute(folder: str | os.PathLike[str]) -> Path:
    return Path(folder).expanduser().absolute()
