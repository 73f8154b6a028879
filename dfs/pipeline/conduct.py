"""Carrying out a graph: every job when its inputs are there, what fails alone, what was done before not again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dfs.errors import Cancelled, DataError, DfsError
from dfs.pipeline.edition import edition
from dfs.pipeline.executors import Executor
from dfs.pipeline.graph import Graph, Job, Source
from dfs.pipeline.keeping import Keeper
from dfs.pipeline.keys import job_key, product_identity
from dfs.pipeline.ledger import Ledger
from dfs.pipeline.orders import Order, Outcome
from dfs.pipeline.results import JobResult
from dfs.pipeline.workspace import JobLocks
from dfs.progress import Progress
from dfs.recipes.sof import SofEntry

__all__ = ["Conductor", "Prepared", "RecipeSettings", "plan_keys"]

_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class RecipeSettings:
    """A recipe as this reduction uses it: its version and all of its parameters, checked."""

    version: str
    given: Mapping[str, Any]
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A job with its inputs in hand: files for the recipe, its key, and what it goes without."""

    job: Job
    key: str
    entries: tuple[SofEntry, ...]
    missing: tuple[str, ...]


def plan_keys(graph: Graph, contents: Mapping[str, str], recipes: Mapping[str, RecipeSettings]) -> dict[str, str]:
    """Return the key of every job of `graph`, by job id, as it will be when all goes well.

    Parameters
    ----------
    contents
        Name -> SHA-256 of every file that is an input.
    recipes
        Recipe name -> version and parameters.
    """
    keys: dict[str, str] = {}
    for job in graph.jobs:
        inputs = [
            (one.tag, product_identity(keys[one.job], one.tag) if one.job is not None else contents[one.name])
            for one in job.sources
        ]
        recipe = recipes[job.recipe]
        version = f"{recipe.version} {edition(job.instrument)}"
        keys[job.id] = job_key(job.recipe, version, recipe.parameters, inputs, job.missing)
    return keys


