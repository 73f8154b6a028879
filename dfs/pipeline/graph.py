"""The graph of a reduction: which jobs there are, what each takes, and what cannot be done and why.

It is built whole before a pixel is read, shown by ``dfs reduce FOLDER --plan``, and then carried out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dfs.model import HeaderValue

__all__ = ["Blocked", "Graph", "Job", "Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """One input of a job.

    Attributes
    ----------
    tag
        What it is to the recipe: a frame class or a PRO CATG.
    name
        DP ID or file name; for a product still to be made, the id of the job that makes it.
    path
        The file: a raw frame of the folder, or an archived product; None for a product still to be made.
    job
        Id of the job of this graph that makes it; None for files.
    raw
        True for raw frames.
    level
        Quality of the association in the numbers of EDPS; None for the job's own raw frames.
    alternatives
        What serves instead when this one cannot be made, best first.
    """

    tag: str
    name: str
    path: Path | None = None
    job: str | None = None
    raw: bool = False
    level: int | None = None
    alternatives: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a recipe.

    Attributes
    ----------
    id
        Recipe and first raw frame: ``bias:EFOSC.2022-01-26T19:02:38.210``.
    recipe
        Name of the recipe.
    instrument
        Our name of the instrument.
    target
        What people call it: the object's name for observations, the frame class for calibrations.
    setup
        Setup of its raw frames.
    mjd_obs
        Of its first raw frame (days).
    sources
        Inputs in the order given to the recipe: raw frames, then calibrations.
    missing
        Calibrations it goes without, by kind.
    """

    id: str
    recipe: str
    instrument: str
    target: str
    setup: Mapping[str, HeaderValue]
    mjd_obs: float | None
    sources: tuple[Source, ...]
    missing: tuple[str, ...] = ()

    @property
    def raw(self) -> tuple[Source, ...]:
        """Return its raw frames."""
        return tuple(one for one in self.sources if one.raw)

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the ids of the jobs it waits for."""
        return tuple(dict.fromkeys(one.job for one in self.sources if one.job is not None))


@dataclass(frozen=True, slots=True)
class Blocked:
    """A job that cannot be done: what it is, which calibration is missing, and why.

    Attributes
    ----------
    job
        What it would have been.
    kind
        The calibration missing (``MASTER_BIAS``), or the raw class of which there are too few.
    reason
        One line: what was there and why it did not do.
    hint
        What to do.
    keyword
        The header keyword that keeps the candidates from fitting; "" when it is none.
    """

    job: Job
    kind: str
    reason: str
    hint: str
    keyword: str = ""


@dataclass(frozen=True)
class Graph:
    """All jobs, each after those it needs, and what is blocked."""

    jobs: tuple[Job, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    _by_id: dict[str, Job] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_id.update({job.id: job for job in self.jobs})

    def __getitem__(self, job_id: str) -> Job:
        """Return the job with this id."""
        return self._by_id[job_id]

    def __len__(self) -> int:
        """Return the number of jobs that can be done."""
        return len(self.jobs)

    def final(self) -> tuple[Job, ...]:
        """Return the jobs that no other job needs."""
        needed = {one for job in self.jobs for one in job.needs}
        return tuple(job for job in self.jobs if job.id not in needed)

    def dependents(self, job_id: str) -> tuple[Job, ...]:
        """Return every job that directly or indirectly needs `job_id`, in order."""
        reached = {job_id}
        for job in self.jobs:
            if reached.intersection(job.needs):
                reached.add(job.id)
        return tuple(job for job in self.jobs if job.id in reached and job.id != job_id)

    def tree(self, states: Mapping[str, str] | None = None) -> str:
        """Return the graph as an indented text: what is wanted first, what it needs below.

        Parameters
        ----------
        states
            Job id -> a word to show with it, e.g. ``cached``.
        """
        shown: set[str] = set()
        lines = [line for job in self.final() for line in self._branch(job, 0, shown, states or {})]
        lines += [line for one in self.blocked for line in _blocked_lines(one)]
        return "\n".join(lines)

    def _branch(self, job: Job, depth: int, shown: set[str], states: Mapping[str, str]) -> Iterator[str]:
        state = f"  ({states[job.id]})" if job.id in states else ""
        first = "   " * depth
        if job.id in shown:
            yield f"{first}{job.recipe}  {job.target}  (see above)"
            return
        shown.add(job.id)
        yield f"{first}{job.recipe}  {job.target}  {_setup(job)}{state}".rstrip()
        for source in job.raw:
            yield f"{first}   {source.tag}  {source.name}"
        for source in job.sources:
            if source.raw:
                continue
            level = f" at level {source.level}" if source.level is not None else ""
            made = "from" if source.job else f"from the archive: {source.name}"
            yield f"{first}   {source.tag}{level}, {made}".rstrip(" :")
            if source.job:
                yield from self._branch(self[source.job], depth + 2, shown, states)
        for kind in job.missing:
            yield f"{first}   {kind}  missing"


def _setup(job: Job) -> str:
    return " ".join(str(value) for value in job.setup.values() if value not in {None, "Free"})


def _blocked_lines(one: Blocked) -> Iterator[str]:
    yield f"{one.job.recipe}  {one.job.target}  {_setup(one.job)}  (blocked)"
    for source in one.job.raw:
        yield f"   {source.tag}  {source.name}"
    yield f"   {one.kind} is missing: {one.reason}"