@dataclass
class Conductor:
    """Carries out one graph.

    Attributes
    ----------
    graph, contents, recipes
        What to do; see `plan_keys`.
    cached
        Key -> result of jobs done before.
    keeper, ledger, locks
        Where results go, where jobs are recorded, who works on what.
    executor
        Who does the work.
    folder
        Scratch space; each job gets a folder in it.
    failed_folder
        Where the notebooks of failed jobs stay.
    allow_missing
        True: a job goes on without a calibration whose own job failed, and says so.
    engine
        ``process`` or ``kernel``.
    """

    graph: Graph
    contents: Mapping[str, str]
    recipes: Mapping[str, RecipeSettings]
    cached: Mapping[str, JobResult]
    keeper: Keeper
    ledger: Ledger
    locks: JobLocks
    executor: Executor
    folder: Path
    failed_folder: Path
    allow_missing: bool = False
    engine: str = "process"
    results: dict[str, JobResult] = field(default_factory=dict)
    _waiting: dict[str, Job] = field(default_factory=dict)
    _running: dict[str, Prepared] = field(default_factory=dict)

    def run(self, progress: Progress) -> dict[str, JobResult]:
        """Carry out the graph and return the result of every job, by id.

        Raises
        ------
        Cancelled, KeyboardInterrupt
            The user stopped the work; nothing of the jobs under way stays.
        """
        self._waiting = {job.id: job for job in self.graph.jobs}
        progress.begin("reduce", len(self.graph.jobs))
        try:
            while self._waiting or self._running:
                self._start(progress)
                for outcome in self.executor.outcomes(_POLL_S if self._running else 0.0):
                    self._finish(outcome, progress)
                if not self._running and self._waiting:
                    time.sleep(_POLL_S)  # another process works on what we wait for
                progress.step("", 0)
        finally:
            if self._running:
                self.executor.close()
                self.ledger.forget([one.key for one in self._running.values()])
        progress.end()
        return self.results

    def _start(self, progress: Progress) -> None:
        """Settle every job whose inputs are known: cached, blocked, or handed to the executor while it has room."""
        for job in list(self._waiting.values()):
            if any(one not in self.results for one in job.needs):
                continue
            prepared = self._prepare(job)
            if prepared is None:
                continue
            if isinstance(prepared, DfsError):
                self._settle(JobResult(job, "blocked", error=prepared), progress)
            elif prepared.key in self.cached:
                self._settle(self.cached[prepared.key], progress)
            elif self.executor.free > 0 and self.locks.take(prepared.key):
                self._dispatch(prepared, progress)

    def _dispatch(self, prepared: Prepared, progress: Progress) -> None:
        job = prepared.job
        # Somebody else may have finished it between our look at the record and our lock.
        known = self.keeper.recall({prepared.key: job}).get(prepared.key)
        if known is not None:
            self.locks.release(prepared.key)
            self._settle(known, progress)
            return
        recipe = self.recipes[job.recipe]
        order = Order(
            job=job.id,
            recipe=job.recipe,
            frames=prepared.entries,
            parameters=recipe.given,
            title=f"{job.recipe} of {job.target}",
            folder=self.folder / f"job-{len(self.results) + len(self._running) + 1}",
            missing=prepared.missing,
            engine=self.engine,
        )
        del self._waiting[job.id]
        self._running[job.id] = prepared  # before it is recorded: a signal in between must not leave the record behind
        order.folder.mkdir()
        inputs = [{"tag": one.tag, "dp_id": one.name} for one in prepared.entries]
        self.ledger.begin(prepared.key, job.recipe, recipe.version, dict(recipe.parameters), inputs)
        self.executor.submit(order)

    def _finish(self, outcome: Outcome, progress: Progress) -> None:
        prepared = self._running[outcome.job]
        result = self._kept(prepared, outcome)
        if result.state == "failed":
            self.ledger.fail(prepared.key, result.error.line() if result.error else "", outcome.seconds)
        del self._running[outcome.job]
        self.locks.release(prepared.key)
        self._settle(result, progress)

    def _kept(self, prepared: Prepared, outcome: Outcome) -> JobResult:
        """Archive what the job made; a failure is a result, too."""
        error = outcome.error
        if isinstance(error, Cancelled):
            raise error
        if error is None and not outcome.products:
            error = DataError("the recipe made no product", where=prepared.job.recipe)
        if error is None:
            try:
                parents = [str(one.name) for one in prepared.entries]
                return self.keeper.keep(prepared.job, prepared.key, outcome, parents)
            except DfsError as raised:
                error = raised
        notebook = self._keep_notebook(prepared.job, outcome)
        return JobResult(prepared.job, "failed", prepared.key, (), notebook, outcome.seconds, error)

    def _keep_notebook(self, job: Job, outcome: Outcome) -> Path | None:
        """Leave the notebook of a failed job where its reader finds it."""
        if outcome.notebook is None:
            return None
        target = self.failed_folder / f"{job.id.replace(':', '_').replace('/', '_')}.ipynb"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(outcome.notebook, target)
        except OSError:
            return None
        return target

    def _settle(self, result: JobResult, progress: Progress) -> None:
        job = result.job
        self._waiting.pop(job.id, None)
        self.results[job.id] = result
        took = f" {result.seconds:.1f} s" if result.state == "done" and result.seconds is not None else ""
        progress.step(f"{job.recipe} {job.target}: {result.state}{took}")

    def _prepare(self, job: Job) -> Prepared | DfsError | None:
        """Return the job with its inputs as they have turned out, or why it cannot be done; None: it has to wait."""
        entries: list[SofEntry] = []
        identities: list[tuple[str, str]] = []
        missing = list(job.missing)
        for one in job.sources:
            chosen = self._first_there(one)
            if chosen is None:
                return None
            if isinstance(chosen, Source):
                entry, identity = self._input(chosen)
                entries.append(entry)
                identities.append((one.tag, identity))
            elif self.allow_missing:
                missing.append(one.tag)
            else:
                return _not_made(one, chosen)
        recipe = self.recipes[job.recipe]
        version = f"{recipe.version} {edition(job.instrument)}"
        key = job_key(job.recipe, version, recipe.parameters, identities, missing)
        return Prepared(job, key, tuple(entries), tuple(missing))

    def _first_there(self, source: Source) -> Source | JobResult | None:
        """Return `source` or the first of its alternatives that is there, the failure of `source` if none is, None while open."""
        for one in (source, *source.alternatives):
            if one.path is not None:
                return one
            producer = self.results.get(str(one.job))
            if producer is None and any(job.id == one.job for job in self.graph.jobs):
                return None
            if producer is not None and one.tag in producer.by_category:
                return one
        return self.results[str(source.job)]

    def _input(self, source: Source) -> tuple[SofEntry, str]:
        """Return a source as the recipe gets it, and its identity for the key."""
        if source.path is not None:
            return SofEntry(source.path, source.tag, source.name), self.contents[source.name]
        producer = self.results[str(source.job)]
        made = producer.by_category[source.tag]
        return SofEntry(made.path, source.tag, made.dp_id), product_identity(producer.key, source.tag)


def _not_made(source: Source, producer: JobResult) -> DfsError:
    reason = producer.error.message if producer.error is not None else "its recipe did not make it"
    own = {place: one.name for one in producer.job.raw for place in (one.name, str(one.path))}
    return DataError(
        f"{source.tag} is missing: recipe {producer.job.recipe} on {producer.job.target} {producer.state}: {reason}",
        where=own.get(producer.error.where if producer.error else "", producer.job.raw[0].name),
        keyword=getattr(producer.error, "keyword", ""),
        hint="mend that first, or say --allow-missing",
    )
